package admin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/topic"
)

// post sends a form to a page of our school as somebody.
func (s *stage) post(session, path string, form url.Values) answer {
	return s.do(call{
		method: "POST", path: "/admin/schools/" + string(zeester) + path, session: session,
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: strings.NewReader(form.Encode()),
	})
}

func (s *stage) ourSchool() school.School {
	s.t.Helper()
	place, err := s.deps.DB.Schools().Get(s.t.Context(), ours, zeester)
	require.NoError(s.t, err)
	return place
}

// bounds is a form that sets every bound alike.
func bounds(season, count, percent string) url.Values {
	form := url.Values{"season": {season}}
	for _, name := range []string{"leavers", "class", "names", "moves"} {
		form.Set(name+"-count", count)
		form.Set(name+"-percent", percent)
	}
	return form
}

func TestBounds(t *testing.T) {
	t.Parallel()
	s := begin(t)
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/bounds", bounds("year", "3", "7")).status)
	want := school.Bound{Count: 3, Percent: 7}
	require.Equal(t, &school.Bounds{Leavers: want, Class: want, Names: want, Moves: want}, s.ourSchool().Bounds)
	require.Nil(t, s.ourSchool().Rollover)
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/bounds", bounds("rollover", "0", "100")).status)
	require.NotNil(t, s.ourSchool().Rollover)
	entry := all(t, s.deps.DB.Log())[0]
	require.Equal(t, audit.SchoolSet, entry.Action)
	require.Equal(t, "127.0.0.1", s.origin(entry).Address)
	root := s.show(s.admin, "/admin/schools/"+string(zeester))
	require.Contains(t, text(root), "Veiligheidsgrenzen van juli tot en met september")

	before := s.traces()
	for name, form := range map[string]url.Values{
		"no number":    bounds("year", "veel", "7"),
		"negative":     bounds("year", "-1", "7"),
		"too much":     bounds("year", "1", "101"),
		"no season":    bounds("spring", "1", "1"),
		"nothing said": {},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.post(s.admin, "/bounds", form).status, name)
	}
	require.Equal(t, http.StatusNotFound, s.post(s.stranger, "/bounds", bounds("year", "1", "1")).status)
	require.Equal(t, before, s.traces())
}

func TestColumns(t *testing.T) {
	t.Parallel()
	s := begin(t)
	set := func(heading, field string) int {
		return s.post(s.admin, "/columns", url.Values{"heading": {heading}, "field": {field}}).status
	}
	require.Equal(t, http.StatusSeeOther, set("Roep-naam", "call_name"))
	require.Equal(t, http.StatusSeeOther, set("Mentor", ""))
	require.Equal(t, map[string]string{"roepnaam": "call_name", "mentor": ""}, s.ourSchool().Columns)
	require.Contains(t, text(s.show(s.admin, "/admin/schools/"+string(zeester))), "mentor Niet overnemen")
	require.Equal(t, http.StatusSeeOther, set("mentor", "-"))
	require.Equal(t, map[string]string{"roepnaam": "call_name"}, s.ourSchool().Columns)
	for _, wrong := range [][2]string{{"", "call_name"}, {"BSN", "bsn"}, {strings.Repeat("x", 101), ""}} {
		require.Equal(t, http.StatusUnprocessableEntity, set(wrong[0], wrong[1]), wrong)
	}
}

// prepared stores a school year to come, with one pupil who goes on and one
// who leaves.
func (s *stage) prepared() {
	s.t.Helper()
	place := s.ourSchool()
	place.Prepared = school.Prepared{Year: 2027, From: time.Date(2027, 8, 1, 0, 0, 0, 0, time.UTC)}
	require.NoError(s.t, s.deps.DB.Schools().Set(s.t.Context(), ours, zeester, place))
	m := account.Membership{School: zeester, Key: "k1", Year: 2026}
	stays := account.Account{Kind: person.Pupil, State: account.Active, Source: named("Bo", "", "Blijft")}.With(m)
	m.Year = 2027
	s.add(ours, stays.Preparing(m))
	m.Year, m.Key = 2026, "k2"
	s.add(ours, account.Account{Kind: person.Pupil, State: account.Active, Source: named("Wil", "", "Weg")}.With(m))
}

func TestAPreparedYear(t *testing.T) {
	t.Parallel()
	s := begin(t)
	page := "/admin/schools/" + string(zeester)
	require.Contains(t, text(s.show(s.admin, page)), "Er staat geen schooljaar klaar")
	require.Equal(t, http.StatusNotFound, s.do(call{method: "GET", path: page + "/year", session: s.admin}).status)
	require.Equal(t, http.StatusConflict, s.post(s.admin, "/year", url.Values{"say": {"now"}}).status)
	s.prepared()
	root := s.show(s.admin, page)
	require.Contains(t, text(root), "Schooljaar 2027-2028 staat klaar en begint op 2027-08-01")
	require.Equal(t, []string{"1", "1", "0", "3"}, texts(find(root, "dl")[0], "dd"), "what lapses is told beforehand")
	lapses := s.show(s.admin, page+"/year")
	require.Equal(t, []string{"Weg, Wil Leerling Vertrekt van de instelling"}, texts(find(lapses, "tbody")[0], "tr"), "by name")
	require.Len(t, texts(find(lapses, "ul")[0], "li"), 3)
	var viewed []account.ID
	for _, e := range all(t, s.deps.DB.Log()) {
		if e.Action == audit.Viewed && e.Object == string(zeester) {
			viewed = append(viewed, e.Subjects...)
		}
	}
	require.Len(t, viewed, 1, "whose name was seen is logged")

	for _, day := range []string{"2027-05-01", "2028-08-01", "morgen", ""} {
		require.Equal(t, http.StatusUnprocessableEntity, s.post(s.admin, "/year", url.Values{"from": {day}}).status, day)
	}
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/year", url.Values{"from": {"2027-07-20"}}).status)
	require.Equal(t, "2027-07-20", s.ourSchool().Prepared.From.Format(time.DateOnly))

	for range 2 { // an order may be repeated
		got := s.post(s.admin, "/year", url.Values{"say": {"now"}})
		require.Equal(t, http.StatusSeeOther, got.status, got.body)
		require.Equal(t, "/admin/imports/switch-"+string(zeester)+"-20261124", got.header.Get("Location"))
	}
	runs := all(t, s.deps.DB.Runs())
	require.Len(t, runs, 1)
	require.Equal(t, roster.Switch, runs[0].Kind)
	var body topic.Received
	messages := emulators.Pull(t, s.project, topic.RosterReceived.Name, 1)
	require.NoError(t, json.Unmarshal(messages[0].GetData(), &body))
	require.Equal(t, topic.Received{Tenant: ours, Import: runs[0].ID}, body)
}

func TestMerger(t *testing.T) {
	t.Parallel()
	s := begin(t)
	other := school.School{ID: "duinpan", Name: "De Duinpan", Code: school.Code{BRIN: "99XY", Location: "00"}}
	require.NoError(t, s.deps.DB.Schools().Create(t.Context(), ours, other.ID, other))
	require.Contains(t, text(s.show(s.admin, "/admin/schools/"+string(zeester))), "De Duinpan (99XY00)")
	merge := func(from school.ID) int { return s.post(s.admin, "/merger", url.Values{"from": {string(from)}}).status }
	require.Equal(t, http.StatusConflict, merge(zeester), "a school does not go up in itself")
	require.Equal(t, http.StatusNotFound, merge("nergens"))
	require.Equal(t, http.StatusSeeOther, merge("duinpan"))
	runs := all(t, s.deps.DB.Runs())
	require.Len(t, runs, 1)
	require.Equal(t, roster.Merger, runs[0].Kind)
	require.Equal(t, other.ID, runs[0].From)
	other.Into = zeester
	require.NoError(t, s.deps.DB.Schools().Set(t.Context(), ours, other.ID, other))
	require.Equal(t, http.StatusConflict, merge("duinpan"), "it has gone up already")
}

// TestStrict: a school chooses whether a deviation from a standard refuses a
// file, and takes it back.
func TestStrict(t *testing.T) {
	t.Parallel()
	s := begin(t)
	page := "/admin/schools/" + string(zeester)
	require.False(t, s.ourSchool().Strict, "lenient by default")
	require.False(t, checked(s.show(s.admin, page), "strict-yes"))
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/strict", url.Values{"strict": {"yes"}}).status)
	require.True(t, s.ourSchool().Strict)
	require.True(t, checked(s.show(s.admin, page), "strict-yes"))
	require.Equal(t, audit.SchoolSet, all(t, s.deps.DB.Log())[0].Action)
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/strict", url.Values{}).status)
	require.False(t, s.ourSchool().Strict)

	before := s.traces()
	require.Equal(t, http.StatusNotFound, s.post(s.stranger, "/strict", url.Values{"strict": {"yes"}}).status)
	require.Equal(t, http.StatusUnauthorized, s.post("", "/strict", url.Values{"strict": {"yes"}}).status)
	require.Equal(t, before, s.traces())
}

// checked reports whether the box with that id is ticked.
func checked(root *html.Node, id string) bool {
	return slices.ContainsFunc(find(root, "input"), func(n *html.Node) bool {
		return attr(n, "id") == id && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
	})
}
