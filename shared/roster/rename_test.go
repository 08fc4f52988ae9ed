package roster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// one returns the only account.
func (w *world) one() account.Account {
	for _, a := range w.accounts {
		return a
	}
	return account.Account{}
}

// begun is a school with one member of staff, jo.zon, whose changes of name
// have this consequence.
func begun(consent naming.Consent) *world {
	w := newWorld()
	w.rules(person.Staff, naming.Rule{Renames: consent})
	p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", "Zon"}))
	w.apply(p, true)
	return w
}

// TestAChangeOfName: what follows is what the school has said.
func TestAChangeOfName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		consent  naming.Consent
		change   func(*roster.Person)
		username string // after everything that nobody holds back
		asked    string // the address that is proposed
	}{
		"nobody has said anything":         {"", func(p *roster.Person) { p.Name.Surname = "Wolk" }, "jo.zon", "jo.wolk@school.example"},
		"never":                            {naming.Never, func(p *roster.Person) { p.Name.Surname = "Wolk" }, "jo.zon", ""},
		"automatic":                        {naming.Automatic, func(p *roster.Person) { p.Name.Surname = "Wolk" }, "jo.wolk", ""},
		"a name that is spelled otherwise": {naming.Automatic, func(p *roster.Person) { p.Name.Call = "Jó" }, "jo.zon", ""},
		"a part that no name is made of":   {naming.Automatic, func(p *roster.Person) { p.Name.FirstNames = "Johanna"; p.Fields |= roster.FirstNames }, "jo.zon", ""},
		"the source gives an address":      {naming.Automatic, func(p *roster.Person) { p.Email = "j.zon@school.example" }, "j.zon", ""},
		"the source asks for an address":   {naming.Ask, func(p *roster.Person) { p.Email = "j.zon@school.example" }, "jo.zon", "j.zon@school.example"},
		"another's address":                {naming.Automatic, func(p *roster.Person) { p.Email = "j.zon@elders.example" }, "jo.zon", ""},
		"an address that is nobody's":      {naming.Automatic, func(p *roster.Person) { p.Email = "info@school.example" }, "jo.zon", ""},
		"the source gives the old one": {naming.Automatic, func(p *roster.Person) {
			p.Name.Surname, p.Email = "Wolk", "jo.zon@school.example"
		}, "jo.zon", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := begun(c.consent)
			r := people(person.Staff, [3]string{"1", "Jo", "Zon"})
			c.change(&r.People[0])
			p, _ := w.compare(r)
			asked := p.Rows[roster.Renames]
			p.Rows[roster.Renames] = nil
			w.apply(p, true)
			require.Equal(t, c.username, w.one().Username)
			require.Equal(t, c.asked != "", w.one().Renamed)
			if c.username != "jo.zon" {
				require.Equal(t, []string{"jo.zon@school.example"}, w.one().Aliases, "the old address stays the person's")
				require.Equal(t, []string{c.username + "@school.example"}, p.Rows[roster.People][0].Claims)
				require.Equal(t, account.ByRule, w.one().Traces["username"].By)
			}
			if c.asked == "" {
				require.Empty(t, asked)
				return
			}
			require.Equal(t, []roster.Phase{roster.Renames}, p.Held)
			require.Equal(t, c.asked, asked[0].Account.Address)
			require.Equal(t, w.one().Digest, asked[0].Was, "it expects what the change of name leaves behind")
			require.Equal(t, []string{c.asked}, asked[0].Claims)
			require.Equal(t, 1, p.Counts.Rename)
		})
	}
}

// TestAProposedAddressWaits until somebody decides, import after import.
func TestAProposedAddressWaits(t *testing.T) {
	t.Parallel()
	for decision, want := range map[roster.Decision]string{roster.Other: "jo.wolk", roster.Same: "jo.zon", "": "jo.zon"} {
		w := begun(naming.Ask)
		r := people(person.Staff, [3]string{"1", "Jo", "Wolk"})
		for range 3 {
			p, _ := w.compare(r)
			require.Len(t, p.Rows[roster.Renames], 1)
			require.Equal(t, 1, p.Counts.Rename)
			p.Rows[roster.Renames] = nil
			w.apply(p, true)
		}
		p, _ := w.compare(r)
		require.Empty(t, p.Rows[roster.People], "the name itself was taken in at once")
		step := roster.Run{Decisions: map[roster.Phase]map[account.ID]roster.Decision{roster.Renames: {w.one().ID: decision}}}.Decided(roster.Renames, p.Steps(roster.Renames)[0])
		for _, row := range step.Accounts {
			w.accounts[row.Account.ID] = row.Account
		}
		require.Equal(t, want, w.one().Username)
		p, _ = w.compare(r)
		require.Equal(t, decision == "", len(p.Rows[roster.Renames]) > 0, "whoever was decided on is not asked about again")
	}
	w := begun(naming.Ask)
	p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", "Wolk"}))
	require.Len(t, roster.Run{Rest: []roster.Phase{roster.Renames}}.Decided(roster.Renames, p.Steps(roster.Renames)[0]).Accounts, 1, "where the rest is approved, all are renamed")
}

func TestANameThatComesBackAsksNothing(t *testing.T) {
	t.Parallel()
	w := begun(naming.Ask)
	for _, surname := range []string{"Wolk", "Zon"} {
		p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", surname}))
		require.Equal(t, surname == "Wolk", len(p.Rows[roster.Renames]) > 0)
		p.Rows[roster.Renames] = nil
		w.apply(p, true)
	}
	require.False(t, w.one().Renamed)

	w = begun(naming.Automatic)
	for _, surname := range []string{"Wolk", "Zon", "Wolk"} {
		p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", surname}))
		require.Equal(t, surname != "Wolk" || len(w.one().Aliases) > 0, len(p.Rows[roster.People][0].Claims) == 0, "a name that was the person's still is")
		w.apply(p, true)
	}
	require.Equal(t, "jo.wolk", w.one().Username)
	require.Equal(t, []string{"jo.zon@school.example"}, w.one().Aliases)
}

func TestAnAddressGivenByHandIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := begun(naming.Automatic)
	a := w.one()
	a.Traces = map[string]account.Trace{"username": {By: account.ByHand}}
	w.accounts[a.ID] = a
	p, _ := w.compare(people(person.Staff, [3]string{"1", "Jo", "Wolk"}))
	require.Equal(t, "jo.zon", p.Rows[roster.People][0].Account.Username)
	require.Len(t, p.Rows[roster.Renames], 1)
}

// TestTooManyNewNamesWait: where changes come by themselves, the bound on names
// holds them back with the names.
func TestTooManyNewNamesWait(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.rules(person.Staff, naming.Rule{Renames: naming.Automatic})
	var everybody, married [][3]string
	for i := range 20 {
		everybody = append(everybody, [3]string{fmt.Sprint(i), fmt.Sprintf("Jo%d", i), "Zon"})
		married = append(married, [3]string{fmt.Sprint(i), fmt.Sprintf("Jo%d", i), "Wolk"})
	}
	p, _ := w.compare(people(person.Staff, everybody...))
	w.apply(p, true)
	p, _ = w.compare(people(person.Staff, married...))
	require.Equal(t, []roster.Phase{roster.Names}, p.Held)
	require.Empty(t, p.Rows[roster.People])
}

// TestARuleRenamesNobodyByItself, and where somebody orders it, beyond the
// bound only with approval.
func TestARuleRenamesNobodyByItself(t *testing.T) {
	t.Parallel()
	for size, held := range map[int]bool{5: false, 6: true} {
		w := newWorld()
		r := pupils(span(1, size)...)
		r.People[0].Email = "kind1.smit1@leerling.example"
		r.People[0].Fields |= roster.Email
		p, _ := w.compare(r)
		w.apply(p, true)
		before := w.named()
		w.rules(person.Pupil, naming.Rule{Usernames: []string{"{number}"}})
		p, _ = w.compare(r)
		require.True(t, p.Empty())
		for range 2 { // the first in the source has its address from there
			p, _ = w.compare(pupils(span(1, size+1)...))
		}
		require.Equal(t, fmt.Sprint(size+1), p.Rows[roster.People][0].Account.Username, "who is new is called by the rule")

		all := roster.Renamings(person.Pupil, w.known())
		changes := 0
		for _, one := range all {
			if one.Changes() {
				changes++
			}
			require.Equal(t, one.Have.Source.Email != "", one.Kept)
		}
		require.Equal(t, size-1, changes)
		var found roster.Findings
		p = roster.RenameAll(person.Pupil, w.known(), &found)
		require.Equal(t, size-1, p.Counts.Rename)
		require.Equal(t, 1, p.Counts.Unchanged)
		require.Equal(t, held && size-1 > 5, len(p.Held) > 0)
		require.Equal(t, before, w.named())
		w.apply(p, true)
		for _, a := range w.accounts {
			require.Len(t, a.Aliases, map[bool]int{true: 0, false: 1}[a.Source.Email != ""])
		}
		require.True(t, roster.RenameAll(person.Pupil, w.known(), &found).Empty(), "everybody is called by the rule")
	}
}

// TestRenamingKeepsNamesApart renames everybody by one rule after another:
// every name that anybody ever had stays that person's.
func TestRenamingKeepsNamesApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		p, _ := w.compare(anySchool(t))
		w.apply(p, true)
		ever := map[string]account.ID{}
		for range rapid.IntRange(1, 4).Draw(t, "rules") {
			w.rules(person.Pupil, naming.Rule{
				Usernames: []string{rapid.SampledFrom([]string{"{number}", "{call}", "{surname}.{call|cut:1}", "{initials}{year}"}).Draw(t, "template")},
				Address:   rapid.SampledFrom([]string{"", "{surname}"}).Draw(t, "address"),
			})
			var found roster.Findings
			w.apply(roster.RenameAll(person.Pupil, w.known(), &found), true)
			for id, a := range w.accounts {
				for _, name := range a.Names() {
					require.Contains(t, []account.ID{"", id}, ever[naming.Local(name)], name)
					ever[naming.Local(name)] = id
				}
			}
			for name, id := range ever {
				require.Contains(t, localsOf(w.accounts[id]), name)
			}
			require.True(t, roster.RenameAll(person.Pupil, w.known(), &found).Empty())
		}
	})
}

func localsOf(a account.Account) []string {
	var list []string
	for _, name := range a.Names() {
		list = append(list, naming.Local(name))
	}
	return list
}
