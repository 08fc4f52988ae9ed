package admin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/school"
)

// order sends an order about somebody.
func (s *stage) order(id account.ID, say string) answer {
	s.t.Helper()
	return s.submit("/admin/people/"+string(id)+"/order", url.Values{"say": {say}, "ref": {"A-17"}, "sure": {"yes"}})
}

// TestWhoLiesInTheBinHasRightsToo: whatever is kept of somebody can be handed
// over, restricted, freed and erased.
func TestWhoLiesInTheBinHasRightsToo(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ids := s.deleted("Sanne", "Bram")
	sanne, at := ids[0], "/admin/bin/"+string(ids[0])
	require.Contains(t, s.do(call{method: "GET", path: "/admin/bin", session: s.admin}).body, `href="`+at+`"`)
	shown := text(s.show(s.admin, at))
	for _, want := range []string{"Sanne de Vries", "24-11-2026", "22-02-2027", "Staat niet meer in de bron", "Alle gegevens downloaden", "Verwerking beperken"} {
		require.Contains(t, shown, want)
	}
	log := all(t, s.deps.DB.Log())
	require.True(t, seen(log, "bin", sanne), "who looked is not in the log")

	got := s.submit("/admin/people/"+string(sanne)+"/export", nil)
	require.Equal(t, http.StatusOK, got.status)
	var x struct {
		Account struct {
			Deleted struct{ Why string } `json:"in_recycle_bin"`
		}
		Fields []struct{ Key, Value string }
		Log    []struct{ What string }
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &x))
	require.Equal(t, "absent_from_source", x.Account.Deleted.Why)
	require.Contains(t, x.Fields, struct{ Key, Value string }{"call_name", "Sanne"})
	require.NotEmpty(t, x.Log)

	restricted := s.order(sanne, "restrict")
	require.Equal(t, http.StatusSeeOther, restricted.status, restricted.body)
	require.Equal(t, at, restricted.header.Get("Location"))
	require.Contains(t, text(s.show(s.admin, at)), "Verwerking beperkt sinds 24-11-2026")
	require.Equal(t, http.StatusConflict, s.order(sanne, "erase").status, "a restriction holds")
	require.Equal(t, http.StatusSeeOther, s.order(sanne, "lift").status)
	entry, err := s.deps.DB.Bin().Get(t.Context(), ours, sanne)
	require.NoError(t, err)
	require.False(t, entry.Held())

	require.Equal(t, http.StatusSeeOther, s.order(sanne, "erase").status)
	_, err = s.deps.DB.Bin().Get(t.Context(), ours, sanne)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Equal(t, http.StatusNotFound, s.order(sanne, "lift").status)
	require.Equal(t, http.StatusNotFound, s.do(call{method: "GET", path: at, session: s.admin}).status)
	_, err = s.deps.DB.Bin().Get(t.Context(), ours, ids[1])
	require.NoError(t, err, "another went with them")
}

// TestWhoHasLeftIsFreed: a restriction outlives that somebody left, and is lifted
// there.
func TestWhoHasLeftIsFreed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := member("pupil", named("Bram", "", "Vos"), classA)
	a.State, a.Rest, a.LeaveAt = account.Left, account.Active, s.clock.Now()
	a.Memberships[0].Left, a.Limit = true, account.Limit{Since: s.clock.Now(), Order: "A-1"}
	a = s.add(ours, a)
	require.Contains(t, text(s.show(s.admin, "/admin/people/"+string(a.ID))), "Beperking opheffen")
	require.Equal(t, http.StatusSeeOther, s.order(a.ID, "lift").status)
	require.False(t, s.read(a.ID).Limit.Holds())
	require.Equal(t, "/admin/people/"+string(a.ID), s.do(call{method: "GET", path: "/admin/bin/" + string(a.ID), session: s.admin}).header.Get("Location"))
}

// TestColleaguesOnAPageWereSeen: whose name stands with what was changed or seen
// is in the log as seen too.
func TestColleaguesOnAPageWereSeen(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := member("staff", named("Bo", "", "Vos"), classA)
	a.Version = 1
	a = s.add(ours, a)
	path := "/admin/people/" + string(a.ID)
	require.Equal(t, http.StatusSeeOther, s.submit(path, url.Values{"version": {"1"}, "phone": {"010-1234567"}}).status)
	changed := all(t, s.deps.DB.Log())
	require.Len(t, changed, 1)
	colleague := changed[0].Actor.Account
	require.Contains(t, text(s.show(s.admin, path)), "Marijke Zeeman")
	log := all(t, s.deps.DB.Log())
	require.True(t, seen(log, "person", a.ID))
	require.True(t, seen(log, "person", colleague))
}

// TestThePageSaysWhatSomebodyMay: each task and each field stands there with what
// it follows from and the right that decides.
func TestThePageSaysWhatSomebodyMay(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.add(ours, member("staff", named("Bo", "", "Vos"), classA))
	grant := url.Values{"effect": {"grant"}, "what": {"task:people.manage"}, "whom": {"person:"}, "person": {a.Address}, "until": {"2026-11-30"}}
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/rights", grant).status)
	deny := url.Values{"effect": {"deny"}, "what": {"data:phone"}, "whom": {"kind:staff"}}
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/rights", deny).status)
	root := s.show(s.admin, "/admin/people/"+string(a.ID))
	rows := texts(root, "tr")
	for _, want := range []string{
		"Taak in Beheer: Personen beheren Ja Gegeven door een recht · Niets geeft het · Geven: Persoon tot en met 2026-11-30",
		"Taak in Beheer: Logboek lezen Nee Niets geeft het",
		"Gegeven van anderen zien: Telefoonnummer Nee Ontzegd door een recht · Door een rol · Ontzeggen: Soort",
		"Gegeven van anderen zien: Geslacht Ja Door een rol",
	} {
		require.Contains(t, rows, want)
	}
	rights := s.do(call{method: "GET", path: "/admin/rights", session: s.admin}).body
	for _, link := range find(root, "a") {
		if _, id, ok := strings.Cut(attr(link, "href"), "/admin/rights#"); ok {
			require.Contains(t, rights, `id="`+id+`"`)
		}
	}
	pupil := s.add(ours, member("pupil", named("Li", "", "Bos"), classA))
	require.NotContains(t, text(s.show(s.admin, "/admin/people/"+string(pupil.ID))), "Logboek lezen", "a pupil has no part in the console")
}

// TestARefusalSaysWhoseItIs: what a source delivers is changed at that source, and
// the answer says which it is.
func TestARefusalSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := member("staff", named("Bo", "", "Vos"), classA)
	a.Memberships[0].Key, a.Main, a.Version = "sleutel", zeester, 1
	a = s.add(ours, a)
	refused := func() string {
		for _, fields := range []url.Values{{"version": {"1"}, "surname": {"Bos"}}, {"version": {"1"}, "until": {"2027-01-01"}}} {
			got := s.submit("/admin/people/"+string(a.ID), fields)
			require.Equal(t, http.StatusUnprocessableEntity, got.status)
			if fields.Has("until") {
				return got.body
			}
		}
		return ""
	}
	require.Contains(t, refused(), "uit de administratie van De Zeester en wordt")
	place, err := s.deps.DB.Schools().Get(t.Context(), ours, zeester)
	require.NoError(t, err)
	place.Sources = []school.Source{{Kind: "staff", Family: "table"}, {Kind: "pupil", Family: "sds", Main: true}, {Kind: "staff", Family: "oneroster", Main: true}}
	require.NoError(t, s.deps.DB.Schools().Set(t.Context(), ours, zeester, place))
	require.Contains(t, refused(), "uit de administratie van De Zeester (bron: OneRoster)")
}

// seen reports whether a log says that somebody was seen on a page.
func seen(log []audit.Entry, on string, id account.ID) bool {
	for _, e := range log {
		if e.Action == audit.Viewed && e.Object == on {
			for _, s := range e.Subjects {
				if s == id {
					return true
				}
			}
		}
	}
	return false
}
