package link_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/link"
)

func TestRulesThatMeanNobody(t *testing.T) {
	t.Parallel()
	class := link.Staff{By: link.OfClass}
	for name, c := range map[string]struct {
		rule link.Rule
		want string
	}{
		"no way to find staff":         {link.Rule{}, "link.staff_invalid"},
		"an unknown way":               {link.Rule{Staff: link.Staff{By: "moon"}}, "link.staff_invalid"},
		"every colleague":              {link.Rule{Staff: link.Staff{By: link.AtSchool}}, "link.staff_invalid"},
		"no group":                     {link.Rule{Staff: link.Staff{By: link.InGroup}}, "link.staff_invalid"},
		"a group too much":             {link.Rule{Staff: link.Staff{By: link.OfClass, Group: "plus"}}, "link.staff_invalid"},
		"nobody":                       {link.Rule{Pupils: link.Pupils{Grade: "4"}, Staff: link.Staff{By: link.ByPerson}}, "link.staff_invalid"},
		"a person too much":            {link.Rule{Staff: link.Staff{By: link.OfClass, Person: "juf"}}, "link.staff_invalid"},
		"one person for everybody":     {link.Rule{Staff: link.Staff{By: link.ByPerson, Person: "juf"}}, "link.pupils_invalid"},
		"a function of too many words": {link.Rule{Staff: link.Staff{By: link.AtSchool, Function: strings.Repeat("x", 101)}}, "link.staff_invalid"},
		"spaces around":                {link.Rule{Staff: link.Staff{By: link.AtSchool, Function: "IB "}}, "link.staff_invalid"},
		"a year there is not":          {link.Rule{Pupils: link.Pupils{Grade: "9"}, Staff: class}, "link.pupils_invalid"},
		"an ILT code of three":         {link.Rule{Pupils: link.Pupils{ILT: "017"}, Staff: class}, "link.pupils_invalid"},
		"over before it begins":        {link.Rule{Staff: class, From: monday, Until: monday}, "link.dates_invalid"},
	} {
		err := c.rule.Check()
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
		require.Equal(t, c.want, fault.Public(err), name)
		_, err = link.Rules{}.Add(c.rule)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
}

func TestRulesAreKeptInOneList(t *testing.T) {
	t.Parallel()
	var r link.Rules
	for i := range link.MostRules {
		var err error
		r, err = r.Add(link.Rule{ID: link.RuleID(fmt.Sprint(i)), Staff: link.Staff{By: link.OfClass}, Until: monday.Add(time.Hour)})
		require.NoError(t, err)
	}
	require.Equal(t, int64(link.MostRules), r.Version)
	_, err := r.Add(link.Rule{ID: "more", Staff: link.Staff{By: link.OfClass}})
	require.Equal(t, "link.too_many_rules", fault.Public(err))
	less, err := r.Remove("7")
	require.NoError(t, err)
	require.Len(t, less.List, link.MostRules-1)
	require.Equal(t, r.Version+1, less.Version)
	_, ok := less.Find("7")
	require.False(t, ok)
	_, ok = r.Find("7")
	require.True(t, ok, "the rules before are as they were")
	_, err = less.Remove("7")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Regexp(t, "^k[a-z2-7]{26}$", string(link.NewRuleID()))
}
