package group_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// rule returns a rule of alternatives, each a list of terms.
func rule(any ...[]group.Term) group.Rule {
	var r group.Rule
	for _, terms := range any {
		r.Any = append(r.Any, group.All{Terms: terms})
	}
	return r
}

func all(terms ...group.Term) []group.Term { return terms }

func is(f group.Field, value string) group.Term { return group.Term{Field: f, Value: value} }

func not(f group.Field, value string) group.Term {
	return group.Term{Field: f, Value: value, Not: true}
}

// ruled returns a group that r fills.
func ruled(id group.ID, s school.ID, r group.Rule) group.Group {
	return group.Group{ID: id, School: s, Kind: group.Ruled, Name: string(id), Rule: r}
}

// known are the groups that a source delivered, and one filled by hand.
func known() []group.Group {
	return []group.Group{
		{ID: "g4a", School: "zee", Kind: group.Class, Name: "4A"},
		{ID: "gold", School: "zee", Kind: group.Class, Name: "4A", Ended: true},
		{ID: "gh3b", School: "duin", Kind: group.Class, Name: "H3B"},
		{ID: "gwi", School: "duin", Kind: group.Lesson, Name: "wi1"},
		{ID: "ghand", Kind: group.Manual, Name: "Plusklas"},
		{ID: "gpast", Kind: group.Manual, Name: "Vorig jaar", Ended: true},
	}
}

func pupil(places ...group.Place) group.Facts {
	return group.Facts{Kind: person.Pupil, Here: true, Places: places}
}

func TestWhomARuleFits(t *testing.T) {
	t.Parallel()
	in4A := group.Place{School: "zee", Grade: "4", Groups: []group.ID{"g4a"}}
	in3 := group.Place{School: "duin", Grade: "13", ILT: "0170", Groups: []group.ID{"gh3b", "gwi"}}
	teacher := group.Facts{
		Kind: person.Staff, Here: true, Function: "Leesspecialist",
		Places: []group.Place{{School: "zee", Roles: []string{"LRK"}}, {School: "duin", Roles: []string{"MEN"}}},
	}
	office := group.Facts{Kind: person.Staff, Here: true}
	plus := pupil(in4A)
	plus.Groups = []group.ID{"ghand", "gpast"}
	gone := pupil(in4A)
	gone.Here = false
	for name, c := range map[string]struct {
		at   school.ID
		rule group.Rule
		fits []group.Facts
		not  []group.Facts
	}{
		"kind":               {"", rule(all(is(group.ByKind, "pupil"))), []group.Facts{pupil(in4A), pupil()}, []group.Facts{teacher, gone}},
		"not the kind":       {"", rule(all(not(group.ByKind, "pupil"))), []group.Facts{teacher, office}, []group.Facts{pupil(in4A)}},
		"of one school only": {"zee", rule(all(is(group.ByKind, "staff"))), []group.Facts{teacher}, []group.Facts{office}},
		"year":               {"", rule(all(is(group.ByYear, "4"))), []group.Facts{pupil(in4A)}, []group.Facts{pupil(in3), teacher}},
		"one of two years":   {"", rule(all(is(group.ByYear, "4")), all(is(group.ByYear, "13"))), []group.Facts{pupil(in4A), pupil(in3)}, []group.Facts{teacher}},
		"year at the school": {"", rule(all(is(group.BySchool, "zee"), is(group.ByYear, "13"))), nil, []group.Facts{pupil(in4A, in3)}},
		"class by its name":  {"", rule(all(is(group.ByClass, "4a"))), []group.Facts{pupil(in4A)}, []group.Facts{pupil(in3)}},
		"class that ended":   {"", rule(all(is(group.ByClass, "4A"))), nil, []group.Facts{pupil(group.Place{School: "zee", Groups: []group.ID{"gold"}})}},
		"a lesson is no class": {
			"", rule(all(is(group.ByClass, "wi1"))), nil, []group.Facts{pupil(in3)},
		},
		"ILT code":              {"", rule(all(is(group.ByILT, "0170"))), []group.Facts{pupil(in3)}, []group.Facts{pupil(in4A)}},
		"function by its code":  {"", rule(all(is(group.ByFunction, "men"))), []group.Facts{teacher}, []group.Facts{office}},
		"function at a school":  {"", rule(all(is(group.BySchool, "zee"), is(group.ByFunction, "MEN"))), nil, []group.Facts{teacher}},
		"function in own words": {"", rule(all(is(group.ByFunction, "leesspecialist"))), []group.Facts{teacher}, []group.Facts{office}},
		"lesson group":          {"", rule(all(is(group.ByGroup, "gwi"))), []group.Facts{pupil(in3)}, []group.Facts{pupil(in4A)}},
		"manual group":          {"", rule(all(is(group.ByGroup, "ghand"))), []group.Facts{plus}, []group.Facts{pupil(in4A)}},
		"not in a group":        {"", rule(all(is(group.ByKind, "pupil"), not(group.ByGroup, "ghand"))), []group.Facts{pupil(in4A)}, []group.Facts{plus}},
		"group that ended":      {"", rule(all(is(group.ByGroup, "gpast"))), nil, []group.Facts{plus}},
		"no rule":               {"", group.Rule{}, nil, []group.Facts{pupil(in4A), teacher}},
		"empty alternative":     {"", rule(nil), nil, []group.Facts{pupil(in4A), teacher}},
		"unknown field":         {"", rule(all(is("shoe", "40"))), nil, []group.Facts{pupil(in4A)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := group.NewBook(append(known(), ruled("gr", c.at, c.rule)))
			for i, f := range c.fits {
				require.Equal(t, []group.ID{"gr"}, b.Ruled(f), "%d", i)
			}
			for i, f := range c.not {
				require.Empty(t, b.Ruled(f), "%d", i)
			}
		})
	}
}

func TestRulesThatCannotWork(t *testing.T) {
	t.Parallel()
	long := make([][]group.Term, group.MostAlternatives+1)
	for i := range long {
		long[i] = all(is(group.ByKind, "pupil"))
	}
	wide := slices.Repeat(all(is(group.ByKind, "pupil")), group.MostTerms+1)
	for name, c := range map[string]struct {
		rule group.Rule
		want string
	}{
		"nothing":             {group.Rule{}, "group.rule_empty"},
		"an empty part":       {rule(all(is(group.ByKind, "pupil")), nil), "group.rule_empty"},
		"too many parts":      {rule(long...), "group.rule_long"},
		"too many terms":      {rule(wide), "group.rule_long"},
		"no value":            {rule(all(is(group.ByYear, ""))), "group.rule_value"},
		"spaces around":       {rule(all(is(group.ByClass, " 4A"))), "group.rule_value"},
		"an unknown kind":     {rule(all(is(group.ByKind, "parrot"))), "group.rule_value"},
		"a year there is not": {rule(all(is(group.ByYear, "9"))), "group.rule_value"},
		"an ILT code of five": {rule(all(is(group.ByILT, "01700"))), "group.rule_value"},
		"an unknown field":    {rule(all(is("shoe", "40"))), "group.rule_value"},
		"an unknown group":    {rule(all(is(group.ByGroup, "gnone"))), "group.rule_unknown_group"},
		"a group that ended":  {rule(all(is(group.ByGroup, "gpast"))), "group.rule_unknown_group"},
		"itself":              {rule(all(not(group.ByGroup, "gr"))), "group.rule_circular"},
		"itself by another":   {rule(all(is(group.ByGroup, "gb"))), "group.rule_circular"},
	} {
		b := group.NewBook(append(known(),
			ruled("gr", "", rule(all(is(group.ByKind, "pupil")))),
			ruled("ga", "", rule(all(is(group.ByGroup, "gr")))),
			ruled("gb", "", rule(all(is(group.ByKind, "staff")), all(not(group.ByGroup, "ga")))),
		))
		err := b.Check(ruled("gr", "", c.rule))
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
		require.Equal(t, c.want, fault.Public(err), name)
	}
}

func TestRulesThatWork(t *testing.T) {
	t.Parallel()
	b := group.NewBook(append(known(), ruled("ga", "", rule(all(is(group.ByGroup, "ghand"))))))
	g := ruled("gr", "zee", rule(all(is(group.ByGroup, "ga"), not(group.ByGroup, "g4a")), all(is(group.ByILT, "0170"))))
	require.NoError(t, b.Check(g))
	require.NoError(t, b.With(g).Check(g), "a rule may be set again as it is")
}

// TestACircleHoldsNobody is about rules that two people set at once: each
// check saw the other's group without a rule.
func TestACircleHoldsNobody(t *testing.T) {
	t.Parallel()
	b := group.NewBook(append(
		known(),
		ruled("ga", "", rule(all(not(group.ByGroup, "gb")))), ruled("gb", "", rule(all(not(group.ByGroup, "ga")))),
		ruled("gc", "", rule(all(is(group.ByKind, "pupil")), all(is(group.ByGroup, "ga")))),
		ruled("gd", "", rule(all(is(group.ByKind, "pupil")))),
	))
	require.Equal(t, []group.ID{"gd"}, b.Ruled(pupil()), "what rests on a circle waits for it")
}

func TestNobodyStaysInAGroupThatEnded(t *testing.T) {
	t.Parallel()
	b := group.NewBook(known())
	require.Equal(t, []group.ID{"ghand"}, b.Manual([]group.ID{"gpast", "ghand", "g4a", "gnone", "ghand"}))
}

// anyFacts draws somebody of the known schools and groups.
func anyFacts() *rapid.Generator[group.Facts] {
	place := rapid.Custom(func(t *rapid.T) group.Place {
		return group.Place{
			School: rapid.SampledFrom([]school.ID{"zee", "duin"}).Draw(t, "school"),
			Grade:  rapid.SampledFrom([]string{"", "4", "13"}).Draw(t, "grade"),
			ILT:    rapid.SampledFrom([]string{"", "0170"}).Draw(t, "ilt"),
			Groups: rapid.SliceOfDistinct(rapid.SampledFrom([]group.ID{"g4a", "gh3b", "gwi"}), rapid.ID).Draw(t, "groups"),
			Roles:  rapid.SliceOfN(rapid.SampledFrom([]string{"LRK", "MEN"}), 0, 2).Draw(t, "roles"),
		}
	})
	return rapid.Custom(func(t *rapid.T) group.Facts {
		return group.Facts{
			Kind: rapid.SampledFrom([]person.Kind{person.Pupil, person.Staff}).Draw(t, "kind"), Here: true,
			Places: rapid.SliceOfN(place, 0, 2).Draw(t, "places"),
			Groups: rapid.SliceOfDistinct(rapid.SampledFrom([]group.ID{"ghand", "gpast"}), rapid.ID).Draw(t, "by hand"),
		}
	})
}

// anyRules draws ruled groups that may name each other, in circles too.
func anyRules() *rapid.Generator[[]group.Group] {
	ids := []group.ID{"r1", "r2", "r3", "r4", "r5"}
	term := rapid.OneOf(
		rapid.Just(is(group.ByKind, "pupil")), rapid.Just(is(group.ByYear, "4")), rapid.Just(is(group.BySchool, "zee")),
		rapid.Just(is(group.ByILT, "0170")), rapid.Just(is(group.ByFunction, "MEN")), rapid.Just(is(group.ByClass, "4A")),
		rapid.Custom(func(t *rapid.T) group.Term {
			return is(group.ByGroup, string(rapid.SampledFrom(append(slices.Clone(ids), "ghand", "gwi")).Draw(t, "named")))
		}),
	)
	signed := rapid.Custom(func(t *rapid.T) group.Term {
		made := term.Draw(t, "term")
		made.Not = rapid.Bool().Draw(t, "not")
		return made
	})
	return rapid.Custom(func(t *rapid.T) []group.Group {
		var made []group.Group
		for _, id := range ids {
			r := rule(rapid.SliceOfN(rapid.SliceOfN(signed, 1, 3), 1, 3).Draw(t, "rule")...)
			made = append(made, ruled(id, rapid.SampledFrom([]school.ID{"", "zee"}).Draw(t, "of"), r))
		}
		return made
	})
}

// TestRuledGroupsFollowFromFactsAlone draws people and rules: the order in
// which groups are known, and how often anybody asks, changes nothing; and
// denying every term of a rule of one term turns it round.
func TestRuledGroupsFollowFromFactsAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules, f := anyRules().Draw(t, "rules"), anyFacts().Draw(t, "facts")
		groups := append(known(), rules...)
		b := group.NewBook(groups)
		want := b.Ruled(f)
		require.Equal(t, want, b.Ruled(f))
		require.Equal(t, want, group.NewBook(rapid.Permutation(groups).Draw(t, "order")).Ruled(f))
		byOne := group.NewBook(known())
		for _, g := range rapid.Permutation(rules).Draw(t, "made") {
			byOne = byOne.With(g)
		}
		require.Equal(t, want, byOne.Ruled(f), "rules that were made one after the other")
		require.True(t, slices.IsSorted(want))
		for _, g := range rules {
			if b.Check(g) == nil {
				continue
			}
			require.NotContains(t, want, g.ID, "a rule that its check refuses holds nobody")
		}
	})
}
