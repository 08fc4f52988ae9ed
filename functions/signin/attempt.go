package signin

import (
	"context"
	"net/http"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// attempt is one try at a password or with a badge. The account is empty where the name is
// unknown, and the institution is nobody where its domain is.
type attempt struct {
	owner    tenant.ID
	account  account.Account
	stored   credential.Credential
	password string
	badge    credential.BadgeID // "" where it is a password
}

// known reports whether the name stands for somebody.
func (t attempt) known() bool { return t.account.ID != "" }

// verify reports whether the attempt is good, and counts it. Whatever the
// reason is, a refusal takes one hash, one transaction that reads and writes
// once, and one write to the log: how long it takes tells nobody who is known.
func (s *server) verify(r *http.Request, t attempt) (bool, error) {
	ctx := r.Context()
	good, err := s.Vault.Check(ctx, t.owner, t.account.ID, t.stored, t.password)
	if err != nil {
		return false, err
	}
	return s.settle(r, t, good)
}

// settle is the rest of an attempt that proved to be good, or not.
func (s *server) settle(r *http.Request, t attempt, good bool) (bool, error) {
	ctx := r.Context()
	reason, err := s.count(ctx, t, good)
	if err != nil || reason == "" {
		return reason == "" && err == nil, err
	}
	entry := audit.New(s.Clock.Now(), audit.Actor{System: "signin"}, audit.SignInFailed).Of("usage").Because(reason)
	if t.known() {
		entry.Subjects = append(entry.Subjects, t.account.ID)
	}
	entry = s.Trail.Mark(ctx, session.Person{Tenant: t.owner, Account: t.account, From: s.Trail.Of(r)}, entry)
	if t.owner == nobody { // nobody's log: a write that leaves nothing
		return false, s.DB.LogNothing(ctx, t.owner, entry.ID)
	}
	return false, s.DB.Log().Create(ctx, t.owner, entry.ID, entry)
}

// count keeps account of attempts in one transaction, so that tries side by
// side count one by one, and returns why this one is refused, "" where it is
// not.
func (s *server) count(ctx context.Context, t attempt, good bool) (reason string, err error) {
	table, id := s.Credentials.Credentials(), t.account.ID
	if !t.known() {
		id = nobody
	}
	err = s.Credentials.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		now, err := table.GetTx(tx, t.owner, id)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		switch reason = s.refusal(t, now, good); {
		case reason == "wrong_password":
			return table.SetTx(tx, t.owner, id, now.Failed(s.Clock.Now()))
		case reason != "":
			return table.DeleteTx(tx, t.owner, account.NewID()) // a write that leaves nothing
		case now.Failures > 0:
			return table.SetTx(tx, t.owner, id, now.Succeeded())
		}
		return nil
	})
	return reason, err
}

// refusal returns why an attempt is refused, "" where it is good, given what is
// stored now.
func (s *server) refusal(t attempt, now credential.Credential, good bool) string {
	if t.badge != "" {
		good = good && now.Badge == t.badge
	}
	switch {
	case !t.known() && t.badge != "":
		return "unknown_badge"
	case !t.known():
		return "unknown_name"
	case t.badge != "" && !good: // nobody guesses a code: it was good once
		return "void_badge"
	case t.badge == "" && len(now.Verifier) == 0:
		return "no_password"
	case now.Waiting(s.Clock.Now()):
		return "too_early"
	case !good:
		return "wrong_password"
	case !t.account.MaySignIn():
		return "not_active"
	default:
		return ""
	}
}
