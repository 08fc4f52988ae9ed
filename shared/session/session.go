// Package session is a person's signed-in browser: one session per browser,
// stored under the hash of its secret, and void as soon as the account's
// epoch moves on.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Life is how long a session lasts: a school day and homework after it.
const Life = 12 * time.Hour

// Badge is the method of who showed a badge. RFC 8176 has no value for what
// somebody has on paper.
const Badge = "badge"

// ID is the hash under which a session is stored.
type ID string

// Session is one signed-in browser.
type Session struct {
	Account  account.ID
	Epoch    int64     // of the account, when it signed in
	AuthTime time.Time // when the person proved who they are
	Methods  []string  // how: RFC 8176 values, "pwd"; or Badge
	First    bool      // begun with a password that others have seen: it reaches the choice of another and nothing else
	Public   string    // what the sid of each application derives from; random, not the secret
	ExpireAt time.Time
}

// Store keeps sessions.
type Store interface {
	// CreateSession and DeleteSession write the entries of the log in the same
	// transaction: both are stored, or neither is.
	CreateSession(ctx context.Context, owner tenant.ID, id ID, s Session, log ...audit.Entry) error
	DeleteSession(ctx context.Context, owner tenant.ID, id ID, log ...audit.Entry) error
	// SessionAndAccount reads both in one round trip.
	SessionAndAccount(ctx context.Context, owner tenant.ID, id ID, a account.ID) (Session, account.Account, error)
}

// ByBadge reports whether the person showed a badge and proved nothing else.
func (s Session) ByBadge() bool { return slices.Equal(s.Methods, []string{Badge}) }

// Person is who a request comes from.
type Person struct {
	Tenant  tenant.ID
	Account account.Account
	Session Session
	From    audit.Origin // where the request comes from, where that is asked for: see trail.Trail
}

// Keeper begins, checks and ends sessions.
type Keeper struct {
	Store Store
	Clock clock.Clock
}

// Start says how a session begins.
type Start struct {
	Methods []string      // see Session
	First   bool          // see Session
	Log     []audit.Entry // stored together with the session
}

// By returns the start of a session by these methods.
func By(methods ...string) Start { return Start{Methods: methods} }

// Begin stores a new session for a and returns its token: the cookie's value.
func (k Keeper) Begin(ctx context.Context, owner tenant.ID, a account.Account, how Start) (string, error) {
	now := k.Clock.Now()
	token := strings.Join([]string{string(owner), string(a.ID), rand.Text() + rand.Text()}, ".")
	s := Session{
		Account: a.ID, Epoch: a.Epoch, AuthTime: now, Methods: slices.Clone(how.Methods), First: how.First,
		Public: strings.ToLower(rand.Text()), ExpireAt: now.Add(Life),
	}
	return token, k.Store.CreateSession(ctx, owner, hash(token), s, how.Log...)
}

// Check returns the person whose session token names. It answers Unsigned
// where there is none, where it has expired, and where the account was
// blocked, has left, or had its sessions ended since.
func (k Keeper) Check(ctx context.Context, token string) (Person, error) {
	owner, id, err := parse(token)
	if err != nil {
		return Person{}, err
	}
	s, a, err := k.Store.SessionAndAccount(ctx, owner, hash(token), id)
	if fault.KindOf(err) == fault.NotFound {
		return Person{}, fault.As(fault.Unsigned, err)
	}
	if err != nil {
		return Person{}, err
	}
	if s.Account != a.ID || s.Epoch != a.Epoch || !a.MaySignIn() || !s.ExpireAt.After(k.Clock.Now()) {
		return Person{}, fault.New(fault.Unsigned, "")
	}
	return Person{Tenant: owner, Account: a, Session: s}, nil
}

// End removes the session that token names, and logs it; ending none is no
// failure.
func (k Keeper) End(ctx context.Context, token string, log ...audit.Entry) error {
	owner, _, err := parse(token)
	if err != nil {
		return nil
	}
	return k.Store.DeleteSession(ctx, owner, hash(token), log...)
}

func parse(token string) (tenant.ID, account.ID, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[1] == "" || len(parts[2]) < 32 || len(token) > 200 || strings.Contains(token, "/") {
		return "", "", fault.New(fault.Unsigned, "")
	}
	owner, err := tenant.ParseID(parts[0])
	if err != nil {
		return "", "", fault.As(fault.Unsigned, err)
	}
	return owner, account.ID(parts[1]), nil
}

func hash(token string) ID {
	sum := sha256.Sum256([]byte(token))
	return ID(base64.RawURLEncoding.EncodeToString(sum[:]))
}
