package roster_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// eva makes a row about Eva Smit, guardian of one child.
func eva(key string, child int) roster.Person {
	return roster.Person{
		Key: key, Kind: person.Guardian, Name: person.Name{Call: "Eva", Surname: "Smit"}, Email: "Eva@mail.example",
		Children: []roster.Child{{Number: strconv.Itoa(child), Slot: 1, Receives: true}},
		Fields:   roster.CallName | roster.Surname | roster.Email | roster.Children,
	}
}

// parents makes a list of guardians.
func parents(list ...roster.Person) *roster.Roster {
	r := pupils()
	r.Format, r.Groups, r.People = "guardians csv", nil, list
	for i := range r.People {
		r.People[i].Line = i + 2
	}
	return r
}

// decide applies a plan with the same decision on every proposal.
func (w *world) decide(p roster.Plan, said roster.Decision) {
	by := map[account.ID]roster.Decision{}
	for _, row := range p.Rows[roster.Matches] {
		if said != "" {
			by[row.Account.ID] = said
		}
	}
	w.run.Decisions, w.run.Rest = map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: by}, roster.Phases()
	step := w.run.Decided(roster.Matches, roster.Step{Accounts: p.Rows[roster.Matches]})
	delete(p.Rows, roster.Matches)
	w.apply(p, true)
	for _, row := range step.Accounts {
		w.accounts[row.Account.ID] = row.Account
	}
}

// guardians returns how many children each present guardian has.
func (w *world) guardians() (children []int) {
	for _, a := range w.accounts {
		if a.Kind == person.Guardian && a.State == account.Active {
			children = append(children, len(a.Source.Children))
		}
	}
	return children
}

func TestSiblingsAreJoinedByConfirmation(t *testing.T) {
	t.Parallel()
	for said, want := range map[roster.Decision][]int{roster.Same: {3}, roster.Other: {1, 1, 1}, "": {1}} {
		t.Run(string(said), func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.take(t, pupils(1, 2, 3))
			r := parents(eva("1/1", 1), eva("2/1", 2), eva("3/1", 3))
			p, found := w.compare(r)
			require.Equal(t, 1, p.Counts.Create)
			require.Equal(t, 1, p.Counts.Match, "one question for one person")
			require.Contains(t, codes(found), "plan.matches_held")
			require.False(t, p.Rows[roster.Matches][0].Or.Written.IsZero(), "who applies it looks what the account has become")
			w.decide(p, said)
			require.ElementsMatch(t, want, w.guardians())
			again, _ := w.compare(r)
			if said == "" {
				require.Equal(t, 1, again.Counts.Match, "what nobody decided is proposed again")
				return
			}
			require.True(t, again.Empty(), "%+v", again)
			r.People[0], r.People[2] = r.People[2], r.People[0]
			again, _ = w.compare(r)
			require.True(t, again.Empty(), "in whatever order: %+v", again)
		})
	}
}

func TestAYoungerSiblingIsProposed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, pupils(1, 2))
	w.take(t, parents(eva("1/1", 1)))
	changed := eva("1/1", 1)
	changed.Name.Surname = "Smit-Kok"
	second := eva("2/1", 2)
	second.Name.Surname = "Smit-Kok"
	p, _ := w.compare(parents(eva("1/1", 1), eva("2/1", 2)))
	require.Equal(t, roster.Counts{Match: 1, Unchanged: 1, Findings: 1}, p.Counts)
	w.decide(p, roster.Same)
	require.Equal(t, []int{2}, w.guardians())

	p, _ = w.compare(parents(eva("2/1", 2)))
	require.Equal(t, 1, p.Counts.Change, "one row less, one child less")
	w.take(t, parents(changed, second))
	require.Equal(t, "Smit-Kok", w.single(t, person.Guardian).Source.Name.Surname)
}

func TestNameOrAddressAloneJoinsNobody(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(p *roster.Person){
		"another address": func(p *roster.Person) { p.Email = "other@mail.example" },
		"no address":      func(p *roster.Person) { p.Email = "" },
		"another name":    func(p *roster.Person) { p.Name.Call = "Tom" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.take(t, pupils(1, 2))
			second := eva("2/1", 2)
			change(&second)
			p, _ := w.compare(parents(eva("1/1", 1), second))
			require.Equal(t, roster.Counts{Create: 2}, p.Counts)
		})
	}
}

func TestAGuardianWithoutAChildHere(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, pupils(1, 2))
	p, found := w.take(t, parents(eva("1/1", 1), eva("9/1", 9)))
	require.Equal(t, roster.Counts{Create: 1, Findings: 2}, p.Counts)
	require.Equal(t, []string{"plan.unknown_child", "plan.guardian_without_child"}, codes(found))
	require.Equal(t, 3, found.List[1].Line)

	astray := eva("1/1", 1)
	astray.Children[0].Number = "8"
	p, found = w.compare(parents(astray))
	require.True(t, p.Empty(), "who is known keeps the account, and the children")
	require.Equal(t, []string{"plan.unknown_child"}, codes(found))
}

// TestParentsWhoChangePlaces: first and second guardian are places beside a
// child, and no key of a person.
func TestParentsWhoChangePlaces(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, pupils(1))
	tom := eva("1/2", 1)
	tom.Name = person.Name{Call: "Tom", Surname: "Kok"}
	w.take(t, parents(eva("1/1", 1), tom))
	p, _ := w.compare(parents(func() roster.Person { p := tom; p.Key = "1/1"; return p }(), eva("1/2", 1)))
	require.Equal(t, roster.Counts{Match: 2, Findings: 1}, p.Counts, "neither gets the other's account")
	for _, row := range p.Rows[roster.Matches] {
		require.Equal(t, w.accounts[row.Or.Account.ID].Source.Name, row.Account.Source.Name)
	}
	w.decide(p, roster.Same)
	require.Len(t, w.guardians(), 2)
}

// TestChildrenInTheSameFile: a set that holds pupils and guardians needs no
// second import.
func TestChildrenInTheSameFile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(1, 2)
	r.People = append([]roster.Person{eva("g1", 1)}, r.People...)
	p, found := w.take(t, r)
	require.Empty(t, found.List)
	require.Equal(t, 3, p.Counts.Create)
	require.Equal(t, []int{1}, w.guardians())
	for i := range r.People[1:] {
		p := &r.People[i+1]
		p.Number = "7" + p.Number // everybody is renumbered
	}
	r.People[0].Children[0].Number = "71"
	w.take(t, r)
	p, _ = w.compare(r)
	require.True(t, p.Empty())
	require.Equal(t, []int{1}, w.guardians())
	require.False(t, strings.HasPrefix(string(w.single(t, person.Guardian).Source.Children[0].Account), "g"))
}

// TestHowGuardiansAreWrittenTo comes from the list, field by field, and a list
// that does not tell it leaves it as it is.
func TestHowGuardiansAreWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.take(t, pupils(1))
	said := eva("1/1", 1)
	said.Salutation, said.Gender = person.Madam, person.Female
	said.Fields |= roster.Salutation | roster.Gender
	w.take(t, parents(said))
	require.Equal(t, person.Madam, w.single(t, person.Guardian).Source.Salutation)
	require.Equal(t, person.Female, w.single(t, person.Guardian).Source.Gender)
	require.Contains(t, parents(said).Delivers()[person.Guardian], "salutation")
	p, _ := w.compare(parents(eva("1/1", 1)))
	require.True(t, p.Empty(), "%+v", p.Rows)
	said.Salutation = person.Plain
	p, _ = w.take(t, parents(said))
	require.Equal(t, []roster.FieldChange{{Field: "salutation", Old: "madam", New: "plain"}}, p.Rows[roster.People][0].Changes)
	require.Equal(t, person.Plain, w.single(t, person.Guardian).Source.Salutation)
	require.Equal(t, []string{"salutation"}, roster.Step{Accounts: p.Rows[roster.People]}.Fields(), "who looks at the plan has seen it")
	require.NotContains(t, pupils(1).Delivers()[person.Pupil], "salutation")
}
