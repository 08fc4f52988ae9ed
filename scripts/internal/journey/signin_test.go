package journey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
)

// sheet imports a small school and returns the cards of its first class.
func sheet(t *testing.T, s *journey.Stage) []browse.Card {
	t.Helper()
	require.Equal(t, "applied", s.Hand(journey.File(t, journey.School(12))).Status)
	admin, err := browse.New(s.URL)
	require.NoError(t, err)
	require.NoError(t, admin.SignIn(t.Context(), s.Institution.Admin, demo.AdminPassword))
	classes, err := admin.Links(t.Context(), "/admin/", "/admin/groups/")
	require.NoError(t, err)
	require.NotEmpty(t, classes)
	cards, err := admin.Sheet(t.Context(), classes[0]+"/sheet")
	require.NoError(t, err)
	return cards
}

// TestSingleSignOn lets an application that knows only OpenID Connect sign a
// pupil in: with go-oidc and x/oauth2, not with code of ours.
func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	cards := sheet(t, s)
	subjects := map[string]bool{}
	for _, card := range cards[:2] {
		pupil, err := browse.New(s.URL)
		require.NoError(t, err)
		page, err := pupil.Get(t.Context(), s.App.URL+"/")
		require.NoError(t, err)
		require.Equal(t, "/login", page.URL.Path, "nobody is signed in yet")

		next := page.URL.Query().Get("next")
		page, err = pupil.Post(t.Context(), "/login", map[string][]string{
			"name": {card.Address}, "password": {card.Password}, "next": {next}, "fresh": {"1"},
		})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, page.Status)
		page, err = pupil.Get(t.Context(), next)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, page.Status)
		require.Equal(t, s.App.URL, "http://"+page.URL.Host)
		require.Contains(t, shown(page, "who"), card.Name)
		subjects[shown(page, "sub")] = true

		again, err := pupil.Get(t.Context(), s.App.URL+"/")
		require.NoError(t, err)
		require.Contains(t, shown(again, "who"), card.Name, "a second click asked for a password")
	}
	require.Len(t, subjects, 2)
	for subject := range subjects {
		require.Empty(t, strings.Trim(subject, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
	}
}

func shown(p browse.Page, id string) string {
	for n := range p.Root.Descendants() {
		if n.Type == html.ElementNode && browse.Attribute(n, "id") == id {
			return browse.Text(n)
		}
	}
	return ""
}

func TestSheetVoidsOldPasswords(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	first := sheet(t, s)
	second := sheet(t, s)
	require.Len(t, second, len(first))
	pupil, err := browse.New(s.URL)
	require.NoError(t, err)
	require.Error(t, pupil.SignIn(t.Context(), first[0].Address, first[0].Password))
	require.NoError(t, pupil.SignIn(t.Context(), second[0].Address, second[0].Password))
}

func TestBadges(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	first := sheet(t, s)
	pupil, err := browse.New(s.URL)
	require.NoError(t, err)
	require.NotEmpty(t, first[0].Badge)
	require.NoError(t, pupil.SignInByBadge(t.Context(), first[0].Badge))
	page, err := pupil.Get(t.Context(), s.App.URL+"/")
	require.NoError(t, err)
	require.Contains(t, shown(page, "who"), first[0].Name, "a badge does not reach an application")
	second := sheet(t, s)
	require.Error(t, pupil.SignInByBadge(t.Context(), first[0].Badge), "the old badge still holds")
	require.NoError(t, pupil.SignInByBadge(t.Context(), second[0].Badge))
	page, err = pupil.Get(t.Context(), "/admin/")
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, page.Status)
}

func TestPupilsDoNotReachTheConsole(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	cards := sheet(t, s)
	pupil, err := browse.New(s.URL)
	require.NoError(t, err)
	page, err := pupil.Get(t.Context(), "/admin/")
	require.NoError(t, err)
	require.Equal(t, "/login", page.URL.Path)
	require.NoError(t, pupil.SignIn(t.Context(), cards[0].Address, cards[0].Password))
	for _, path := range []string{"/admin/", "/admin/groups/x", "/admin/imports/x"} {
		page, err := pupil.Get(t.Context(), path)
		require.NoError(t, err)
		require.Equal(t, http.StatusForbidden, page.Status, path)
	}
	for _, path := range []string{"/admin/groups/x/sheet", "/admin/staff/sheet", "/admin/imports", "/admin/imports/x/approve"} {
		page, err := pupil.Post(t.Context(), path, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusForbidden, page.Status, path)
	}
}
