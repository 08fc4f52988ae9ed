package intake_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

func desk(t *testing.T) (intake.Desk, string) {
	t.Helper()
	project := emulators.PubSub(t)
	emulators.Topics(t, project, topic.RosterReceived.Name)
	at := clock.NewManual(time.Date(2026, time.November, 24, 9, 30, 0, 0, time.UTC))
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t), Clock: at})
	require.NoError(t, err)
	bucket, err := blob.Open(t.Context(), blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	sealer, err := seal.Open(t.Context(), seal.Config{Key: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	publisher, err := event.Open(t.Context(), project)
	require.NoError(t, err)
	t.Cleanup(func() { _, _, _, _ = db.Close(), bucket.Close(), sealer.Close(), publisher.Close() }) // the test is over
	return intake.Desk{
		DB: db, Clock: at, Uploads: upload.Shelf{Bucket: bucket, Keys: sealer}, Post: outbox.Post{Publisher: publisher, Shelf: db.Outbox()},
	}, project
}

func source() intake.Source {
	return intake.Source{Owner: "golfbreker", School: "zeester", Actor: audit.Actor{System: "import-token"}}
}

// left counts what stands of an institution.
func left(t *testing.T, d intake.Desk) (runs, entries int) {
	t.Helper()
	for _, err := range d.DB.Runs().All(t.Context(), "golfbreker") {
		require.NoError(t, err)
		runs++
	}
	for _, err := range d.DB.Log().All(t.Context(), "golfbreker") {
		require.NoError(t, err)
		entries++
	}
	return runs, entries
}

func TestTake(t *testing.T) {
	t.Parallel()
	d, project := desk(t)
	var also roster.Run
	id, err := d.Take(t.Context(), source(), strings.NewReader("<EDEX/>"), func(_ *store.Tx, run roster.Run) error {
		also = run
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, id, also.ID)
	run, err := d.DB.Runs().Get(t.Context(), "golfbreker", id)
	require.NoError(t, err)
	require.Equal(t, roster.Received, run.Status)
	require.Equal(t, d.Clock.Now().Add(intake.Keep), run.ExpireAt)
	clear, err := d.Uploads.Open(t.Context(), "golfbreker", run)
	require.NoError(t, err)
	defer clear.Close()
	body, err := io.ReadAll(clear)
	require.NoError(t, err)
	require.Equal(t, "<EDEX/>", string(body))
	require.JSONEq(t, `{"tenant":"golfbreker","import":"`+string(id)+`"}`, string(emulators.Pull(t, project, topic.RosterReceived.Name, 1)[0].GetData()))
}

// TestNothingStays expects nothing to stay where anything fails.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	d, _ := desk(t)
	broken := errors.New("broken")
	var begun roster.Run
	_, err := d.Take(t.Context(), source(), strings.NewReader("<EDEX/>"), func(_ *store.Tx, run roster.Run) error {
		begun = run
		return broken
	})
	require.ErrorIs(t, err, broken)
	_, err = d.Uploads.Open(t.Context(), "golfbreker", begun)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "the upload is gone")
	for want, reader := range map[fault.Kind]io.Reader{
		fault.Invalid: iotest.ErrReader(io.ErrUnexpectedEOF), fault.TooLarge: iotest.ErrReader(&http.MaxBytesError{}), fault.Internal: iotest.ErrReader(broken),
	} {
		_, err := d.Take(t.Context(), source(), reader)
		require.Equal(t, want, fault.KindOf(err))
	}
	runs, entries := left(t, d)
	require.Zero(t, runs)
	require.Zero(t, entries)
}

// TestWhatWasRefusedCanBeOrderedAgain: an order may be repeated, and is a run of
// its own where the one before it was refused.
func TestWhatWasRefusedCanBeOrderedAgain(t *testing.T) {
	t.Parallel()
	d, _ := desk(t)
	ask := func() roster.RunID {
		id, err := d.Again(t.Context(), source(), roster.Run{ID: "merger-schelp", Kind: roster.Merger, From: "schelp"})
		require.NoError(t, err)
		return id
	}
	refuse := func(id roster.RunID) {
		run, err := d.DB.Runs().Get(t.Context(), "golfbreker", id)
		require.NoError(t, err)
		run.Status = roster.Refused
		require.NoError(t, d.DB.Runs().Set(t.Context(), "golfbreker", id, run))
	}
	for _, want := range []roster.RunID{"merger-schelp", "merger-schelp-2", "merger-schelp-3"} {
		require.Equal(t, want, ask())
		require.Equal(t, want, ask(), "while it is under way it is the same order")
		run, err := d.DB.Runs().Get(t.Context(), "golfbreker", want)
		require.NoError(t, err)
		require.Equal(t, roster.Received, run.Status)
		require.Equal(t, roster.Merger, run.Kind)
		refuse(want)
	}
	require.NoError(t, d.Order(t.Context(), source(), roster.Run{ID: "merger-schelp", Kind: roster.Merger}))
	runs, entries := left(t, d)
	require.Equal(t, []int{3, 3}, []int{runs, entries}, "a timer does not order anew what somebody refused")
}
