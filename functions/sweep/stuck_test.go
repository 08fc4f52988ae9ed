package sweep_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// underway stores a run of a school of its own that last got on so long ago.
func (s *stage) underway(owner tenant.ID, id roster.RunID, status roster.Status, age time.Duration) {
	s.t.Helper()
	at := s.clock.Now().Add(-age)
	run := roster.Run{
		ID: id, School: school.ID("school-" + id), Status: status, Upload: "uploads/x", Fence: 3, Created: at, Changed: at, ExpireAt: at.Add(90 * 24 * time.Hour),
	}
	require.NoError(s.t, s.db.Runs().Create(s.t.Context(), owner, id, run))
	slot := store.Slot{Run: id, Until: at.Add(roster.Hold), Fence: 3}
	require.NoError(s.t, s.db.Slots().Set(s.t.Context(), owner, run.School, slot))
}

// TestNoRunStaysUnderWayForEver expects what has lost its messages to end, and
// its upload to go, while what still gets on stays.
func TestNoRunStaysUnderWayForEver(t *testing.T) {
	t.Parallel()
	s := begin(t)
	want := map[roster.RunID]roster.Status{}
	for _, c := range []struct {
		id     roster.RunID
		status roster.Status
		age    time.Duration
		want   roster.Status
	}{
		{"new", roster.Received, time.Minute, roster.Received},
		{"queued", roster.Received, 21 * time.Hour, roster.Received},
		{"lost", roster.Received, 23 * time.Hour, roster.Failed},
		{"planned", roster.Planned, 23 * time.Hour, roster.Failed},
		{"applying", roster.Applying, 2 * time.Hour, roster.Applying},
		{"paused", roster.Applying, 6 * time.Hour, roster.Applying},
		{"still", roster.Applying, 8 * time.Hour, roster.Failed},
		{"waiting", roster.Waiting, 800 * time.Hour, roster.Waiting},
		{"applied", roster.Applied, 800 * time.Hour, roster.Applied},
		{"refused", roster.Refused, 800 * time.Hour, roster.Refused},
	} {
		s.underway(ours, c.id, c.status, c.age)
		want[c.id] = c.want
	}
	s.underway(theirs, "lost", roster.Received, 23*time.Hour)
	s.underway(ours, "overtaken", roster.Applying, time.Minute)
	require.NoError(t, s.db.Slots().Set(t.Context(), ours, "school-overtaken", store.Slot{Run: "another", Fence: 4, Until: s.clock.Now().Add(time.Hour)}))
	want["overtaken"] = roster.Failed

	for range 2 {
		require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	}
	for id, status := range want {
		run, err := s.db.Runs().Get(t.Context(), ours, id)
		require.NoError(t, err)
		require.Equal(t, status, run.Status, id)
		slot, err := s.db.Slots().Get(t.Context(), ours, run.School)
		require.NoError(t, err)
		require.Equal(t, status != roster.Failed || id == "overtaken", slot.Run != "", "%s: who is held, and who is free", id)
	}
	run, err := s.db.Runs().Get(t.Context(), theirs, "lost")
	require.NoError(t, err)
	require.Equal(t, roster.Failed, run.Status)

	s.clock.Advance(time.Minute)
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	remove := func(owner tenant.ID) outbox.Message {
		return outbox.To(topic.RosterReceived, topic.Received{Tenant: owner, Import: "lost"})
	}
	require.ElementsMatch(t, []outbox.Message{remove(ours), remove(theirs)}, s.post.sent, "the uploads of both are removed by whoever plans")
}
