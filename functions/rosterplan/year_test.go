package rosterplan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
)

// done does everything that a run plans and does not hold, in place of the
// function that does, as that leaves the run and its school.
func (f *fixture) done(run roster.Run) roster.Run {
	f.t.Helper()
	ctx := f.t.Context()
	run.Rest = roster.Phases()
	for _, phase := range run.Todo {
		for i := range run.Plan.Steps[phase] {
			step, err := f.plans.Read(ctx, board, run, phase, i)
			require.NoError(f.t, err)
			for _, row := range step.Groups {
				require.NoError(f.t, f.db.Groups().Set(ctx, board, row.Group.ID, row.Group))
			}
			for _, row := range run.Decided(phase, step).Accounts {
				require.NoError(f.t, f.db.Accounts().Set(ctx, board, row.Account.ID, row.Account))
			}
		}
	}
	run.Status = roster.Applied
	if len(run.Held) > 0 {
		run.Status = roster.Waiting
	}
	require.NoError(f.t, f.db.Runs().Set(ctx, board, run.ID, run))
	require.NoError(f.t, f.db.Slots().Set(ctx, board, place, store.Slot{}))
	f.set(func(s *school.School) { *s = run.Concluded(*s) })
	return run
}

// set changes the school.
func (f *fixture) set(change func(*school.School)) school.School {
	f.t.Helper()
	s, err := f.db.Schools().Get(f.t.Context(), board, place)
	require.NoError(f.t, err)
	change(&s)
	require.NoError(f.t, f.db.Schools().Set(f.t.Context(), board, place, s))
	return s
}

// take hands over a file, does what it plans, and expects nothing more to do
// when it comes again.
func (f *fixture) take(id roster.RunID, body string) roster.Run {
	f.t.Helper()
	run, _ := f.receive(id, body)
	require.Equal(f.t, roster.Applying, run.Status, "%+v", run.Findings)
	run = f.done(run)
	again, _ := f.receive(id+"-again", body)
	require.Equal(f.t, roster.Applied, again.Status, "%+v", again.Counts)
	require.Empty(f.t, again.Plan.Object, "the same file again plans nothing")
	return run
}

// switches lets the prepared year begin, as the sweep does each day.
func (f *fixture) switches() roster.Run {
	f.t.Helper()
	s := f.set(func(*school.School) {})
	run := roster.SwitchOf(s, f.clock.Now())
	run.School, run.Status, run.ExpireAt = place, roster.Received, f.clock.Now().Add(48*time.Hour)
	require.NoError(f.t, f.db.Runs().Create(f.t.Context(), board, run.ID, run))
	run, _ = f.deliver(run.ID)
	require.Equal(f.t, roster.Applying, run.Status, "%+v", run.Findings)
	return f.done(run)
}

// in returns how many accounts in that state are in a school year.
func (f *fixture) in(year school.Year, state account.State) (n int) {
	f.t.Helper()
	for e, err := range f.db.Accounts().All(f.t.Context(), board) {
		require.NoError(f.t, err)
		if m, ok := e.Value.At(place); ok && m.Year == year && e.Value.State == state {
			n++
		}
	}
	return n
}

func (f *fixture) at(month time.Month, day int) {
	f.clock.Advance(time.Date(2027, month, day, 9, 0, 0, 0, time.UTC).Sub(f.clock.Now()))
}

// next is a list of the school year to come: everybody in another class.
func next(n int) string { return strings.ReplaceAll(list(n), ";4A;", ";5A;") }

// TestAListOfTheYearToCome follows a school that hands over lists, which name
// no school year, through a summer in which it begins late.
func TestAListOfTheYearToCome(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.take("november", list(8))
	f.at(time.June, 10)
	f.set(func(s *school.School) { s.FilesOf = 2027 })
	run := f.take("june", next(7))
	require.True(t, run.Prepares)
	require.Equal(t, 7, run.Counts.Prepare)
	require.Equal(t, 8, f.in(2026, account.Active), "this year goes on")

	late := time.Date(2027, time.August, 20, 0, 0, 0, 0, time.UTC)
	f.set(func(s *school.School) { s.Prepared.From = late })
	f.at(time.August, 5)
	run = f.take("august", next(9))
	require.True(t, run.Prepares, "until the day that the school has chosen")
	s := f.set(func(s *school.School) { s.FilesOf = 0 })
	require.Equal(t, late, s.Prepared.From.UTC(), "and that day stays")
	require.Equal(t, 8, f.in(2026, account.Active))
	run, _ = f.receive("old", list(8))
	require.Equal(t, roster.Applied, run.Status, "a list of this year still is one: %+v", run.Findings)
	require.Equal(t, school.Year(2026), run.Year)

	f.clock.Advance(late.Sub(f.clock.Now()))
	f.switches()
	require.Equal(t, 9, f.in(2027, account.Active))
	run = f.take("september", next(10))
	require.False(t, run.Prepares)
	require.Equal(t, 1, run.Counts.Create)
}

// TestAnEarlySwitch: a school that begins its year in July is in it at once.
func TestAnEarlySwitch(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.take("november", list(8))
	f.at(time.June, 10)
	f.set(func(s *school.School) { s.FilesOf = 2027 })
	f.take("june", next(8))
	f.set(func(s *school.School) { s.FilesOf = 0 })
	f.at(time.July, 10)
	f.switches()
	require.Equal(t, 8, f.in(2027, account.Active))

	f.at(time.July, 15)
	run := f.take("july", next(9))
	require.Equal(t, school.Year(2027), run.Year, "a list of now is of the new year")
	require.False(t, run.Prepares)
	require.Equal(t, 1, run.Counts.Create)
	for _, day := range []int{31, 32} { // into August nothing changes
		f.at(time.July, day)
		run, _ = f.receive(roster.RunID(time.Duration(day).String()), next(9))
		require.Equal(t, roster.Applied, run.Status)
	}
}
