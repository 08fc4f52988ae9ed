package signin

import (
	"context"
	"net/http"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/web"
)

// formLimit bounds a posted form.
const formLimit = 8 << 10

// Deps is what signing in needs.
type Deps struct {
	DB          *store.DB
	Credentials *store.DB // the database of that name
	Index       seal.Index
	Vault       credential.Vault
	People      serve.People
	Clock       clock.Clock
}

type server struct {
	Deps
	pages *serve.Pages
}

// New returns the pages for signing in and out and for passwords.
func New(d Deps) (http.Handler, error) {
	static, err := serve.NewStatic(web.Static, "static")
	if err != nil {
		return nil, err
	}
	pages, err := serve.NewPages(web.Templates, "signin", static)
	if err != nil {
		return nil, err
	}
	s := &server{Deps: d, pages: pages}
	mux := http.NewServeMux()
	page := func(pattern string, f serve.Func) { mux.Handle(pattern, pages.Handler(f)) }
	page("GET /login", s.show)
	page("POST /login", s.signIn)
	page("GET /logout", s.showOut)
	page("POST /logout", s.signOut)
	page("GET /password", s.showPassword)
	page("POST /password", s.changePassword)
	page("/", serve.NoPage)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

type loginView struct {
	Name, Next, Problem string
	Fresh               bool
}

// show answers GET /login: the form, or the way on for who is signed in
// already. With fresh=1 an application demands a new proof.
func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	v := loginView{Next: serve.LocalPath(r.URL.Query().Get("next")), Fresh: r.URL.Query().Get("fresh") == "1"}
	if _, err := s.People.Of(r); err == nil && !v.Fresh {
		http.Redirect(w, r, v.Next, http.StatusSeeOther)
		return nil
	}
	return s.pages.Write(w, r, http.StatusOK, "login", v)
}

// signIn answers POST /login. Every refusal looks the same and takes the same
// work, whether the name is unknown, the password wrong, the account blocked
// or an attempt too early.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	name, password := strings.ToLower(strings.TrimSpace(r.PostForm.Get("name"))), r.PostForm.Get("password")
	v := loginView{Name: name, Next: serve.LocalPath(r.PostForm.Get("next")), Fresh: r.PostForm.Get("fresh") == "1"}
	if name == "" || password == "" {
		v.Problem = "signin.missing"
		return s.pages.Write(w, r, http.StatusUnprocessableEntity, "login", v)
	}
	owner, a, c, err := s.find(r, name)
	if err != nil {
		return err
	}
	good, err := s.verify(r.Context(), attempt{owner, a, c, password})
	if err != nil {
		return err
	}
	if !good {
		v.Problem = "signin.failed"
		return s.pages.Write(w, r, http.StatusUnauthorized, "login", v)
	}
	if err := s.begin(w, r, owner, a); err != nil {
		return err
	}
	next := v.Next
	if c.First && a.Kind == person.Staff {
		next = "/password?next=" + queryEscape(next) // a password from a sheet was seen by others
	}
	return s.goOn(w, r, next)
}

// goOn leads from a posted form to the next page. It answers with a page that
// goes on by itself: the browser holds redirects after a form to the form's
// own origin (CSP form-action), and the way may end at an application's.
func (s *server) goOn(w http.ResponseWriter, r *http.Request, next string) error {
	return s.pages.Write(w, r, http.StatusOK, "on", loginView{Next: next})
}

// begin ends the browser's session, if any, and begins a new one.
func (s *server) begin(w http.ResponseWriter, r *http.Request, owner tenant.ID, a account.Account) error {
	ctx := r.Context()
	if err := s.People.Sessions.End(ctx, s.People.Origin.Token(r)); err != nil {
		return err
	}
	entry := audit.New(s.Clock.Now(), audit.Actor{Account: a.ID}, audit.SignedIn, a.ID).Because("password")
	if err := s.DB.Log().Create(ctx, owner, entry.ID, entry); err != nil {
		return err
	}
	token, err := s.People.Sessions.Begin(ctx, owner, a, "pwd")
	if err != nil {
		return err
	}
	http.SetCookie(w, s.People.Origin.Cookie(serve.SessionCookie, token))
	s.remember(w, a)
	return nil
}

// showOut answers GET /logout: signing out is a button, so that no link of
// somebody else signs anybody out.
func (s *server) showOut(w http.ResponseWriter, r *http.Request) error {
	return s.pages.Write(w, r, http.StatusOK, "logout", nil)
}

// signOut answers POST /logout.
func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	if who, err := s.People.Of(r); err == nil {
		entry := audit.New(s.Clock.Now(), audit.Actor{Account: who.Account.ID}, audit.SignedOut, who.Account.ID)
		if err := s.DB.Log().Create(r.Context(), who.Tenant, entry.ID, entry); err != nil {
			return err
		}
	}
	if err := s.People.Sessions.End(r.Context(), s.People.Origin.Token(r)); err != nil {
		return err
	}
	http.SetCookie(w, s.People.Origin.Expired(serve.SessionCookie))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// attempt is one try at a password. Account is empty where the name is unknown.
type attempt struct {
	owner    tenant.ID
	account  account.Account
	stored   credential.Credential
	password string
}

// verify reports whether the attempt is good, and counts it.
func (s *server) verify(ctx context.Context, t attempt) (bool, error) {
	good, err := s.Vault.Check(ctx, t.owner, t.account.ID, t.stored, t.password)
	if err != nil {
		return false, err
	}
	if t.account.ID == "" {
		return false, nil
	}
	reason, err := s.count(ctx, t, good)
	if err != nil || reason == "" {
		return reason == "" && err == nil, err
	}
	entry := audit.New(s.Clock.Now(), audit.Actor{System: "signin"}, audit.SignInFailed, t.account.ID).Because(reason)
	return false, s.DB.Log().Create(ctx, t.owner, entry.ID, entry)
}

// count keeps account of attempts in one transaction, so that tries side by
// side count one by one, and returns why this one is refused, "" where it is
// not.
func (s *server) count(ctx context.Context, t attempt, good bool) (reason string, err error) {
	table := s.Credentials.Credentials()
	err = s.Credentials.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		now, err := table.GetTx(tx, t.owner, t.account.ID)
		if fault.KindOf(err) == fault.NotFound {
			reason = "no_password"
			return nil
		}
		if err != nil {
			return err
		}
		reason = refusal(t.account, now, good, s.Clock)
		switch {
		case reason == "wrong_password":
			return table.SetTx(tx, t.owner, t.account.ID, now.Failed(s.Clock.Now()))
		case reason == "" && now.Failures > 0:
			return table.SetTx(tx, t.owner, t.account.ID, now.Succeeded())
		}
		return nil
	})
	return reason, err
}

func refusal(a account.Account, c credential.Credential, good bool, now clock.Clock) string {
	switch {
	case c.Waiting(now.Now()):
		return "too_early"
	case !good:
		return "wrong_password"
	case !a.MaySignIn():
		return "not_active"
	default:
		return ""
	}
}
