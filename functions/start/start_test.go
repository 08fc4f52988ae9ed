package start_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/start"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const board = tenant.ID("bestuur")

type fixture struct {
	t       *testing.T
	db      *store.DB
	keeper  session.Keeper
	handler http.Handler
}

func begin(t *testing.T, modules ...tenant.Module) *fixture {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Config{Project: emulators.Firestore(t)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	base, err := url.Parse("https://sync.example")
	require.NoError(t, err)
	f := &fixture{t: t, db: db, keeper: session.Keeper{Store: db, Clock: clock.System{}}}
	f.handler, err = start.New(start.Deps{DB: db, People: serve.People{Origin: serve.Origin{URL: base}, Sessions: f.keeper}})
	require.NoError(t, err)
	require.NoError(t, db.Tenants().Create(ctx, board, board, tenant.Tenant{ID: board, Modules: modules}))
	for _, p := range []app.App{
		{ID: "rekenen", Name: "Rekenen", Launch: "https://rekenen.example/", Kinds: []person.Kind{person.Pupil}},
		{ID: "atlas", Name: "Atlas <b>", Launch: "https://atlas.example/", Kinds: []person.Kind{person.Pupil, person.Staff}, Groups: []group.ID{"g5b"}},
		{ID: "cijfers", Name: "Cijfers", Launch: "https://cijfers.example/", Kinds: []person.Kind{person.Staff}},
	} {
		require.NoError(t, db.Apps().Create(ctx, board, p.ID, p))
	}
	require.NoError(t, db.Groups().Create(ctx, board, "g5b", group.Group{ID: "g5b", Name: "5B"}))
	return f
}

// get opens a page as a.
func (f *fixture) get(path string, a *account.Account) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), http.MethodGet, "https://sync.example"+path, nil)
	if a != nil {
		a.ID, a.State = account.NewID(), account.Active
		require.NoError(f.t, f.db.Accounts().Create(f.t.Context(), board, a.ID, *a))
		token, err := f.keeper.Begin(f.t.Context(), board, *a, session.By("pwd"))
		require.NoError(f.t, err)
		r.AddCookie(&http.Cookie{Name: "__Host-session", Value: token})
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w
}

// tiles returns the addresses and texts of the tiles on a page.
func tiles(t *testing.T, page string) map[string]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	found := map[string]string{}
	for n := range root.Descendants() {
		if n.Data != "a" {
			continue
		}
		var href, class string
		for _, a := range n.Attr {
			switch a.Key {
			case "href":
				href = a.Val
			case "class":
				class = a.Val
			}
		}
		if class == "tile" {
			var text strings.Builder
			for inner := range n.Descendants() {
				if inner.Type == html.TextNode {
					text.WriteString(inner.Data + " ")
				}
			}
			found[href] = strings.Join(strings.Fields(text.String()), " ")
		}
	}
	return found
}

func TestTilesAreForThePerson(t *testing.T) {
	t.Parallel()
	f := begin(t, tenant.Start)
	in5B := []account.Membership{{School: "s", Groups: []group.ID{"g5b"}}}
	for name, c := range map[string]struct {
		who  account.Account
		want map[string]string
	}{
		"pupil of no class": {account.Account{Kind: person.Pupil}, map[string]string{"https://rekenen.example/": "R Rekenen"}},
		"pupil of 5B": {
			account.Account{Kind: person.Pupil, Memberships: in5B},
			map[string]string{"https://rekenen.example/": "R Rekenen", "https://atlas.example/": "A Atlas <b> Voor groep 5B"},
		},
		"pupil who left 5B": {
			account.Account{Kind: person.Pupil, Memberships: []account.Membership{{School: "s", Groups: []group.ID{"g5b"}, Left: true}}},
			map[string]string{"https://rekenen.example/": "R Rekenen"},
		},
		"teacher":  {account.Account{Kind: person.Staff}, map[string]string{"https://cijfers.example/": "C Cijfers"}},
		"guardian": {account.Account{Kind: person.Guardian}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := f.get("/", &c.who)
			require.Equal(t, http.StatusOK, w.Code)
			require.Equal(t, c.want, tiles(t, w.Body.String()))
		})
	}
}

func TestWhoGetsTheConsole(t *testing.T) {
	t.Parallel()
	f := begin(t, tenant.Start)
	admin := account.Account{Kind: person.Staff, Own: account.Own{Roles: []access.Role{access.Admin}}}
	require.Contains(t, f.get("/", &admin).Body.String(), `href="/admin/"`)
	require.NotContains(t, f.get("/", &account.Account{Kind: person.Staff}).Body.String(), `href="/admin`)
	substitute := account.Account{Kind: person.Staff, Own: account.Own{Function: "Invaller"}}
	grant := right.Right{
		ID: "r1", What: right.Object{Sort: right.Task, ID: string(access.ManagePeople)}, Whom: right.Whom{By: right.ByFunction, Value: "Invaller"}, Made: time.Now(),
	}
	require.NoError(t, f.db.Rights().Create(t.Context(), board, grant.ID, grant))
	require.Contains(t, f.get("/", &substitute).Body.String(), `href="/admin/people"`, "the part that a right of their own opens")
}

func TestModuleSwitchedOff(t *testing.T) {
	t.Parallel()
	f := begin(t)
	w := f.get("/", &account.Account{Kind: person.Pupil})
	require.Equal(t, http.StatusOK, w.Code)
	require.Empty(t, tiles(t, w.Body.String()))
	require.Contains(t, w.Body.String(), "staat uit")
}

func TestNobodyIsSentToSignIn(t *testing.T) {
	t.Parallel()
	f := begin(t, tenant.Start)
	w := f.get("/", nil)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "/login?next=%2F", w.Header().Get("Location"))
	require.Equal(t, http.StatusNotFound, f.get("/bestaat-niet", nil).Code)
}

func TestStaticFilesAreKeptForEver(t *testing.T) {
	t.Parallel()
	f := begin(t, tenant.Start)
	page := f.get("/", &account.Account{Kind: person.Pupil}).Body.String()
	_, rest, ok := strings.Cut(page, `rel="stylesheet" href="`)
	require.True(t, ok)
	at, _, _ := strings.Cut(rest, `"`)
	w := f.get(at, nil)
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
	require.Contains(t, w.Header().Get("Content-Type"), "text/css")
	require.Equal(t, http.StatusNotFound, f.get("/static/style.css", nil).Code)
}

// TestWhoSawMe shows a person the log about them, without the names of
// colleagues and without what would warn of an investigation.
func TestWhoSawMe(t *testing.T) {
	t.Parallel()
	f := begin(t, tenant.Start)
	me := account.Account{Kind: person.Pupil}
	require.Contains(t, f.get("/me", &me).Body.String(), "Nog niemand")
	log := func(what audit.Action, by audit.Actor, whose account.ID) {
		e := audit.New(time.Now(), by, what, whose).Of("surname")
		require.NoError(t, f.db.Log().Create(t.Context(), board, e.ID, e))
	}
	log(audit.Viewed, audit.Actor{Account: "ajuf"}, me.ID)
	log(audit.Provisioned, audit.Actor{System: "provisiongoogle"}, me.ID)
	log(audit.LogViewed, audit.Actor{Account: "ajuf"}, me.ID)
	log(audit.Blocked, audit.Actor{Account: "ajuf"}, "aander")
	token, err := f.keeper.Begin(t.Context(), board, me, session.By("pwd"))
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://sync.example/me", nil)
	r.AddCookie(&http.Cookie{Name: "__Host-session", Value: token})
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	page := w.Body.String()
	for _, want := range []string{"Gegevens bekeken", "Een medewerker van de instelling", "Gegevens doorgegeven aan een koppeling", "COOL Sync zelf", "Achternaam", "Jijzelf"} {
		require.Contains(t, page, want)
	}
	for _, never := range []string{"Logboek bekeken", "ajuf", "Account geblokkeerd"} {
		require.NotContains(t, page, never)
	}
	require.Equal(t, http.StatusSeeOther, f.get("/me", nil).Code)
}
