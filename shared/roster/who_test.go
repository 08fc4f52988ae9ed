package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// reused makes a roster of one pupil with a number that somebody had.
func reused(key, number, call, surname string) *roster.Roster {
	r := pupils(1)
	p := &r.People[0]
	p.Key, p.Number, p.Name = key, number, person.Name{Call: call, Surname: surname}
	return r
}

func TestANumberThatWasGivenAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left          bool // who had it has left
		key           string
		call, surname string
		counts        roster.Counts
	}{
		"a brother, while the first is here":  {false, "k9", "Bram", "Smit1", roster.Counts{Match: 1, Findings: 1}},
		"a brother, when the first has left":  {true, "k9", "Bram", "Smit1", roster.Counts{Match: 1, Findings: 1}},
		"the same child, back under a number": {true, "k9", "Kind1", "Smit1", roster.Counts{Return: 1}},
		"another child with the key too":      {true, "1", "Bram", "Kok", roster.Counts{Match: 1, Findings: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.take(t, pupils(1))
			if c.left {
				w.take(t, pupils(2))
				w.take(t, pupils())
			}
			r := reused(c.key, "1", c.call, c.surname)
			if c.left {
				r.People = append(r.People, pupils(2).People...)
				c.counts.Unchanged = 1
			}
			p, _ := w.compare(r)
			require.Equal(t, c.counts, p.Counts)
		})
	}
}

// TestWhoIsHereComesBeforeWhoLeft: of two who had a number it is the one who
// is at the school.
func TestWhoIsHereComesBeforeWhoLeft(t *testing.T) {
	t.Parallel()
	for _, ids := range [][2]account.ID{{"a1", "a2"}, {"a2", "a1"}} {
		w := newWorld()
		for id, left := range map[account.ID]bool{ids[0]: true, ids[1]: false} {
			state := account.Active
			if left {
				state = account.Left
			}
			w.accounts[id] = account.Account{
				ID: id, Kind: person.Pupil, State: state, Username: string(id),
				Source: account.Source{Name: person.Name{Call: "Kind1", Surname: "Smit1"}, Number: "1"},
			}.With(account.Membership{School: "zeester", Key: "key of " + string(id), Year: 2026, Left: left})
		}
		p, _ := w.compare(reused("k9", "01", "Kind1", "Smit1"))
		require.Equal(t, 1, p.Counts.Change)
		require.Equal(t, ids[1], p.Rows[roster.People][0].Account.ID)
	}
}

// TestAKeyOfSomebodyWhoLeftIsNobodysProof: the account of a pupil who left
// does not go to another child that gets the number.
func TestAKeyOfSomebodyWhoLeftIsNobodysProof(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, pupils(1, 2))
	w.take(t, pupils(2))
	r := pupils(1, 2)
	r.People[0].Name, r.People[0].Number = person.Name{Call: "Bram", Surname: "Kok"}, ""
	p, _ := w.take(t, r)
	require.Equal(t, roster.Counts{Create: 1, Unchanged: 1}, p.Counts)
	again, _ := w.compare(r)
	require.True(t, again.Empty(), "from then on the key is the new child's: %+v", again)
}

func TestABreachOfOneKindHoldsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 100)...)
	r.People = append(r.People, teachers("p", 20)...)
	w.take(t, r)

	few := pupils(span(3, 100)...)
	few.People = append(few.People, teachers("p", 10)...)
	p, _ := w.compare(few)
	require.Equal(t, []roster.Phase{roster.Leave}, p.Held)
	require.Len(t, p.Rows[roster.Leave], 10, "ten of twenty members of staff wait")
	require.Len(t, p.Rows[roster.Gone], 2, "two of a hundred pupils do not")

	for i := range 8 {
		r.People[100+i].Name.Surname += "-Kok"
	}
	r.People[0].Name.Surname = "De Wit"
	p, _ = w.compare(r)
	require.Equal(t, []roster.Phase{roster.Names}, p.Held)
	require.Len(t, p.Rows[roster.Names], 8)
	require.Len(t, p.Rows[roster.People], 1, "the pupil's name goes on")
}

func TestABreachOfOneClassHoldsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 100)...)
	r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
	for i := range 8 {
		move(&r.People[i])
	}
	w.take(t, r)
	r.People = r.People[8:91]
	for range 8 {
		r.People = append(r.People, pupils(93+len(r.People)-83).People...)
	}
	r.People = r.People[:len(r.People)-1]
	p, _ := w.compare(r)
	require.Len(t, p.Rows[roster.Leave], 8, "all of 4B")
	require.Len(t, p.Rows[roster.Gone], 2, "who leaves 4A goes")
	for _, row := range p.Rows[roster.Leave] {
		was, _ := w.accounts[row.Account.ID].At("zeester")
		require.Equal(t, group.IDOf("zeester", 2026, "4B"), was.Groups[0])
	}
	require.Len(t, p.Steps(roster.Gone), 1, "a class ends when its pupils have left")
}

// TestClassesDoNotWaitForStaff: a class that nobody is in any more ends, also
// while members of staff wait.
func TestClassesDoNotWaitForStaff(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 20)...)
	r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
	r.People = append(r.People, teachers("p", 20)...)
	w.take(t, r)
	r.Groups, r.People = r.Groups[:1], r.People[:30]
	p, _ := w.compare(r)
	require.Equal(t, []roster.Phase{roster.Leave}, p.Held)
	steps := p.Steps(roster.Gone)
	require.Len(t, steps, 1)
	require.Equal(t, roster.End, steps[0].Groups[0].Action)
	for _, step := range p.Steps(roster.Leave) {
		require.Empty(t, step.Groups)
	}
}

func TestAPhaseIsHeldOnlyWithRows(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 40)...)
	r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
	w.take(t, r)
	for i := range 30 {
		rename(&r.People[i])
		move(&r.People[i])
	}
	p, found := w.compare(r)
	require.Equal(t, []roster.Phase{roster.Names}, p.Held, "they wait once")
	require.NotContains(t, codes(found), "plan.moves_held")
	for _, phase := range p.Held {
		require.NotEmpty(t, p.Rows[phase])
	}
}
