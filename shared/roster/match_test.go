package roster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// staff makes a roster with one pupil and these members of staff.
func staff(people ...roster.Person) *roster.Roster {
	r := pupils(1)
	for _, p := range people {
		p.Kind, p.Fields = person.Staff, p.Fields|roster.CallName|roster.Infix|roster.Surname
		r.People = append(r.People, p)
	}
	return r
}

// single returns the one account of that kind.
func (w *world) single(t *testing.T, kind person.Kind) account.Account {
	t.Helper()
	var found []account.Account
	for _, a := range w.accounts {
		if a.Kind == kind {
			found = append(found, a)
		}
	}
	require.Len(t, found, 1)
	return found[0]
}

func TestWhoIsWho(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		was, is roster.Person
		counts  roster.Counts
	}{
		"the same key": {
			roster.Person{Key: "1", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Person{Key: "1", Name: person.Name{Call: "Sanne", Surname: "Wit"}},
			roster.Counts{Change: 1},
		},
		"the same ECK-iD and surname under another key": {
			roster.Person{Key: "1", ECK: "x", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Person{Key: "9", ECK: "x", Name: person.Name{Call: "Sanne", Surname: "Bérg"}},
			roster.Counts{Change: 1},
		},
		"the same ECK-iD, another surname": {
			roster.Person{Key: "1", ECK: "x", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Person{Key: "9", ECK: "x", Name: person.Name{Call: "Sanne", Surname: "Wit"}},
			roster.Counts{Match: 1, Findings: 1},
		},
		"the same number with a zero before it": {
			roster.Person{Key: "k1", Number: "00123", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Person{Key: "k9", Number: "123", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Counts{Change: 1},
		},
		"the same number, another surname": {
			roster.Person{Key: "k1", Number: "123", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Person{Key: "k9", Number: "123", Name: person.Name{Call: "Bram", Surname: "Kok"}},
			roster.Counts{Match: 1, Findings: 1},
		},
		"the same name only": {
			roster.Person{Key: "1", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Person{Key: "9", Name: person.Name{Call: "Sanne", Surname: "Berg"}},
			roster.Counts{Create: 1, Leave: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			one := func(p roster.Person) *roster.Roster {
				r := pupils()
				p.Kind, p.Fields = person.Pupil, all|roster.ECK
				r.People = []roster.Person{p}
				return r
			}
			first, _ := w.compare(one(c.was))
			w.apply(first, true)
			p, _ := w.compare(one(c.is))
			require.Equal(t, c.counts, p.Counts)
		})
	}
}

func TestAMatchIsDecidedByAPerson(t *testing.T) {
	t.Parallel()
	first := newWorld()
	p, _ := first.compare(staff(roster.Person{Key: "p1", Name: person.Name{Call: "Anna", Surname: "Kok"}}))
	first.apply(p, true)
	anna := first.single(t, person.Staff)

	second := newWorld()
	second.school.ID, second.school.Code.Location = "duinpan", "01"
	second.accounts = map[account.ID]account.Account{anna.ID: anna}
	r := staff(roster.Person{Key: "77", Name: person.Name{Call: "Anna", Surname: "Kok"}})
	r.School.Location = "01"
	p, found := second.compare(r)
	require.Equal(t, 1, p.Counts.Match)
	require.Equal(t, []roster.Phase{roster.Matches}, p.Held)
	require.Contains(t, codes(found), "plan.matches_held")
	row := p.Rows[roster.Matches][0]
	require.Equal(t, anna.ID, row.Or.Account.ID)

	for decision, want := range map[roster.Decision]account.ID{roster.Same: anna.ID, roster.Other: row.Account.ID, "": ""} {
		step := roster.Run{Decisions: map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: {row.Account.ID: decision}}}.
			Decided(roster.Matches, p.Steps(roster.Matches)[0])
		if want == "" {
			require.Empty(t, step.Accounts, "without a decision nothing happens")
			continue
		}
		require.Len(t, step.Accounts, 1)
		require.Equal(t, want, step.Accounts[0].Account.ID)
		require.Nil(t, step.Accounts[0].Or)
	}
	same := row.Or.Account
	require.Len(t, same.Memberships, 2, "one person of two schools")
	require.Equal(t, school.ID("zeester"), same.Main)
	require.Equal(t, anna.Address, same.Address)
}

func TestWhoWasAddedByHandIsProposed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.accounts["a1"] = account.Account{
		ID: "a1", Kind: person.Pupil, State: account.Active, Username: "nieuw", Source: account.Source{Name: person.Name{Call: "Kind7", Surname: "Smit7"}},
	}.With(account.Membership{School: "zeester"})
	p, _ := w.compare(pupils(7))
	require.Equal(t, 1, p.Counts.Match)
	require.Equal(t, account.ID("a1"), p.Rows[roster.Matches][0].Or.Account.ID)
}

func TestAbsentIsNotEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld()
	full := pupils(1)
	full.People[0].Gender, full.People[0].Name.Infix, full.People[0].Fields = person.Female, "van", all|roster.Gender
	p, _ := w.compare(full)
	w.apply(p, true)

	absent := pupils(1)
	absent.People[0].Fields = roster.Surname
	p, _ = w.compare(absent)
	require.Equal(t, roster.Counts{Unchanged: 1}, p.Counts, "what is not delivered keeps its value")

	empty := pupils(1)
	empty.People[0].Fields = all | roster.Gender
	p, _ = w.compare(empty)
	require.Equal(t, 1, p.Counts.Change)
	require.Equal(t, []roster.FieldChange{{Field: "infix", Old: "van"}, {Field: "gender", Old: "female"}}, p.Rows[roster.People][0].Changes)
	require.Equal(t, map[person.Kind][]string{
		person.Pupil: {"call_name", "infix", "surname", "gender", "administration_number", "year", "class"},
	}, empty.Delivers())
}

func TestAnInfixStandsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(1)
	r.People[0].Name.Infix, r.People[0].Name.Surname = "van der", "Berg"
	p, _ := w.compare(r)
	w.apply(p, true)
	whole := pupils(1)
	whole.People[0].Name.Surname, whole.People[0].Fields = "van der Berg", roster.CallName|roster.Surname|roster.Number
	p, _ = w.compare(whole)
	require.Equal(t, "Kind1 van der Berg", p.Rows[roster.People][0].Account.Source.Name.Display())
}

func TestAPupilsPrivateAddressIsNotKept(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"kind@leerling.example": "kind@leerling.example", "kind@mail.example": ""} {
		w := newWorld()
		r := pupils(1)
		r.People[0].Email, r.People[0].Fields = address, all|roster.Email
		p, _ := w.compare(r)
		require.Equal(t, want, p.Rows[roster.People][0].Account.Source.Email)
	}
}

func TestGuardians(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(1, 2))
	w.apply(p, true)
	parent := func(children ...roster.Child) *roster.Roster {
		r := pupils()
		r.Groups = nil
		r.People = []roster.Person{{
			Key: "1/1", Kind: person.Guardian, Name: person.Name{Call: "Eva", Surname: "Smit"}, Children: children,
			Fields: roster.CallName | roster.Surname | roster.Children,
		}}
		return r
	}
	p, found := w.compare(parent(roster.Child{Number: "01", Slot: 1, Receives: true}, roster.Child{Number: "99", Slot: 1}))
	require.Equal(t, roster.Counts{Create: 1, Findings: 1}, p.Counts, "a file of guardians lets nobody else leave, and ends no group")
	require.Equal(t, []string{"plan.unknown_child"}, codes(found))
	eva := p.Rows[roster.People][0].Account
	require.Len(t, eva.Source.Children, 1)
	require.Equal(t, "1", w.accounts[eva.Source.Children[0].Account].Source.Number)
	w.apply(p, true)
	p, _ = w.compare(parent(roster.Child{Number: "01", Slot: 1, Receives: true}))
	require.True(t, p.Empty())
}

func TestBoundsHoldBackTheirOwnKind(t *testing.T) {
	t.Parallel()
	many := func(change func(p *roster.Person), n int) *roster.Roster {
		r := pupils(span(1, 101)...) // the last one is new
		r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
		for i := range n {
			change(&r.People[i])
		}
		return r
	}
	for name, c := range map[string]struct {
		roster *roster.Roster
		held   []roster.Phase
		codes  []string
		rows   map[roster.Phase]int
	}{
		"few names":  {many(rename, 5), nil, nil, map[roster.Phase]int{roster.People: 6}},
		"many names": {many(rename, 6), []roster.Phase{roster.Names}, []string{"plan.names_held"}, map[roster.Phase]int{roster.People: 1, roster.Names: 6}},
		"few moves":  {many(move, 25), nil, nil, map[roster.Phase]int{roster.People: 26}},
		"many moves": {many(move, 26), []roster.Phase{roster.Moves}, []string{"plan.moves_held"}, map[roster.Phase]int{roster.People: 1, roster.Moves: 26}},
		"many of both": {
			many(func(p *roster.Person) { rename(p); move(p) }, 30),
			[]roster.Phase{roster.Names},
			[]string{"plan.names_held"},
			map[roster.Phase]int{roster.People: 1, roster.Names: 30},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			p, _ := w.compare(pupils(span(1, 100)...))
			w.apply(p, true)
			p, found := w.compare(c.roster)
			rows := map[roster.Phase]int{}
			for phase, list := range p.Rows {
				rows[phase] = len(list)
			}
			require.Equal(t, c.rows, rows)
			require.Subset(t, codes(found), c.codes)
			for _, held := range c.held {
				require.Contains(t, p.Held, held)
			}
			if c.held == nil {
				require.Empty(t, p.Held)
			}
		})
	}
}

func rename(p *roster.Person) { p.Name.Surname = "Nieuw" + p.Key }

func move(p *roster.Person) { p.Groups = []string{"4B"} }

func TestAWholeClassThatLeavesWaits(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 100)...)
	r.Groups = append(r.Groups, roster.Group{Key: "4B", Kind: roster.Class, Name: "4B"})
	for i := range 8 {
		move(&r.People[i])
	}
	p, _ := w.compare(r)
	w.apply(p, true)
	r.People = r.People[8:]
	p, found := w.compare(r)
	require.Equal(t, 8, p.Counts.Leave, "eight of a hundred is within the bound of the school")
	require.Equal(t, []roster.Phase{roster.Leave}, p.Held)
	require.Equal(t, []string{"plan.leavers_held"}, codes(found))
	require.Equal(t, []roster.Tally{{Kind: person.Pupil, Class: "4B", Leave: 8}}, p.Tallies)
}

func TestASchoolSetsItsOwnBounds(t *testing.T) {
	t.Parallel()
	w := newWorld()
	bounds := school.UsualBounds()
	bounds.Leavers = school.Bound{Count: 0, Percent: 0}
	w.school.Bounds = &bounds
	p, _ := w.compare(pupils(1, 2))
	w.apply(p, true)
	p, _ = w.compare(pupils(1))
	require.Equal(t, []roster.Phase{roster.Leave}, p.Held)
}

func TestAnotherPersonUnderAKeyWaits(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(span(1, 20)...)
	for i := range r.People {
		r.People[i].ECK, r.People[i].Fields = fmt.Sprint("eck", i), all|roster.ECK
	}
	p, _ := w.compare(r)
	w.apply(p, true)
	r.People[0].Name, r.People[0].ECK = person.Name{Call: "Bram", Surname: "Kok"}, "eck-of-bram"
	p, found := w.compare(r)
	require.Contains(t, codes(found), "plan.other_person")
	require.Equal(t, []roster.Phase{roster.Names}, p.Held)
}

func TestAnECKiDIsSealedAndHidden(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := pupils(1)
	r.People[0].ECK, r.People[0].Fields = "https://ketenid.nl/secret", all|roster.ECK
	p, _ := w.compare(r)
	a := p.Rows[roster.People][0].Account
	require.Equal(t, "hash of https://ketenid.nl/secret", a.Source.ECK.Hash)
	require.Equal(t, "sealed for "+string(a.ID)+": https://ketenid.nl/secret", string(a.Source.ECK.Sealed))
	w.apply(p, true)
	r.People[0].ECK = "https://ketenid.nl/other"
	p, _ = w.compare(r)
	for _, c := range p.Rows[roster.People][0].Changes {
		require.NotContains(t, c.Old+c.New, "ketenid")
	}
}

// Two schools of one institution may deliver the same people, each with its
// own half of what is known: neither undoes the other.
func TestTwoSchoolsNeverFightOverAField(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zee, duin := newWorld(), newWorld()
		duin.school.ID, duin.school.Code.Location = "duinpan", "01"
		duin.accounts = zee.accounts
		zee.others, duin.others = map[school.ID]*world{"duinpan": duin}, map[school.ID]*world{"zeester": zee}
		of := func(w *world, fields roster.Fields) *roster.Roster {
			r := pupils(1, 2, 3)
			r.School = w.school.Code
			for i := range r.People {
				r.People[i].ECK, r.People[i].Fields = fmt.Sprint("eck", i), fields|roster.ECK
				r.People[i].Gender = person.Female
				r.People[i].Name.Infix = string(w.school.ID) // each says something else
			}
			return r
		}
		rosters := map[*world]*roster.Roster{zee: of(zee, all), duin: of(duin, roster.Gender|roster.Surname|roster.Infix)}
		for _, first := range rapid.SliceOfN(rapid.Bool(), 2, 8).Draw(t, "order") {
			w := duin
			if first {
				w = zee
			}
			p, _ := w.compare(rosters[w])
			w.apply(p, true)
		}
		for range 2 {
			for w, r := range rosters {
				p, _ := w.compare(r)
				w.apply(p, true)
			}
		}
		for w, r := range rosters {
			p, _ := w.compare(r)
			require.True(t, p.Empty(), "%s has something to do still: %+v", w.school.ID, p.Rows)
		}
		require.Len(t, zee.accounts, 3)
	})
}

func TestGroupsOfAnotherSchoolStay(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.groups["g1"] = group.Group{ID: "g1", School: "duinpan", Year: 2026, Kind: group.Class, Name: "1A"}
	p, _ := w.compare(pupils(1))
	require.Len(t, p.Groups, 1)
	require.Empty(t, p.Ends)
}

func TestAClassStaysAsLongAsItsPupils(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(span(1, 20)...))
	w.apply(p, true)
	other := pupils(span(21, 25)...)
	other.Groups[0].Key = "4B"
	for i := range other.People {
		move(&other.People[i])
	}
	p, _ = w.compare(other)
	require.Equal(t, []roster.Phase{roster.Leave}, p.Held)
	require.Len(t, p.Ends, 1)
	require.Empty(t, p.Steps(roster.Groups)[0].Accounts)
	steps := p.Steps(roster.Leave)
	require.Len(t, steps, 2, "the class ends when its pupils have left")
	require.Equal(t, roster.End, steps[1].Groups[0].Action)
}
