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

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/tenant"
)

// submit sends a form as our administrator.
func (s *stage) submit(path string, fields url.Values) answer {
	s.t.Helper()
	return s.do(call{
		method: "POST", path: path, session: s.admin, body: strings.NewReader(fields.Encode()),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
}

// domains gives our institution addresses, and a manual group.
func (s *stage) domains() {
	s.t.Helper()
	ctx := s.t.Context()
	require.NoError(s.t, s.deps.DB.Tenants().Set(ctx, ours, ours, tenant.Tenant{
		ID: ours, Name: "Stichting De Golfbreker", Domains: tenant.Domains{Pupils: "leerling.example", Staff: "school.example", Guardians: "thuis.example"},
	}))
	require.NoError(s.t, s.deps.DB.Groups().Create(ctx, ours, "plus", group.Group{ID: "plus", Kind: group.Manual, Name: "Plusklas"}))
}

// read returns an account of ours.
func (s *stage) read(id account.ID) account.Account {
	s.t.Helper()
	a, err := s.deps.DB.Accounts().Get(s.t.Context(), ours, id)
	require.NoError(s.t, err)
	return a
}

func TestSearchingPeople(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, member(person.Pupil, account.Source{Name: person.Name{Call: "Zoë", Infix: "van den", Surname: "Berg"}, Number: "00471"}, classA))
	s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classB))
	s.add(theirs, account.Account{Kind: person.Pupil, Source: named("Zoë", "", "Elders")})
	require.NotContains(t, text(s.show(s.admin, "/admin/people")), "Berg", "nobody is shown unasked")
	for query, found := range map[string]bool{"zoe": true, "Berg Zoë": true, "vandenberg": true, "471": false, "00471": true, "bram": false, "elders": false} {
		got := page(t, s.submit("/admin/people", url.Values{"query": {query}}), http.StatusOK)
		require.Equal(t, found, strings.Contains(text(got), "Berg, Zoë van den"), query)
		require.NotContains(t, text(got), "Elders")
	}
	got := page(t, s.submit("/admin/people", url.Values{"kind": {"pupil"}, "school": {string(zeester)}}), http.StatusOK)
	require.Contains(t, text(got), "Gevonden: 2")
	require.Contains(t, text(got), "4A")
	seen := 0
	for _, e := range all(t, s.deps.DB.Log()) {
		require.Equal(t, audit.Viewed, e.Action)
		require.Equal(t, "127.0.0.1", s.origin(e).Address)
		seen += len(e.Subjects)
	}
	require.Equal(t, 7, seen, "whose data was seen is logged")
}

func TestAddingSomebody(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	form := s.show(s.admin, "/admin/people/new")
	id := attr(find(form, "input")[0], "value")
	fields := url.Values{
		"id": {id}, "kind": {"staff"}, "call_name": {" Ada "}, "infix": {"de"}, "surname": {"Wit"}, "school": {string(zeester)}, "function": {"Invaller"},
		"group": {string(classA)}, "until": {"2026-12-31"},
	}
	for range 2 { // a form that is sent twice
		got := s.submit("/admin/people/new", fields)
		require.Equal(t, http.StatusSeeOther, got.status, got.body)
		require.Equal(t, "/admin/people/"+id, got.header.Get("Location"))
	}
	a := s.read(account.ID(id))
	require.Equal(t, "ada.dewit@school.example", a.Address)
	require.Equal(t, time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), a.Until, "the whole of the last day in the Netherlands")
	require.Equal(t, []group.ID{classA}, a.Groups())
	shown := text(s.show(s.admin, "/admin/people/"+id))
	for _, want := range []string{"Ada de Wit", "Medewerker", "In gebruik", "Door de school, sinds 24-11-2026", "Het account eindigt vanzelf", "4A", "Invaller"} {
		require.Contains(t, shown, want)
	}
	fields.Set("id", "x")
	require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/people/new", fields).status)
	require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/people/new", url.Values{"kind": {"staff"}, "surname": {"Wit"}}).status)
	screen := url.Values{"kind": {"functional"}, "surname": {"Digibord 4A"}, "school": {string(zeester)}, "owner": {"ada.dewit@school.example"}}
	got := s.submit("/admin/people/new", screen)
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	require.Equal(t, a.ID, s.read(account.ID(strings.TrimPrefix(got.header.Get("Location"), "/admin/people/"))).Own.Owner)
	screen.Set("owner", "niemand")
	require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/people/new", screen).status)
}

func TestAddingPeopleFromAFile(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	send := func(body string) answer {
		r, header := handed(t, zeester, "mensen.csv", body)
		return s.do(call{method: "POST", path: "/admin/people/file", session: s.admin, body: r, header: header})
	}
	bad := page(t, send("Soort;Roepnaam;Achternaam;Groepen\nmedewerker;Bo;Vos;\nrobot;Li;Bos;\nmedewerker;;Smit;\nleerling;Jo;Kok;4Z\n"), http.StatusOK)
	require.Contains(t, text(bad), "Verbeter eerst 3 regels")
	require.Len(t, find(bad, "form"), 1, "there is nothing to confirm")
	for name, body := range map[string]string{"no rows": "Achternaam\n", "no headings": "a;b\nc;d\n", "a quotation mark left open": "Achternaam\n\"Vos\n"} {
		require.Equal(t, http.StatusUnprocessableEntity, send(body).status, name)
	}
	require.Empty(t, all(t, s.deps.DB.Log()), "nobody was added")

	good := page(t, send("Soort,Roepnaam,Tussenvoegsel,Achternaam,Functie,Groepen,Tot,Leerlingnummer\nmedewerker,Zo\xeb,van,Vos,Invaller,Plusklas,31-12-2026,\nleerling,Jo,,Kok,,4A,,0471\n"), http.StatusOK)
	require.Contains(t, text(good), "Zoë van Vos")
	fields := url.Values{}
	for _, input := range find(find(good, "form")[1], "input") {
		fields.Set(attr(input, "name"), attr(input, "value"))
	}
	fields.Set("say", "add")
	for range 2 {
		done := page(t, s.submit("/admin/people/file", fields), http.StatusOK)
		require.Contains(t, text(done), "zoe.vanvos@school.example")
		require.Contains(t, text(done), "jo.kok@leerling.example")
	}
	added := 0
	for _, e := range all(t, s.deps.DB.Log()) {
		if e.Action == audit.Added {
			added++
		}
	}
	require.Equal(t, 2, added, "sent twice, the file adds everybody once")
}

func TestWhatTheSchoolAddsIsChangedAndUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	a := member(person.Staff, named("Bo", "", "Vos"), classA)
	a.Memberships[0].Key, a.Version = "sleutel", 5
	a = s.add(ours, a)
	path := "/admin/people/" + string(a.ID)
	fields := url.Values{"version": {"5"}, "function": {"Mentor"}, "phone": {"010-1234567"}, "email": {"bo@mail.example"}, "group": {"plus"}, "groups": {"1"}}
	require.Equal(t, http.StatusSeeOther, s.submit(path, fields).status)
	is := s.read(a.ID)
	require.Equal(t, account.Own{Function: "Mentor", Phone: "010-1234567", Email: "bo@mail.example", Groups: []group.ID{"plus"}}, is.Own)
	stale := s.submit(path, fields)
	require.Equal(t, http.StatusConflict, stale.status)
	require.Contains(t, stale.body, "intussen gewijzigd")
	for name, edit := range map[string]url.Values{
		"an imported name":   {"version": {"6"}, "surname": {"Bos"}},
		"no address":         {"version": {"6"}, "email": {"bo"}},
		"a pupil's age band": {"version": {"6"}, "band": {"young"}},
		"no day":             {"version": {"6"}, "until": {"morgen"}},
		"no version":         {},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.submit(path, edit).status, name)
	}
	shown := s.show(s.admin, path)
	require.Contains(t, text(shown), "Marijke Zeeman")
	require.Contains(t, text(shown), "Uit de administratie")
	var revision string
	for _, input := range find(shown, "input") {
		if attr(input, "name") == "revision" {
			revision = attr(input, "value")
		}
	}
	require.Equal(t, http.StatusSeeOther, s.submit(path+"/undo", url.Values{"revision": {revision}}).status)
	require.Equal(t, account.Own{}, s.read(a.ID).Own)
	require.Equal(t, http.StatusConflict, s.submit(path+"/undo", url.Values{"revision": {revision}}).status)
	require.Equal(t, http.StatusNotFound, s.submit(path+"/undo", url.Values{"revision": {"x"}}).status)
}

func TestStatesOnThePage(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA))
	token := s.session(ours, a)
	path := "/admin/people/" + string(a.ID)
	require.Equal(t, http.StatusSeeOther, s.submit(path+"/state", url.Values{"say": {"block"}}).status)
	require.Equal(t, account.Blocked, s.read(a.ID).State)
	require.Equal(t, http.StatusSeeOther, s.do(call{method: "GET", path: "/admin/", session: token}).status, "the session has ended: to sign in")
	require.Contains(t, text(s.show(s.admin, path)), "Geblokkeerd")
	require.Equal(t, http.StatusSeeOther, s.submit(path+"/state", url.Values{"say": {"unblock"}}).status)
	require.Equal(t, account.Active, s.read(a.ID).State)

	require.Equal(t, http.StatusUnprocessableEntity, s.submit(path+"/order", url.Values{"say": {"restrict"}}).status, "without an order")
	require.Equal(t, http.StatusSeeOther, s.submit(path+"/order", url.Values{"say": {"restrict"}, "ref": {"A-17"}}).status)
	require.True(t, s.read(a.ID).Limit.Holds())
	require.Equal(t, http.StatusConflict, s.submit(path+"/order", url.Values{"say": {"erase"}, "ref": {"A-17"}, "sure": {"yes"}}).status, "it is restricted")
	require.Contains(t, text(s.show(s.admin, path)), "Verwerking beperkt sinds")
	require.Equal(t, http.StatusSeeOther, s.submit(path+"/order", url.Values{"say": {"lift"}, "ref": {"A-18"}}).status)
	require.Equal(t, http.StatusUnprocessableEntity, s.submit(path+"/order", url.Values{"say": {"erase"}, "ref": {"A-19"}}).status, "nobody said that they are sure")
	require.Equal(t, http.StatusSeeOther, s.submit(path+"/order", url.Values{"say": {"erase"}, "ref": {"A-19"}, "sure": {"yes"}}).status)
	require.Equal(t, http.StatusNotFound, s.do(call{method: "GET", path: path, session: s.admin}).status)
	require.Equal(t, "A-19", all(t, s.deps.DB.Receipts())[0].Order)
	require.Equal(t, http.StatusNotFound, s.submit(path+"/order", url.Values{"say": {"lift"}, "ref": {"A-20"}}).status)
	for _, e := range all(t, s.deps.DB.Log()) {
		require.Equal(t, "127.0.0.1", s.origin(e).Address, e.Action)
	}

	other := s.add(ours, member(person.Pupil, named("Li", "", "Bos"), classA))
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/people/"+string(other.ID)+"/state", url.Values{"say": {"delete"}}).status)
	require.Contains(t, text(s.show(s.admin, "/admin/bin")), "Bos, Li")
}

func TestManyAtOnceAreShownFirst(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	a, b := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA)), s.add(ours, member(person.Pupil, named("Li", "", "Bos"), classA))
	fields := url.Values{"person": {string(a.ID), string(b.ID)}, "what": {"join"}, "to": {"plus"}}
	require.Contains(t, text(page(t, s.submit("/admin/people/bulk", fields), http.StatusOK)), "Dit verandert 2 van de 2 mensen")
	require.Empty(t, s.read(a.ID).Own.Groups)
	fields.Set("say", "do")
	require.Contains(t, text(page(t, s.submit("/admin/people/bulk", fields), http.StatusOK)), "Gedaan voor 2 mensen")
	require.Equal(t, []group.ID{"plus"}, s.read(b.ID).Own.Groups)
	require.Contains(t, text(s.show(s.admin, "/admin/groups/plus")), "Vos, Bram", "a group of the whole institution has a page too")
	fields.Set("what", "block")
	fields["person"] = []string{string(a.ID)}
	s.submit("/admin/people/bulk", fields)
	require.Equal(t, account.Blocked, s.read(a.ID).State)
	for name, wrong := range map[string]url.Values{
		"nobody": {"what": {"block"}}, "nothing": {"person": {string(a.ID)}}, "a group by source": {"person": {string(a.ID)}, "what": {"join"}, "to": {string(classA)}},
		"a day that is over": {"person": {string(a.ID)}, "what": {"until"}, "until": {"2020-01-01"}},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/people/bulk", wrong).status, name)
	}
}

func TestASubjectsExport(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.add(ours, member(person.Pupil, account.Source{Name: person.Name{Call: "Bram", Surname: "Vos"}, Number: "4711"}, classA))
	other := s.add(ours, member(person.Pupil, named("Tim", "", "Vos"), classA))
	s.show(s.admin, "/admin/people/"+string(a.ID))
	s.submit("/admin/people/bulk", url.Values{"what": {"block"}, "person": {string(a.ID), string(other.ID)}})
	got := s.submit("/admin/people/"+string(a.ID)+"/export", nil)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	var x struct {
		Fields []struct{ Key, Label, Value, From string }
		Groups []struct{ Name, How string }
		Log    []struct {
			Who, What, Purpose string
			Standard           audit.Wire `json:"verwerkingsactie"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &x))
	values := map[string]string{}
	for _, f := range x.Fields {
		values[f.Key] = f.Value
		require.NotContains(t, f.Label, "field.", "a label is missing")
	}
	require.Equal(t, "4711", values["administration_number"])
	require.Equal(t, "Bram", values["call_name"])
	require.Equal(t, "4A", x.Groups[0].Name)
	require.Equal(t, "Gegevens bekeken", x.Log[0].What)
	require.NotEmpty(t, x.Log[0].Purpose)
	for _, e := range x.Log {
		require.Equal(t, e.What, e.Standard.ActieNaam)
		require.Equal(t, string(a.ID), e.Standard.VerwerkteObjecten[0].ObjectID)
	}
	require.NotContains(t, got.body, string(other.ID), "of an entry about several, the others leave with it")
	found, both := false, false
	for _, e := range all(t, s.deps.DB.Log()) {
		found = found || e.Action == audit.Exported && e.Subjects[0] == a.ID
		both = both || slices.Contains(e.Subjects, a.ID) && slices.Contains(e.Subjects, other.ID)
	}
	require.True(t, found, "who asked is logged")
	require.True(t, both, "no entry is about several")
	stranger := s.do(call{method: "POST", path: "/admin/people/" + string(a.ID) + "/export", session: s.stranger})
	require.Equal(t, http.StatusNotFound, stranger.status)
}

// TestRightsOpenAndCloseTheConsole: a substitute gets a task for a time, and a
// field that is denied shows to nobody whom the denial means.
func TestRightsOpenAndCloseTheConsole(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := member(person.Staff, named("Bo", "", "Vos"), classA)
	a.Own.Phone = "010-1234567"
	a = s.add(ours, a)
	token := s.session(ours, a)
	look := func() answer { return s.do(call{method: "GET", path: "/admin/people/" + string(a.ID), session: token}) }
	require.Equal(t, http.StatusForbidden, look().status)
	grant := url.Values{"effect": {"grant"}, "what": {"task:people.manage"}, "whom": {"person:"}, "person": {a.Address}, "until": {"2026-11-30"}}
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/rights", grant).status)
	require.Contains(t, look().body, "010-1234567")
	require.Equal(t, http.StatusForbidden, s.do(call{method: "GET", path: "/admin/rights", session: token}).status, "one task is not all")
	deny := url.Values{"effect": {"deny"}, "what": {"data:phone"}, "whom": {"kind:staff"}}
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/rights", deny).status)
	require.NotContains(t, look().body, "010-1234567", "neither shown nor in the form")
	form := url.Values{"version": {"0"}, "function": {"Directeur"}}
	own := s.do(call{
		method: "POST", path: "/admin/people/" + string(a.ID), session: token, body: strings.NewReader(form.Encode()),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
	require.Equal(t, http.StatusUnprocessableEntity, own.status, "rights follow from a function: nobody gives one to themselves")
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/people/"+string(a.ID), form).status)
	require.Equal(t, account.Own{Function: "Directeur", Phone: "010-1234567"}, s.read(a.ID).Own, "what is not in a form stays")
	shown := text(s.show(s.admin, "/admin/rights"))
	require.Contains(t, shown, "Bo Vos")
	require.Contains(t, shown, "Telefoonnummer")
	for name, wrong := range map[string]url.Values{
		"nobody": {"what": {"task:people.manage"}, "whom": {"person:"}, "person": {"niemand"}}, "no application": {"what": {"app:x"}, "whom": {"kind:staff"}},
		"everybody out": {"effect": {"deny"}, "what": {"task:rights.manage"}, "whom": {"kind:staff"}},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/rights", wrong).status, name)
	}
	rights, err := s.deps.DB.RightsOf(t.Context(), ours)
	require.NoError(t, err)
	require.Len(t, rights, 2)
	s.clock.Advance(7 * 24 * time.Hour)
	s.admin = s.session(ours, s.add(ours, account.Account{Kind: person.Staff, Source: named("Ada", "", "Zon"), Own: account.Own{Roles: []access.Role{access.Admin}}}))
	token = s.session(ours, a)
	require.Equal(t, http.StatusForbidden, look().status, "the time is over")
	for _, r := range rights {
		require.Equal(t, http.StatusSeeOther, s.submit("/admin/rights/"+string(r.ID), nil).status)
	}
	rights, err = s.deps.DB.RightsOf(t.Context(), ours)
	require.NoError(t, err)
	require.Equal(t, right.List(nil), rights)
}
