package link_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

var monday = time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)

// at makes a membership.
func at(s school.ID, groups ...group.ID) account.Membership {
	return account.Membership{School: s, Groups: groups}
}

func pupil(id account.ID, memberships ...account.Membership) account.Account {
	return account.Account{ID: id, Kind: person.Pupil, State: account.Active, Memberships: memberships}
}

func staff(id account.ID, memberships ...account.Membership) account.Account {
	return account.Account{ID: id, Kind: person.Staff, State: account.Active, Memberships: memberships}
}

// does returns m with functions.
func does(m account.Membership, functions ...string) account.Membership {
	m.Roles = functions
	return m
}

// book holds the groups of these tests.
func book() group.Book {
	return group.NewBook([]group.Group{
		{ID: "c4a", School: "zee", Kind: group.Class, Name: "4A"},
		{ID: "c5b", School: "zee", Kind: group.Class, Name: "5B"},
		{ID: "cold", School: "zee", Kind: group.Class, Name: "4A", Ended: true},
		{ID: "lwi", School: "duin", Kind: group.Lesson, Name: "wi1"},
		{ID: "plus", Kind: group.Manual, Name: "Plusklas"},
		{ID: "care", Kind: group.Ruled, Name: "Zorgteam", Rule: group.Rule{Any: []group.All{{Terms: []group.Term{
			{Field: group.ByFunction, Value: "IB"},
		}}}}},
	})
}

// team is the staff of these tests.
func team() []account.Account {
	hand := staff("bode")
	hand.Own = account.Own{Groups: []group.ID{"plus"}, Function: "Remedial teacher"}
	left := staff("left", account.Membership{School: "zee", Groups: []group.ID{"c4a"}, Left: true}, at("duin"))
	ill := staff("blocked", at("zee", "c4a"))
	ill.State = account.Blocked
	gone := staff("gone", at("zee", "c4a"))
	gone.State = account.Left
	return []account.Account{
		staff("juf", does(at("zee", "c4a"), "LRK")), staff("mentor", does(at("zee", "c4a", "c5b"), "MEN")),
		staff("ib", does(at("zee"), "IB")), staff("wis", does(at("duin", "lwi"), "LRK", "IB")), hand, left, ill, gone, pupil("nostaff", at("zee", "c4a")),
	}
}

func TestWhomARuleLinks(t *testing.T) {
	t.Parallel()
	in4A := account.Membership{School: "zee", Grade: "4", ILT: "0170", Groups: []group.ID{"c4a", "cold"}}
	class := func(ids ...string) (out []string) {
		for _, id := range ids {
			out = append(out, id+" class c4a")
		}
		return out
	}
	for name, c := range map[string]struct {
		rule link.Rule
		want []string
	}{
		"staff of the class":     {link.Rule{Staff: link.Staff{By: link.OfClass}}, class("blocked", "juf", "mentor")},
		"mentors of the class":   {link.Rule{Staff: link.Staff{By: link.OfClass, Function: "men"}}, class("mentor")},
		"staff of a lesson":      {link.Rule{Staff: link.Staff{By: link.OfLesson}}, nil},
		"a function":             {link.Rule{Staff: link.Staff{By: link.AtSchool, Function: "IB"}}, []string{"ib function IB"}},
		"a function to a year":   {link.Rule{Pupils: link.Pupils{School: "zee", Grade: "4"}, Staff: link.Staff{By: link.AtSchool, Function: "IB"}}, []string{"ib function IB"}},
		"another year":           {link.Rule{Pupils: link.Pupils{Grade: "5"}, Staff: link.Staff{By: link.AtSchool, Function: "IB"}}, nil},
		"another school":         {link.Rule{Pupils: link.Pupils{School: "duin"}, Staff: link.Staff{By: link.OfClass}}, nil},
		"a group to an ILT code": {link.Rule{Pupils: link.Pupils{ILT: "0170"}, Staff: link.Staff{By: link.InGroup, Group: "plus"}}, []string{"bode group plus"}},
		"a ruled group":          {link.Rule{Staff: link.Staff{By: link.InGroup, Group: "care"}}, []string{"ib group care", "wis group care"}},
		"a group's function":     {link.Rule{Staff: link.Staff{By: link.InGroup, Group: "plus", Function: "remedial teacher"}}, []string{"bode group plus"}},
		"another ILT code":       {link.Rule{Pupils: link.Pupils{ILT: "0171"}, Staff: link.Staff{By: link.InGroup, Group: "plus"}}, nil},
		"a substitute":           {link.Rule{Pupils: link.Pupils{Group: "c4a"}, Staff: link.Staff{By: link.ByPerson, Person: "wis"}}, []string{"wis person "}},
		"a substitute who left":  {link.Rule{Pupils: link.Pupils{Group: "c4a"}, Staff: link.Staff{By: link.ByPerson, Person: "gone"}}, nil},
		"no substitute but staff": {
			link.Rule{Pupils: link.Pupils{Group: "c4a"}, Staff: link.Staff{By: link.ByPerson, Person: "nostaff"}}, nil,
		},
		"a class that ended": {link.Rule{Pupils: link.Pupils{Group: "cold"}, Staff: link.Staff{By: link.OfClass}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.rule.ID, c.rule.Until = "k1", monday
			require.NoError(t, c.rule.Check())
			var got []string
			for _, l := range link.NewFinder([]link.Rule{c.rule}, book(), team()).Of(pupil("sanne", in4A), "zee").Links {
				require.Equal(t, link.RuleID("k1"), l.Why.Rule)
				require.Equal(t, monday, l.Why.Until)
				got = append(got, fmt.Sprintf("%s %s %s", l.Staff, l.Why.Fact.By, l.Why.Fact.Value))
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhoIsNoPupilThereHasNoLinks(t *testing.T) {
	t.Parallel()
	f := link.NewFinder([]link.Rule{{ID: "k1", Staff: link.Staff{By: link.OfClass}}}, book(), team())
	left := at("zee", "c4a")
	left.Left = true
	gone := pupil("gone", at("zee", "c4a"))
	gone.State = account.Left
	for name, a := range map[string]account.Account{
		"staff": staff("x", at("zee", "c4a")), "of another school": pupil("x", at("duin", "c4a")), "who left it": pupil("x", left),
		"who left": gone, "of nothing": pupil("x"),
	} {
		require.Empty(t, f.Of(a, "zee").Links, name)
	}
	require.Len(t, f.Of(pupil("x", at("zee", "c4a")), "zee").Links, 3)
}

func TestARuleForEverybodyIsCut(t *testing.T) {
	t.Parallel()
	var many []account.Account
	for i := range link.MostStaff + 5 {
		many = append(many, staff(account.ID(fmt.Sprintf("a%03d", i)), does(at("zee"), "LRK")))
	}
	rules := []link.Rule{{ID: "k1", Staff: link.Staff{By: link.AtSchool, Function: "LRK"}}}
	part := link.NewFinder(rules, book(), many).Of(pupil("x", at("zee")), "zee")
	require.True(t, part.Cut)
	require.Len(t, part.Links, link.MostStaff)
	require.False(t, link.NewFinder(rules, book(), many[:link.MostStaff]).Of(pupil("x", at("zee")), "zee").Cut)
}
