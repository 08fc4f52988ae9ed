package provisiongoogle_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/emulators/google"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

// watched is a bucket that tells of each object before it is read.
type watched struct {
	vault.Bucket
	told func()
}

func (w watched) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	w.told()
	return w.Bucket.Reader(ctx, name)
}

// nobody publishes nothing.
type nobody struct{}

func (nobody) Publish(context.Context, []outbox.Message) error { return nil }

// vault returns what backs the institution up, and what restores it.
func (s *stage) vault() (vault.Vault, vault.Target) {
	s.t.Helper()
	ctx := s.t.Context()
	open := func(name string) *store.DB {
		db, err := store.Open(ctx, store.Config{Project: s.project, Database: name, Clock: s.clock})
		require.NoError(s.t, err)
		s.t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
		return db
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: emulators.Storage(s.t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(s.t, err)
	sealer, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(s.t), Endpoint: os.Getenv("KMS_ENDPOINT"), Clock: s.clock})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = errors.Join(bucket.Close(), sealer.Close()) }) // nothing is left to write
	k := erase.Keeper{
		DB: s.db, Ledger: open(store.LedgerDatabase), Credentials: open(store.CredentialsDatabase), Box: sealer, Clock: s.clock,
		Post: outbox.Post{Publisher: nobody{}, Shelf: s.db.Outbox()},
	}
	k.Index, err = seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(s.t, err)
	return vault.Vault{
		DB: k.DB, Credentials: k.Credentials, Scratch: open(vault.ScratchDatabase), Bucket: bucket, Box: sealer, Clock: s.clock, Most: 1,
	}, vault.Target{Keeper: k, Empty: true, Actor: audit.Actor{System: "restore"}}
}

// TestMessagesThatArriveWhileItIsRestored: links are kept and accounts are not
// there, or are those of a copy that nothing was replayed on yet. Nobody who
// lives is deleted or suspended, nobody who was deleted since is let in, and the
// message comes back until everything is done.
func TestMessagesThatArriveWhileItIsRestored(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	ctx := t.Context()
	s.save(pupil(sanne), pupil(tim))
	s.done(sanne, tim)
	v, target := s.vault()
	id := backup.On(s.clock.Now())
	for r := (backup.Record{}); r.State != backup.Whole; {
		var err error
		r, err = v.Advance(ctx, board, id)
		require.NoError(t, err)
		require.Empty(t, r.Problem)
	}
	s.clock.Advance(time.Minute)
	_, err := target.Keeper.Bin(ctx, board, []account.ID{tim}, erase.Order{Actor: target.Actor, Why: bin.ByHand})
	require.NoError(t, err)
	s.done(sanne, tim)
	was := s.fake.Users()
	require.True(t, was["tim@"+domain].Suspended)

	emptied, copied := 0, 0
	v.Bucket = watched{v.Bucket, func() {
		_, err := s.db.Tenants().Get(ctx, board, board)
		if err == nil {
			return // it has not begun, or is over
		}
		living, err := s.db.Accounts().GetMany(ctx, board, []account.ID{sanne, tim})
		require.NoError(t, err)
		switch len(living) {
		case 0:
			emptied++
		case 2:
			copied++
		}
		s.again(sanne, tim)
	}}
	_, err = v.Restore(ctx, board, id, target)
	require.NoError(t, err)
	require.Positive(t, emptied, "no message arrived between emptying and writing")
	require.Positive(t, copied, "no message arrived between writing and replaying")
	require.Equal(t, was, s.fake.Users())
	require.Zero(t, s.calls("users.delete"))

	s.done(sanne, tim)
	require.Equal(t, was, s.fake.Users())
	require.Equal(t, http.StatusNoContent, s.deliver(about("anieuw")), "nobody is there of that name")
	_, err = s.db.Accounts().Get(ctx, board, tim)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}
