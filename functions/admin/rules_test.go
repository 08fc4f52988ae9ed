package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

func TestGroupsOfOurOwn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	add := func(name, rule string) answer {
		return s.submit("/admin/groups", url.Values{"name": {name}, "rule": {rule}, "school": {string(zeester)}})
	}
	require.Equal(t, http.StatusSeeOther, add("Schaakclub", "").status)
	require.Equal(t, http.StatusSeeOther, add("Vieren", "soort=leerling, leerjaar=4\nsoort=medewerker, niet functie=DIR").status)
	require.Equal(t, http.StatusSeeOther, add("Beide", "groep=Vieren\ngroup=schaakclub").status)
	made := map[string]group.Group{}
	for _, g := range all(t, s.deps.DB.Groups()) {
		made[g.Name] = g
	}
	require.Equal(t, group.Manual, made["Schaakclub"].Kind)
	require.Equal(t, group.Rule{Any: []group.All{
		{Terms: []group.Term{{Field: group.ByKind, Value: "pupil"}, {Field: group.ByYear, Value: "4"}}},
		{Terms: []group.Term{{Field: group.ByKind, Value: "staff"}, {Field: group.ByFunction, Value: "DIR", Not: true}}},
	}}, made["Vieren"].Rule)
	require.Equal(t, string(made["Vieren"].ID), made["Beide"].Rule.Any[0].Terms[0].Value)
	require.Len(t, emulators.Pull(t, s.project, topic.Recalculate.Name, 3), 3, "what follows is calculated")
	require.Equal(t, http.StatusSeeOther, add("Onze school", "School=de zeester").status)
	for name, rule := range map[string]string{
		"no such school": "school=Elders",
		"no such word":   "lengte=3", "no such year": "leerjaar=99", "no such group": "groep=Onbekend", "no condition": "leerjaar", "nothing but commas": ", ,\n",
	} {
		require.Equal(t, http.StatusUnprocessableEntity, add("X", rule).status, name)
	}
	require.Equal(t, http.StatusUnprocessableEntity, add("", "").status)
	shown := text(s.show(s.admin, "/admin/groups"))
	require.Contains(t, shown, "soort=pupil, leerjaar=4 of soort=staff, niet functie=DIR")

	club := made["Schaakclub"].ID
	a := s.add(ours, account.Account{Kind: person.Pupil, Source: named("Bo", "", "Vos"), Own: account.Own{Groups: []group.ID{club}}})
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/groups/"+string(club), url.Values{"say": {"end"}}).status)
	require.Empty(t, s.read(a.ID).Own.Groups)
	require.Equal(t, http.StatusConflict, s.submit("/admin/groups/"+string(club), url.Values{"say": {"end"}}).status)
	require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/groups/"+string(classA), url.Values{"say": {"end"}}).status, "the source's")
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/groups/"+string(classA), url.Values{"say": {"band"}, "band": {"young"}}).status)
	g, err := s.deps.DB.Groups().Get(t.Context(), ours, classA)
	require.NoError(t, err)
	require.Equal(t, group.Young, g.Band)
}

func TestRulesAndExceptionsOfSupervision(t *testing.T) {
	t.Parallel()
	s := begin(t)
	juf := s.add(ours, member(person.Staff, named("Juf", "", "Kok"), classA))
	pupil := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA))
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/links", url.Values{"by": {"class"}, "school": {string(zeester)}}).status)
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/links", url.Values{"by": {"person"}, "person": {juf.Username}, "grade": {"4"}}).status)
	for name, wrong := range map[string]url.Values{
		"no function": {"by": {"function"}}, "no way": {}, "one for all": {"by": {"person"}, "person": {juf.Username}}, "nobody": {"by": {"person"}, "person": {"x"}},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/links", wrong).status, name)
	}
	rules, err := s.deps.DB.LinkRules().Get(t.Context(), ours, store.TheRules)
	require.NoError(t, err)
	require.Len(t, rules.List, 2)
	require.Contains(t, text(s.show(s.admin, "/admin/links")), "van hun klas")

	require.NoError(t, s.deps.DB.Supervision().Set(t.Context(), ours, pupil.ID, link.Supervision{Pupil: pupil.ID}.With(link.Part{School: zeester, Links: []link.Link{
		{Staff: juf.ID, Why: link.Why{Rule: rules.List[0].ID, Fact: link.Fact{By: link.OfClass, Value: string(classA)}}},
	}})))
	path := "/admin/supervision/" + string(pupil.ID)
	shown := text(s.show(s.admin, "/admin/people/"+string(pupil.ID)))
	require.Contains(t, shown, "Juf Kok : van hun klas 4A", "each link says why")
	linked := func() bool {
		v, err := s.deps.DB.Supervision().Get(t.Context(), ours, pupil.ID)
		require.NoError(t, err)
		return v.Linked(juf.ID, s.clock.Now())
	}
	for say, want := range map[string]bool{"out": false, "in": true} {
		require.Equal(t, http.StatusSeeOther, s.submit(path, url.Values{"staff": {string(juf.ID)}, "say": {say}}).status)
		require.Equal(t, want, linked(), say)
	}
	require.Equal(t, http.StatusSeeOther, s.submit(path, url.Values{"staff": {string(juf.ID)}, "say": {"rules"}}).status)
	require.True(t, linked())
	require.Equal(t, http.StatusUnprocessableEntity, s.submit(path, url.Values{"staff": {string(pupil.ID)}, "say": {"in"}}).status, "a pupil supervises nobody")
	require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/supervision/"+string(juf.ID), url.Values{"staff": {string(juf.ID)}}).status)
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/links/"+string(rules.List[0].ID), nil).status)
	require.Equal(t, http.StatusNotFound, s.submit("/admin/links/"+string(rules.List[0].ID), nil).status)
}

func TestNamesArePreviewedBeforeTheyCount(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	for i := range 12 {
		a := member(person.Pupil, named("Kind", "", fmt.Sprintf("Vos%c", 'a'+i)), classA)
		a.Main = zeester
		s.add(ours, a)
	}
	require.Contains(t, text(s.show(s.admin, "/admin/names")), "call|nospace")
	fields := url.Values{"school": {string(zeester)}, "kind": {"pupil"}, "lines": {"{achternaam}.{roepnaam|eerste:1}"}, "address": {"{username}"}, "renames": {"never"}}
	shown := text(page(t, s.submit("/admin/names", fields), http.StatusOK))
	require.Contains(t, shown, "vosa.k@leerling.example")
	require.Contains(t, shown, "12 zouden anders heten")
	require.Contains(t, shown, "boven de veiligheidsgrens")
	place, err := s.deps.DB.Schools().Get(t.Context(), ours, zeester)
	require.NoError(t, err)
	require.Empty(t, place.Naming, "a preview keeps nothing")

	wrong := url.Values{"school": {string(zeester)}, "kind": {"pupil"}, "lines": {"{gebruikersnaam}\n{tussenvoegsel}\n{lengte}\nklas"}, "address": {"{username}"}, "renames": {"never"}}
	said := text(page(t, s.submit("/admin/names", wrong), http.StatusUnprocessableEntity))
	for _, want := range []string{"Regel 1: Dit verwijst naar zichzelf", "Regel 2: Dit hebben de meeste mensen niet", "Regel 3: Dit woord bestaat niet", "Regel 4: Zo zou iedereen hetzelfde heten"} {
		require.Contains(t, said, want)
	}
	fields.Set("say", "keep")
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/names", fields).status)
	place, err = s.deps.DB.Schools().Get(t.Context(), ours, zeester)
	require.NoError(t, err)
	require.Equal(t, naming.Rule{Usernames: []string{"{achternaam}.{roepnaam|eerste:1}"}, Address: "{username}", Renames: naming.Never}, place.Naming[person.Pupil])
	fields.Set("say", "all")
	got := s.submit("/admin/names", fields)
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	run, err := s.deps.DB.Runs().Get(t.Context(), ours, roster.RunID(strings.TrimPrefix(got.header.Get("Location"), "/admin/imports/")))
	require.NoError(t, err)
	require.Equal(t, roster.Naming, run.Kind)
	require.Equal(t, person.Pupil, run.Of)
}

// TestMailboxesThatExistAreTheirs: an institution tells which addresses are
// there already, and the preview and whoever is added by hand keep off them.
func TestMailboxesThatExistAreTheirs(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	told := func(kind, boxes string) answer {
		return s.submit("/admin/names/mailboxes", url.Values{"school": {string(zeester)}, "kind": {kind}, "boxes": {boxes}, "say": {"add"}})
	}
	bad := told("pupil", "bram.vos@leerling.example;0471\nbram\n\nbo@elders.example\nbram.vos@leerling.example;12\nli@leerling.example;471")
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	for _, want := range []string{"Regel 2: dit is geen mailadres", "Regel 4: dit domein", "Regel 5: dit adres", "Regel 6: dit adres"} {
		require.Contains(t, text(page(t, bad, http.StatusUnprocessableEntity)), want)
	}
	require.Contains(t, bad.body, "bo@elders.example", "what was sent stands there to be mended")
	require.Equal(t, http.StatusUnprocessableEntity, told("pupil", " \n").status)
	require.Equal(t, http.StatusUnprocessableEntity, told("pupil", strings.Repeat("a@leerling.example\n", 2001)).status)
	require.Empty(t, all(t, s.deps.DB.Mailboxes()), "with one bad line nothing is stored")

	for range 2 {
		require.Equal(t, http.StatusSeeOther, told("pupil", "BramVos@leerling.example; 0471 \ninfo@leerling.example").status)
	}
	require.Equal(t, http.StatusSeeOther, told("staff", "ada.wit@school.example;Ada Wit").status)
	boxes := all(t, s.deps.DB.Mailboxes())
	require.Len(t, boxes, 3)
	for _, box := range boxes {
		require.Equal(t, s.clock.Now().Add(naming.MailboxKeep), box.ExpireAt)
	}
	bram := member(person.Pupil, account.Source{Name: person.Name{Call: "Bram", Surname: "Vos"}, Number: "471"}, classA)
	bram.Main = zeester
	s.add(ours, bram)
	rule := url.Values{"school": {string(zeester)}, "kind": {"pupil"}, "lines": {"{roepnaam}.{achternaam}"}, "address": {"{username}"}, "renames": {"never"}}
	require.Contains(t, text(page(t, s.submit("/admin/names", rule), http.StatusOK)), "bramvos@leerling.example", "the mailbox wins over the rule")
	got := s.submit("/admin/people/new", url.Values{"id": {string(account.NewID())}, "kind": {"staff"}, "call_name": {"Ada"}, "surname": {"Wit"}, "school": {string(zeester)}})
	require.Equal(t, "ada.wit@school.example", s.read(account.ID(strings.TrimPrefix(got.header.Get("Location"), "/admin/people/"))).Address)

	require.Contains(t, text(s.show(s.admin, "/admin/names")), "Bekend: 3 postvakken")
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/names/mailboxes", url.Values{"school": {string(zeester)}, "kind": {"staff"}, "say": {"forget"}}).status)
	require.Empty(t, all(t, s.deps.DB.Mailboxes()))
}

// TestNamesThatNobodyGets: what a school reserves on the page is handed out to
// nobody from then on.
func TestNamesThatNobodyGets(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	set := func(names string) int {
		return s.submit("/admin/names/reserved", url.Values{"reserved": {names}, "keep": {"yes"}, "school": {string(zeester)}, "kind": {"staff"}}).status
	}
	require.Equal(t, http.StatusUnprocessableEntity, set("info\nde directie"))
	require.Equal(t, http.StatusUnprocessableEntity, set(strings.Repeat("a", 300)))
	require.Equal(t, http.StatusSeeOther, set("Receptie\r\n\r\nada.wit@school.example\r\nreceptie\r\ninfo\r\n"))
	institution, err := s.deps.DB.Tenants().Get(t.Context(), ours, ours)
	require.NoError(t, err)
	require.Equal(t, []string{"ada.wit", "receptie"}, institution.Reserved)
	require.True(t, institution.KeepNames)
	require.Equal(t, "Stichting De Golfbreker", institution.Name, "the rest stays")
	require.Contains(t, text(s.show(s.admin, "/admin/names")), "ada.wit receptie")
	got := s.submit("/admin/people/new", url.Values{"id": {string(account.NewID())}, "kind": {"staff"}, "call_name": {"Ada"}, "surname": {"Wit"}, "school": {string(zeester)}})
	require.Equal(t, "ada.wit2", s.read(account.ID(strings.TrimPrefix(got.header.Get("Location"), "/admin/people/"))).Username)
	require.Equal(t, http.StatusSeeOther, s.submit("/admin/names/reserved", nil).status)
	institution, err = s.deps.DB.Tenants().Get(t.Context(), ours, ours)
	require.NoError(t, err)
	require.Empty(t, institution.Reserved)
	require.False(t, institution.KeepNames)
}
