package signin_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// badge gives somebody a badge in place of an earlier one, as a sheet does, and
// returns its code.
func (f *fixture) badge(id account.ID) string {
	f.t.Helper()
	ctx, b, code := f.t.Context(), credential.Badges{Index: f.index}, credential.NewBadge()
	c, err := f.people.Credentials().Get(ctx, board, id)
	require.NoError(f.t, err)
	if c.Badge != "" {
		require.NoError(f.t, f.people.Badges().Delete(ctx, board, c.Badge))
	}
	c.Badge = b.ID(code)
	require.NoError(f.t, f.people.Badges().Create(ctx, board, c.Badge, b.Of(board, id, code)))
	require.NoError(f.t, f.people.Credentials().Set(ctx, board, id, c))
	return code
}

func (f *fixture) show(code string, cookies ...*http.Cookie) *http.Response {
	return f.post("/badge", url.Values{"code": {code}, "next": {"/"}}, cookies...)
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	var b bytes.Buffer
	_, err := b.ReadFrom(r.Body)
	require.NoError(t, err)
	return b.String()
}

func TestSignInByBadge(t *testing.T) {
	t.Parallel()
	f := begin(t)
	code := f.badge("asanne")
	c, err := f.people.Credentials().Get(t.Context(), board, "asanne")
	require.NoError(t, err)
	c.First = true
	require.NoError(t, f.people.Credentials().Set(t.Context(), board, "asanne", c))
	for name, typed := range map[string]string{
		"as it is": code, "as it is shown": credential.ShowBadge(code), "in lower case": strings.ToLower(code),
		"by a scanner that types": origin + "/badge#" + code + "\r\n",
	} {
		answer := f.show(typed)
		require.Equal(t, http.StatusOK, answer.StatusCode, name)
		set := cookie(answer)
		require.NotNil(t, set, name)
		require.True(t, set.HttpOnly && set.Secure)
		page := body(t, answer)
		require.Contains(t, page, `url=/"`)
		require.NotContains(t, page, code)
		who, err := f.keeper.Check(t.Context(), set.Value)
		require.NoError(t, err)
		require.EqualValues(t, "asanne", who.Account.ID)
		require.True(t, who.Session.ByBadge())
		require.False(t, who.Session.First, "a pupil goes on at once")
	}
	entries := f.entries(audit.SignedIn)
	require.Len(t, entries, 4)
	for _, e := range entries {
		require.Equal(t, "badge", e.Reason)
		require.Equal(t, []account.ID{"asanne"}, e.Subjects)
	}
	require.Equal(t, audit.Origin{Address: "192.0.2.1"}, f.origins(audit.SignedIn)[0])

	mine := cookie(f.show(code))
	again := cookie(f.show(code, mine))
	require.Error(t, second(f.keeper.Check(t.Context(), mine.Value)), "the browser's old session lives on")
	change := f.post("/password", url.Values{"old": {"fout-fout-00"}, "new": {"kruidnagel-orgel"}, "again": {"kruidnagel-orgel"}}, again)
	require.Equal(t, http.StatusUnprocessableEntity, change.StatusCode, "a badge alone sets no password")
}

// stolen gives the badge of one account to another, in the database.
func (f *fixture) stolen() string {
	f.t.Helper()
	a := f.person("dief", func(*account.Account) {})
	code := f.badge(a.ID)
	c, err := f.people.Credentials().Get(f.t.Context(), board, a.ID)
	require.NoError(f.t, err)
	victim := f.person("prooi", func(*account.Account) {})
	target, err := f.people.Credentials().Get(f.t.Context(), board, victim.ID)
	require.NoError(f.t, err)
	target.Badge = c.Badge
	require.NoError(f.t, f.people.Credentials().Set(f.t.Context(), board, victim.ID, target))
	moved := credential.Badges{Index: f.index}.Of(board, a.ID, code)
	moved.Account = victim.ID
	require.NoError(f.t, f.people.Badges().Set(f.t.Context(), board, c.Badge, moved))
	return code
}

// refused returns codes of badges that let nobody in, with the reasons.
func (f *fixture) refused() map[string][2]string {
	f.t.Helper()
	with := func(name string, change func(*account.Account)) string { return f.badge(f.person(name, change).ID) }
	f.person("ria", func(*account.Account) {})
	void := f.badge("aria")
	f.badge("aria")
	f.person("rob", func(*account.Account) {})
	left := f.badge("arob")
	c, err := f.people.Credentials().Get(f.t.Context(), board, "arob")
	require.NoError(f.t, err)
	c.Badge = "" // the entry that finds it stays behind
	require.NoError(f.t, f.people.Credentials().Set(f.t.Context(), board, "arob", c))
	gone := with("weg", func(*account.Account) {})
	require.NoError(f.t, f.db.Accounts().Delete(f.t.Context(), board, "aweg"))
	f.person("druk", func(*account.Account) {})
	waits := f.badge("adruk")
	for range 6 {
		f.signIn("druk@leerling.example", "fout")
	}
	return map[string][2]string{
		"unknown":               {credential.NewBadge(), "unknown_badge"},
		"malformed":             {"geen-code", "unknown_badge"},
		"another address":       {origin + "/badge#", "unknown_badge"},
		"void":                  {void, "unknown_badge"},
		"void, with its entry":  {left, "void_badge"},
		"moved to somebody":     {f.stolen(), "void_badge"},
		"in the bin":            {gone, "unknown_badge"},
		"too early":             {waits, "too_early"},
		"blocked":               {with("bram", func(a *account.Account) { a.State = account.Blocked }), "not_active"},
		"left":                  {with("fleur", func(a *account.Account) { a.State = account.Left }), "not_active"},
		"prepared":              {with("jan", func(a *account.Account) { a.State = account.Prepared }), "not_active"},
		"restricted":            {with("lim", func(a *account.Account) { a.Limit.Since = f.clock.Now() }), "not_active"},
		"staff":                 {with("juf", func(a *account.Account) { a.Kind = person.Staff }), "void_badge"},
		"pupil with a role now": {with("rol", func(a *account.Account) { a.Own.Roles = []access.Role{access.Signatory} }), "void_badge"},
	}
}

func TestRefusedBadgesLookTheSame(t *testing.T) {
	t.Parallel()
	f := begin(t)
	pages, told := map[string]bool{}, map[string]int{}
	for name, c := range f.refused() {
		before := len(f.entries(audit.SignInFailed))
		answer := f.show(c[0])
		require.Equal(t, http.StatusUnauthorized, answer.StatusCode, name)
		require.Nil(t, cookie(answer), name)
		pages[body(t, answer)] = true
		known := 1
		if name == "unknown" || name == "malformed" || name == "another address" || name == "void" {
			known = 0 // of nobody's institution
		}
		require.Len(t, f.entries(audit.SignInFailed), before+known, name)
		told[c[1]] += known
	}
	require.Len(t, pages, 1, "a refusal tells why")
	reasons := map[string]int{}
	for _, e := range f.entries(audit.SignInFailed) {
		if e.Reason != "wrong_password" { // of the vain tries before
			reasons[e.Reason]++
		}
		require.Equal(t, e.Reason == "unknown_badge", len(e.Subjects) == 0)
	}
	told["too_early"]++ // the last of those tries
	require.Equal(t, told, reasons)
}

// TestRefusedBadgesCostTheSame counts what a refused badge asks of the database.
func TestRefusedBadgesCostTheSame(t *testing.T) {
	t.Parallel()
	f := begin(t)
	var want map[string]int
	for name, c := range f.refused() {
		got := f.costOf("/badge", url.Values{"code": {c[0]}})
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, name)
	}
}

// TestOldBadgesAreNoGuesses: who shows one holds nobody up.
func TestOldBadgesAreNoGuesses(t *testing.T) {
	t.Parallel()
	f := begin(t)
	old := f.badge("asanne")
	fresh := f.badge("asanne")
	for range 20 {
		require.Nil(t, cookie(f.show(old)))
	}
	require.NotNil(t, cookie(f.show(fresh)))
	require.NotNil(t, cookie(f.signIn("sanne@leerling.example", password)))
}

func TestABadgeWaitsAsThePasswordDoes(t *testing.T) {
	t.Parallel()
	f := begin(t)
	code := f.badge("asanne")
	for range 6 {
		f.signIn("sanne@leerling.example", "fout")
	}
	require.Nil(t, cookie(f.show(code)))
	f.clock.Advance(15 * time.Minute)
	require.NotNil(t, cookie(f.show(code)))
}

// TestABadgeEndsWithABlock: the session that it began, and its use.
func TestABadgeEndsWithABlock(t *testing.T) {
	t.Parallel()
	f := begin(t)
	code := f.badge("asanne")
	in := cookie(f.show(code))
	a, err := f.db.Accounts().Get(t.Context(), board, "asanne")
	require.NoError(t, err)
	a.State = account.Blocked
	require.NoError(t, f.db.Accounts().Set(t.Context(), board, a.ID, a))
	require.Error(t, second(f.keeper.Check(t.Context(), in.Value)))
	require.Nil(t, cookie(f.show(code)))
}

// TestAPasswordOfOnesOwnKeepsTheBadge: the two are independent.
func TestAPasswordOfOnesOwnKeepsTheBadge(t *testing.T) {
	t.Parallel()
	f := begin(t)
	code := f.badge("asanne")
	c := cookie(f.signIn("sanne@leerling.example", password))
	answer := f.post("/password", url.Values{"old": {password}, "new": {"kruidnagel-orgel"}, "again": {"kruidnagel-orgel"}}, c)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NotNil(t, cookie(f.show(code)))
}

func TestBadgePage(t *testing.T) {
	t.Parallel()
	f := begin(t)
	get := func(path string) string {
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+path, nil))
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		return w.Body.String()
	}
	page := get("/badge?next=/oauth2/authorize%3Fx=1")
	require.Contains(t, page, "/static/badge.")
	require.Contains(t, page, `autocomplete="off"`, "a shared browser remembers the code")
	require.Contains(t, page, `value="/oauth2/authorize?x=1"`)
	require.NotContains(t, get("/badge?next=https://kwaad.example/"), "kwaad")
	require.Contains(t, get("/login?next=/me"), `href="/badge?next=%2fme"`)
	missing := f.show("")
	require.Equal(t, http.StatusUnprocessableEntity, missing.StatusCode)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/badge", strings.NewReader("code=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusForbidden, w.Code)
}

// TestABadgeOfAnotherInstitution lets in whom it is of, wherever it is shown.
func TestABadgeOfAnotherInstitution(t *testing.T) {
	t.Parallel()
	f := begin(t)
	const other = tenant.ID("ander")
	b, code := credential.Badges{Index: f.index}, credential.NewBadge()
	a := account.Account{ID: "abob", Kind: person.Pupil, State: account.Active, Address: "bob@ander.example", Epoch: 1}
	require.NoError(t, f.db.Accounts().Create(t.Context(), other, a.ID, a))
	require.NoError(t, f.people.Credentials().Create(t.Context(), other, a.ID, credential.Credential{Badge: b.ID(code)}))
	require.NoError(t, f.people.Badges().Create(t.Context(), other, b.ID(code), b.Of(other, a.ID, code)))
	who, err := f.keeper.Check(t.Context(), cookie(f.show(code)).Value)
	require.NoError(t, err)
	require.Equal(t, other, who.Tenant)
	require.Equal(t, []string{session.Badge}, who.Session.Methods)
}
