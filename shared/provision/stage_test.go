package provision_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/provision"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	board = tenant.ID("bestuur")
	link  = connection.ID("google")
	anna  = account.ID("anna")
	bram  = account.ID("bram")
	klas  = group.ID("klas")
	plus  = group.ID("plus")
)

// fast is a pace that no test waits for.
func fast() provision.Pace { return provision.Pace{Creates: 1e6, Calls: 1e6} }

// stage is an institution with two groups, and a target.
type stage struct {
	t      *testing.T
	db     *store.DB
	clock  *clock.Manual
	target *memory
	provision.Engine
}

func begin(t *testing.T) *stage {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	s := &stage{t: t, db: db, clock: clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)), target: newMemory()}
	s.Engine = provision.Engine{DB: db, Target: s.target, Clock: s.clock, Owner: board, Connection: link, Topic: topic.ProvisionGoogle, Pace: fast()}
	require.NoError(t, db.Tenants().Create(t.Context(), board, board, tenant.Tenant{ID: board}))
	for _, id := range []group.ID{klas, plus} {
		require.NoError(t, db.Groups().Create(t.Context(), board, id, group.Group{ID: id, Name: string(id), Year: 2026}))
	}
	return s
}

// pupil is an active account in the class, in its first version.
func pupil(id account.ID) account.Account {
	return account.Account{
		ID: id, Kind: person.Pupil, State: account.Active, Version: 1, Address: string(id) + "@school.example",
		Source:      account.Source{Name: person.Name{Call: string(id), Infix: "van", Surname: "Dijk"}},
		Memberships: []account.Membership{{School: "school", Groups: []group.ID{klas}}},
	}
}

// save stores an account.
func (s *stage) save(a account.Account) account.Account {
	s.t.Helper()
	require.NoError(s.t, s.db.Accounts().Set(s.t.Context(), board, a.ID, a))
	return a
}

// change stores the next version of an account.
func (s *stage) change(id account.ID, f func(*account.Account)) {
	s.t.Helper()
	a, err := s.db.Accounts().Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	f(&a)
	a.Version++
	s.save(a)
}

// bring delivers a message.
func (s *stage) bring(ids ...account.ID) error {
	s.t.Helper()
	return s.Bring(s.t.Context(), topic.Provision{Tenant: board, Connection: link, Accounts: ids})
}

// brought delivers a message that has to succeed and returns its calls.
func (s *stage) brought(ids ...account.ID) []string {
	s.t.Helper()
	s.target.ops()
	require.NoError(s.t, s.bring(ids...))
	return s.target.ops()
}

// busy delivers a message that has to come back.
func (s *stage) busy(ids ...account.ID) {
	s.t.Helper()
	err := s.bring(ids...)
	require.Equal(s.t, fault.Busy, fault.KindOf(err), "%v", err)
}

// letters returns the messages that were stored and takes them away, as the
// sweep does.
func (s *stage) letters() []topic.Provision {
	s.t.Helper()
	left, err := s.db.Leftovers(s.t.Context(), s.clock.Now().Add(time.Second), 100)
	require.NoError(s.t, err)
	var all []topic.Provision
	for _, l := range left {
		for _, m := range l.Messages {
			require.Equal(s.t, topic.ProvisionGoogle.Name, m.Topic)
			var p topic.Provision
			require.NoError(s.t, json.Unmarshal(m.Body, &p))
			all = append(all, p)
		}
		require.NoError(s.t, s.db.Outbox().Delete(s.t.Context(), l.Tenant, l.ID))
	}
	return all
}

// link returns how far an account has come.
func (s *stage) link(id account.ID) connection.Link {
	s.t.Helper()
	l, err := s.db.Links(link).Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	return l
}

// stands demands an account's state at the target.
func (s *stage) stands(id account.ID, state connection.LinkState, reason string) {
	s.t.Helper()
	l := s.link(id)
	require.Equal(s.t, state, l.State)
	require.Equal(s.t, reason, l.Reason)
	require.False(s.t, l.Until.After(s.clock.Now()), "the account is still held")
}

// wanted is what an account should look like at the target.
func wanted(a account.Account) provision.Wanted {
	return provision.Wanted{Account: a.ID, Address: a.Address, Given: a.Source.Name.Given(), Family: a.Source.Name.Family(), Active: true}
}
