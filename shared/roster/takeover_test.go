package roster_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// mapped makes the pairs that give every key a new one.
func mapped(from, to int) []roster.Pair {
	var pairs []roster.Pair
	for n := from; n <= to; n++ {
		pairs = append(pairs, roster.Pair{Kind: person.Pupil, Old: fmt.Sprint(n), New: fmt.Sprint("nieuw", n), Line: n})
	}
	return pairs
}

func TestAChangeOfAdministrationSystem(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(span(1, 20)...))
	w.apply(p, true)
	before := maps.Clone(w.accounts)

	var found roster.Findings
	p = roster.Rekey(mapped(1, 20), w.known(), &found)
	require.Empty(t, found.List)
	require.Equal(t, roster.Counts{Change: 20}, p.Counts)
	w.apply(p, true)
	p = roster.Rekey(mapped(1, 20), w.known(), &found)
	require.Equal(t, roster.Counts{Unchanged: 20}, p.Counts, "a mapping may be repeated")

	r := pupils(span(1, 20)...)
	for i := range r.People {
		r.People[i].Key = "nieuw" + r.People[i].Key
	}
	p, _ = w.compare(r)
	require.True(t, p.Empty())
	for id, a := range w.accounts {
		require.Equal(t, before[id].Address, a.Address, "ids and addresses stay")
	}
}

func TestAMappingThatCannotBe(t *testing.T) {
	t.Parallel()
	pair := func(old, now string) roster.Pair { return roster.Pair{Kind: person.Pupil, Old: old, New: now, Line: 2} }
	for name, c := range map[string]struct {
		pairs []roster.Pair
		codes []string
	}{
		"two change places":       {[]roster.Pair{pair("1", "2"), pair("2", "1")}, nil},
		"a key nobody has":        {[]roster.Pair{pair("9", "10")}, []string{"plan.key_unknown"}},
		"a key that is taken":     {[]roster.Pair{pair("1", "2")}, []string{"plan.key_taken"}},
		"one person, two keys":    {[]roster.Pair{pair("1", "10"), pair("1", "11")}, []string{"plan.key_twice"}},
		"two people, one key":     {[]roster.Pair{pair("1", "10"), pair("2", "10")}, []string{"plan.key_twice"}},
		"a member of staff's key": {[]roster.Pair{{Kind: person.Staff, Old: "1", New: "10", Line: 2}}, []string{"plan.key_unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			p, _ := w.compare(pupils(1, 2))
			w.apply(p, true)
			var found roster.Findings
			roster.Rekey(c.pairs, w.known(), &found)
			require.Equal(t, c.codes, codes(found))
			for _, f := range found.List {
				require.Equal(t, 2, f.Line)
			}
		})
	}
}

func TestAnotherSystemWithoutAMappingIsConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(span(1, 20)...))
	w.apply(p, true)
	r := pupils(span(1, 20)...)
	for i := range r.People {
		r.People[i].Key = "nieuw" + r.People[i].Key // the numbers stay, the keys do not
	}
	p, found := w.compare(r)
	require.Contains(t, codes(found), "plan.source_changed")
	require.Equal(t, []roster.Phase{roster.Matches}, p.Held)
	require.Len(t, p.Rows[roster.Matches], 20)
	require.Zero(t, p.Counts.Create+p.Counts.Leave)
	require.Len(t, roster.Run{Rest: p.Held}.Decided(roster.Matches, p.Steps(roster.Matches)[0]).Accounts, 20, "what is sure needs approval, not a decision for each")
	require.Empty(t, roster.Run{}.Decided(roster.Matches, p.Steps(roster.Matches)[0]).Accounts, "nothing is taken for granted")
}

func TestSchoolsThatMerge(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p, _ := w.compare(pupils(span(1, 10)...))
	w.apply(p, true)
	into := newWorld()
	into.school = school.School{ID: "duinpan", Code: school.Code{BRIN: "99XX", Location: "00"}}
	into.accounts, into.groups = w.accounts, w.groups
	before := maps.Clone(w.accounts)

	var found roster.Findings
	p = roster.Merge("zeester", into.known(), &found)
	require.Empty(t, found.List)
	require.Equal(t, roster.Counts{Change: 10, Groups: 1}, p.Counts)
	into.apply(p, true)
	for id, a := range into.accounts {
		require.Equal(t, before[id].Address, a.Address)
		require.Equal(t, before[id].State, a.State)
		require.Equal(t, school.ID("duinpan"), a.Main)
		_, there := a.At("zeester")
		require.False(t, there)
		require.Equal(t, before[id].Groups(), a.Groups(), "classes go along")
	}
	again := roster.Merge("zeester", into.known(), &found)
	require.True(t, again.Empty(), "a merger may be repeated")
}

func TestTheFirstFileAfterAMergerFindsEverybody(t *testing.T) {
	t.Parallel()
	keyAt := func(s school.ID) func(person.Kind, string) string {
		return func(k person.Kind, key string) string { return string(s) + string(k) + key }
	}
	w := newWorld()
	k := w.known()
	k.KeyOf = keyAt("zeester")
	var found roster.Findings
	p := roster.Compare(pupils(span(1, 10)...), k, &found)
	w.apply(p, true)
	w.school = school.School{ID: "duinpan", Code: school.Code{BRIN: "99XX", Location: "00"}}
	w.run = roster.Run{Kind: roster.Merger, From: "zeester"}
	w.apply(roster.Merge("zeester", w.known(), &found), true)
	require.Equal(t, []school.ID{"zeester"}, w.school.Former)

	k = w.known()
	k.KeyOf = keyAt("duinpan")
	k.FormerKeysOf = func(kind person.Kind, key string) []string { return []string{keyAt("zeester")(kind, key)} }
	r := pupils(span(1, 10)...)
	r.School = w.school.Code
	p = roster.Compare(r, k, &found)
	require.Zero(t, p.Counts.Create+p.Counts.Leave+p.Counts.Match, "%+v", p.Counts)
	w.apply(p, true)
	for _, a := range w.accounts {
		m, _ := a.At("duinpan")
		require.Contains(t, m.Key, "duinpan", "from then on the school's own keys count")
		require.Equal(t, account.Active, a.State)
	}
}
