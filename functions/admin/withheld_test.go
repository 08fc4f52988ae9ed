package admin_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// deny denies a field of others to all staff.
func (s *stage) deny(key string) {
	s.t.Helper()
	got := s.submit("/admin/rights", url.Values{"effect": {"deny"}, "what": {"data:" + key}, "whom": {"kind:staff"}})
	require.Equal(s.t, 303, got.status, got.body)
}

// TestWhatIsDeniedShowsNowhere: a field that is denied stands on no page and in
// no download, and in no log as seen.
func TestWhatIsDeniedShowsNowhere(t *testing.T) {
	t.Parallel()
	s := begin(t)
	bram := s.subject()
	s.denials()
	preview := call{method: "POST", path: "/admin/names"}
	rule := url.Values{"school": {string(zeester)}, "kind": {"pupil"}, "lines": {"{achternaam}{roepnaam}"}, "address": {"{username}"}, "renames": {"never"}}
	for name, c := range map[string]struct {
		call   call
		field  string
		value  string // that shows until it is denied
		status int    // of the page once it is
		is     string // what shows still
	}{
		"address of a class":         {call{method: "GET", path: "/admin/groups/g4a"}, "username", "bram.vos@school.example", 200, "Vos, Bram"},
		"mail address of a class":    {call{method: "GET", path: "/admin/groups/g4a"}, "school_email", "bram.vos@school.example", 200, "Vos, Bram"},
		"a class":                    {call{method: "GET", path: "/admin/groups/g4a"}, "class", "Vos, Bram", 403, "Dat lukte niet"},
		"address in a search":        {call{method: "POST", path: "/admin/people"}, "school_email", "bram.vos@school.example", 200, "Vos, Bram"},
		"change in a plan":           {call{method: "GET", path: "/admin/imports/iplan/rows/people"}, "gender", "vrouw-oud", 200, "afgeschermd"},
		"mail address in a plan":     {call{method: "GET", path: "/admin/imports/iplan/rows/people"}, "school_email", "oud@bron.example", 200, "afgeschermd"},
		"match in a plan":            {call{method: "GET", path: "/admin/imports/iplan/rows/matches"}, "username", "anna@school.example", 200, "afgeschermd"},
		"namesake in a plan":         {call{method: "GET", path: "/admin/imports/iplan/rows/matches"}, "username", "anna2@school.example", 200, "afgeschermd"},
		"change in a plan as CSV":    {call{method: "GET", path: "/admin/imports/iplan/plan.csv"}, "gender", "vrouw-oud", 200, "afgeschermd"},
		"new value in a plan as CSV": {call{method: "GET", path: "/admin/imports/iplan/plan.csv"}, "gender", "vrouw-nieuw", 200, "afgeschermd"},
		"match in a plan as CSV":     {call{method: "GET", path: "/admin/imports/iplan/plan.csv"}, "username", "anna2@school.example", 200, "afgeschermd"},
		"class in the bin":           {call{method: "GET", path: "/admin/bin"}, "class", "<td>10B</td>", 200, "Vries, Lotte de"},
		"classes of the bin":         {call{method: "GET", path: "/admin/bin"}, "class", `<option value="g10b">`, 200, "Vries, Lotte de"},
		"preview of names":           {preview, "username", "vosbram@", 200, "afgeschermd"},
		"gender of a person":         {call{method: "GET", path: "/admin/people/BRAM"}, "gender", "<td>Man</td>", 200, "Bram Vos"},
		"supervision of a pupil":     {call{method: "GET", path: "/admin/people/BRAM"}, "supervision", "Juf Kok", 200, "Bram Vos"},
	} {
		look := func() answer {
			one := c.call
			one.session, one.path = s.admin, strings.Replace(one.path, "BRAM", string(bram.ID), 1)
			if one.method == "POST" {
				one.body = strings.NewReader(rule.Encode())
				one.header = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
			}
			return s.do(one)
		}
		before := look()
		require.Equal(t, 200, before.status, name)
		require.Contains(t, before.body, c.value, name)
		s.deny(c.field)
		seen := s.seenOf(c.field)
		after := look()
		require.Equal(t, c.status, after.status, name)
		require.NotContains(t, after.body, c.value, name)
		require.Contains(t, after.body, c.is, name)
		require.Equal(t, seen, s.seenOf(c.field), "%s: the log says that what was denied was seen", name)
		for _, r := range all(t, s.deps.DB.Rights()) {
			require.NoError(t, s.deps.DB.Rights().Delete(t.Context(), ours, r.ID))
		}
	}
}

// subject adds the pupil whom the pages are about, with a teacher, and somebody
// in the bin.
func (s *stage) subject() account.Account {
	s.t.Helper()
	s.domains()
	bram := member(person.Pupil, named("Bram", "", "Vos"), classA)
	bram.Main, bram.Source.Gender = zeester, person.Male
	bram = s.add(ours, bram)
	juf := s.add(ours, member(person.Staff, named("Juf", "", "Kok")))
	why := link.Why{Fact: link.Fact{By: link.OfClass, Value: string(classA)}}
	ties := link.Supervision{Pupil: bram.ID}.With(link.Part{School: zeester, Links: []link.Link{{Staff: juf.ID, Why: why}}})
	require.NoError(s.t, s.deps.DB.Supervision().Set(s.t.Context(), ours, bram.ID, ties))
	s.deleted("Lotte")
	return bram
}

// seenOf returns how often the log says that a field was seen.
func (s *stage) seenOf(field string) int {
	s.t.Helper()
	n := 0
	for _, e := range all(s.t, s.deps.DB.Log()) {
		if e.Action == audit.Viewed && slices.Contains(e.Fields, field) {
			n++
		}
	}
	return n
}

// denials stores a plan in which several fields differ.
func (s *stage) denials() {
	s.t.Helper()
	a := account.Account{ID: "aeen", Kind: person.Pupil, Address: "een@leerling.example", Source: named("Eva", "", "Bos")}
	changed := roster.AccountRow{Action: roster.Change, Reason: "differs_from_source", Account: a, Changes: []roster.FieldChange{
		{Field: "gender", Old: "vrouw-oud", New: "vrouw-nieuw"}, {Field: "email", Old: "oud@bron.example", New: "nieuw@bron.example"},
	}}
	match := func(address string) roster.AccountRow {
		return roster.AccountRow{Action: roster.Change, Reason: "same_name_or_address", Account: account.Account{
			ID: account.ID("a" + address[:5]), Kind: person.Staff, Address: address, Source: named("Anna", "", "Kok"),
		}}
	}
	first := match("anna@school.example")
	asked := roster.AccountRow{
		Action: roster.Create, Reason: "same_name_or_address", Account: account.Account{ID: "anew", Kind: person.Staff, Source: named("Anna", "", "Kok")},
		Or: &first, Others: []roster.AccountRow{match("anna2@school.example")},
	}
	stored, err := s.deps.Plans.Write(s.t.Context(), ours, "iplan", roster.Plan{
		Rows: map[roster.Phase][]roster.AccountRow{roster.People: {changed}, roster.Matches: {asked}},
	})
	require.NoError(s.t, err)
	run := roster.Run{ID: "iplan", School: school.ID(zeester), Status: roster.Waiting, Plan: stored, Held: []roster.Phase{roster.Matches}, ExpireAt: s.clock.Now().AddDate(0, 1, 0)}
	require.NoError(s.t, s.deps.DB.Runs().Create(s.t.Context(), ours, run.ID, run))
}
