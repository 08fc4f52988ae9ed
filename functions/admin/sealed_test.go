package admin_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/iterator"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/store"
)

// documents returns everything that a database holds, as text by path.
func (s *stage) documents(database string) map[string]string {
	s.t.Helper()
	client, err := firestore.NewClientWithDatabase(s.t.Context(), s.store, database)
	require.NoError(s.t, err)
	defer client.Close()
	found := map[string]string{}
	var walk func(*firestore.CollectionIterator)
	walk = func(it *firestore.CollectionIterator) {
		for {
			c, err := it.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			require.NoError(s.t, err)
			refs, err := c.DocumentRefs(s.t.Context()).GetAll()
			require.NoError(s.t, err)
			for _, ref := range refs {
				if d, err := ref.Get(s.t.Context()); err == nil {
					found[ref.Path[strings.Index(ref.Path, "/documents/"):]] = plain(d.Data())
				}
				walk(ref.Collections(s.t.Context()))
			}
		}
	}
	walk(client.Collections(s.t.Context()))
	return found
}

// plain writes stored fields with bytes as the text that they may be.
func plain(fields map[string]any) string {
	var b strings.Builder
	for name, v := range fields {
		if raw, ok := v.([]byte); ok {
			v = string(raw)
		}
		fmt.Fprintf(&b, "%s=%v\n", name, v)
	}
	return b.String()
}

// TestWhoReadsASheet: the maker, with the browser that made it, until it is
// printed or a day has passed.
func TestWhoReadsASheet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	colleague := s.session(ours, s.add(ours, account.Account{
		Kind: person.Staff, Source: named("Ko", "", "Collega"), Own: account.Own{Roles: []access.Role{access.Admin}},
	}))
	made := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	at, cookie := made.header.Get("Location"), key(t, made)
	require.Regexp(t, regexp.MustCompile(`^/admin/sheets/s[a-z2-7]{26}$`), at)
	require.Equal(t, at, cookie.Path)
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	require.Equal(t, 24*60*60, cookie.MaxAge)
	elsewhere := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	other := key(t, elsewhere)
	made = s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	at, cookie = made.header.Get("Location"), key(t, made)

	unread := map[string]call{
		"another administrator, with the key": {session: colleague, cookie: cookie},
		"another institution, with the key":   {session: s.stranger, cookie: cookie},
		"without the key":                     {session: s.admin},
		"with the key of another sheet":       {session: s.admin, cookie: &http.Cookie{Name: cookie.Name, Value: other.Value}},
		"with no key at all":                  {session: s.admin, cookie: &http.Cookie{Name: cookie.Name, Value: "x"}},
	}
	before := s.traces()
	for name, c := range unread {
		for method, path := range map[string]string{"GET": at, "POST": at + "/printed"} {
			c.method, c.path = method, path
			shown := text(page(t, s.do(c), http.StatusNotFound))
			require.Contains(t, shown, "Dit inlogblad is niet te lezen", name)
			require.NotContains(t, shown, "Zee", name)
		}
	}
	require.Equal(t, before, s.traces())

	mine := call{method: "GET", path: at, session: s.admin, cookie: cookie}
	for range 2 {
		require.Len(t, cards(t, page(t, s.do(mine), http.StatusOK)), len(pupils), "it can be read again")
	}
	s.clock.Advance(11 * time.Hour) // within the session
	require.Len(t, cards(t, page(t, s.do(mine), http.StatusOK)), len(pupils))
	require.Equal(t, 3, s.logged(audit.Viewed), "a view is not in the log")

	printed := mine
	printed.method, printed.path = "POST", at+"/printed"
	done := s.do(printed)
	require.Equal(t, http.StatusSeeOther, done.status)
	require.Equal(t, -1, key(t, done).MaxAge)
	require.Equal(t, at, key(t, done).Path)
	require.Equal(t, 1, s.logged(audit.SheetPrinted))
	require.Contains(t, text(page(t, s.do(mine), http.StatusNotFound)), "Dit inlogblad is niet te lezen")
	page(t, s.do(printed), http.StatusNotFound)
	for path := range s.documents(store.CredentialsDatabase) {
		require.NotContains(t, path, strings.TrimPrefix(at, "/admin/sheets/"), "a printed sheet is still there")
	}
}

// logged counts entries of the log.
func (s *stage) logged(what audit.Action) int {
	s.t.Helper()
	n := 0
	for _, e := range all(s.t, s.deps.DB.Log()) {
		if e.Action == what {
			n++
		}
	}
	return n
}

func TestASheetLastsADay(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	made := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	mine := call{method: "GET", path: made.header.Get("Location"), cookie: key(t, made)}
	again := func() string { // the maker signs in anew
		for e, err := range s.deps.DB.Accounts().All(t.Context(), ours) {
			require.NoError(t, err)
			if e.Value.Source.Name.Surname == "Zeeman" {
				return s.session(ours, e.Value)
			}
		}
		return ""
	}
	s.clock.Advance(24*time.Hour - time.Microsecond)
	mine.session = again()
	require.Contains(t, text(page(t, s.do(mine), http.StatusOK)), "te lezen tot 25-11-2026 10:30")
	s.clock.Advance(time.Microsecond)
	mine.session = again()
	require.Contains(t, text(page(t, s.do(mine), http.StatusNotFound)), "Dit inlogblad is niet te lezen")
}

// TestSheetsAreBoundToTLS: a browser sends the key over TLS alone.
func TestSheetsAreBoundToTLS(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	d := s.deps
	origin, err := url.Parse("https://sync.example")
	require.NoError(t, err)
	d.People.Origin.URL = origin
	s.url = s.serve(d)
	made := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", cookie: &http.Cookie{Name: "__Host-session", Value: s.admin}})
	require.Equal(t, "__Secure-sheet", key(t, made).Name)
	require.True(t, key(t, made).Secure)
}

// TestNothingOfASheetIsStoredInTheClear looks for every password and code, in
// every form, in everything that is stored.
func TestNothingOfASheetIsStoredInTheClear(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	made := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	sheet := cards(t, page(t, s.made(made), http.StatusOK))
	secrets := []string{key(t, made).Value}
	for _, c := range sheet {
		require.NotEmpty(t, c.badge)
		secrets = append(secrets, c.password, c.badge, strings.ReplaceAll(c.badge, " ", ""), c.badge[:9])
	}
	n := 0
	for _, database := range []string{firestore.DefaultDatabaseID, store.CredentialsDatabase, store.LedgerDatabase} {
		for path, fields := range s.documents(database) {
			n++
			for _, secret := range secrets {
				require.NotContains(t, path+fields, secret, "%s holds it in the clear", path)
			}
			if strings.Contains(path, "/sheets/") {
				require.NotContains(t, fields, sheet[0].address)
			}
		}
	}
	require.Greater(t, n, 15)
}
