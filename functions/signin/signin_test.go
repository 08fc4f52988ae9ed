package signin_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/signin"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/trail"
)

const (
	board    = tenant.ID("bestuur")
	origin   = "https://sync.example"
	password = "appel-fiets-42"
)

// fixture is the sign-in of an institution with some people.
type fixture struct {
	t       *testing.T
	db      *store.DB
	people  *store.DB
	vault   credential.Vault
	index   seal.Index
	clock   *clock.Manual
	keeper  session.Keeper
	trail   trail.Trail
	handler http.Handler
}

func begin(t *testing.T) *fixture {
	t.Helper()
	ctx, project, now := t.Context(), emulators.Firestore(t), clock.NewManual(time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC))
	db, err := store.Open(ctx, store.Config{Project: project, Clock: now})
	require.NoError(t, err)
	people, err := store.Open(ctx, store.Config{Project: project, Database: store.CredentialsDatabase, Clock: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = errors.Join(db.Close(), people.Close()) })
	index, err := seal.NewIndex(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	ring, err := seal.NewRing("verifier", map[int][]byte{1: bytes.Repeat([]byte{2}, 32)})
	require.NoError(t, err)
	base, err := url.Parse(origin)
	require.NoError(t, err)
	f := &fixture{
		t: t, db: db, people: people, index: index, clock: now, keeper: session.Keeper{Store: db, Clock: now},
		vault: credential.Vault{Hasher: credential.NewHasher(credential.Params{Memory: 8, Time: 1, Threads: 1}), Ring: ring},
	}
	keys, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = keys.Close() }) // nothing is left to send
	f.trail = trail.Trail{Box: keys}
	f.handler, err = signin.New(signin.Deps{
		DB: db, Credentials: people, Index: index, Vault: f.vault, Clock: now, Trail: f.trail,
		People: serve.People{Origin: serve.Origin{URL: base}, Sessions: f.keeper},
	})
	require.NoError(t, err)
	require.NoError(t, db.Domains().Create(ctx, board, "leerling.example", board))
	f.person("sanne", func(*account.Account) {})
	return f
}

// person adds somebody whose password is password.
func (f *fixture) person(name string, change func(*account.Account)) account.Account {
	f.t.Helper()
	ctx := f.t.Context()
	a := account.Account{
		ID: account.ID("a" + name), Kind: person.Pupil, State: account.Active, Username: name, Address: name + "@leerling.example",
		Source: account.Source{Name: person.Name{Call: name, Surname: "Zonneveld"}}, Epoch: 1,
	}
	change(&a)
	require.NoError(f.t, f.db.Accounts().Create(ctx, board, a.ID, a))
	require.NoError(f.t, f.db.Names().Create(ctx, board, store.NameID(f.index.Of(board, "address", a.Address)), a.ID))
	c, err := f.vault.Issue(ctx, board, a.ID, password, f.clock.Now())
	require.NoError(f.t, err)
	c.First = a.Kind == person.Staff
	require.NoError(f.t, f.people.Credentials().Create(ctx, board, a.ID, c))
	return a
}

// post sends a form as a browser on the origin does.
func (f *fixture) post(path string, form url.Values, cookies ...*http.Cookie) *http.Response {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), http.MethodPost, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w.Result()
}

func (f *fixture) signIn(name, password string, cookies ...*http.Cookie) *http.Response {
	return f.post("/login", url.Values{"name": {name}, "password": {password}, "next": {"/"}}, cookies...)
}

// cookie returns the session's cookie of an answer, nil where it sets none.
func cookie(r *http.Response) *http.Cookie {
	for _, c := range r.Cookies() {
		if c.Name == "__Host-session" && c.MaxAge >= 0 && c.Value != "" {
			return c
		}
	}
	return nil
}

func (f *fixture) entries(what audit.Action) (found []audit.Entry) {
	f.t.Helper()
	for e, err := range f.db.Log().All(f.t.Context(), board) {
		require.NoError(f.t, err)
		if e.Value.Action == what {
			found = append(found, e.Value)
		}
	}
	return found
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	f := begin(t)
	answer := f.signIn("  Sanne@Leerling.example ", password)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	c := cookie(answer)
	require.NotNil(t, c)
	require.True(t, c.HttpOnly && c.Secure)
	require.Equal(t, http.SameSiteLaxMode, c.SameSite)
	require.Equal(t, "/", c.Path)
	who, err := f.keeper.Check(t.Context(), c.Value)
	require.NoError(t, err)
	require.EqualValues(t, "asanne", who.Account.ID)
	require.Len(t, f.entries(audit.SignedIn), 1)

	again := f.signIn("sanne@leerling.example", password, c)
	fresh := cookie(again)
	require.NotEqual(t, c.Value, fresh.Value, "the session was not made anew")
	_, err = f.keeper.Check(t.Context(), c.Value)
	require.Error(t, err, "the browser's old session lives on")
}

func TestUsernameAloneWhereTheBrowserKnowsTheSchool(t *testing.T) {
	t.Parallel()
	f := begin(t)
	require.Nil(t, cookie(f.signIn("sanne", password)), "nobody knows which school")
	var remembered *http.Cookie
	for _, c := range f.signIn("sanne@leerling.example", password).Cookies() {
		if c.Name == "__Host-institution" {
			remembered = c
		}
	}
	require.NotNil(t, remembered)
	require.NotNil(t, cookie(f.signIn("sanne", password, remembered)))
}

func TestRefusalsLookTheSame(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.person("bram", func(a *account.Account) { a.State = account.Blocked })
	f.person("fleur", func(a *account.Account) { a.State = account.Left })
	require.NoError(t, f.db.Accounts().Create(t.Context(), board, "anew", account.Account{ID: "anew", State: account.Active, Address: "new@leerling.example"}))
	require.NoError(t, f.db.Names().Create(t.Context(), board, store.NameID(f.index.Of(board, "address", "new@leerling.example")), "anew"))
	pages := map[string]string{}
	for name, c := range map[string]struct{ name, password string }{
		"wrong password":    {"sanne@leerling.example", "fout"},
		"unknown name":      {"niemand@leerling.example", password},
		"unknown domain":    {"sanne@elders.example", password},
		"path for a domain": {"sanne@../../x", password},
		"blocked":           {"bram@leerling.example", password},
		"left":              {"fleur@leerling.example", password},
		"no password yet":   {"new@leerling.example", password},
	} {
		answer := f.signIn(c.name, c.password)
		require.Equal(t, http.StatusUnauthorized, answer.StatusCode, name)
		require.Nil(t, cookie(answer), name)
		var b bytes.Buffer
		_, err := b.ReadFrom(answer.Body)
		require.NoError(t, err)
		pages[strings.ReplaceAll(b.String(), strings.ToLower(c.name), "…")] = name
	}
	require.Len(t, pages, 1, "a refusal tells why")
	reasons := map[string]bool{}
	for _, e := range f.entries(audit.SignInFailed) {
		reasons[e.Reason] = true
		require.Equal(t, e.Reason == "unknown_name", len(e.Subjects) == 0)
	}
	require.Equal(t, map[string]bool{"wrong_password": true, "not_active": true, "no_password": true, "unknown_name": true}, reasons)
}

func TestGuessesAreSlowedDown(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.person("bram", func(*account.Account) {})
	var tries sync.WaitGroup
	for range 8 {
		tries.Go(func() { f.signIn("sanne@leerling.example", "fout") })
	}
	tries.Wait()
	c, err := f.people.Credentials().Get(t.Context(), board, "asanne")
	require.NoError(t, err)
	require.GreaterOrEqual(t, c.Failures, 5, "guesses side by side were not counted")
	require.Nil(t, cookie(f.signIn("sanne@leerling.example", password)), "the right password came too early")
	require.NotNil(t, cookie(f.signIn("bram@leerling.example", password)), "a classmate is held up")
	f.clock.Advance(15 * time.Minute)
	require.NotNil(t, cookie(f.signIn("sanne@leerling.example", password)))
	c, err = f.people.Credentials().Get(t.Context(), board, "asanne")
	require.NoError(t, err)
	require.Zero(t, c.Failures)
}

func TestNothingFromAnotherSite(t *testing.T) {
	t.Parallel()
	f := begin(t)
	for _, path := range []string{"/login", "/logout", "/password"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+path, strings.NewReader("name=x"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusForbidden, w.Code, path)
	}
}

func TestNextStaysHere(t *testing.T) {
	t.Parallel()
	f := begin(t)
	for _, next := range []string{"https://kwaad.example/", "//kwaad.example", `/\kwaad.example`, "javascript:alert(1)", "/\tkwaad"} {
		answer := f.post("/login", url.Values{"name": {"sanne@leerling.example"}, "password": {password}, "next": {next}})
		var b bytes.Buffer
		_, err := b.ReadFrom(answer.Body)
		require.NoError(t, err)
		require.Contains(t, b.String(), `url=/"`, next)
		require.NotContains(t, b.String(), "kwaad", next)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	f := begin(t)
	c := cookie(f.signIn("sanne@leerling.example", password))
	answer := f.post("/logout", nil, c)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, err := f.keeper.Check(t.Context(), c.Value)
	require.Error(t, err)
	require.Len(t, f.entries(audit.SignedOut), 1)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	f := begin(t)
	c := cookie(f.signIn("sanne@leerling.example", password))
	elsewhere := cookie(f.signIn("sanne@leerling.example", password))
	change := func(old, next, again string) *http.Response {
		return f.post("/password", url.Values{"old": {old}, "new": {next}, "again": {again}, "next": {"/"}}, c)
	}
	for name, form := range map[string][3]string{
		"wrong old":      {"fout-fout-00", "kruidnagel-orgel", "kruidnagel-orgel"},
		"not repeated":   {password, "kruidnagel-orgel", "kruidnagel-orgel2"},
		"too short":      {password, "kort", "kort"},
		"too long":       {password, strings.Repeat("ab cd", 60), strings.Repeat("ab cd", 60)},
		"own name":       {password, "sanne-zonneveld-1", "sanne-zonneveld-1"},
		"common":         {password, "Welkom123456", "Welkom123456"},
		"same as before": {password, password, password},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, change(form[0], form[1], form[2]).StatusCode, name)
	}
	answer := change(password, "kruidnagel-orgel", "kruidnagel-orgel")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	_, err := f.keeper.Check(t.Context(), elsewhere.Value)
	require.Error(t, err, "another browser stays signed in")
	_, err = f.keeper.Check(t.Context(), cookie(answer).Value)
	require.NoError(t, err)
	require.Nil(t, cookie(f.signIn("sanne@leerling.example", password)))
	require.NotNil(t, cookie(f.signIn("sanne@leerling.example", "kruidnagel-orgel")))
	require.Len(t, f.entries(audit.PasswordSet), 1)
}

func TestStaffChooseTheirOwnPasswordFirst(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.person("juf", func(a *account.Account) { a.Kind = person.Staff })
	answer := f.signIn("juf@leerling.example", password)
	var b bytes.Buffer
	_, err := b.ReadFrom(answer.Body)
	require.NoError(t, err)
	require.Contains(t, b.String(), "url=/password?next=%2F")

	first := cookie(answer)
	who, err := f.keeper.Check(t.Context(), first.Value)
	require.NoError(t, err)
	require.True(t, who.Session.First, "the session reaches everything")
	change := url.Values{"old": {password}, "new": {"kruidnagel-orgel-pad"}, "again": {"kruidnagel-orgel-pad"}}
	chosen := f.post("/password", change, first)
	require.Equal(t, http.StatusOK, chosen.StatusCode)
	who, err = f.keeper.Check(t.Context(), cookie(chosen).Value)
	require.NoError(t, err)
	require.False(t, who.Session.First)
	require.Error(t, second(f.keeper.Check(t.Context(), first.Value)), "the session with the first password lives on")

	out := cookie(f.signIn("juf@leerling.example", "kruidnagel-orgel-pad"))
	who, err = f.keeper.Check(t.Context(), out.Value)
	require.NoError(t, err)
	require.False(t, who.Session.First, "a password of one's own is no first one")
}

func second(_ session.Person, err error) error { return err }

// TestPupilsGoOnWithTheirFirstPassword: a young child keeps what stands on its
// card.
func TestPupilsGoOnWithTheirFirstPassword(t *testing.T) {
	t.Parallel()
	f := begin(t)
	c, err := f.people.Credentials().Get(t.Context(), board, "asanne")
	require.NoError(t, err)
	c.First = true
	require.NoError(t, f.people.Credentials().Set(t.Context(), board, "asanne", c))
	who, err := f.keeper.Check(t.Context(), cookie(f.signIn("sanne@leerling.example", password)).Value)
	require.NoError(t, err)
	require.False(t, who.Session.First)
}

func TestNobodyReachesPasswordPages(t *testing.T) {
	t.Parallel()
	f := begin(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/password", nil)
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "/login?next=%2Fpassword", w.Header().Get("Location"))
	require.Equal(t, http.StatusUnauthorized, f.post("/password", url.Values{"new": {"x"}}).StatusCode)
}
