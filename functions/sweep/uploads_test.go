package sweep_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/sweep"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/topic"
)

// put stores an object; the bucket notes the machine's time.
func (s *stage) put(name string) {
	s.t.Helper()
	_, err := s.uploads.Create(s.t.Context(), name, func(w io.Writer) error {
		_, err := io.WriteString(w, "sealed")
		return err
	})
	require.NoError(s.t, err)
}

// pass lets time pass, for the day keys too.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(d)
	emulators.Advance(s.t, s.key, d)
}

// objects returns the names of what lies in the bucket.
func (s *stage) objects() []string {
	s.t.Helper()
	var names []string
	for o, err := range s.uploads.All(s.t.Context(), "") {
		require.NoError(s.t, err)
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return names
}

// TestUploadsThatWereLeftBehindAreDeleted leaves uploads as a crash does: one
// before its run was recorded, and one for each state that a run can be in.
func TestUploadsThatWereLeftBehindAreDeleted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.put("uploads/norun")
	s.put("plans/another")
	for owner, status := range map[string]roster.Status{
		"received": roster.Received, "planned": roster.Planned, "applying": roster.Applying,
		"waiting": roster.Waiting, "applied": roster.Applied, "refused": roster.Refused,
	} {
		s.put("uploads/" + owner)
		run := roster.Run{Status: status, Upload: "uploads/" + owner, ExpireAt: s.clock.Now().Add(90 * 24 * time.Hour)}
		require.NoError(t, s.db.Runs().Create(t.Context(), theirs, roster.RunID(owner), run))
	}
	all := s.objects()
	require.Len(t, all, 8)
	s.pass(23 * time.Hour)
	require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
	require.Equal(t, all, s.objects(), "something was deleted within a day")
	s.pass(2 * time.Hour)
	for range 2 {
		require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
		require.Equal(t, []string{"plans/another", "uploads/received"}, s.objects())
	}
	run, err := s.db.Runs().Get(t.Context(), theirs, "received")
	require.NoError(t, err)
	run.Status = roster.Refused
	require.NoError(t, s.db.Runs().Set(t.Context(), theirs, "received", run))
	require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
	require.Equal(t, []string{"plans/another"}, s.objects())
}

// TestUploadThatCannotBeDeletedHoldsUpNoOther: the tick comes back, and the
// others are gone.
func TestUploadThatCannotBeDeletedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.pass(25 * time.Hour)
	s.put("uploads/a")
	s.put("uploads/b")
	s.deps.Uploads = stubborn{s.uploads, "uploads/a"}
	s.handler = sweep.New(s.deps)
	require.Equal(t, http.StatusServiceUnavailable, s.tick(topic.Day), "nobody hears of it")
	require.Equal(t, []string{"uploads/a"}, s.objects())
}

// stubborn is a bucket that does not let go of one object.
type stubborn struct {
	sweep.Uploads
	name string
}

func (b stubborn) Delete(ctx context.Context, name string) error {
	if name == b.name {
		return fault.New(fault.Busy, "")
	}
	return b.Uploads.Delete(ctx, name)
}
