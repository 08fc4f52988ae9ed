package change_test

import (
	"bytes"
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	board = tenant.ID("golfbreker")
	place = school.ID("zeester")
)

// sent keeps what was published.
type sent struct {
	mu  sync.Mutex
	all []outbox.Message
}

func (s *sent) Publish(_ context.Context, messages []outbox.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, messages...)
	return nil
}

// topics returns how many messages of each topic were published.
func (s *sent) topics() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[string]int{}
	for _, m := range s.all {
		n[m.Topic]++
	}
	return n
}

// stage is a desk and an institution with one school.
type stage struct {
	t *testing.T
	change.Clerk
	clock *clock.Manual
	sent  *sent
}

func begin(t *testing.T) *stage {
	t.Helper()
	ctx := t.Context()
	s := &stage{t: t, clock: clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)), sent: &sent{}}
	db, err := store.Open(ctx, store.Config{Project: emulators.Firestore(t), Clock: s.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	sealer, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = sealer.Close() }) // nothing is left to send
	index, err := seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	s.Clerk = change.Clerk{
		Desk:  change.Desk{DB: db, Post: outbox.Post{Publisher: s.sent, Shelf: db.Outbox()}, Clock: s.clock, Keys: sealer},
		Index: index,
	}
	require.NoError(t, db.Tenants().Create(ctx, board, board, tenant.Tenant{
		ID: board, Reserved: []string{"li.bos"}, Domains: tenant.Domains{Pupils: "leerling.example", Staff: "school.example", Guardians: "thuis.example"},
	}))
	require.NoError(t, db.Schools().Create(ctx, board, place, school.School{ID: place, LastYear: 2026}))
	require.NoError(t, db.Connections().Create(ctx, board, "google", connection.Connection{ID: "google", Target: connection.Google, On: true}))
	for _, g := range []group.Group{
		{ID: "g4a", School: place, Kind: group.Class, Name: "4A", Year: 2026},
		{ID: "plus", Kind: group.Manual, Name: "Plusklas"},
		{ID: "oud", School: place, Kind: group.Class, Name: "3A", Ended: true},
		{ID: "ruled", Kind: group.Ruled, Name: "Iedereen"},
		{ID: "elders", School: "schelp", Kind: group.Class, Name: "4A"},
	} {
		require.NoError(t, db.Groups().Create(ctx, board, g.ID, g))
	}
	return s
}

func somebody() audit.Actor { return audit.Actor{Account: "abeheer"} }

// teacher drafts a member of staff.
func teacher(call, surname string) change.Draft {
	return change.Draft{Kind: person.Staff, School: place, Name: person.Name{Call: call, Surname: surname}}
}

func (s *stage) add(d change.Draft) account.Account {
	s.t.Helper()
	a, err := s.Add(s.t.Context(), change.Order{Owner: board, Actor: somebody()}, d)
	require.NoError(s.t, err)
	return a
}

func (s *stage) read(id account.ID) account.Account {
	s.t.Helper()
	a, err := s.DB.Accounts().Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	return a
}

// logged returns the log, by action.
func (s *stage) logged() map[audit.Action][]audit.Entry {
	s.t.Helper()
	all := map[audit.Action][]audit.Entry{}
	for e, err := range s.DB.Log().All(s.t.Context(), board) {
		require.NoError(s.t, err)
		all[e.Value.Action] = append(all[e.Value.Action], e.Value)
	}
	return all
}
