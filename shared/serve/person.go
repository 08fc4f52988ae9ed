package serve

import (
	"net/http"
	"net/url"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/session"
)

// Origin is the one origin of the product, which decides how cookies are named.
type Origin struct{ *url.URL }

// secured reports whether the origin is reached over TLS. Only a developer's
// machine is not.
func (o Origin) secured() bool { return o.Scheme == "https" }

// CookieName returns the name of a cookie: with the prefix that binds it to
// this host and to TLS (RFC 6265bis section 4.1.3.2).
func (o Origin) CookieName(name string) string {
	if o.secured() {
		return "__Host-" + name
	}
	return name
}

// Cookie returns a cookie that only this origin's server reads. It lasts as
// long as the browser.
func (o Origin) Cookie(name, value string) *http.Cookie {
	return &http.Cookie{
		Name: o.CookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: o.secured(), SameSite: http.SameSiteLaxMode,
	}
}

// Expired returns the cookie that removes another.
func (o Origin) Expired(name string) *http.Cookie {
	c := o.Cookie(name, "")
	c.MaxAge = -1
	return c
}

// SessionCookie names the cookie that holds a session token.
const SessionCookie = "session"

// Token returns the session token of r, "" where it brings none.
func (o Origin) Token(r *http.Request) string {
	c, err := r.Cookie(o.CookieName(SessionCookie))
	if err != nil {
		return ""
	}
	return c.Value
}

// People finds out who a request comes from.
type People struct {
	Origin   Origin
	Sessions session.Keeper
}

// Of returns the person who is signed in. It answers Unsigned where nobody is,
// and Forbidden where the session reaches nothing but the choice of a password:
// see FirstPassword.
func (p People) Of(r *http.Request) (session.Person, error) {
	who, err := p.Anybody(r)
	if err == nil && who.Session.First {
		return session.Person{}, fault.New(fault.Forbidden, firstPassword)
	}
	return who, err
}

// firstPassword is what somebody is told who has to choose a password first.
const firstPassword = "error.first_password"

// FirstPassword reports whether err says that the person has to choose a
// password of their own before anything else.
func FirstPassword(err error) bool { return fault.Public(err) == firstPassword }

// Anybody returns the person who is signed in, were it only to choose a
// password or to sign out. It answers Unsigned where nobody is.
func (p People) Anybody(r *http.Request) (session.Person, error) {
	token := p.Origin.Token(r)
	if token == "" {
		return session.Person{}, fault.New(fault.Unsigned, "")
	}
	return p.Sessions.Check(r.Context(), token)
}

// ToSignIn sends the browser to sign in and come back to where it was. Only
// for GET requests: what was posted is not repeated.
func ToSignIn(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	return nil
}

// ToPassword sends the browser to choose a password and come back to next.
func ToPassword(w http.ResponseWriter, r *http.Request, next string) error {
	http.Redirect(w, r, "/password?next="+url.QueryEscape(next), http.StatusSeeOther)
	return nil
}

// LocalPath returns next where it is a path on this origin, else "/": a
// sign-in never leads to another site.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// Unsigned answers a request for a page of nobody, or of somebody who has to
// choose a password first: a GET goes there and comes back; what was posted is
// refused. Other failures pass through.
func Unsigned(w http.ResponseWriter, r *http.Request, err error) error {
	switch {
	case r.Method != http.MethodGet:
		return err
	case fault.KindOf(err) == fault.Unsigned:
		return ToSignIn(w, r)
	case FirstPassword(err):
		return ToPassword(w, r, r.URL.RequestURI())
	}
	return err
}
