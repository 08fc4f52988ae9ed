package link_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/school"
)

func TestExceptionsGoBeforeRules(t *testing.T) {
	t.Parallel()
	s := link.Supervision{Pupil: "sanne"}.With(link.Part{School: "zee", Links: []link.Link{
		{Staff: "juf", Why: link.Why{Rule: "k1"}},
		{Staff: "ib", Why: link.Why{Rule: "k2", From: monday.Add(time.Hour)}},
		{Staff: "invaller", Why: link.Why{Rule: "k3", Until: monday}},
	}})
	require.True(t, s.Linked("juf", monday))
	require.False(t, s.Linked("ib", monday), "not yet")
	require.True(t, s.Linked("ib", monday.Add(time.Hour)))
	require.True(t, s.Linked("invaller", monday.Add(-time.Second)))
	require.False(t, s.Linked("invaller", monday), "no longer")
	require.False(t, s.Linked("bode", monday))

	s = s.Except(link.Exception{Staff: "juf", Out: true, Made: monday, Until: monday.Add(time.Hour)}).
		Except(link.Exception{Staff: "bode", Made: monday, By: "admin"})
	require.False(t, s.Linked("juf", monday), "somebody said no")
	require.True(t, s.Linked("juf", monday.Add(time.Hour)), "for an hour")
	require.True(t, s.Linked("bode", monday))
	tie := s.Tie("juf", monday)
	require.Equal(t, []link.Why{{Rule: "k1"}}, tie.Why, "what the rule would give is told")
	require.NotNil(t, tie.Exception)
	require.Len(t, s.Ties(monday), 2)
	require.Equal(t, []account.ID{"bode", "ib", "invaller", "juf"}, s.Staff())

	s = s.Except(link.Exception{Staff: "bode", Out: true, Made: monday.Add(2 * time.Hour)})
	require.Equal(t, []link.Exception{{Staff: "bode", Out: true, Made: monday.Add(2 * time.Hour)}}, s.Exceptions, "the last word counts, and what is over goes")
	require.False(t, s.Empty())
	require.True(t, s.Forget("bode").With(link.Part{School: "zee"}).Empty())
}

// world is what is known of an institution, and a pupil's supervision as it
// was calculated so far.
type world struct {
	groups []group.Group
	rules  []link.Rule
	staff  []account.Account
	pupil  account.Account
}

func (w world) finder() *link.Finder {
	return link.NewFinder(w.rules, group.NewBook(w.groups), w.staff)
}

func schools() []school.ID { return []school.ID{"zee", "duin", "berg"} }

func anyWorld() *rapid.Generator[world] {
	groups := []group.Group{
		{ID: "c1", School: "zee", Kind: group.Class},
		{ID: "c2", School: "duin", Kind: group.Class},
		{ID: "l1", School: "duin", Kind: group.Lesson},
		{ID: "m1", Kind: group.Manual},
		{ID: "r1", Kind: group.Ruled, Rule: group.Rule{Any: []group.All{{Terms: []group.Term{{Field: group.ByFunction, Value: "IB"}}}}}},
	}
	membership := rapid.Custom(func(t *rapid.T) account.Membership {
		return account.Membership{
			School: rapid.SampledFrom(schools()).Draw(t, "school"), Grade: rapid.SampledFrom([]string{"4", "5"}).Draw(t, "grade"),
			ILT:    rapid.SampledFrom([]string{"", "0170"}).Draw(t, "ilt"),
			Groups: rapid.SliceOfDistinct(rapid.SampledFrom([]group.ID{"c1", "c2", "l1"}), rapid.ID).Draw(t, "groups"),
			Roles:  rapid.SliceOfN(rapid.SampledFrom([]string{"IB", "MEN"}), 0, 2).Draw(t, "roles"), Left: rapid.IntRange(0, 4).Draw(t, "left") == 0,
		}
	})
	memberships := rapid.SliceOfNDistinct(membership, 0, 3, func(m account.Membership) school.ID { return m.School })
	rule := rapid.Custom(func(t *rapid.T) link.Rule {
		return link.Rule{
			Pupils: link.Pupils{
				School: rapid.SampledFrom(append(schools(), "")).Draw(t, "school"), Grade: rapid.SampledFrom([]string{"", "4"}).Draw(t, "grade"),
				ILT: rapid.SampledFrom([]string{"", "0170"}).Draw(t, "ilt"), Group: rapid.SampledFrom([]group.ID{"", "", "m1", "c1"}).Draw(t, "group"),
			},
			Staff: rapid.SampledFrom([]link.Staff{
				{By: link.OfClass},
				{By: link.OfClass, Function: "MEN"},
				{By: link.OfLesson},
				{By: link.AtSchool, Function: "IB"},
				{By: link.InGroup, Group: "m1"},
				{By: link.InGroup, Group: "r1"},
				{By: link.ByPerson, Person: "s1"},
			}).Draw(t, "staff"),
		}
	})
	return rapid.Custom(func(t *rapid.T) world {
		w := world{groups: groups, rules: rapid.SliceOfN(rule, 0, 4).Draw(t, "rules"), pupil: pupil("p", memberships.Draw(t, "pupil")...)}
		for i := range w.rules {
			w.rules[i].ID = link.RuleID(rune('a' + i))
		}
		w.pupil.Own.Groups = rapid.SampledFrom([][]group.ID{nil, {"m1"}}).Draw(t, "by hand")
		for _, id := range []account.ID{"s1", "s2", "s3"} {
			a := staff(id, memberships.Draw(t, string(id))...)
			a.Own.Groups = rapid.SampledFrom([][]group.ID{nil, {"m1"}}).Draw(t, "by hand")
			w.staff = append(w.staff, a)
		}
		return w
	})
}

// TestLinksFollowFromFactsAlone calculates schools in any order, any number of
// times, from what is known in any order: the same links come of it; and a
// school that is calculated again changes nothing of another.
func TestLinksFollowFromFactsAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, w := anyWorld().Draw(t, "before"), anyWorld().Draw(t, "now")
		want := link.Supervision{Pupil: "p"}
		for _, s := range schools() {
			want = want.With(w.finder().Of(w.pupil, s))
		}
		got := link.Supervision{Pupil: "p"}
		for _, s := range schools() {
			got = got.With(before.finder().Of(before.pupil, s))
		}
		w.rules = rapid.Permutation(w.rules).Draw(t, "rules")
		w.staff = rapid.Permutation(w.staff).Draw(t, "staff")
		w.groups = rapid.Permutation(w.groups).Draw(t, "groups")
		order := append(rapid.SliceOfN(rapid.SampledFrom(schools()), 0, 5).Draw(t, "more"), schools()...)
		for _, s := range rapid.Permutation(order).Draw(t, "order") {
			was := got
			got = got.With(w.finder().Of(w.pupil, s))
			for _, other := range schools() {
				if other != s {
					require.True(t, was.Part(other).Same(got.Part(other)), "%s was disturbed", other)
				}
			}
		}
		require.Equal(t, want.Parts, got.Parts)
		for _, p := range got.Parts {
			for _, l := range p.Links {
				w.explained(t, p.School, l)
			}
		}
	})
}

// explained demands that the rule which a link names gives it by itself.
func (w world) explained(t *rapid.T, s school.ID, l link.Link) {
	for _, r := range w.rules {
		if r.ID == l.Why.Rule {
			alone := link.NewFinder([]link.Rule{r}, group.NewBook(w.groups), w.staff)
			require.Contains(t, alone.Of(w.pupil, s).Links, l)
			return
		}
	}
	t.Fatalf("a link by rule %q, which does not exist", l.Why.Rule)
}
