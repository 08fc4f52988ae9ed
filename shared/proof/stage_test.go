package proof_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/tenant"
)

const (
	ours    = tenant.ID("golfbreker")
	version = "projects/p/locations/l/keyRings/r/cryptoKeys/notary/cryptoKeyVersions/1"
)

// world is a log and its manifests in memory, as a database and a bucket hold
// them.
type world struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	clock   *clock.Manual
	leaves  map[audit.ID]audit.Leaf
	private map[audit.ID]audit.Leaf
	head    manifest.Head
	objects map[string][]byte
}

var _ proof.Log = (*world)(nil)

// all yields what there is, in order.
func all(of map[audit.ID]audit.Leaf) iter.Seq2[audit.Leaf, error] {
	return func(yield func(audit.Leaf, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(of)) {
			if !yield(of[id], nil) {
				return
			}
		}
	}
}

func (w *world) LogLeaves(_ context.Context, _ tenant.ID) iter.Seq2[audit.Leaf, error] {
	return all(w.leaves)
}

func (w *world) PrivateLeaves(_ context.Context, _ tenant.ID) iter.Seq2[audit.Leaf, error] {
	return all(w.private)
}

func (w *world) LogHead(context.Context, tenant.ID) (manifest.Head, error) { return w.head, nil }

func (w *world) Names(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range slices.Sorted(maps.Keys(w.objects)) {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

func (w *world) Reader(_ context.Context, name string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(w.objects[name])), nil
}

func (w *world) keys(_ context.Context, of string) ([]*ecdsa.PublicKey, error) {
	if of != version {
		return nil, fault.New(fault.NotFound, "")
	}
	return []*ecdsa.PublicKey{&w.key.PublicKey}, nil
}

// begin makes a world of five manifests with three entries each, the last a
// quarter of an hour ago, and every third entry with a private part.
func begin(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, clock: clock.NewManual(time.Date(2026, time.November, 24, 8, 0, 0, 0, time.UTC)),
		leaves: map[audit.ID]audit.Leaf{}, private: map[audit.ID]audit.Leaf{}, objects: map[string][]byte{},
	}
	var err error
	w.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for n := range 5 {
		for i := range 3 {
			w.entry(fmt.Sprintf("%c%d%d", "ahntz"[n], n, i), i == 0)
		}
		w.clock.Advance(time.Minute)
		w.sign()
	}
	w.clock.Advance(15 * time.Minute)
	return w
}

// entry stores an entry of now.
func (w *world) entry(id string, private bool) audit.ID {
	now := w.clock.Now()
	l := audit.Leaf{
		ID: audit.ID(id), Hash: audit.HashStored(ours, audit.ID(id), map[string]any{"at": now}),
		Recorded: now, Created: now, ExpireAt: now.Add(audit.Keep),
	}
	if private {
		l.Private = audit.Private{Hash: []byte("hash of " + id), Until: now.Add(audit.PrivateLife)}
		w.private[l.ID] = audit.Leaf{ID: l.ID, Created: now, Private: l.Private}
	}
	w.leaves[l.ID] = l
	return l.ID
}

// copyPrivate puts one entry's private part beside another.
func (w *world) copyPrivate(from, to audit.ID) {
	l := w.private[from]
	l.ID = to
	w.private[to] = l
}

// sign makes a manifest of what is not signed, as the notary does.
func (w *world) sign() {
	m := manifest.Manifest{
		Tenant: ours, Sequence: w.head.Sequence + 1, Before: w.head.Hash, Made: w.clock.Now(), From: w.head.To, To: w.head.To, Key: version,
	}
	for _, id := range slices.Sorted(maps.Keys(w.leaves)) {
		if l := w.leaves[id]; l.Recorded.After(w.head.To) {
			m.Entries = append(m.Entries, manifest.Line{ID: id, Hash: l.Hash, ExpireAt: l.ExpireAt})
			m.To = l.Recorded
		}
	}
	w.put(m)
}

// put signs and stores a manifest.
func (w *world) put(m manifest.Manifest) {
	object := w.object(m, w.key)
	w.objects[manifest.Name(ours, m.Sequence)] = object
	w.head = m.Head(object)
}

func (w *world) object(m manifest.Manifest, key *ecdsa.PrivateKey) []byte {
	w.t.Helper()
	digest := sha256.Sum256(m.Body())
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	require.NoError(w.t, err)
	return manifest.Object(m.Body(), signature)
}

// verify verifies the world.
func (w *world) verify() proof.Report {
	w.t.Helper()
	v := proof.Verifier{Log: w, Shelf: w, Keys: w.keys, Clock: w.clock}
	r, err := v.Verify(w.t.Context(), ours)
	require.NoError(w.t, err)
	return r
}

// kinds returns what was found, in order.
func kinds(r proof.Report) (list []string) {
	for _, f := range r.Findings {
		list = append(list, string(f.Kind)+" "+f.Place)
	}
	return list
}
