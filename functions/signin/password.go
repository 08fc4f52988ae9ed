package signin

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// longestPassword bounds the work of hashing; NIST SP 800-63B asks for at
// least 64.
const longestPassword = 256

// shortest is how many characters a chosen password has at least: NIST SP
// 800-63B-4 asks for 15 of a single factor; pupils get by with 10, since
// guesses at an account are slowed down.
func shortest(k person.Kind) int {
	if k == person.Pupil {
		return 10
	}
	return 15
}

type passwordView struct {
	Next, Problem string
	First         bool
	Shortest      int
}

// showPassword answers GET /password.
func (s *server) showPassword(w http.ResponseWriter, r *http.Request) error {
	who, err := s.People.Anybody(r)
	if err != nil {
		return serve.Unsigned(w, r, err)
	}
	c, err := s.Credentials.Credentials().Get(r.Context(), who.Tenant, who.Account.ID)
	if err != nil {
		return err
	}
	return s.pages.Write(w, r, http.StatusOK, "password", passwordView{
		Next: serve.LocalPath(r.URL.Query().Get("next")), First: c.First, Shortest: shortest(who.Account.Kind),
	})
}

// changePassword answers POST /password. It ends every session of the
// account and begins a new one for this browser.
func (s *server) changePassword(w http.ResponseWriter, r *http.Request) error {
	who, err := s.People.Anybody(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	f := r.PostForm
	stored, err := s.Credentials.Credentials().Get(r.Context(), who.Tenant, who.Account.ID)
	if err != nil {
		return err
	}
	v := passwordView{Next: serve.LocalPath(f.Get("next")), First: stored.First, Shortest: shortest(who.Account.Kind)}
	v.Problem = weakness(who.Account, f.Get("old"), f.Get("new"), f.Get("again"))
	if v.Problem == "" {
		good, err := s.verify(r, attempt{owner: who.Tenant, account: who.Account, stored: stored, password: f.Get("old")})
		if err != nil {
			return err
		}
		if !good {
			v.Problem = "password.wrong"
		}
	}
	if v.Problem != "" {
		return s.pages.Write(w, r, http.StatusUnprocessableEntity, "password", v)
	}
	changed, err := s.replace(r, who, stored, f.Get("new"))
	if err != nil {
		return err
	}
	if err := s.begin(w, r, session.Person{Tenant: who.Tenant, Account: changed}); err != nil {
		return err
	}
	return s.goOn(w, r, v.Next)
}

// replace stores the new verifier in place of the one that was checked, and then
// raises the account's epoch, which voids every session and token that was begun
// with the old password. A badge stays good: it is independent of the password.
func (s *server) replace(r *http.Request, who session.Person, was credential.Credential, password string) (account.Account, error) {
	ctx := r.Context()
	c, err := s.Vault.Issue(ctx, who.Tenant, who.Account.ID, password, s.Clock.Now())
	if err != nil {
		return account.Account{}, err
	}
	err = s.Credentials.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		now, err := s.Credentials.Credentials().GetTx(tx, who.Tenant, who.Account.ID)
		if err != nil {
			return err
		}
		if !bytes.Equal(now.Verifier, was.Verifier) { // a sheet was made meanwhile
			return fault.New(fault.Conflict, "")
		}
		c.Sheet, c.Badge = now.Sheet, now.Badge
		return s.Credentials.Credentials().SetTx(tx, who.Tenant, who.Account.ID, c)
	})
	if err != nil {
		return account.Account{}, err
	}
	entry := audit.New(s.Clock.Now(), audit.Actor{Account: who.Account.ID}, audit.PasswordSet, who.Account.ID).Of("usage")
	who.From = s.Trail.Of(r)
	entry = s.Trail.Mark(ctx, who, entry)
	var a account.Account
	err = s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		if a, err = s.DB.Accounts().GetTx(tx, who.Tenant, who.Account.ID); err != nil {
			return err
		}
		a.Epoch++
		e := store.Entry[account.ID, account.Account]{ID: a.ID, Value: a}
		return errors.Join(
			s.DB.Accounts().ReplaceTx(tx, who.Tenant, e, "epoch"),
			s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
		)
	})
	return a, err
}

// weakness returns what is wrong with a new password, "" where it is good.
func weakness(a account.Account, old, password, again string) string {
	switch n := utf8.RuneCountInString(password); {
	case password != again:
		return "password.different"
	case n < shortest(a.Kind):
		return "password.short"
	case n > longestPassword:
		return "password.long"
	case password == old:
		return "password.same"
	case credential.Guessable(password, append(own(a), a.Username)...):
		return "password.common"
	}
	return ""
}

// own returns the parts of a's name.
func own(a account.Account) []string {
	n := a.Source.Name
	parts := slices.Concat(strings.Fields(n.Call), strings.Fields(n.FirstNames), strings.Fields(n.Surname))
	return slices.DeleteFunc(parts, func(s string) bool { return len(s) < 3 })
}
