package rosterapply_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// onRange is a bucket that does something before it reads.
type onRange struct {
	plan.Bucket
	do func() error
}

func (b onRange) Range(ctx context.Context, name string, generation, offset, length int64) ([]byte, error) {
	if err := b.do(); err != nil {
		return nil, err
	}
	return b.Bucket.Range(ctx, name, generation, offset, length)
}

// TestARunThatCannotGoOnEnds takes away what a step needs, and demands that the
// run ends with a word on why, and frees its school.
func TestARunThatCannotGoOnEnds(t *testing.T) {
	t.Parallel()
	spoiled := func(do func() error) func(*fixture, roster.Run) {
		return func(f *fixture, _ roster.Run) {
			f.shelf.Bucket = onRange{f.shelf.Bucket, do}
			f.serve(f.queue)
		}
	}
	for name, c := range map[string]struct {
		spoil  func(*fixture, roster.Run)
		age    time.Duration
		status roster.Status
		code   string
	}{
		"the plan is gone": {spoil: func(f *fixture, run roster.Run) {
			require.NoError(f.t, f.shelf.Bucket.(*blob.Bucket).Delete(f.t.Context(), run.Plan.Object))
		}, status: roster.Refused, code: "plan.unreadable"},
		"the key of the day is gone": {spoil: func(f *fixture, _ roster.Run) {
			other, err := seal.Open(f.t.Context(), seal.Config{Key: emulators.Keys(f.t), Endpoint: os.Getenv("KMS_ENDPOINT")})
			require.NoError(f.t, err)
			f.shelf.Keys = gone{other}
			f.serve(f.queue)
		}, status: roster.Refused, code: "plan.unreadable"},
		"the plan was altered": {spoil: func(f *fixture, run roster.Run) {
			spans := run.Plan.Steps[roster.People]
			spans[0], spans[1] = spans[1], spans[0]
			require.NoError(f.t, f.db.Runs().Set(f.t.Context(), board, run.ID, run))
		}, status: roster.Refused, code: "plan.unreadable"},
		"the school is gone": {spoil: func(f *fixture, _ roster.Run) {
			require.NoError(f.t, f.db.Schools().Delete(f.t.Context(), board, place))
		}, status: roster.Refused, code: "plan.school_missing"},
		"it breaks again and again":  {spoiled(func() error { return errors.New("a bug") }), 2 * time.Hour, roster.Failed, "plan.failed"},
		"it panics again and again":  {spoiled(func() error { panic("a bug") }), 2 * time.Hour, roster.Failed, "plan.failed"},
		"something is down for long": {spoiled(func() error { return fault.New(fault.Busy, "down") }), 21 * time.Hour, roster.Failed, "plan.failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			c.spoil(f, f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(201)}}, "r1"))
			for m, ok := f.queue.take(false); ok; m, ok = f.queue.take(false) {
				require.Equal(t, http.StatusNoContent, f.deliverAged(m, c.age))
			}
			run := f.stored("r1")
			require.Equal(t, c.status, run.Status)
			require.Len(t, run.Findings, 1)
			require.Equal(t, c.code, run.Findings[0].Code)
			require.Empty(t, f.slot().Run, "the school is still held")
		})
	}
}

// gone is a key service that has destroyed every key.
type gone struct{ plan.Keys }

func (gone) Unwrap(context.Context, []byte) (seal.Key, error) {
	return seal.Key{}, fault.New(fault.NotFound, "destroyed")
}

func TestATroubleThatPassesEndsNothing(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func() error{
		"down": func() error { return fault.New(fault.Busy, "down") }, "broken": func() error { return errors.New("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(3)}}, "r1")
			whole := f.shelf.Bucket
			f.shelf.Bucket = onRange{whole, do}
			f.serve(f.queue)
			m, _ := f.queue.take(false)
			require.Equal(t, http.StatusServiceUnavailable, f.deliverAged(m, 10*time.Minute))
			require.Equal(t, roster.Applying, f.stored("r1").Status)
			f.shelf.Bucket = whole
			f.serve(f.queue)
			require.Equal(t, http.StatusNoContent, f.deliver(m))
			f.drain(1, false)
			require.Equal(t, roster.Applied, f.stored("r1").Status)
		})
	}
}

// TestAHoldLastsAsLongAsTheRunGetsOn applies for far longer than a hold, and
// has another run ask for the school at each step.
func TestAHoldLastsAsLongAsTheRunGetsOn(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(850)}}, "r1")
	began := f.clock.Now()
	for m, ok := f.queue.take(false); ok; m, ok = f.queue.take(false) {
		require.Equal(t, http.StatusNoContent, f.deliver(m))
		if f.stored("r1").Status == roster.Applied {
			break
		}
		f.clock.Advance(25 * time.Minute)
		err := f.db.InTx(t.Context(), func(_ context.Context, tx *store.Tx) error {
			_, _, err := hold.Keeper{DB: f.db, Clock: f.clock}.Take(tx, board, roster.Run{ID: "r2", School: place})
			return err
		})
		require.Equal(t, fault.Busy, fault.KindOf(err), "a run that gets on lost its school after %s", f.clock.Now().Sub(began))
	}
	require.Greater(t, f.clock.Now().Sub(began), 2*roster.Hold)
	require.Equal(t, roster.Applied, f.stored("r1").Status)
	require.Len(t, f.accounts(), 850)
}

// TestALateMessageEndsNoLaterHold lets a repeated step of a run's first half
// stand still until the run has waited and its second half is under way.
func TestALateMessageEndsNoLaterHold(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{
		Held: []roster.Phase{roster.Leave},
		Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(3), roster.Leave: people(250)[3:]},
	}, "r1")
	m, _ := f.queue.take(false)
	arrived, goOn, first := make(chan struct{}), make(chan struct{}), true
	whole := f.shelf.Bucket
	f.shelf.Bucket = onRange{whole, func() error {
		if first {
			first = false
			close(arrived)
			<-goOn
		}
		return nil
	}}
	f.serve(f.queue)
	late := f.handler
	f.shelf.Bucket = whole
	f.serve(f.queue)
	current := f.handler
	var wait sync.WaitGroup
	wait.Go(func() {
		slow := *f
		slow.handler = late
		if status := slow.deliver(m); status != http.StatusNoContent {
			t.Errorf("the late message answered %d", status)
		}
	})
	<-arrived
	f.handler = current
	require.Equal(t, http.StatusNoContent, f.deliver(m))
	f.drain(1, false)
	f.approve("r1", roster.Leave)
	next, _ := f.queue.take(false)
	close(goOn)
	wait.Wait()
	require.Equal(t, roster.Applying, f.stored("r1").Status, "a late message closed what had begun anew")
	require.NoError(t, f.queue.Publish(t.Context(), []outbox.Message{next}))
	f.drain(1, false)
	require.Equal(t, roster.Applied, f.stored("r1").Status)
}

// TestAMessageOfAHeldPhaseDoesNothing: what waits for approval is not applied,
// whoever asks.
func TestAMessageOfAHeldPhaseDoesNothing(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{
		Held: []roster.Phase{roster.Matches},
		Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(1), roster.Matches: people(3)[1:]},
	}, "r1")
	require.Equal(t, http.StatusNoContent, f.deliver(outbox.To(topic.RosterApply, topic.Apply{Tenant: board, Import: "r1", Phase: roster.Matches})))
	require.Empty(t, f.accounts())
	require.Equal(t, roster.Applying, f.stored("r1").Status)
}

// TestAnAccountThatIsGoneIsLeftAlone: somebody removed it after the plan.
func TestAnAccountThatIsGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := begin(t)
	rows := people(3)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: rows}}, "r1")
	f.drain(1, false)
	var changes []roster.AccountRow
	for _, row := range rows {
		e, err := f.db.Accounts().Read(t.Context(), board, row.Account.ID)
		require.NoError(t, err)
		a := e.Value
		a.Source.Name.Surname = "Nieuw"
		a.Digest = a.Imported()
		changes = append(changes, roster.AccountRow{Action: roster.Change, Account: a, Written: e.Written, Was: e.Value.Digest})
	}
	require.NoError(t, f.db.Accounts().Delete(t.Context(), board, "a1"))
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: changes}}, "r2")
	f.drain(1, false)
	run := f.stored("r2")
	require.Equal(t, roster.Applied, run.Status)
	require.Equal(t, 1, run.Counts.Conflicts)
	require.Equal(t, "plan.rows_left", run.Findings[0].Code)
	require.Len(t, f.accounts(), 2, "an account came back by itself")
	require.Equal(t, "Nieuw", f.accounts()["a2"].Source.Name.Surname)
}
