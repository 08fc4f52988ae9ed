package signin

import (
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

// find returns the account and credential that a typed name stands for. Where
// it stands for nobody it returns empty ones and no error: the caller goes
// through the same motions.
func (s *server) find(r *http.Request, name string) (tenant.ID, account.Account, credential.Credential, error) {
	if !strings.Contains(name, "@") {
		c, err := r.Cookie(s.People.Origin.CookieName(institutionCookie))
		if err != nil {
			return "", account.Account{}, credential.Credential{}, nil
		}
		name += "@" + c.Value
	}
	owner, a, c, err := s.lookUp(r, name)
	if fault.KindOf(err) == fault.NotFound {
		return "", account.Account{}, credential.Credential{}, nil
	}
	return owner, a, c, err
}

// lookUp finds the account by its address, in reads by id. It answers
// NotFound where there is none.
func (s *server) lookUp(r *http.Request, address string) (tenant.ID, account.Account, credential.Credential, error) {
	ctx := r.Context()
	owner, err := s.DB.TenantOf(ctx, store.Domain(tenant.DomainOf(address)))
	if err != nil {
		return "", account.Account{}, credential.Credential{}, err
	}
	id, err := s.DB.Names().Get(ctx, owner, store.NameID(s.Index.Of(owner, "address", address)))
	if err != nil {
		return "", account.Account{}, credential.Credential{}, err
	}
	a, err := s.DB.Accounts().Get(ctx, owner, id)
	if err != nil {
		return "", account.Account{}, credential.Credential{}, err
	}
	c, err := s.Credentials.Credentials().Get(ctx, owner, id)
	if fault.KindOf(err) == fault.NotFound {
		return owner, a, credential.Credential{}, nil
	}
	return owner, a, c, err
}

// remember notes the domain of a's address in the browser.
func (s *server) remember(w http.ResponseWriter, a account.Account) {
	c := s.People.Origin.Cookie(institutionCookie, tenant.DomainOf(a.Address))
	c.MaxAge = int((365 * 24 * time.Hour).Seconds())
	http.SetCookie(w, c)
}
