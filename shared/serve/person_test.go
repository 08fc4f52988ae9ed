package serve_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

func at(t *testing.T, address string) serve.Origin {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return serve.Origin{URL: u}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for address, c := range map[string]struct {
		name   string
		secure bool
	}{
		"https://sync.example":  {"__Host-session", true},
		"http://localhost:8080": {"session", false},
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			o := at(t, address)
			require.Equal(t, &http.Cookie{
				Name: c.name, Value: "x", Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
			}, o.Cookie("session", "x"), "a __Host- cookie has Secure, Path=/ and no Domain")
			gone := o.Expired("session")
			require.Equal(t, &http.Cookie{
				Name: c.name, Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode, MaxAge: -1,
			}, gone)
			require.Contains(t, gone.String(), "Max-Age=0")
		})
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ address, header, want string }{
		"none":                     {"https://sync.example", "", ""},
		"ours":                     {"https://sync.example", "__Host-session=abc", "abc"},
		"without prefix, over TLS": {"https://sync.example", "session=abc", ""},
		"of a developer":           {"http://localhost:8080", "session=abc", "abc"},
		"another":                  {"https://sync.example", "__Host-institution=abc", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Header.Set("Cookie", c.header)
			require.Equal(t, c.want, at(t, c.address).Token(r))
		})
	}
}

func TestWhoARequestComesFrom(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC))
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t), Clock: now})
	require.NoError(t, err)
	defer db.Close()
	people := serve.People{Origin: at(t, "https://sync.example"), Sessions: session.Keeper{Store: db, Clock: now}}
	a := account.Account{ID: "asanne", State: account.Active, Epoch: 1}
	require.NoError(t, db.Accounts().Create(t.Context(), "bestuur", a.ID, a))
	token, err := people.Sessions.Begin(t.Context(), "bestuur", a, session.By("pwd"))
	require.NoError(t, err)
	of := func(value string) (session.Person, error) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.AddCookie(people.Origin.Cookie(serve.SessionCookie, value))
		return people.Of(r)
	}
	who, err := of(token)
	require.NoError(t, err)
	require.EqualValues(t, "bestuur", who.Tenant)
	require.Equal(t, a.ID, who.Account.ID)
	for _, bad := range []string{"", "x", token + "x", strings.ToLower(token)} {
		_, err := of(bad)
		require.Equal(t, fault.Unsigned, fault.KindOf(err), bad)
	}

	first, err := people.Sessions.Begin(t.Context(), "bestuur", a, session.Start{First: true})
	require.NoError(t, err)
	who, err = of(first)
	require.Equal(t, fault.Forbidden, fault.KindOf(err))
	require.True(t, serve.FirstPassword(err))
	require.Zero(t, who, "somebody with a first password gets through")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.AddCookie(people.Origin.Cookie(serve.SessionCookie, first))
	who, err = people.Anybody(r)
	require.NoError(t, err)
	require.Equal(t, a.ID, who.Account.ID)
}

func TestNobodyIsSentToSignIn(t *testing.T) {
	t.Parallel()
	busy := fault.As(fault.Busy, errors.New("full"))
	for name, c := range map[string]struct {
		method, path string
		err          error
		location     string
	}{
		"page":            {http.MethodGet, "/admin/groups/g1?a=b&c=d", fault.New(fault.Unsigned, ""), "/login?next=%2Fadmin%2Fgroups%2Fg1%3Fa%3Db%26c%3Dd"},
		"first password":  {http.MethodGet, "/admin/?a=b", fault.New(fault.Forbidden, "error.first_password"), "/password?next=%2Fadmin%2F%3Fa%3Db"},
		"first, posted":   {http.MethodPost, "/admin/", fault.New(fault.Forbidden, "error.first_password"), ""},
		"posted":          {http.MethodPost, "/admin/", fault.New(fault.Unsigned, ""), ""},
		"another failure": {http.MethodGet, "/admin/", busy, ""},
		"no failure":      {http.MethodGet, "/admin/", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			err := serve.Unsigned(w, httptest.NewRequestWithContext(t.Context(), c.method, "https://sync.example"+c.path, nil), c.err)
			require.Equal(t, c.location, w.Header().Get("Location"))
			if c.location == "" {
				require.Equal(t, c.err, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, http.StatusSeeOther, w.Code)
			back, err := url.Parse(c.location)
			require.NoError(t, err)
			require.Equal(t, c.path, serve.LocalPath(back.Query().Get("next")))
		})
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"":                              "/",
		"/":                             "/",
		"/admin/":                       "/admin/",
		"/oauth2/authorize?a=b&c=%2F#d": "/oauth2/authorize?a=b&c=%2F#d",
		"/login?next=https://x.example": "/login?next=https://x.example",
		"/%2F/x.example":                "/%2F/x.example",
		"https://x.example/":            "/",
		"//x.example":                   "/",
		"///x.example":                  "/",
		"/\\x.example":                  "/",
		"\\\\x.example":                 "/",
		"/a\\b":                         "/",
		"/\t/x.example":                 "/",
		"/\n/x.example":                 "/",
		"/\r/x.example":                 "/",
		"/\x00/x.example":               "/",
		" /x":                           "/",
		"\t//x.example":                 "/",
		"x.example":                     "/",
		"admin/":                        "/",
		"javascript:alert(1)":           "/",
		"data:text/html,x":              "/",
		"/%zz":                          "/",
		"http:/x.example":               "/",
		"https:x.example":               "/",
		"?next=/":                       "/",
		"@x.example":                    "/",
	} {
		require.Equal(t, want, serve.LocalPath(next), "%q", next)
	}
}

// browsers returns next as browsers read it before they resolve it: WHATWG
// URL, section 4.4, drops outer control characters and blanks, then tabs and
// line ends, and takes a backslash for a slash.
func browsers(next string) string {
	next = strings.TrimFunc(next, func(r rune) bool { return r <= ' ' })
	return strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(next)
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/", "//x", "/\\x", "/\t/x", "https://x", "/a?b=//c", "/./\\x", "/..//x", "/\x0b/x", "/％２Ｆ", " //x"} {
		f.Add(seed)
	}
	origin, err := url.Parse("https://sync.example/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		local := serve.LocalPath(next)
		require.Contains(t, []string{"/", next}, local)
		read := browsers(local)
		require.True(t, strings.HasPrefix(read, "/"), "%q", local)
		require.False(t, strings.HasPrefix(read, "//"), "%q", local)
		u, err := origin.Parse(read)
		require.NoError(t, err)
		require.Equal(t, "https", u.Scheme)
		require.Equal(t, "sync.example", u.Host)
		require.Equal(t, local, serve.LocalPath(local), "what was accepted once is refused later")
		w := httptest.NewRecorder()
		http.Redirect(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://sync.example/login", nil), local, http.StatusSeeOther)
		require.False(t, strings.HasPrefix(browsers(w.Header().Get("Location")), "//"), "%q", local)
	})
}
