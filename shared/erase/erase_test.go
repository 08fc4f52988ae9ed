package erase_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/iterator"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	board = tenant.ID("bestuur")
	other = tenant.ID("anderen")
	sanne = account.ID("asanne")
	tim   = account.ID("atim")
	ouder = account.ID("aouder")
)

// byHand is who deletes and restores in these tests.
var byHand = erase.Order{Actor: audit.Actor{Account: "abeheer"}, Why: bin.ByHand}

// stage is an institution whose clocks all stand still together.
type stage struct {
	erase.Keeper
	t       *testing.T
	project string
	clock   *clock.Manual
	key     string // resource name of the day key
	days    seal.Days
	sent    *sent
}

// sent keeps what was published.
type sent struct{ messages []outbox.Message }

func (s *sent) Publish(_ context.Context, m []outbox.Message) error {
	s.messages = append(s.messages, m...)
	return nil
}

func begin(t *testing.T) *stage {
	t.Helper()
	ctx := t.Context()
	s := &stage{t: t, project: emulators.Firestore(t), key: emulators.Keys(t), sent: &sent{}}
	s.clock = clock.NewManual(time.Now())
	open := func(name string) *store.DB {
		db, err := store.Open(ctx, store.Config{Project: s.project, Database: name, Clock: s.clock})
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
		return db
	}
	sealer, err := seal.Open(ctx, seal.Config{Key: s.key, Hold: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT"), Clock: s.clock})
	require.NoError(t, err)
	index, err := seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	s.Keeper = erase.Keeper{
		DB: open(""), Ledger: open(store.LedgerDatabase), Credentials: open(store.CredentialsDatabase), Box: sealer, Index: index, Clock: s.clock,
	}
	s.Post = outbox.Post{Publisher: s.sent, Shelf: s.DB.Outbox()}
	s.days = seal.Days{Sealer: sealer, Clock: s.clock, Keep: account.Kept}
	require.NoError(t, s.DB.Connections().Create(ctx, board, "google", connection.Connection{ID: "google", Target: connection.Google, On: true}))
	return s
}

// forward moves every clock by whole days, on each of which the sweep runs.
func (s *stage) forward(days int) {
	s.t.Helper()
	for range days {
		s.clock.Advance(24 * time.Hour)
		emulators.Advance(s.t, s.key, 24*time.Hour)
		_, err := s.days.Turn(s.t.Context())
		require.NoError(s.t, err)
		_, err = s.Due(s.t.Context(), 100)
		require.NoError(s.t, err)
	}
}

func pupil(id account.ID, number string) account.Account {
	a := account.Account{
		ID: id, Kind: person.Pupil, State: account.Active, Version: 3, Epoch: 2, Username: string(id), Address: string(id) + "@leerling.example",
		Aliases:     []string{string(id) + ".oud@leerling.example"},
		Source:      account.Source{Name: person.Name{Call: "Roepnaam" + number, Surname: "Achternaam" + number}, Number: number},
		Memberships: []account.Membership{{School: "zeester", Key: "sleutel" + number, Year: 2026, Groups: []group.ID{"g4a"}}},
	}
	a.Digest = a.Imported()
	return a
}

// add stores an account with everything that names it.
func (s *stage) add(a account.Account) account.Account {
	s.t.Helper()
	ctx := s.t.Context()
	key, err := s.days.Sealer.Today(ctx)
	require.NoError(s.t, err)
	r, err := revision.Seal(key, board, revision.Cause{At: s.clock.Now()}, []revision.Change{{Before: &a, After: &a}, {Before: &account.Account{ID: "aiemand"}}})
	require.NoError(s.t, err)
	later := s.clock.Now().Add(time.Hour)
	for _, err := range []error{
		s.DB.Accounts().Set(ctx, board, a.ID, a),
		s.DB.Revisions().Create(ctx, board, r.ID, *r),
		s.DB.Sessions().Create(ctx, board, session.ID("s"+string(a.ID)), session.Session{Account: a.ID, ExpireAt: later}),
		s.DB.Grants().Create(ctx, board, grant.ID("g"+string(a.ID)), grant.Grant{Account: a.ID, ExpireAt: later}),
		s.DB.Codes().Create(ctx, board, grant.ID("c"+string(a.ID)), grant.Code{Account: a.ID, ExpireAt: later}),
		s.DB.Links("google").Create(ctx, board, a.ID, connection.Link{Account: a.ID, Remote: "r" + string(a.ID), State: connection.Linked}),
		s.Credentials.Credentials().Create(ctx, board, a.ID, credential.Credential{Verifier: []byte("verzegeld")}),
	} {
		require.NoError(s.t, err)
	}
	for _, address := range append([]string{a.Address}, a.Aliases...) {
		require.NoError(s.t, s.DB.Names().Create(ctx, board, store.NameID(s.Index.Of(board, "address", address)), a.ID))
	}
	return a
}

// naming returns the paths of all documents, in every database, in whose id or
// fields an account's id stands.
func (s *stage) naming(id account.ID) []string {
	s.t.Helper()
	var at []string
	for _, name := range []string{firestore.DefaultDatabaseID, store.CredentialsDatabase, store.LedgerDatabase} {
		client, err := firestore.NewClientWithDatabase(s.t.Context(), s.project, name)
		require.NoError(s.t, err)
		for _, collection := range s.everything(client.Collections(s.t.Context())) {
			docs, err := collection.Documents(s.t.Context()).GetAll()
			require.NoError(s.t, err)
			for _, d := range docs {
				if d.Ref.ID == string(id) || strings.Contains(fmt.Sprint(d.Data()), string(id)) {
					at = append(at, collection.ID)
				}
			}
		}
		require.NoError(s.t, client.Close())
	}
	return at
}

// everything returns the collections and all that lie below their documents.
func (s *stage) everything(it *firestore.CollectionIterator) []*firestore.CollectionRef {
	s.t.Helper()
	var all []*firestore.CollectionRef
	for {
		c, err := it.Next()
		if err == iterator.Done { //nolint:errorlint // as the library documents it
			return all
		}
		require.NoError(s.t, err)
		all = append(all, c)
		refs, err := c.DocumentRefs(s.t.Context()).GetAll()
		require.NoError(s.t, err)
		for _, ref := range refs {
			all = append(all, s.everything(ref.Collections(s.t.Context()))...)
		}
	}
}

func (s *stage) receipts() []receipt.Receipt {
	s.t.Helper()
	var list []receipt.Receipt
	for e, err := range s.DB.Receipts().All(s.t.Context(), board) {
		require.NoError(s.t, err)
		list = append(list, e.Value)
	}
	return list
}

func TestDeletedForNinetyDaysThenGone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	was := s.add(pupil(sanne, "1"))
	s.add(pupil(tim, "2"))
	guardian := account.Account{ID: ouder, Kind: person.Guardian, State: account.Active, Source: account.Source{Children: []account.Child{{Account: sanne}, {Account: tim}}}}
	require.NoError(t, s.DB.Accounts().Create(ctx, board, ouder, guardian))
	n, err := s.Bin(ctx, board, []account.ID{sanne, "aniemand"}, byHand)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Contains(t, string(s.sent.messages[0].Body), string(sanne), "no target hears of it")

	s.forward(89)
	_, err = s.Restore(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	back, err := s.DB.Accounts().Get(ctx, board, sanne)
	require.NoError(t, err)
	require.Equal(t, was.Address, back.Address)
	require.Equal(t, was.Source, back.Source)
	require.Equal(t, was.Epoch+1, back.Epoch)
	require.True(t, back.Memberships[0].Kept, "the next import would delete the person again")
	_, err = s.Bin(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	s.forward(89)
	entry, err := s.DB.Bin().Get(ctx, board, sanne)
	require.NoError(t, err, "the 90 days begin with the deletion")
	s.forward(1)

	require.Subset(t, []string{"log", "receipts", "ledger", "links"}, s.naming(sanne), "traces are left")
	_, err = s.Open(ctx, board, entry)
	require.NoError(t, err, "the key of the day lives a day longer than what it sealed last")
	s.forward(1)
	_, err = s.Open(ctx, board, entry)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "a copy of the bin can still be opened: %v", err)
	proof := s.receipts()
	require.Len(t, proof, 1)
	require.Equal(t, []account.ID{sanne}, proof[0].Accounts)
	require.True(t, proof[0].Clean())
	require.Equal(t, 1, proof[0].Targets["google"].Wanted)
	require.False(t, proof[0].Unreadable.Before(entry.Deadline))
	require.True(t, proof[0].Unreadable.Before(entry.Deadline.Add(4*24*time.Hour)))
	left, err := s.DB.Accounts().Get(ctx, board, ouder)
	require.NoError(t, err)
	require.Equal(t, []account.Child{{Account: tim}}, left.Source.Children)
	_, err = s.DB.Accounts().Get(ctx, board, tim)
	require.NoError(t, err)
	_, err = s.DB.Names().Get(ctx, board, store.NameID(s.Index.Of(board, "address", was.Address)))
	require.Equal(t, fault.NotFound, fault.KindOf(err), "the name is never free again")
	for range 2 {
		n, err := s.Restore(ctx, board, []account.ID{sanne}, byHand)
		require.NoError(t, err)
		require.Zero(t, n)
	}
}
