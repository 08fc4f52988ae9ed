package sso

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// answer gives the application a code for the person who is signed in, or
// sends the browser to sign in first.
func (s *server) answer(w http.ResponseWriter, r *http.Request, q request) error {
	who, err := s.People.Of(r)
	if fault.KindOf(err) == fault.Unsigned {
		return s.toSignIn(w, r, q)
	}
	if serve.FirstPassword(err) {
		return s.toPassword(w, r, q)
	}
	if err != nil {
		return err
	}
	if s.stale(q, who.Session.AuthTime) {
		return s.toSignIn(w, r, q)
	}
	p, err := s.DB.Apps().Get(r.Context(), q.Tenant, q.App)
	if err != nil {
		return err
	}
	rights, err := s.DB.RightsOf(r.Context(), q.Tenant)
	if err != nil {
		return err
	}
	if who.Tenant != q.Tenant || !rights.App(p, who.Account, s.Clock.Now()).Allowed {
		return s.refuse(w, r, q, refusal{"access_denied", "the person may not use this application"})
	}
	code, err := s.code(r, q, who)
	if err != nil {
		return err
	}
	return s.back(w, r, q, url.Values{"code": {code}})
}

// stale reports whether the request needs a newer proof than the session's.
func (s *server) stale(q request, proof time.Time) bool {
	if q.Fresh && !proof.After(q.At) {
		return true
	}
	return q.MaxAge >= 0 && s.Clock.Now().Sub(proof) > time.Duration(q.MaxAge)*time.Second
}

// code stores an authorization code and returns its value. The value names
// its institution, under which alone the code is found.
func (s *server) code(r *http.Request, q request, who session.Person) (string, error) {
	value := string(q.Tenant) + "." + rand.Text()
	c := grant.Code{
		Grant: grant.ID("g" + strings.ToLower(rand.Text())), App: q.App, Account: who.Account.ID, Epoch: who.Account.Epoch,
		RedirectURI: q.RedirectURI, Challenge: q.Challenge, Nonce: q.Nonce, Scopes: q.Scopes,
		AuthTime: who.Session.AuthTime, Session: who.Session.Public, Methods: who.Session.Methods,
		ExpireAt: s.Clock.Now().Add(codeKept),
	}
	return value, s.DB.Codes().Create(r.Context(), q.Tenant, grant.HashOf(value), c)
}

// codeKept is how long a code is kept: longer than it may be used, so that a
// second use is recognised as one and ends what the first began.
const codeKept = 10 * time.Minute

// usableUntil returns when a code stops being usable.
func usableUntil(c grant.Code) time.Time { return c.ExpireAt.Add(grant.CodeLife - codeKept) }

// codeOwner returns the institution that a code's value names.
func codeOwner(value string) (tenant.ID, error) {
	owner, secret, ok := strings.Cut(value, ".")
	if !ok || secret == "" || len(value) > 200 {
		return "", fault.New(fault.NotFound, "")
	}
	return tenant.ParseID(owner)
}
