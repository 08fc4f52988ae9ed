package roster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// teachers makes members of staff; of each the key says which system it is of.
func teachers(system string, n int) []roster.Person {
	var list []roster.Person
	for i := range n {
		list = append(list, roster.Person{
			Key: fmt.Sprint(system, i), Kind: person.Staff, Name: person.Name{Call: fmt.Sprint("Juf", i), Surname: fmt.Sprint("Bos", i)},
			Fields: roster.CallName | roster.Surname,
		})
	}
	return list
}

// old is the school as the system that it leaves knows it, and other the same
// school in the system that it goes to: without ECK-iDs, with other keys,
// numbers and groups.
func old() *roster.Roster {
	r := pupils(span(1, 30)...)
	r.Format, r.People = "edexml 2.1", append(r.People, teachers("p", 12)...)
	return r
}

func other() *roster.Roster {
	r := pupils(span(1, 30)...)
	r.Format, r.Groups[0].Key = "edexml 2.1", "g-4A"
	for i := range r.People {
		p := &r.People[i]
		p.Key, p.Number, p.Groups = p.Number+"00", p.Number+"00", []string{"g-4A"}
	}
	r.People = append(r.People, teachers("medewerker ", 12)...)
	return r
}

// says is that the school says that its next file is of another system.
func (w *world) says() {
	w.school.System = school.Change{At: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), By: "beheerder"}
}

func TestAnotherSystemThatNobodyAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, old())
	p, found := w.compare(other())
	require.Equal(t, 42, p.Counts.Create)
	require.Equal(t, []roster.Phase{roster.Fresh, roster.Leave}, p.Held, "nobody gets a second account by itself")
	require.Len(t, p.Rows[roster.Fresh], 42)
	require.Empty(t, p.Rows[roster.People])
	require.Equal(t, []string{"plan.fresh_held", "plan.leavers_held"}, codes(found))
}

func TestManyNewPeopleAloneAreNoOtherSystem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gone, fresh int
		held        []roster.Phase
	}{
		"a new wing":            {0, 60, nil},
		"a few of both":         {5, 5, nil},
		"a class goes":          {30, 5, []roster.Phase{roster.Leave}},
		"at the bound":          {20, 20, []roster.Phase{roster.Leave}},
		"as many come as leave": {21, 21, []roster.Phase{roster.Fresh, roster.Leave}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.take(t, pupils(span(1, 100)...))
			p, _ := w.compare(pupils(span(1+c.gone, 100+c.fresh)...))
			require.Equal(t, c.held, p.Held)
		})
	}
}

func TestOneKindOfPersonOfAnotherSystem(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, old())
	r := old()
	r.People = append(r.People[:30], teachers("medewerker ", 12)...)
	r.People = append(r.People, pupils(31).People...)
	p, _ := w.compare(r)
	require.Len(t, p.Rows[roster.Fresh], 12, "the staff waits")
	require.Len(t, p.Rows[roster.People], 1, "the new pupil does not")
	require.Equal(t, []roster.Phase{roster.Fresh, roster.Leave}, p.Held)
}

func TestAnAnnouncedSystemIsConfirmedPersonByPerson(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, old())
	before := map[account.ID]account.Account{}
	for id, a := range w.accounts {
		before[id] = a
	}
	w.says()
	p, _ := w.compare(other())
	require.Equal(t, 42, p.Counts.Match)
	require.Zero(t, p.Counts.Create+p.Counts.Leave, "nobody is made, and nobody leaves")
	require.Equal(t, []roster.Phase{roster.Matches}, p.Held)
	for _, row := range p.Rows[roster.Matches] {
		require.Equal(t, "same_name_or_address", row.Reason)
		require.Equal(t, before[row.Or.Account.ID].Source.Name, row.Account.Source.Name)
		require.Equal(t, before[row.Or.Account.ID].Address, row.Or.Account.Address)
	}
	w.decide(p, roster.Same)
	require.Len(t, w.accounts, len(before))
	for id, a := range w.accounts {
		require.Equal(t, before[id].Username, a.Username, "ids, names and addresses stay")
		require.Equal(t, account.Active, a.State)
	}
	again, _ := w.compare(other())
	require.True(t, again.Empty(), "%+v", again)
}

// TestUntilEverybodyIsDecided: what was announced holds as long as somebody
// waits for a decision, and not longer.
func TestUntilEverybodyIsDecided(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, old())
	w.says()
	first := other()
	first.People[0].ECK, first.People[0].Fields = "eck-1", first.People[0].Fields|roster.ECK
	p, _ := w.compare(first)
	w.run.Held, w.run.Todo = p.Held, []roster.Phase{roster.Groups}
	require.False(t, w.run.Concluded(w.school).System.At.IsZero(), "nothing has been applied")
	require.Empty(t, w.run.Concluded(w.school).Sources[0].Space, "nor has anybody a new key")

	half := map[account.ID]roster.Decision{}
	for i, row := range p.Rows[roster.Matches] {
		if i%2 == 0 {
			half[row.Account.ID] = roster.Same
		}
	}
	w.run.Decisions, w.run.Rest = map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: half}, roster.Phases()
	for _, row := range w.run.Decided(roster.Matches, roster.Step{Accounts: p.Rows[roster.Matches]}).Accounts {
		w.accounts[row.Account.ID] = row.Account
	}
	w.run.Held, w.run.Todo = nil, roster.Phases()
	w.school = w.run.Concluded(w.school)
	require.False(t, w.school.System.At.IsZero())
	require.Equal(t, 21, w.run.Undecided())

	list := listed(span(1, 30)...)
	_, found := w.compare(list)
	require.Contains(t, codes(found), "plan.not_in_main_source", "another list does not come in between")

	p, _ = w.compare(first)
	require.Equal(t, 21, p.Counts.Match, "the rest is proposed again")
	w.decide(p, roster.Same)
	require.True(t, w.school.System.At.IsZero())
	again, _ := w.compare(first)
	require.True(t, again.Empty())
}

// TestNumbersOfAnotherSystemMeanNothing: a key or number that happens to be
// that of somebody else here before is nobody's proof.
func TestNumbersOfAnotherSystemMeanNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, old())
	r := other()
	for i := range 30 {
		p := &r.People[i]
		p.Key = fmt.Sprint(30 - i) // another pupil's, in the system before
		p.Number = p.Key
	}
	w.says()
	p, found := w.compare(r)
	require.False(t, found.Stopped())
	require.Equal(t, 42, p.Counts.Match)
	for _, row := range p.Rows[roster.Matches] {
		require.Equal(t, row.Account.Source.Name, w.accounts[row.Or.Account.ID].Source.Name)
	}
	w.decide(p, roster.Same)
	again, _ := w.compare(r)
	require.True(t, again.Empty(), "%+v", again)
}

func TestWhoIsSureInAnotherSystem(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first := old()
	for i := range 10 {
		first.People[i].ECK, first.People[i].Fields = fmt.Sprint("eck", i), all|roster.ECK
	}
	w.take(t, first)
	w.says()
	r := other()
	for i := range 10 {
		r.People[i].ECK, r.People[i].Fields = fmt.Sprint("eck", i), all|roster.ECK
	}
	r.People[10].Number = "11" // the number stays, and the name
	r.People = append(r.People, pupils(99).People...)
	p, found := w.compare(r)
	require.Equal(t, 31, p.Counts.Match)
	require.Equal(t, 11, p.Counts.Change, "an ECK-iD, or number and name, needs nobody's word: it was announced")
	require.Equal(t, 1, p.Counts.Create, "who is new is new")
	require.NotContains(t, codes(found), "plan.source_changed")
}

func TestNamesakesAreToldApart(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(1, 2, 3)
	r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
	for i := range 2 {
		r.People[i].Name = person.Name{Call: "Jan", Surname: "Jansen"}
	}
	r.People[1].Groups = []string{"4B"}
	w.take(t, r)
	w.says()
	for i := range r.People {
		r.People[i].Key, r.People[i].Number = "n"+r.People[i].Key, "9"+r.People[i].Number
	}
	p, _ := w.compare(r)
	require.Equal(t, 3, p.Counts.Match)
	for _, row := range p.Rows[roster.Matches] {
		if row.Account.Source.Name.Surname != "Jansen" {
			require.Empty(t, row.Others)
			continue
		}
		require.Len(t, row.Others, 1, "there is another one")
		is, _ := row.Account.At("zeester")
		was, _ := w.accounts[row.Or.Account.ID].At("zeester")
		require.Equal(t, was.Groups, is.Groups, "the one in the same class stands first")
		by := map[account.ID]roster.Decision{row.Account.ID: roster.SameAs(row.Others[0].Account.ID)}
		said := roster.Run{Decisions: map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: by}}
		chosen := said.Decided(roster.Matches, roster.Step{Accounts: []roster.AccountRow{row}}).Accounts
		require.Equal(t, row.Others[0].Account.ID, chosen[0].Account.ID)
	}
}

// TestAMappingToAnAnnouncedSystem: a list of keys may come before the first
// file, for some of the people.
func TestAMappingToAnAnnouncedSystem(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, old())
	w.says()
	k := w.known()
	space := w.school.System.Space()
	k.KeyOf = func(kind person.Kind, key string) string { return "hash of " + string(kind) + key }
	k.NewKeyOf = func(kind person.Kind, key string) string { return "hash of " + space + string(kind) + key }
	var pairs []roster.Pair
	for i := range 12 {
		pairs = append(pairs, roster.Pair{Kind: person.Staff, Old: fmt.Sprint("p", i), New: fmt.Sprint("medewerker ", i)})
	}
	var found roster.Findings
	p := roster.Rekey(pairs, k, &found)
	require.Empty(t, found.List)
	require.Equal(t, []person.Kind{person.Staff}, p.Switched)
	w.run = roster.Run{Switched: p.Switched, Space: p.Space, Todo: roster.Phases(), Rows: map[roster.Phase]int{roster.People: 12}}
	w.apply(p, true)
	require.False(t, w.school.System.At.IsZero(), "its first file is still to come")
	after := w.known()
	after.KeyOf, after.NewKeyOf = k.NewKeyOf, k.NewKeyOf
	p = roster.Rekey(pairs, after, &found)
	require.Equal(t, roster.Counts{Unchanged: 12}, p.Counts, "a mapping may be repeated")

	r := other()
	r.Format = "oneroster 1.2"
	p, _ = w.compare(r)
	require.Equal(t, roster.Counts{Match: 30, Unchanged: 12, Groups: 2, Findings: 1}, p.Counts)
}
