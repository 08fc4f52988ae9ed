package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/store"
)

// undos returns the revisions that a page offers to undo at a path, the newest
// first, with what stands beside each.
func (s *stage) undos(page, path string) (ids, words []string) {
	s.t.Helper()
	for _, form := range find(s.show(s.admin, page), "form") {
		if attr(form, "action") != path {
			continue
		}
		for _, input := range find(form, "input") {
			if attr(input, "name") == "revision" {
				ids, words = append(ids, attr(input, "value")), append(words, text(form))
			}
		}
	}
	return ids, words
}

// hand sends a form a second later, and returns the status.
func (s *stage) hand(path string, fields url.Values) int {
	s.t.Helper()
	s.clock.Advance(time.Second)
	return s.submit(path, fields).status
}

func (s *stage) undo(path, id string) int {
	s.t.Helper()
	return s.hand(path, url.Values{"revision": {id}})
}

func TestGroupsAreUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	const page, path = "/admin/groups", "/admin/groups/undo"
	require.Equal(t, http.StatusSeeOther, s.hand(page, url.Values{"name": {"Schaakclub"}}))
	var club group.ID
	for _, g := range all(t, s.deps.DB.Groups()) {
		if g.Name == "Schaakclub" {
			club = g.ID
		}
	}
	stored := func(id group.ID) group.Group {
		g, err := s.deps.DB.Groups().Get(t.Context(), ours, id)
		require.NoError(t, err)
		return g
	}
	made, _ := s.undos(page, path)
	in := s.add(ours, account.Account{Kind: person.Pupil, Source: named("Bo", "", "Vos"), Own: account.Own{Groups: []group.ID{club}}})
	out := s.add(ours, account.Account{Kind: person.Pupil, Source: named("Li", "", "Bos")})

	require.Equal(t, http.StatusSeeOther, s.hand("/admin/groups/"+string(club), url.Values{"say": {"end"}}))
	ids, words := s.undos(page, path)
	require.Len(t, ids, 1, "only the last can be undone")
	require.Contains(t, words[0], "beëindigd: Schaakclub")
	require.Contains(t, words[0], "Marijke Zeeman")
	require.Contains(t, text(s.show(s.admin, page)), "gemaakt: Schaakclub")
	require.Equal(t, http.StatusConflict, s.undo(path, made[0]), "it is no longer as it was made")
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]))
	require.False(t, stored(club).Ended)
	require.Equal(t, []group.ID{club}, s.read(in.ID).Own.Groups, "who was in it is in it again")
	require.Empty(t, s.read(out.ID).Own.Groups)
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]), "at once again, it takes up what may have been cut off")
	s.clock.Advance(10 * time.Minute)
	require.Equal(t, http.StatusConflict, s.undo(path, ids[0]), "it was undone")
	again, words := s.undos(page, path)
	require.Contains(t, words[0], "teruggehaald: Schaakclub")
	require.Equal(t, http.StatusSeeOther, s.undo(path, again[0]), "what was undone is done again")
	require.True(t, stored(club).Ended)
	require.Empty(t, s.read(in.ID).Own.Groups)

	require.Equal(t, http.StatusSeeOther, s.hand("/admin/groups/"+string(classA), url.Values{"say": {"band"}, "band": {"young"}}))
	ids, words = s.undos(page, path)
	require.Contains(t, words[0], "leeftijdsgroep gewijzigd: 4A")
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]))
	require.Empty(t, stored(classA).Band)
	require.Equal(t, http.StatusNotFound, s.undo(path, "x"))
	require.Equal(t, http.StatusNotFound, s.undo("/admin/links/undo", ids[0]), "it is of another thing")
	undone := 0
	for _, e := range all(t, s.deps.DB.Log()) {
		if e.Action == audit.Undone && e.Object == string(club) {
			undone++
		}
	}
	require.GreaterOrEqual(t, undone, 2, "who undid it is logged")
}

func TestLinkRulesAndExceptionsAreUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	const page, path = "/admin/links", "/admin/links/undo"
	juf := s.add(ours, member(person.Staff, named("Juf", "", "Kok"), classA))
	pupil := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA))
	count := func() int {
		rules, err := s.deps.DB.LinkRules().Get(t.Context(), ours, store.TheRules)
		require.NoError(t, err)
		return len(rules.List)
	}
	require.Equal(t, http.StatusSeeOther, s.hand(page, url.Values{"by": {"person"}, "person": {juf.Username}, "grade": {"4"}}))
	require.Equal(t, http.StatusSeeOther, s.hand(page, url.Values{"by": {"class"}, "school": {string(zeester)}}))
	ids, words := s.undos(page, path)
	require.Len(t, ids, 2)
	require.Contains(t, words[1], "Juf Kok")
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[1]))
	require.Equal(t, 1, count())
	require.Equal(t, http.StatusConflict, s.undo(path, ids[1]), "it is gone already")
	ids, words = s.undos(page, path)
	require.Contains(t, words[0], "weggehaald")
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]))
	require.Equal(t, 2, count())

	decide := "/admin/supervision/" + string(pupil.ID)
	linked := func() bool {
		v, err := s.deps.DB.Supervision().Get(t.Context(), ours, pupil.ID)
		return err == nil && v.Linked(juf.ID, s.clock.Now())
	}
	require.Equal(t, http.StatusSeeOther, s.hand(decide, url.Values{"staff": {string(juf.ID)}, "say": {"in"}}))
	require.True(t, linked())
	ids, words = s.undos(page, decide+"/undo")
	require.Len(t, ids, 1)
	require.Contains(t, words[0], "Bram Vos – Juf Kok")
	require.Equal(t, http.StatusNotFound, s.undo("/admin/supervision/"+string(juf.ID)+"/undo", ids[0]), "of another pupil")
	require.Equal(t, http.StatusSeeOther, s.undo(decide+"/undo", ids[0]))
	require.False(t, linked())
	require.Equal(t, http.StatusConflict, s.undo(decide+"/undo", ids[0]))
	stranger := s.do(call{
		method: "POST", path: path, session: s.stranger, body: strings.NewReader(url.Values{"revision": {ids[0]}}.Encode()),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
	require.Equal(t, http.StatusNotFound, stranger.status)
}

func TestRightsAreUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	const page, path = "/admin/rights", "/admin/rights/undo"
	a := s.add(ours, member(person.Staff, named("Bo", "", "Vos"), classA))
	have := func() right.List {
		rights, err := s.deps.DB.RightsOf(t.Context(), ours)
		require.NoError(t, err)
		return rights
	}
	grant := url.Values{"effect": {"grant"}, "what": {"task:people.manage"}, "whom": {"person:"}, "person": {a.Address}, "until": {"2026-11-30"}}
	require.Equal(t, http.StatusSeeOther, s.hand(page, grant))
	given := have()
	require.Len(t, given, 1)
	made, _ := s.undos(page, path)
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/rights/"+string(given[0].ID), nil))
	require.Empty(t, have())
	ids, words := s.undos(page, path)
	require.Len(t, ids, 1)
	require.Contains(t, words[0], "weggehaald")
	require.Contains(t, words[0], "Bo Vos")
	require.Equal(t, http.StatusConflict, s.undo(path, made[0]), "it was taken back since")
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]))
	require.Equal(t, given, have(), "the same right, for the same time")
	require.Equal(t, http.StatusConflict, s.undo(path, ids[0]))
	ids, _ = s.undos(page, path)
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]), "undone, and undone again")
	require.Empty(t, have())

	// Whoever is erased on order is in no revision any more, nor could they be opened.
	order := url.Values{"say": {"erase"}, "ref": {"A-19"}, "sure": {"yes"}}
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/people/"+string(a.ID)+"/order", order))
	left, err := s.deps.DB.Amendments(t.Context(), ours, revision.Right, 100)
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestNobodyUndoesTheirOwnWayOut: rights may follow from a group, and supervision may
// be denied.
func TestNobodyUndoesTheirOwnWayOut(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	a := member(person.Staff, named("Bo", "", "Vos"), classA)
	a.Own.Groups = []group.ID{"plus"}
	a = s.add(ours, a)
	b := s.add(ours, account.Account{Kind: person.Pupil, Source: named("Li", "", "Bos"), Own: account.Own{Groups: []group.ID{"plus"}}})
	grant := url.Values{"effect": {"grant"}, "what": {"task:rules.manage"}, "whom": {"person:"}, "person": {a.Address}}
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/rights", grant))
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/groups/plus", url.Values{"say": {"end"}}))
	ids, _ := s.undos("/admin/groups", "/admin/groups/undo")
	token := s.session(ours, s.read(a.ID))
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/supervision/"+string(b.ID), url.Values{"staff": {string(a.ID)}, "say": {"in"}}))
	links := s.do(call{method: "GET", path: "/admin/links", session: token})
	require.Equal(t, http.StatusOK, links.status)
	require.NotContains(t, links.body, "Li Bos", "who may not see people sees whom they are linked to")
	got := s.do(call{
		method: "POST", path: "/admin/groups/undo", session: token, body: strings.NewReader(url.Values{"revision": {ids[0]}}.Encode()),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	require.Equal(t, []group.ID{"plus"}, s.read(b.ID).Own.Groups)
	require.Empty(t, s.read(a.ID).Own.Groups, "somebody put themselves back")
	steps, err := s.deps.DB.RevisionsOf(t.Context(), ours, a.ID)
	require.NoError(t, err)
	require.Len(t, steps, 1)
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/rights", url.Values{"effect": {"grant"}, "what": {"task:people.manage"}, "whom": {"person:"}, "person": {a.Address}}))
	own := s.do(call{
		method: "POST", path: "/admin/people/" + string(a.ID) + "/undo", session: s.session(ours, s.read(a.ID)),
		body:   strings.NewReader(url.Values{"revision": {string(steps[0].ID)}}.Encode()),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
	require.Equal(t, http.StatusUnprocessableEntity, own.status, "nor on their own page")
	require.Contains(t, text(s.show(s.admin, "/admin/links")), "Li Bos")
	deny := url.Values{"effect": {"deny"}, "what": {"data:supervision"}, "whom": {"kind:staff"}}
	require.Equal(t, http.StatusSeeOther, s.hand("/admin/rights", deny))
	require.NotContains(t, text(s.show(s.admin, "/admin/links")), "Li Bos")
}

func TestRulesOfNamesAreUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	const page, path = "/admin/names", "/admin/names/undo"
	rule := func() naming.Rule { return s.ourSchool().Naming[person.Pupil] }
	keep := url.Values{"school": {string(zeester)}, "kind": {"pupil"}, "lines": {"{achternaam}"}, "address": {"{username}"}, "renames": {"never"}, "say": {"keep"}}
	require.Equal(t, http.StatusSeeOther, s.hand(page, keep))
	first := rule()
	made, words := s.undos(page, path)
	require.Contains(t, words[0], "De Zeester, Leerling {achternaam} {username}")
	keep.Set("lines", "{roepnaam}")
	for range 2 { // the second changes nothing
		require.Equal(t, http.StatusSeeOther, s.hand(page, keep))
	}
	require.Equal(t, http.StatusConflict, s.undo(path, made[0]), "there is another rule")
	ids, _ := s.undos(page, path)
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]))
	require.Equal(t, first, rule())
	require.Equal(t, http.StatusSeeOther, s.undo(path, made[0]), "it is the rule again that was made first")
	require.Empty(t, rule(), "the usual one")
	ids, _ = s.undos(page, path)
	require.Equal(t, http.StatusSeeOther, s.undo(path, ids[0]))
	require.Equal(t, first, rule())

	const lists, back = "/admin/names/reserved", "/admin/names/reserved/undo"
	held := func() []string {
		institution, err := s.deps.DB.Tenants().Get(t.Context(), ours, ours)
		require.NoError(t, err)
		return institution.Reserved
	}
	require.Equal(t, http.StatusSeeOther, s.hand(lists, url.Values{"reserved": {"feestcommissie"}}))
	require.Equal(t, http.StatusSeeOther, s.hand(lists, url.Values{"reserved": {"feestcommissie\nkantine"}, "keep": {"yes"}}))
	ids, words = s.undos(page, back)
	require.Contains(t, words[0], "feestcommissie, kantine")
	require.Equal(t, http.StatusSeeOther, s.undo(back, ids[0]))
	require.Equal(t, []string{"feestcommissie"}, held())
	require.Equal(t, http.StatusConflict, s.undo(back, ids[0]))
	require.Equal(t, http.StatusNotFound, s.undo(path, ids[0]), "it is of another thing")
}
