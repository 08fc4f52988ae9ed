package admin_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// TestWhoMaySetASchool calls every route of a school's settings as everybody.
func TestWhoMaySetASchool(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.sources()
	require.NoError(t, s.deps.DB.Schools().Create(t.Context(), ours, "duinpan", school.School{ID: "duinpan", Code: school.Code{BRIN: "99XY", Location: "00"}}))
	s.prepared()
	everyone := everybody(s)
	page := "/admin/schools/" + string(zeester)
	fields := func(pairs map[string]string) func() (io.Reader, map[string]string) {
		return func() (io.Reader, map[string]string) { return form(pairs) }
	}
	posted := statuses{401, 403, 403, 403, 404, 303}
	sound := map[string]string{"season": "year"}
	for _, bound := range []string{"leavers", "class", "names", "moves"} {
		sound[bound+"-count"], sound[bound+"-percent"] = "3", "7"
	}
	for _, route := range []route{
		{"GET", page, nil, statuses{303, 403, 403, 403, 404, 200}},
		{"GET", page + "/pull", nil, statuses{303, 403, 403, 403, 404, 200}},
		{"POST", page + "/bounds", fields(sound), posted},
		{"POST", page + "/columns", fields(map[string]string{"heading": "Mentor", "field": ""}), posted},
		{"POST", page + "/year", fields(map[string]string{"say": "files", "files": "next"}), posted},
		{"POST", page + "/year", fields(map[string]string{"from": "2027-08-20"}), posted},
		{"POST", page + "/year", fields(map[string]string{"say": "now"}), posted},
		{"POST", page + "/system", fields(map[string]string{"say": "announce"}), posted},
		{"POST", page + "/sources", fields(map[string]string{"kind": "pupil", "family": "table"}), posted},
		{"POST", page + "/merger", fields(map[string]string{"from": "duinpan"}), posted},
		{"POST", page + "/pull", func() (io.Reader, map[string]string) { return form(flat(connected())) }, posted},
	} {
		t.Run(route.method+" "+route.path, func(t *testing.T) { s.in(t).calledBy(everyone, route) })
	}
}

// flat is a form with one value in each field.
func flat(values url.Values) map[string]string {
	fields := map[string]string{}
	for name := range values {
		fields[name] = values.Get(name)
	}
	return fields
}

// sources is that our school has a main source and a list beside it.
func (s *stage) sources() {
	s.t.Helper()
	place := s.ourSchool()
	at := s.clock.Now()
	place = place.Delivered(school.Delivery{Family: "edexml", Fields: map[person.Kind][]string{person.Pupil: {"surname", "class"}}, At: at})
	place = place.Delivered(school.Delivery{Family: "table", Fields: map[person.Kind][]string{person.Pupil: {"surname", "ilt"}}, At: at})
	require.NoError(s.t, s.deps.DB.Schools().Set(s.t.Context(), ours, zeester, place))
}

// lately returns what the newest entries of the log say why.
func (s *stage) lately() (reasons []string) {
	s.t.Helper()
	for _, e := range all(s.t, s.deps.DB.Log()) {
		if e.Action == audit.SchoolSet {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

func TestSources(t *testing.T) {
	t.Parallel()
	s := begin(t)
	page := "/admin/schools/" + string(zeester)
	require.Contains(t, text(s.show(s.admin, page)), "Er is nog niets aangeleverd.")
	s.sources()
	shown := text(s.show(s.admin, page))
	require.Contains(t, shown, "EDEXML of UWLR hoofdbron")
	require.Contains(t, shown, "Lijst (CSV of Excel) aanvulling")

	forget := func(kind, family string) int {
		return s.post(s.admin, "/sources", url.Values{"kind": {kind}, "family": {family}}).status
	}
	require.Equal(t, http.StatusNotFound, forget("pupil", "oneroster"))
	require.Equal(t, http.StatusNotFound, forget("staff", "edexml"))
	require.Equal(t, http.StatusSeeOther, forget("pupil", "table"))
	require.Equal(t, map[string][]string{"pupil": {"class", "surname"}}, s.ourSchool().Delivers)
	require.Equal(t, []string{"source_forgotten"}, s.lately())
	require.NotContains(t, text(s.show(s.admin, page)), "aanvulling")
	require.Equal(t, http.StatusNotFound, forget("pupil", "table"), "what is forgotten is")
}

func TestAnotherSystemIsAnnounced(t *testing.T) {
	t.Parallel()
	s := begin(t)
	page := "/admin/schools/" + string(zeester)
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/system", url.Values{"say": {"announce"}}).status)
	said := s.ourSchool().System
	require.Equal(t, s.clock.Now(), said.At)
	by, err := s.deps.DB.Accounts().Get(t.Context(), ours, account.ID(said.By))
	require.NoError(t, err)
	shown := text(s.show(s.admin, page))
	require.Contains(t, shown, "gezegd op "+s.clock.Now().In(time.FixedZone("", 3600)).Format("02-01-2006 15:04"))
	require.Contains(t, shown, by.Source.Name.Display())
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/system", url.Values{"say": {"withdraw"}}).status)
	require.Zero(t, s.ourSchool().System)
	require.ElementsMatch(t, []string{"system_announced", "system_withdrawn"}, s.lately())
	require.Equal(t, http.StatusUnprocessableEntity, s.post(s.admin, "/system", url.Values{"say": {"perhaps"}}).status)
}

func TestFilesOfTheYearToCome(t *testing.T) {
	t.Parallel()
	s := begin(t)
	files := func(which string) {
		require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/year", url.Values{"say": {"files"}, "files": {which}}).status)
	}
	files("next")
	require.Equal(t, school.YearAt(s.clock.Now())+1, s.ourSchool().FilesOf)
	files("this")
	require.Zero(t, s.ourSchool().FilesOf)
}

// TestAMergerThatWasRefused can be ordered again.
func TestAMergerThatWasRefused(t *testing.T) {
	t.Parallel()
	s := begin(t)
	require.NoError(t, s.deps.DB.Schools().Create(t.Context(), ours, "duinpan", school.School{ID: "duinpan", Code: school.Code{BRIN: "99XY", Location: "00"}}))
	merge := func() string {
		return s.post(s.admin, "/merger", url.Values{"from": {"duinpan"}}).header.Get("Location")
	}
	require.Equal(t, "/admin/imports/merger-duinpan", merge())
	run, err := s.deps.DB.Runs().Get(t.Context(), ours, "merger-duinpan")
	require.NoError(t, err)
	run.Status = roster.Refused
	require.NoError(t, s.deps.DB.Runs().Set(t.Context(), ours, run.ID, run))
	require.Equal(t, "/admin/imports/merger-duinpan-2", merge())
}

// TestClassesOfTheYearThatASchoolIsIn: a school that begins its year late shows
// this year's classes until then.
func TestClassesOfTheYearThatASchoolIsIn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	year := school.YearAt(s.clock.Now())
	require.NoError(t, s.deps.DB.Groups().Create(t.Context(), ours, "g9z", group.Group{
		ID: "g9z", School: zeester, Year: year, Kind: group.Class, Name: "Groep 9z", Key: "9z",
	}))
	require.Contains(t, text(s.show(s.admin, "/admin/")), "Groep 9z")
	place := s.ourSchool()
	place.Prepared = school.Prepared{Year: year, From: s.clock.Now().Add(time.Hour)}
	require.NoError(t, s.deps.DB.Schools().Set(t.Context(), ours, zeester, place))
	require.NotContains(t, text(s.show(s.admin, "/admin/")), "Groep 9z")
}
