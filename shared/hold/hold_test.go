package hold_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

const (
	board = tenant.ID("golfbreker")
	place = school.ID("zeester")
)

// stage is a keeper with a school.
type stage struct {
	t *testing.T
	hold.Keeper
	clock *clock.Manual
}

func begin(t *testing.T) *stage {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t), Clock: c})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	require.NoError(t, db.Schools().Create(t.Context(), board, place, school.School{ID: place}))
	return &stage{t: t, Keeper: hold.Keeper{DB: db, Clock: c, As: "test", During: roster.Applying}, clock: c}
}

// run stores a run in that state.
func (s *stage) run(id roster.RunID, status roster.Status) roster.Run {
	s.t.Helper()
	run := roster.Run{ID: id, School: place, Status: status, ExpireAt: s.clock.Now().Add(90 * 24 * time.Hour)}
	require.NoError(s.t, s.DB.Runs().Set(s.t.Context(), board, id, run))
	return run
}

// take takes the school for a run and stores it.
func (s *stage) take(run roster.Run) (held roster.Run, err error) {
	s.t.Helper()
	err = s.DB.InTx(s.t.Context(), func(_ context.Context, tx *store.Tx) error {
		var write func() error
		if held, write, err = s.Take(tx, board, run); err != nil {
			return err
		}
		return errors.Join(write(), s.DB.Runs().SetTx(tx, board, run.ID, held))
	})
	return held, err
}

func (s *stage) slot() store.Slot {
	s.t.Helper()
	slot, err := s.DB.Slots().Get(s.t.Context(), board, place)
	require.NoError(s.t, err)
	return slot
}

func (s *stage) stored(id roster.RunID) roster.Run {
	s.t.Helper()
	run, err := s.DB.Runs().Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	return run
}

func TestOneRunHoldsASchool(t *testing.T) {
	t.Parallel()
	s := begin(t)
	first, err := s.take(s.run("r1", roster.Applying))
	require.NoError(t, err)
	require.True(t, s.slot().Is(first))
	second := s.run("r2", roster.Received)
	_, err = s.take(second)
	require.Equal(t, fault.Busy, fault.KindOf(err))

	again, err := s.take(first)
	require.NoError(t, err, "a run takes its own school anew")
	require.Greater(t, again.Fence, first.Fence)
	require.False(t, s.slot().Is(first), "what the earlier hold began is too late")
	require.True(t, s.slot().Is(again))

	s.clock.Advance(roster.Hold)
	held, err := s.take(second)
	require.NoError(t, err, "what died keeps no school")
	require.True(t, s.slot().Is(held))
	require.Equal(t, roster.Failed, s.stored("r1").Status, "a run was left under way for ever")
	require.Equal(t, "plan.failed", s.stored("r1").Findings[0].Code)
}

func TestTakingLeavesWhatWaits(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("old", roster.Waiting)
	require.NoError(t, s.DB.Slots().Set(t.Context(), board, place, store.Slot{Waiting: "old"}))
	_, err := s.take(s.run("new", roster.Received))
	require.NoError(t, err)
	require.EqualValues(t, "old", s.slot().Waiting)
	require.NoError(t, s.DB.Slots().Set(t.Context(), board, place, s.slot().Freed("old")))
	_, err = s.take(s.stored("old"))
	require.NoError(t, err)
	require.Empty(t, s.slot().Waiting, "what goes on waits no more")
}

// TestEndsOnceAndSaysWhy ends a run in each state.
func TestEndsOnceAndSaysWhy(t *testing.T) {
	t.Parallel()
	for status, ends := range map[roster.Status]bool{
		roster.Received: true, roster.Planned: true, roster.Applying: true,
		roster.Waiting: false, roster.Applied: false, roster.Refused: false, roster.Failed: false,
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			run := s.run("r1", status)
			run.Upload = "uploads/x"
			held, err := s.take(run)
			require.NoError(t, err)
			for range 2 {
				require.NoError(t, s.End(t.Context(), board, held, hold.Broken()))
			}
			left, err := s.DB.Leftovers(t.Context(), s.clock.Now().Add(time.Hour), 10)
			require.NoError(t, err)
			if !ends {
				require.Equal(t, status, s.stored("r1").Status)
				require.Empty(t, s.stored("r1").Findings)
				require.True(t, s.slot().Is(held))
				require.Empty(t, left)
				return
			}
			require.Equal(t, roster.Failed, s.stored("r1").Status)
			require.Len(t, s.stored("r1").Findings, 1)
			require.Empty(t, s.slot().Run, "the school is still held")
			for e, err := range s.DB.Log().All(t.Context(), board) {
				require.NoError(t, err)
				require.Equal(t, audit.ImportEnded, e.Value.Action)
				require.Equal(t, "plan.failed", e.Value.Reason)
			}
			if status != roster.Received {
				require.Empty(t, left)
				return
			}
			require.Len(t, left, 1, "nobody removes the upload")
			want := outbox.To(topic.RosterReceived, topic.Received{Tenant: board, Import: "r1"})
			require.Equal(t, []outbox.Message{want}, left[0].Messages)
		})
	}
}

func TestARunThatWentOnIsNotEnded(t *testing.T) {
	t.Parallel()
	s := begin(t)
	seen, err := s.take(s.run("r1", roster.Applying))
	require.NoError(t, err)
	_, err = s.take(seen) // it waited, and somebody approved it
	require.NoError(t, err)
	require.NoError(t, s.End(t.Context(), board, seen, hold.Broken()))
	require.Equal(t, roster.Applying, s.stored("r1").Status)
	require.NoError(t, s.End(t.Context(), board, roster.Run{ID: "none"}, hold.Broken()))
}

func TestDropSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cause  error
		school school.ID
		status roster.Status
		code   string
	}{
		"a bug":                    {errors.New("nil map"), place, roster.Failed, "plan.failed"},
		"the plan is gone":         {fmt.Errorf("read: %w", plan.ErrUnreadable), place, roster.Refused, "plan.unreadable"},
		"the upload is gone":       {fmt.Errorf("read: %w", upload.ErrUnreadable), place, roster.Refused, "plan.upload_unreadable"},
		"the school is gone":       {fault.New(fault.NotFound, ""), "weg", roster.Refused, "plan.school_missing"},
		"the school and more gone": {plan.ErrUnreadable, "weg", roster.Refused, "plan.school_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			run := s.run("r1", roster.Applying)
			run.School = c.school
			require.NoError(t, s.DB.Runs().Set(t.Context(), board, run.ID, run))
			require.NoError(t, s.Drop(t.Context(), board, "r1", c.cause))
			ended := s.stored("r1")
			require.Equal(t, c.status, ended.Status)
			require.Equal(t, []roster.Finding{{Code: c.code, Severity: roster.Stop}}, ended.Findings)
			require.NoError(t, s.Drop(t.Context(), board, "none", c.cause), "there is nothing to end")
			waits := s.run("r2", roster.Received)
			require.NoError(t, s.Drop(t.Context(), board, "r2", c.cause))
			require.Equal(t, waits.Status, s.stored("r2").Status, "another function's run")
		})
	}
}
