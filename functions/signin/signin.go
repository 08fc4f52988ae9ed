package signin

import (
	"net/http"
	"strings"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/trail"
	"cool.example/sync/web"
)

// formLimit bounds a posted form.
const formLimit = 8 << 10

// Deps is what signing in needs.
type Deps struct {
	DB          *store.DB
	Credentials *store.DB  // the database of that name
	Index       seal.Index // of names and of badges
	Vault       credential.Vault
	People      serve.People
	Clock       clock.Clock
	Trail       trail.Trail
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
	page("GET /badge", s.showBadge)
	page("POST /badge", s.signInByBadge)
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
	try, err := s.find(r, name)
	if err != nil {
		return err
	}
	try.password = password
	good, err := s.verify(r, try)
	if err != nil {
		return err
	}
	if !good {
		v.Problem = "signin.failed"
		return s.pages.Write(w, r, http.StatusUnauthorized, "login", v)
	}
	first := try.stored.First && try.account.Kind == person.Staff // a password from a sheet was seen by others
	how := session.Session{Methods: []string{"pwd"}, First: first}
	if err := s.begin(w, r, session.Person{Tenant: try.owner, Account: try.account, Session: how}); err != nil {
		return err
	}
	next := v.Next
	if first {
		next = "/password?next=" + queryEscape(next)
	}
	return s.goOn(w, r, next)
}

// goOn leads from a posted form to the next page. It answers with a page that
// goes on by itself: the browser holds redirects after a form to the form's
// own origin (CSP form-action), and the way may end at an application's.
func (s *server) goOn(w http.ResponseWriter, r *http.Request, next string) error {
	return s.pages.Write(w, r, http.StatusOK, "on", loginView{Next: next})
}

// begin ends the browser's session, if any, and begins a new one for who, by the
// methods that who.Session names. It is logged in the transaction that stores it.
func (s *server) begin(w http.ResponseWriter, r *http.Request, who session.Person) error {
	ctx, a := r.Context(), who.Account
	if err := s.People.Sessions.End(ctx, s.People.Origin.Token(r)); err != nil {
		return err
	}
	how := session.Start{Methods: who.Session.Methods, First: who.Session.First}
	reason := "password"
	if who.Session.ByBadge() {
		reason = "badge"
	}
	entry := audit.New(s.Clock.Now(), audit.Actor{Account: a.ID}, audit.SignedIn, a.ID).Of("usage").Because(reason)
	who.From = s.Trail.Of(r)
	how.Log = append(how.Log, s.Trail.Mark(ctx, who, entry))
	token, err := s.People.Sessions.Begin(ctx, who.Tenant, a, how)
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
	var log []audit.Entry
	if who, err := s.People.Anybody(r); err == nil {
		log = append(log, audit.New(s.Clock.Now(), audit.Actor{Account: who.Account.ID}, audit.SignedOut, who.Account.ID).Of("usage"))
	}
	if err := s.People.Sessions.End(r.Context(), s.People.Origin.Token(r), log...); err != nil {
		return err
	}
	http.SetCookie(w, s.People.Origin.Expired(serve.SessionCookie))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}
