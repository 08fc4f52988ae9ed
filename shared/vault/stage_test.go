package vault_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/vault"
)

const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")
	sanne  = account.ID("asanne")
	tim    = account.ID("atim")
)

// byHand is who deletes in these tests.
var byHand = erase.Order{Actor: audit.Actor{Account: "abeheer"}, Why: bin.ByHand}

// stage is an institution with its vault, whose clocks all stand still together.
type stage struct {
	vault.Vault
	t       *testing.T
	project string
	keeper  erase.Keeper
	clock   *clock.Manual
	key     string // resource name of the day key
	days    seal.Days
	bucket  *blob.Bucket
}

// silent is for messages that nobody listens to.
type silent struct{}

func (silent) Publish(context.Context, []outbox.Message) error { return nil }

func begin(t *testing.T) *stage {
	t.Helper()
	ctx := t.Context()
	s := &stage{t: t, project: emulators.Firestore(t), key: emulators.Keys(t), clock: clock.NewManual(time.Now().Truncate(time.Microsecond))}
	sealer, err := seal.Open(ctx, seal.Config{Key: s.key, Hold: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT"), Clock: s.clock})
	require.NoError(t, err)
	s.bucket, err = blob.Open(ctx, blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	index, err := seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	s.days = seal.Days{Sealer: sealer, Clock: s.clock, Keep: account.Kept}
	s.keeper = erase.Keeper{Box: sealer, Index: index, Clock: s.clock, Ledger: s.database(s.project, store.LedgerDatabase)}
	s.keeper = s.in(s.project)
	s.Vault = vault.Vault{
		DB: s.keeper.DB, Credentials: s.keeper.Credentials, Scratch: s.database(s.project, vault.ScratchDatabase),
		Bucket: s.bucket, Box: sealer, Clock: s.clock, Most: 3,
	}
	for _, owner := range []tenant.ID{ours, theirs} {
		require.NoError(t, s.DB.Tenants().Create(ctx, owner, owner, tenant.Tenant{ID: owner, Name: string(owner)}))
		require.NoError(t, s.DB.Domains().Create(ctx, owner, store.Domain(owner+".example"), owner))
		require.NoError(t, s.DB.Connections().Create(ctx, owner, "google", connection.Connection{ID: "google", Target: connection.Google, On: true}))
	}
	return s
}

func (s *stage) database(project, name string) *store.DB {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Config{Project: project, Database: name, Clock: s.clock})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	return db
}

// in returns the keeper of another project, with the same ledger and keys.
func (s *stage) in(project string) erase.Keeper {
	s.t.Helper()
	k := s.keeper
	k.DB, k.Credentials = s.database(project, ""), s.database(project, store.CredentialsDatabase)
	k.Post = outbox.Post{Publisher: silent{}, Shelf: k.DB.Outbox()}
	return k
}

// empty is a target where there is nothing.
func (s *stage) empty() (target vault.Target, project string) {
	s.t.Helper()
	project = emulators.Firestore(s.t)
	return vault.Target{Keeper: s.in(project), Actor: audit.Actor{System: "restore"}}, project
}

// forward moves every clock by whole days, on each of which the day key turns.
func (s *stage) forward(days int) {
	s.t.Helper()
	for range days {
		s.clock.Advance(24 * time.Hour)
		emulators.Advance(s.t, s.key, 24*time.Hour)
		_, err := s.days.Turn(s.t.Context())
		require.NoError(s.t, err)
	}
}

// add stores an account with what names it.
func (s *stage) add(owner tenant.ID, id account.ID) account.Account {
	s.t.Helper()
	ctx := s.t.Context()
	a := account.Account{
		ID: id, Kind: person.Pupil, State: account.Active, Version: 3, Epoch: 2, Username: string(id), Address: string(id) + "@leerling.example",
		Source:      account.Source{Name: person.Name{Call: "Roepnaam" + string(id), Surname: "Achternaam" + string(id)}, Number: "n" + string(id)},
		Memberships: []account.Membership{{School: "zeester", Key: "sleutel" + string(id), Year: 2026}},
	}
	key, err := s.days.Sealer.Today(ctx)
	require.NoError(s.t, err)
	r, err := revision.Seal(key, owner, revision.Cause{At: s.clock.Now()}, []revision.Change{{Before: &a, After: &a}})
	require.NoError(s.t, err)
	entry := audit.New(s.clock.Now(), audit.Actor{Account: "abeheer"}, audit.Viewed, id)
	for _, err := range []error{
		s.DB.Accounts().Create(ctx, owner, id, a),
		s.DB.Revisions().Create(ctx, owner, r.ID, *r),
		s.DB.Log().Create(ctx, owner, entry.ID, entry),
		s.DB.Names().Create(ctx, owner, store.NameID(s.keeper.Index.Of(owner, "address", a.Address)), id),
		s.DB.Links("google").Create(ctx, owner, id, connection.Link{Account: id, Remote: "r" + string(id), State: connection.Linked}),
		s.Credentials.Credentials().Create(ctx, owner, id, credential.Credential{Verifier: []byte("verzegeld"), Issued: s.clock.Now()}),
	} {
		require.NoError(s.t, err)
	}
	return a
}

// make makes the backup of today and demands that it is whole.
func (s *stage) make(owner tenant.ID) backup.ID {
	s.t.Helper()
	id := backup.On(s.clock.Now())
	for range 200 {
		r, err := s.Advance(s.t.Context(), owner, id)
		require.NoError(s.t, err)
		require.Empty(s.t, r.Problem)
		if r.State == backup.Whole {
			return id
		}
	}
	s.t.Fatal("the backup is never whole")
	return id
}

// holds returns every document of an institution that backups know, in its
// databases of a project, by path, as text.
func (s *stage) holds(k erase.Keeper, owner tenant.ID, wanted func(store.Copy) bool) map[string]string {
	s.t.Helper()
	all := map[string]string{}
	for _, c := range store.Copies() {
		if !wanted(c) {
			continue
		}
		db := k.DB
		if c.Database != "" {
			db = k.Credentials
		}
		tables, err := db.Folders(s.t.Context(), owner, c, time.Time{})
		require.NoError(s.t, err)
		for _, table := range tables {
			for d, err := range db.Documents(s.t.Context(), owner, c, store.Span{Table: table}) {
				require.NoError(s.t, err)
				for _, gone := range c.Without {
					delete(d.Fields, gone)
					if inner, ok := d.Fields["envelope"].(map[string]any); ok {
						delete(inner, "hold")
					}
				}
				line, err := backup.MarshalDocument(d)
				require.NoError(s.t, err)
				all[d.Path] = string(line)
			}
		}
	}
	return all
}

// fill stores, beside what add stores, a document with every type in each table
// that backups copy.
func (s *stage) fill(owner tenant.ID) {
	s.t.Helper()
	ctx := s.t.Context()
	for _, c := range store.Copies() {
		if !c.Copied() || c.Shared || c.Batch != "" {
			continue
		}
		client, err := firestore.NewClientWithDatabase(ctx, s.project, databaseName(c))
		require.NoError(s.t, err)
		table := c.Collection
		if c.Below != "" {
			table = c.Below + "/google/" + c.Collection
		}
		for i := range 7 {
			_, err = client.Doc(fmt.Sprintf("tenants/%s/%s/vol%d", owner, table, i)).Set(ctx, map[string]any{
				"nil": nil, "yes": true, "n": int64(1) << 62, "f": 0.1, "text": "Zoë 🌊\n\x00", "bytes": []byte{0, 255}, "at": s.clock.Now(),
				"list": []any{"a", int64(1), map[string]any{"b": false}}, "map": map[string]any{"m": map[string]any{}, "leeg": []any{}},
				"expireAt": s.clock.Now().Add(400 * 24 * time.Hour),
			})
			require.NoError(s.t, err)
		}
		require.NoError(s.t, client.Close())
	}
}

func databaseName(c store.Copy) string {
	if c.Database == "" {
		return firestore.DefaultDatabaseID
	}
	return c.Database
}

func copied(c store.Copy) bool { return c.Copied() }

// paths returns the keys of m in order, for messages that a person reads.
func paths(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
