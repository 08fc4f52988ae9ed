package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const board = tenant.ID("bestuur")

// fixture is a keeper on a database with one account.
type fixture struct {
	session.Keeper
	db    *store.DB
	clock *clock.Manual
	who   account.Account
}

func begin(t *testing.T) fixture {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC))
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t), Clock: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	f := fixture{session.Keeper{Store: db, Clock: now}, db, now, account.Account{ID: account.NewID(), State: account.Active, Epoch: 3}}
	require.NoError(t, db.Accounts().Create(t.Context(), board, f.who.ID, f.who))
	return f
}

// refused demands that token lets nobody in.
func (f fixture) refused(t *testing.T, token string) {
	t.Helper()
	who, err := f.Check(t.Context(), token)
	require.Equal(t, fault.Unsigned, fault.KindOf(err), "%q: %v", token, err)
	require.Zero(t, who)
}

func TestBegin(t *testing.T) {
	t.Parallel()
	f := begin(t)
	methods := []string{"pwd"}
	token, err := f.Begin(t.Context(), board, f.who, session.By(methods...))
	require.NoError(t, err)
	methods[0] = "changed"
	who, err := f.Check(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, board, who.Tenant)
	require.Equal(t, f.who.ID, who.Account.ID)
	require.Equal(t, session.Session{
		Account: f.who.ID, Epoch: 3, AuthTime: f.clock.Now(), Methods: []string{"pwd"},
		Public: who.Session.Public, ExpireAt: f.clock.Now().Add(session.Life),
	}, who.Session)

	secret := token[strings.LastIndex(token, ".")+1:]
	require.GreaterOrEqual(t, len(secret), 52, "fewer than 256 bits")
	require.NotContains(t, strings.ToLower(secret), who.Session.Public, "applications learn a part of the secret")
	id := session.ID(grant.HashOf(token))
	_, err = f.db.Sessions().Get(t.Context(), board, id)
	require.NoError(t, err, "the session is not stored under the hash of its token")

	other, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	require.NotEqual(t, token, other)
	again, err := f.Check(t.Context(), other)
	require.NoError(t, err)
	require.NotEqual(t, who.Session.Public, again.Session.Public)
}

func TestSessionsEndWithTheAccount(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*account.Account){
		"blocked":      func(a *account.Account) { a.State = account.Blocked },
		"left":         func(a *account.Account) { a.State = account.Left },
		"prepared":     func(a *account.Account) { a.State = account.Prepared },
		"no state":     func(a *account.Account) { a.State = "" },
		"epoch raised": func(a *account.Account) { a.Epoch++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
			require.NoError(t, err)
			change(&f.who)
			require.NoError(t, f.db.Accounts().Set(t.Context(), board, f.who.ID, f.who))
			f.refused(t, token)
		})
	}
	t.Run("removed", func(t *testing.T) {
		t.Parallel()
		f := begin(t)
		token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
		require.NoError(t, err)
		require.NoError(t, f.db.Accounts().Delete(t.Context(), board, f.who.ID))
		f.refused(t, token)
	})
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	f := begin(t)
	token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	f.clock.Advance(session.Life - time.Microsecond)
	_, err = f.Check(t.Context(), token)
	require.NoError(t, err)
	f.clock.Advance(time.Microsecond)
	f.refused(t, token)
}

func TestEnd(t *testing.T) {
	t.Parallel()
	f := begin(t)
	token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	kept, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, f.End(t.Context(), token))
		f.refused(t, token)
	}
	_, err = f.Check(t.Context(), kept)
	require.NoError(t, err, "another browser was signed out")
	require.NoError(t, f.End(t.Context(), "nonsense"))
}

// TestBeginAndEndAreLogged demands that a session and the entries about it are
// stored together or not at all.
func TestBeginAndEndAreLogged(t *testing.T) {
	t.Parallel()
	f := begin(t)
	entry := func(what audit.Action) audit.Entry {
		return audit.New(f.clock.Now(), audit.Actor{Account: f.who.ID}, what, f.who.ID)
	}
	in, out := entry(audit.SignedIn), entry(audit.SignedOut)
	token, err := f.Begin(t.Context(), board, f.who, session.Start{Methods: []string{"pwd"}, First: true, Log: []audit.Entry{in}})
	require.NoError(t, err)
	who, err := f.Check(t.Context(), token)
	require.NoError(t, err)
	require.True(t, who.Session.First)
	kept, err := f.db.Log().Get(t.Context(), board, in.ID)
	require.NoError(t, err)
	logged := in
	logged.Recorded, logged.ExpireAt = kept.Recorded, kept.ExpireAt // which it gets as it is stored
	require.Equal(t, logged, kept)

	unlogged, err := f.Begin(t.Context(), board, f.who, session.Start{Log: []audit.Entry{in}}) // the log has this one
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	f.refused(t, unlogged)
	require.Equal(t, fault.Conflict, fault.KindOf(f.End(t.Context(), token, in)))
	_, err = f.Check(t.Context(), token)
	require.NoError(t, err, "a session ended unseen")

	require.NoError(t, f.End(t.Context(), token, out))
	f.refused(t, token)
	_, err = f.db.Log().Get(t.Context(), board, out.ID)
	require.NoError(t, err)
}

func TestMadeUpTokens(t *testing.T) {
	t.Parallel()
	f := begin(t)
	token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	other := account.Account{ID: "aother", State: account.Active, Epoch: 3}
	require.NoError(t, f.db.Accounts().Create(t.Context(), board, other.ID, other))
	parts := strings.Split(token, ".")
	secret := parts[2]
	for _, made := range []string{
		"", ".", "..", token + ".", token + "x", token[:len(token)-1], strings.ToLower(token), " " + token,
		"bestuur.." + secret, "." + parts[1] + "." + secret, "bestuur." + parts[1] + ".",
		"elders." + parts[1] + "." + secret, "bestuur.aother." + secret, "bestuur.anobody." + secret,
		"BESTUUR." + parts[1] + "." + secret, "../x." + parts[1] + "." + secret,
		"bestuur.a/b." + secret, "bestuur.__x__." + secret, "bestuur.\xff." + secret, "bestuur.\x00." + secret,
		"bestuur." + parts[1] + "." + strings.Repeat("A", 200),
	} {
		f.refused(t, made)
	}
}

// TestSessionsOfAnotherAccount stores a session for one account and asks with
// a token that names it: the token's own account must match.
func TestSessionsOfAnotherAccount(t *testing.T) {
	t.Parallel()
	f := begin(t)
	token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	id := session.ID(grant.HashOf(token))
	s, err := f.db.Sessions().Get(t.Context(), board, id)
	require.NoError(t, err)
	s.Account = "aother"
	require.NoError(t, f.db.Sessions().Set(t.Context(), board, id, s))
	f.refused(t, token)
}

// broken is a store that is down.
type broken struct{ session.Store }

func (broken) SessionAndAccount(context.Context, tenant.ID, session.ID, account.ID) (session.Session, account.Account, error) {
	return session.Session{}, account.Account{}, fault.As(fault.Busy, errors.New("down"))
}

func TestPeopleStaySignedInWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel()
	f := begin(t)
	token, err := f.Begin(t.Context(), board, f.who, session.By("pwd"))
	require.NoError(t, err)
	_, err = session.Keeper{Store: broken{f.db}, Clock: f.clock}.Check(t.Context(), token)
	require.Equal(t, fault.Busy, fault.KindOf(err), "a browser would be sent to sign in again")
}

func FuzzCheck(f *testing.F) {
	f.Add("bestuur.asanne.ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		k := session.Keeper{Store: none{}, Clock: clock.System{}}
		_, err := k.Check(t.Context(), token)
		require.Equal(t, fault.Unsigned, fault.KindOf(err))
	})
}

// none is a store that holds nothing. It demands what a path may be made of.
type none struct{ session.Store }

func (none) SessionAndAccount(_ context.Context, owner tenant.ID, id session.ID, a account.ID) (session.Session, account.Account, error) {
	for _, element := range []string{string(owner), string(id), string(a)} {
		if element == "" || strings.ContainsAny(element, "./") {
			return session.Session{}, account.Account{}, errors.New("not an element of a path")
		}
	}
	return session.Session{}, account.Account{}, fault.New(fault.NotFound, "")
}
