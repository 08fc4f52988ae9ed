package rosterpull_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	fake "cool.example/sync/emulators/uwlr"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/topic"
)

// TestWhatWasNotDoneIsAskedForAgain expects the whole roster to be asked for as
// long as something of the last one waits to be planned anew: an answer that
// nothing changed would leave it undone for ever.
func TestWhatWasNotDoneIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*roster.Run)
		whole  bool
	}{
		"all done":             {applied, false},
		"rows left alone":      {func(r *roster.Run) { r.Counts.Conflicts = 1 }, true},
		"nobody decided":       {func(r *roster.Run) { r.Counts.Match = 2 }, true},
		"one of two decided":   {func(r *roster.Run) { r.Counts.Match, r.Decisions = 2, decided("a1") }, true},
		"both decided":         {func(r *roster.Run) { r.Counts.Match, r.Decisions = 2, decided("a1", "a2") }, false},
		"a part waits":         {func(r *roster.Run) { r.Status, r.Held = roster.Waiting, []roster.Phase{roster.Leave} }, true},
		"refused by somebody":  {func(r *roster.Run) { r.Status = roster.Refused }, true},
		"still being applied":  {func(r *roster.Run) { r.Status = roster.Applying }, true},
		"refused, nothing new": {func(r *roster.Run) { r.Status, r.Upload = roster.Refused, "" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.set(s.settings())
			s.ends(s.minute().State.Run, c.change)
			s.clock.Advance(24 * time.Hour)
			s.minute()
			require.Equal(t, c.whole, s.las.Requests()[1].Since == "")
		})
	}
}

func decided(ids ...account.ID) map[roster.Phase]map[account.ID]roster.Decision {
	by := map[account.ID]roster.Decision{}
	for _, id := range ids {
		by[id] = roster.Same
	}
	return map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: by}
}

// TestAnotherFileMeanwhile expects the whole roster to be asked for where
// another file of the school came in after the last answer.
func TestAnotherFileMeanwhile(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	first := s.minute()
	s.ends(first.State.Run, applied)
	other := roster.Run{ID: "iother", School: zeester, ExpireAt: s.clock.Now().Add(90 * 24 * time.Hour)}
	require.NoError(t, s.deps.DB.Runs().Create(t.Context(), owner, other.ID, other))
	s.ends(other.ID, applied)
	s.clock.Advance(24 * time.Hour)
	s.minute()
	require.Empty(t, s.las.Requests()[1].Since)
}

// TestTheYearToCome expects the next school year's roster to be asked for from
// the day that the school has set, beside that of the present one.
func TestTheYearToCome(t *testing.T) {
	t.Parallel()
	s := begin(t)
	settings, now := s.settings(), s.clock.Now()
	present := school.YearAt(now)
	settings.Ahead = now.Add(36 * time.Hour)
	if school.YearAt(settings.Ahead) != present {
		settings.Ahead = now.Add(-time.Hour)
	}
	s.set(settings)
	asked := func() (years []string) {
		c := s.minute()
		for _, id := range []roster.RunID{c.State.Ahead.Run, c.State.Run} {
			if id != "" {
				s.ends(id, applied)
			}
		}
		for _, r := range s.las.Requests() {
			years = append(years, r.Year)
		}
		s.clock.Advance(24 * time.Hour)
		return years
	}
	this, next := present.String(), (present + 1).String()
	require.Equal(t, []string{this}, asked())
	require.Equal(t, []string{this, this}, asked(), "not before that day")
	require.Equal(t, []string{this, this, next, this}, asked())
	c := s.connection()
	require.Equal(t, pull.NoData, c.State.Ahead.Result, "that there is none yet is noted")
	require.True(t, c.State.Result.Good(), "and holds up nothing")

	require.NoError(t, s.las.Prepare(edexml(next, "Bo"), s.clock.Now().Add(-time.Hour)))
	require.Len(t, asked(), 6)
	c = s.connection()
	require.Equal(t, pull.Received, c.State.Ahead.Result)
	require.NotEmpty(t, c.State.Ahead.Run)
	require.NotEqual(t, c.State.Run, c.State.Ahead.Run)
}

// TestWhoManagesTheSchoolIsTold expects a mail to be asked for where nothing is
// fetched until somebody acts, and only there.
func TestWhoManagesTheSchoolIsTold(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	s.las.Plan(fake.Planned{Fault: "Server.TijdelijkNietBeschikbaar"})
	require.True(t, s.minute().State.Result.Passing())
	s.set(s.settings())
	s.las.Plan(fake.Planned{Fault: "Client.AutorisatieOngeldig"})
	c := s.minute()
	require.True(t, c.Stopped())
	messages := emulators.Pull(t, s.project, topic.Mail.Name, 1)
	require.Len(t, messages, 1)
	require.JSONEq(t, `{"tenant":"golfbreker","letter":"pull_stopped","import":"","school":"zeester","turn":4}`, string(messages[0].GetData()))
	s.set(s.settings())
	require.False(t, s.connection().Stopped(), "who changes something has acted")
}
