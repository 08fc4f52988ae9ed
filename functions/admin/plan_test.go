package admin_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
)

// planned stores a run with a real, sealed plan: 150 new pupils, and a match
// that somebody has to decide on.
func (s *stage) planned(id roster.RunID) roster.Run {
	s.t.Helper()
	var rows []roster.AccountRow
	for i := range 150 {
		a := account.Account{ID: account.ID(fmt.Sprintf("a%d", i)), Kind: person.Pupil, Source: named(fmt.Sprintf("Kind%03d", i), "", "Visser")}
		rows = append(rows, roster.AccountRow{Action: roster.Create, Reason: "new_in_source", Account: a})
	}
	rows[0].Account.Source.Name.Surname = "=HYPERLINK(1)"
	rows[1].Action, rows[1].Reason = roster.Change, "differs_from_source"
	rows[1].Changes = []roster.FieldChange{{Field: "surname", Old: "De Wit", New: "Visser"}, {Field: "infix", Old: "van"}}
	anna := roster.AccountRow{Action: roster.Change, Reason: "same_name_or_address", Account: account.Account{
		ID: "aanna", Kind: person.Staff, Address: "anna@school.example", Source: named("Anna", "", "Kok"),
	}}
	match := roster.AccountRow{
		Action: roster.Create, Reason: "same_name_or_address", Account: account.Account{ID: "anew", Kind: person.Staff, Source: named("Anna", "", "Kok")}, Or: &anna,
	}
	p := roster.Plan{
		Groups: []roster.GroupRow{{Action: roster.Create, Group: group.Group{ID: "g", Name: "4A"}}},
		Rows:   map[roster.Phase][]roster.AccountRow{roster.People: rows, roster.Matches: {match}},
	}
	stored, err := s.deps.Plans.Write(s.t.Context(), ours, id, p)
	require.NoError(s.t, err)
	now := s.clock.Now()
	run := roster.Run{
		ID: id, School: zeester, Status: roster.Waiting, Year: 2026, Plan: stored, Held: []roster.Phase{roster.Matches},
		Counts: roster.Counts{Match: 1}, Rows: map[roster.Phase]int{roster.Matches: 1}, Created: now, Changed: now, ExpireAt: now.Add(time.Hour),
		Tallies: []roster.Tally{{Kind: person.Pupil, Class: "4A", Create: 149, Change: 1}},
	}
	require.NoError(s.t, s.deps.DB.Runs().Create(s.t.Context(), ours, id, run))
	return run
}

func TestRowsOfAPlan(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.planned("ione")
	first := s.show(s.admin, "/admin/imports/ione/rows/people")
	require.Len(t, find(find(first, "tbody")[0], "tr"), 100)
	require.Contains(t, text(first), "Pagina 1 van 2")
	require.Contains(t, text(first), "Achternaam: De Wit Visser")
	require.Contains(t, text(first), "Tussenvoegsel: van leeg")
	second := s.show(s.admin, "/admin/imports/ione/rows/people?page=2")
	require.Len(t, find(find(second, "tbody")[0], "tr"), 50)
	require.Empty(t, find(second, "form"))

	require.Contains(t, text(s.show(s.admin, "/admin/imports/ione/rows/groups")), "4A Nieuw")

	entries := all(t, s.deps.DB.Log())
	require.Len(t, entries, 3)
	for _, e := range entries {
		require.Equal(t, audit.Viewed, e.Action)
		require.Contains(t, []int{100, 50, 0}, len(e.Subjects), "whose data was seen is logged")
		require.Subset(t, e.Fields, []string{"call_name", "infix", "surname", "username"}, "and what of it")
	}
	for _, path := range []string{"rows/people?page=3", "rows/people?page=0", "rows/leave", "rows/x"} {
		require.Equal(t, http.StatusNotFound, s.do(call{method: "GET", path: "/admin/imports/ione/" + path, session: s.admin}).status, path)
	}
	require.Equal(t, http.StatusNotFound, s.do(call{method: "GET", path: "/admin/imports/ione/rows/people", session: s.stranger}).status)
}

// anew returns one decision on the proposed match of a planned run.
func anew(said roster.Decision) map[roster.Phase]map[account.ID]roster.Decision {
	return map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: {"anew": said}}
}

func TestAMatchIsDecidedOnItsPage(t *testing.T) {
	t.Parallel()
	s := begin(t)
	run := s.planned("ione")
	root := s.show(s.admin, "/admin/imports/ione/rows/matches")
	require.Contains(t, text(root), "anna@school.example")
	require.Len(t, find(root, "select"), 1)
	require.Equal(t, "match-anew", attr(find(root, "select")[0], "name"))
	post := func(path string, fields map[string]string) answer {
		fields["plan_hash"] = run.Plan.Hash
		body, header := form(fields)
		return s.do(call{method: "POST", path: "/admin/imports/ione/" + path, session: s.admin, body: body, header: header})
	}
	for said, want := range map[roster.Decision]map[roster.Phase]map[account.ID]roster.Decision{
		roster.Other: anew(roster.Other), "": {}, roster.SameAs("aanna"): anew(roster.SameAs("aanna")),
	} {
		got := post("rows/matches", map[string]string{"page": "1", "match-anew": string(said)})
		require.Equal(t, http.StatusSeeOther, got.status, got.body)
		require.Equal(t, "/admin/imports/ione", got.header.Get("Location"), "after the last page")
		kept, err := s.deps.DB.Runs().Get(t.Context(), ours, "ione")
		require.NoError(t, err)
		require.Equal(t, roster.Waiting, kept.Status, "nothing is carried out yet")
		require.Len(t, kept.Decisions, len(want))
		require.Equal(t, want[roster.Matches], kept.Decisions[roster.Matches])
	}
	for name, fields := range map[string]map[string]string{
		"what is not asked":   {"page": "1", "match-a1": "same"},
		"no such candidate":   {"page": "1", "match-anew": "same:a1"},
		"no page":             {"match-anew": "same"},
		"another such answer": {"page": "1", "match-anew": "perhaps"},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, post("rows/matches", fields).status, name)
	}
	require.Equal(t, http.StatusUnprocessableEntity, post("rows/people", map[string]string{"page": "1", "match-a1": "same"}).status)
	require.Equal(t, http.StatusSeeOther, post("rows/matches", map[string]string{"page": "1", "match-anew": "same:aanna"}).status)
	chosen := find(s.show(s.admin, "/admin/imports/ione/rows/matches"), "option")
	require.Len(t, chosen, 3)
	require.Equal(t, "same:aanna", attr(chosen[1], "value"))
	require.Contains(t, chosen[1].Attr, html.Attribute{Key: "selected"}, "what was decided shows")
	require.Contains(t, text(s.show(s.admin, "/admin/imports/ione")), "Over 1 van 1 is beslist")

	require.Equal(t, http.StatusUnprocessableEntity, post("approve", map[string]string{"say": "approve"}).status, "no part is ticked")
	require.Equal(t, http.StatusSeeOther, post("approve", map[string]string{"say": "approve", "phase": "matches"}).status)
	run, err := s.deps.DB.Runs().Get(t.Context(), ours, "ione")
	require.NoError(t, err)
	require.Equal(t, anew(roster.SameAs("aanna")), run.Decisions)
	require.Equal(t, roster.Applying, run.Status)
	require.Equal(t, http.StatusConflict, post("rows/matches", map[string]string{"page": "1", "match-anew": "other"}).status, "it is too late")
	require.Contains(t, text(s.show(s.admin, "/admin/imports/ione")), "0 van 4 stappen")
	lanes := s.deps.DB.Lanes(run.ID, run.ExpireAt)
	require.NoError(t, lanes.Set(t.Context(), ours, "people-0", store.Lane{Next: 2}))
	require.NoError(t, lanes.Set(t.Context(), ours, "groups-0", store.Lane{Next: 2}))
	told := s.do(call{method: "GET", path: "/api/import/v1/files/ione", bearer: s.token(ours, zeester)})
	require.Contains(t, told.body, `"progress":{"done":2,"steps":4}`)
}

func TestAPlanAsCSV(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.planned("ione")
	got := s.do(call{method: "GET", path: "/admin/imports/ione/plan.csv", session: s.admin})
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "text/csv; charset=utf-8", got.header.Get("Content-Type"))
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\ufeff")))
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+1+151+1, "a heading, a group, the people, and one with two differences")
	require.Equal(t, []string{"Klassen en groepen", "Nieuw", "", "Groep", "4A"}, rows[1][:5])
	require.Equal(t, "'=HYPERLINK(1), Kind000", rows[2][4], "no cell is a formula")
	require.Equal(t, []string{"Achternaam", "De Wit", "Visser"}, rows[3][6:9])
	last := rows[len(rows)-1]
	require.Equal(t, []string{"anew", "anna@school.example (aanna)"}, last[9:])
	require.Equal(t, "Misschien al bekend", last[0])
	english := s.do(call{method: "GET", path: "/admin/imports/ione/plan.csv", session: s.admin, header: map[string]string{"Accept-Language": "en"}})
	require.True(t, strings.HasPrefix(english.body, "\ufeffPart;What;Why;"), "in the language of who reads it")
	seen := 0
	for _, e := range all(t, s.deps.DB.Log()) {
		seen += len(e.Subjects)
	}
	require.Equal(t, 2*152, seen)
}

func TestFindingsAsCSV(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	got := s.do(call{method: "GET", path: "/admin/imports/ione/findings.csv", session: s.admin})
	require.Equal(t, http.StatusOK, got.status)
	require.Contains(t, got.body, "Let op;edexml.missing_given_name;;12;7;roepnaam;")
}
