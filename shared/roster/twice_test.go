package roster_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// board makes the schools of one institution, which share its accounts.
func board(ids ...school.ID) map[school.ID]*world {
	accounts, schools := map[account.ID]account.Account{}, map[school.ID]*world{}
	for i, id := range ids {
		w := newWorld()
		w.school.ID, w.school.Code.Location, w.accounts, w.others = id, string(rune('0'+i))+"0", accounts, schools
		schools[id] = w
	}
	return schools
}

// anna is a teacher at a school, under the key that it gives her.
func (w *world) anna(key string) *roster.Roster {
	r := &roster.Roster{School: w.school.Code, Year: 2026}
	r.People = []roster.Person{{
		Key: key, Kind: person.Staff, Name: person.Name{Call: "Anna", Surname: "Kok"}, Fields: roster.CallName | roster.Surname,
	}}
	return r
}

// everybody returns the active accounts.
func (w *world) everybody() (list []account.Account) {
	for _, a := range w.accounts {
		if a.State == account.Active {
			list = append(list, a)
		}
	}
	return list
}

func TestATeacherOfThreeSchoolsIsOnePerson(t *testing.T) {
	t.Parallel()
	schools := board("duinpan", "schelp", "zeester")
	schools["duinpan"].take(t, schools["duinpan"].anna("d1"))
	for _, id := range []school.ID{"schelp", "zeester"} {
		w := schools[id]
		p, _ := w.compare(w.anna("77"))
		require.Equal(t, 1, p.Counts.Match, id)
		require.Empty(t, p.Rows[roster.Matches][0].Others, "two schools that know one person make no two candidates")
		w.decide(p, roster.Same)
	}
	all := schools["zeester"].everybody()
	require.Len(t, all, 1)
	require.Len(t, all[0].Memberships, 3)
	require.Equal(t, school.ID("duinpan"), all[0].Main)
	for _, w := range schools {
		key := "77"
		if w.school.ID == "duinpan" {
			key = "d1"
		}
		p, _ := w.compare(w.anna(key))
		require.True(t, p.Empty(), "%s: %+v", w.school.ID, p)
	}
}

func TestLeavingOneOfTwoSchoolsEndsThatMembership(t *testing.T) {
	t.Parallel()
	schools := board("duinpan", "zeester")
	duin, zee := schools["duinpan"], schools["zeester"]
	duin.take(t, duin.anna("d1"))
	p, _ := zee.compare(zee.anna("77"))
	zee.decide(p, roster.Same)
	for _, w := range []*world{duin, zee} { // the main school first
		gone := w.anna("other")
		gone.People[0].Name = person.Name{Call: "Bram", Surname: "Bos"}
		p, _ = w.compare(gone)
		require.Len(t, p.Rows[roster.Leave], 1)
		row := p.Rows[roster.Leave][0]
		m, _ := row.Account.At(w.school.ID)
		require.True(t, m.Left)
		last := w == zee
		require.Equal(t, last, row.Account.State == account.Left, "the account leaves with its last school")
		require.Equal(t, last, row.Bin)
		if !last {
			require.Equal(t, school.ID("zeester"), row.Account.Main, "the other one sets its rules from then on")
		}
		w.apply(p, true)
	}
}

// TestTwoAccountsOfOnePerson: two schools were imported side by side, and each
// made the teacher.
func TestTwoAccountsOfOnePerson(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"the older is this school's": true, "the older is the other school's": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schools := board("duinpan", "zeester")
			duin, zee := schools["duinpan"], schools["zeester"]
			one, _ := duin.compare(duin.anna("d1"))
			two, _ := zee.compare(zee.anna("77"))
			old, young := one.Rows[roster.People][0].Account, two.Rows[roster.People][0].Account
			if first {
				old, young = young, old
			}
			young.Username, young.Created = "anna.kok2", young.Created.Add(time.Minute)
			duin.accounts[old.ID], duin.accounts[young.ID] = old, young

			p, _ := zee.compare(zee.anna("77"))
			require.Equal(t, 1, p.Counts.Match)
			require.Equal(t, 1, p.Counts.Unchanged)
			before := maps.Clone(zee.accounts)
			zee.decide(p, roster.Same)
			all := zee.everybody()
			require.Len(t, all, 1)
			require.Equal(t, old.ID, all[0].ID, "the older account stays")
			require.Equal(t, before[old.ID].Username, all[0].Username)
			require.Len(t, all[0].Memberships, 2)
			gone := zee.accounts[young.ID]
			require.Equal(t, account.Left, gone.State)
			require.Greater(t, gone.Epoch, before[young.ID].Epoch)
			for w, key := range map[*world]string{zee: "77", duin: "d1"} {
				p, _ = w.compare(w.anna(key))
				require.True(t, p.Empty(), "the keys of both are the one's: %+v", p)
			}
		})
	}
}

func TestWhoSaysThatTheyAreTwoIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	schools := board("duinpan", "zeester")
	duin, zee := schools["duinpan"], schools["zeester"]
	duin.take(t, duin.anna("d1"))
	p, _ := zee.compare(zee.anna("77"))
	zee.decide(p, roster.Other)
	require.Len(t, zee.everybody(), 2)
	for w, key := range map[*world]string{zee: "77", duin: "d1"} {
		p, _ = w.compare(w.anna(key))
		require.True(t, p.Empty(), "%+v", p)
	}

	for id, a := range zee.accounts { // as before anybody was asked
		a.Apart, a.Digest = nil, ""
		a.Digest = a.Imported()
		zee.accounts[id] = a
	}
	p, _ = zee.compare(zee.anna("77"))
	require.Equal(t, 1, p.Counts.Match)
	zee.decide(p, roster.Other)
	for w, key := range map[*world]string{zee: "77", duin: "d1"} {
		p, _ = w.compare(w.anna(key))
		require.True(t, p.Empty(), "%+v", p)
	}
	require.Len(t, zee.everybody(), 2)
}

// TestAPupilOfTwoSchoolsWithTwoAccounts: an ECK-iD is one pupil's.
func TestAPupilOfTwoSchoolsWithTwoAccounts(t *testing.T) {
	t.Parallel()
	schools := board("duinpan", "zeester")
	duin, zee := schools["duinpan"], schools["zeester"]
	of := func(w *world) *roster.Roster {
		r := edexml(1)
		r.School = w.school.Code
		return r
	}
	one, _ := duin.compare(of(duin))
	two, _ := zee.compare(of(zee))
	duin.apply(one, true)
	zee.apply(two, true)
	require.Len(t, zee.everybody(), 2)
	p, _ := zee.compare(of(zee))
	require.Equal(t, 1, p.Counts.Match)
	zee.decide(p, roster.Same)
	require.Len(t, zee.everybody(), 1)
	for _, w := range schools {
		p, _ = w.compare(of(w))
		require.True(t, p.Empty(), "%+v", p)
	}
}

func TestNobodyIsMergedByNameAtOneSchool(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.anna("1")
	r.People = append(r.People, w.anna("2").People...)
	p, _ := w.take(t, r)
	require.Equal(t, 2, p.Counts.Create, "two teachers may have one name")
	p, _ = w.compare(r)
	require.True(t, p.Empty())
}
