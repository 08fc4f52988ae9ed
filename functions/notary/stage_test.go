package notary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/notary"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")
)

// stage is the notary with two institutions whose logs are empty.
type stage struct {
	t      *testing.T
	deps   notary.Deps
	db     *store.DB
	bucket *blob.Bucket
	clock  *clock.Manual
	signer *seal.Signer
}

func begin(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewManual(time.Now().Truncate(time.Microsecond))}
	var err error
	s.db, err = store.Open(t.Context(), store.Config{Project: emulators.Firestore(t), Clock: s.clock})
	require.NoError(t, err)
	s.bucket, err = blob.Open(t.Context(), blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	s.signer, err = seal.OpenSigner(t.Context(), seal.SignerConfig{Version: emulators.SigningKey(t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = errors.Join(s.db.Close(), s.bucket.Close(), s.signer.Close()) }) // nothing is left to write
	for _, owner := range []tenant.ID{ours, theirs} {
		require.NoError(t, s.db.Tenants().Create(t.Context(), owner, owner, tenant.Tenant{ID: owner}))
	}
	s.deps = notary.Deps{DB: s.db, Shelf: s.bucket, Signer: s.signer, Clock: s.clock}
	return s
}

// tick delivers the minute's message and returns the status.
func (s *stage) tick() int {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": []byte("{}"), "messageId": "1"}})
	require.NoError(s.t, err)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+topic.Minute.Name, bytes.NewReader(body))
	notary.New(s.deps).ServeHTTP(w, r)
	return w.Code
}

// minute ticks a minute later.
func (s *stage) minute() {
	s.t.Helper()
	s.clock.Advance(time.Minute)
	require.Equal(s.t, http.StatusNoContent, s.tick())
}

// log writes an entry.
func (s *stage) log(owner tenant.ID, change ...func(*audit.Entry)) audit.ID {
	s.t.Helper()
	e := audit.New(s.clock.Now(), audit.Actor{Account: "amarijke"}, audit.Viewed, "asanne")
	for _, c := range change {
		c(&e)
	}
	require.NoError(s.t, s.db.Log().Create(s.t.Context(), owner, e.ID, e))
	return e.ID
}

// object reads a manifest's object.
func (s *stage) object(owner tenant.ID, sequence int64) []byte {
	s.t.Helper()
	r, err := s.bucket.Reader(s.t.Context(), manifest.Name(owner, sequence))
	require.NoError(s.t, err)
	defer r.Close()
	body, err := io.ReadAll(r)
	require.NoError(s.t, err)
	return body
}

// chain returns owner's manifests, and demands that each is signed and follows
// the one before, and that the head is the last.
func (s *stage) chain(owner tenant.ID) (chain []manifest.Manifest) {
	s.t.Helper()
	var head manifest.Head
	for name, err := range s.bucket.Names(s.t.Context(), manifest.Folder(owner)) {
		require.NoError(s.t, err)
		require.Equal(s.t, manifest.Name(owner, head.Sequence+1), name)
		object := s.object(owner, head.Sequence+1)
		m, err := manifest.Parse(object)
		require.NoError(s.t, err)
		key, _, err := s.signer.Public(s.t.Context(), m.Key)
		require.NoError(s.t, err)
		require.True(s.t, m.Verify(key))
		require.Equal(s.t, owner, m.Tenant)
		require.Equal(s.t, head.Sequence+1, m.Sequence)
		require.Equal(s.t, head.Hash, m.Before)
		require.False(s.t, m.To.Before(head.To))
		head = m.Head(object)
		chain = append(chain, m.Manifest)
	}
	if len(chain) > 0 {
		kept := s.head(owner)
		kept.Settled = false
		require.Equal(s.t, head, kept)
	}
	return chain
}

func (s *stage) head(owner tenant.ID) manifest.Head {
	s.t.Helper()
	h, err := s.db.Heads().Get(s.t.Context(), owner, store.LogHead)
	require.NoError(s.t, err)
	return h
}

// signed returns how often each entry is signed, and demands that each is
// signed as it is stored.
func (s *stage) signed(owner tenant.ID) map[audit.ID]int {
	s.t.Helper()
	stored := map[audit.ID]audit.Leaf{}
	for l, err := range s.db.LeavesSince(s.t.Context(), owner, time.Time{}) {
		require.NoError(s.t, err)
		stored[l.ID] = l
	}
	times := map[audit.ID]int{}
	for _, m := range s.chain(owner) {
		for _, l := range m.Entries {
			require.Equal(s.t, stored[l.ID].Hash, l.Hash)
			require.True(s.t, stored[l.ID].ExpireAt.Equal(l.ExpireAt))
			times[l.ID]++
		}
	}
	return times
}

// once is what signed returns where each of ids is signed once.
func once(ids ...audit.ID) map[audit.ID]int {
	times := map[audit.ID]int{}
	for _, id := range ids {
		times[id] = 1
	}
	return times
}

// shelf fails in ways that a bucket does.
type shelf struct {
	notary.Shelf
	dies  atomic.Int32 // how many objects are stored whose answer is lost
	fails string       // name of an object that cannot be stored
}

func (f *shelf) Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error) {
	if name == f.fails {
		return 0, fmt.Errorf("store %s: no such bucket", name)
	}
	n, err := f.Shelf.Create(ctx, name, write)
	if err == nil && f.dies.Add(-1) >= 0 {
		return 0, errors.New("the answer is lost")
	}
	return n, err
}
