package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for i := range 12 {
		now := s.clock.Now()
		run := roster.Run{
			ID: roster.RunID(fmt.Sprintf("irun%d", 11-i)), School: zeester, Status: roster.Applied,
			Counts: roster.Counts{Create: 100 + i}, Created: now, ExpireAt: now.Add(90 * 24 * time.Hour),
		}
		require.NoError(t, s.deps.DB.Runs().Create(t.Context(), ours, run.ID, run))
		s.clock.Advance(30 * time.Minute)
	}
	next := group.Group{ID: "gnext", School: zeester, Kind: group.Class, Name: "5A", Year: 2027}
	require.NoError(t, s.deps.DB.Groups().Create(t.Context(), ours, next.ID, next))
	root := s.show(s.admin, "/admin/")
	require.Equal(t, []string{"Beheer: Stichting De Golfbreker"}, texts(root, "h1"))
	var classes, runs []string
	for _, a := range find(root, "a") {
		switch to := attr(a, "href"); {
		case strings.HasPrefix(to, "/admin/groups/"):
			classes = append(classes, text(a))
		case strings.HasPrefix(to, "/admin/imports/"):
			runs = append(runs, to)
		}
	}
	require.Equal(t, []string{"4A", "10B"}, classes, "classes of this year, in the order of their numbers")
	require.Len(t, runs, 10)
	require.Equal(t, "/admin/imports/irun0", runs[0], "the newest stands first")
	require.Contains(t, text(root), "24-11-2026 16:00", "times are those of the Netherlands")
	require.Contains(t, text(root), "Verwerkt 111")
	require.Len(t, find(root, "form"), 3, "an upload for each school, and the sheet of staff")

	empty := text(s.show(s.stranger, "/admin/"))
	require.Contains(t, empty, "Er is nog niets aangeleverd")
	require.Contains(t, empty, "Er zijn nog geen klassen")
}

func TestClass(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	rude := s.add(ours, member(person.Pupil, named("<script>alert(1)</script>", "", `Zz"><b onclick=x>`), classA))
	root := s.show(s.admin, "/admin/groups/g4a")
	require.Empty(t, find(root, "script"), "a name is no code")
	require.Empty(t, find(root, "b"))
	rows := texts(find(root, "tbody")[0], "tr")
	require.Equal(t, []string{
		"åkerman, Ömer " + pupils[0].Address, "Berg, Tim van den " + pupils[1].Address, "Zee, Sanne " + pupils[2].Address,
		rude.Source.Name.Sorted() + " " + rude.Address,
	}, rows)
	require.Contains(t, text(root), "Ank, Juf")
	for _, absent := range []string{"Vertrokken", "Geblokkeerd", "Verhuisd", "Elders"} {
		require.NotContains(t, text(root), absent)
	}
	require.Contains(t, text(root), "gelden daarna niet meer", "the page says what a new sheet does before it is made")

	entries := all(t, s.deps.DB.Log())
	require.Len(t, entries, 1)
	require.Equal(t, audit.Viewed, entries[0].Action)
	require.Equal(t, string(classA), entries[0].Object)
	require.NotEmpty(t, entries[0].Actor.Account)
	require.Len(t, entries[0].Subjects, 5, "four pupils and their teacher were seen")
	require.Subset(t, entries[0].Subjects, []account.ID{pupils[0].ID, pupils[1].ID, pupils[2].ID, rude.ID})
	require.Equal(t, []string{"call_name", "class", "infix", "surname", "username"}, entries[0].Fields)
}

func TestWordsOfTheSector(t *testing.T) {
	t.Parallel()
	s := begin(t)
	require.NoError(t, s.deps.DB.Groups().Create(t.Context(), ours, "g2b", group.Group{ID: "g2b", School: schelp, Kind: group.Class, Name: "2B"}))
	primary, secondary := s.show(s.admin, "/admin/groups/g4a"), s.show(s.admin, "/admin/groups/g2b")
	require.Equal(t, []string{"Groep 4A"}, texts(primary, "h1"))
	require.Contains(t, text(primary), "In deze groep zitten geen leerlingen")
	require.Equal(t, []string{"Klas 2B"}, texts(secondary, "h1"))
	require.Contains(t, text(secondary), "In deze klas zitten geen leerlingen")
	require.Contains(t, text(secondary), "elke leerling van deze klas")
	require.NotContains(t, text(secondary), "roep")
}

// TestNothingIsShownUnlogged asks for people while the log cannot be written:
// in the last year that the database knows, an entry's expiry lies beyond it.
func TestNothingIsShownUnlogged(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	made := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	issued := all(t, s.deps.Credentials.Credentials())
	sheet := made.header.Get("Location")
	d := s.deps
	d.Clock = clock.NewManual(time.Date(9999, time.June, 1, 0, 0, 0, 0, time.UTC))
	s.url = s.serve(d)
	for path, method := range map[string]string{
		"/admin/groups/g4a": "GET", "/admin/groups/g4a/sheet": "POST", "/admin/staff/sheet": "POST",
		sheet: "GET", sheet + "/printed": "POST",
	} {
		got := s.do(call{method: method, path: path, session: s.admin, cookie: key(t, made)})
		require.NotContains(t, text(page(t, got, http.StatusInternalServerError)), "Zee")
	}
	require.Equal(t, issued, all(t, s.deps.Credentials.Credentials()), "passwords were made that nobody saw")
	require.Len(t, all(t, s.deps.Credentials.Sheets()), 1, "a sheet was removed that nobody said was printed")
}

func TestImportPage(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	root := s.show(s.admin, "/admin/imports/ione")
	require.Equal(t, []string{"1", "2", "0", "3", "20", "400"}, texts(find(root, "dl")[0], "dd"))
	shown := text(root)
	for _, want := range []string{
		"Wacht op goedkeuring", "Vertrek (20)", "Afwijzen", "regel 12, positie 7", "Vul in het administratiesysteem de roepnaam in",
		"Let op", "Ter info", "geboortedatum 5",
	} {
		require.Contains(t, shown, want)
	}
	require.NotContains(t, shown, "regel 0")

	run, err := s.deps.DB.Runs().Get(t.Context(), ours, "ione")
	require.NoError(t, err)
	for _, status := range []roster.Status{roster.Received, roster.Planned, roster.Applying, roster.Applied, roster.Refused} {
		run.Status = status
		require.NoError(t, s.deps.DB.Runs().Set(t.Context(), ours, run.ID, run))
		require.Empty(t, find(s.show(s.admin, "/admin/imports/ione"), "form"), "%s: only what waits is approved", status)
	}
}

func TestPagesInEnglish(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	s.waiting("ione")
	for path, want := range map[string]string{
		"/admin/": "Administration", "/admin/groups/g4a": "Class 4A", "/admin/imports/ione": "Import of",
	} {
		got := s.do(call{method: "GET", path: path, session: s.admin, header: map[string]string{"Accept-Language": "en"}})
		root := page(t, got, http.StatusOK)
		require.Equal(t, "en", attr(find(root, "html")[0], "lang"))
		require.Contains(t, texts(root, "h1")[0], want)
	}
	english := map[string]string{"Accept-Language": "en"}
	made := s.do(call{method: "POST", path: "/admin/staff/sheet", session: s.admin, header: english})
	sheet := s.do(call{method: "GET", path: made.header.Get("Location"), session: s.admin, cookie: key(t, made), header: english})
	require.Equal(t, []string{"Password sheet: Staff"}, texts(page(t, sheet, http.StatusOK), "h1"))
}
