package signin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// institutionCookie remembers the mail domain of the last person who signed
// in with a browser, so that a username is enough there.
const institutionCookie = "institution"

func queryEscape(s string) string { return url.QueryEscape(s) }

// nobody is whose a name is that is none: the look-up goes on with it, so that
// an unknown name takes the reads of a known one.
const nobody = "nobody"

// find returns the account and credential that a typed name stands for. A name
// without a domain belongs to the institution that the browser remembers.
func (s *server) find(r *http.Request, name string) (attempt, error) {
	if !strings.Contains(name, "@") {
		domain := nobody
		if c, err := r.Cookie(s.People.Origin.CookieName(institutionCookie)); err == nil {
			domain = c.Value
		}
		name += "@" + domain
	}
	return s.lookUp(r.Context(), name)
}

// lookUp finds the account by its address, in four reads by id, whatever it
// finds.
func (s *server) lookUp(ctx context.Context, address string) (t attempt, err error) {
	if t.owner, err = s.DB.TenantOf(ctx, store.Domain(tenant.DomainOf(address))); missing(&err) {
		t.owner = nobody
	}
	if err != nil {
		return attempt{}, err
	}
	id, err := s.DB.Names().Get(ctx, t.owner, store.NameID(s.Index.Of(t.owner, "address", address)))
	if missing(&err) {
		id = nobody
	}
	if err != nil {
		return attempt{}, err
	}
	if t.account, err = s.DB.Accounts().Get(ctx, t.owner, id); missing(&err) {
		t.account = account.Account{}
	}
	if err != nil {
		return attempt{}, err
	}
	if t.stored, err = s.Credentials.Credentials().Get(ctx, t.owner, id); missing(&err) || !t.known() {
		t.stored = credential.Credential{}
	}
	return t, err
}

// missing reports whether err says that nothing is there, and makes that none.
func missing(err *error) bool {
	if fault.KindOf(*err) != fault.NotFound {
		return false
	}
	*err = nil
	return true
}

// remember notes the domain of a's address in the browser.
func (s *server) remember(w http.ResponseWriter, a account.Account) {
	c := s.People.Origin.Cookie(institutionCookie, tenant.DomainOf(a.Address))
	c.MaxAge = int((365 * 24 * time.Hour).Seconds())
	http.SetCookie(w, c)
}
