package roster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// next makes a roster of the year to come, in class 5A.
func next(numbers ...int) *roster.Roster {
	r := pupils(numbers...)
	r.Year = 2027
	r.Groups = []roster.Group{{Key: "5A", Kind: roster.Class, Name: "5A", Year: "5"}}
	for i := range r.People {
		r.People[i].Year, r.People[i].Groups = "5", []string{"5A"}
	}
	return r
}

// turn applies the switch to the prepared year on 1 August.
func (w *world) turn() (roster.Plan, roster.Findings) {
	var found roster.Findings
	k := w.known()
	k.Now = w.school.Prepared.From
	p := roster.SwitchYear(k, &found)
	w.run = roster.Run{Kind: roster.Switch, Year: w.school.Prepared.Year}
	return p, found
}

func TestAYearIsPreparedBesideThePresentOne(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(span(1, 20)...))
	w.apply(p, true)

	p, found := w.compare(next(span(2, 21)...)) // 1 leaves, 21 is new
	require.Empty(t, found.List)
	require.True(t, p.Prepares)
	require.Equal(t, roster.Counts{Create: 1, Prepare: 19, Groups: 1}, p.Counts)
	w.apply(p, true)
	require.Equal(t, school.Prepared{Year: 2027, From: time.Date(2027, 8, 1, 0, 0, 0, 0, time.UTC)}, w.school.Prepared)
	require.Equal(t, school.Year(2026), w.school.LastYear)
	states := map[account.State]int{}
	for _, a := range w.accounts {
		states[a.State]++
		m, here := a.At("zeester")
		require.True(t, !here || m.Grade == "4", "this year stays as it is")
	}
	require.Equal(t, map[account.State]int{account.Active: 20, account.Prepared: 1}, states)

	p, _ = w.compare(pupils(span(1, 20)...))
	require.True(t, p.Empty(), "this year's file has nothing to do: %+v", p)
	p, _ = w.compare(next(span(2, 21)...))
	require.True(t, p.Empty(), "nor has next year's: %+v", p)

	p, found = w.turn()
	require.Empty(t, found.List)
	require.Equal(t, 20, p.Counts.Change)
	require.Equal(t, 1, p.Lapses(person.Pupil))
	require.Equal(t, []roster.Action{roster.End}, []roster.Action{p.Ends[0].Action})
	w.apply(p, true)
	for _, a := range w.accounts {
		m, _ := a.At("zeester")
		require.Equal(t, a.State == account.Active, m.Grade == "5")
		require.Empty(t, a.Next)
	}
}

func TestWhoIsNoLongerPrepared(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(1))
	w.apply(p, true)
	p, _ = w.compare(next(1, 2))
	w.apply(p, true)
	p, _ = w.compare(next(1))
	require.Equal(t, roster.Counts{Prepare: 1, Unchanged: 1}, p.Counts)
	require.Equal(t, account.Left, p.Rows[roster.People][0].Account.State, "who never came leaves unseen")
}

func TestTheRolloverHasItsOwnBounds(t *testing.T) {
	t.Parallel()
	for leavers, held := range map[int]bool{35: false, 36: true} {
		w := newWorld()
		p, _ := w.compare(pupils(span(1, 100)...))
		w.apply(p, true)
		p, _ = w.compare(next(span(leavers+1, 100)...))
		w.apply(p, true)
		p, _ = w.turn()
		require.Equal(t, held, len(p.Held) > 0, leavers)
	}
}

func TestYearsThatAreNotTakenIn(t *testing.T) {
	t.Parallel()
	for year, code := range map[school.Year]string{2028: "plan.year_too_far", 2025: "plan.past_year"} {
		w := newWorld()
		r := pupils(1)
		r.Year = year
		_, found := w.compare(r)
		require.Equal(t, []string{code}, codes(found))
	}
}

// However often, and in whatever order, this and next year's files come in:
// when the year has turned, everybody is what next year's last file said.
func TestAPreparedYearAlwaysArrives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		p, _ := w.compare(pupils(span(1, 30)...))
		w.apply(p, true)
		for range rapid.IntRange(0, 5).Draw(t, "files") {
			r := anyRoster().Draw(t, "roster")
			if rapid.Bool().Draw(t, "of next year") {
				numbers := []int{}
				for i := range r.People {
					numbers = append(numbers, i+5)
				}
				r = next(numbers...)
			}
			p, found := w.compare(r)
			if !found.Stopped() {
				w.apply(p, true)
			}
		}
		last := next(span(10, 35)...)
		p, found := w.compare(last)
		require.False(t, found.Stopped())
		w.apply(p, true)
		p, _ = w.turn()
		w.apply(p, true)
		require.Equal(t, school.Year(2027), w.school.LastYear)
		k := w.known()
		k.Now = time.Date(2027, 9, 1, 0, 0, 0, 0, time.UTC)
		var after roster.Findings
		p = roster.Compare(last, k, &after)
		p.Counts.Unchanged, p.Counts.Change, p.Counts.Findings = 0, 0, 0 // names follow with the first file of the year
		require.Equal(t, roster.Counts{}, p.Counts, "everybody is here, in the right class")
		require.Empty(t, append(p.Groups, p.Ends...))
	})
}
