package proof_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/tenant"
)

func TestALogAsItWasSigned(t *testing.T) {
	t.Parallel()
	w := begin(t)
	r := w.verify()
	require.Empty(t, r.Findings)
	require.Equal(t, proof.Report{Tenant: ours, First: 1, Last: 5, Signed: 15, Until: w.head.To, Findings: r.Findings}, r)
	w.entry("young", true)
	r = w.verify()
	require.Empty(t, r.Findings)
	require.Equal(t, 1, r.Pending, "nobody can vouch for the last minute")

	w.clock.Advance(audit.Keep - 18*time.Minute) // the time of some is over
	w.put(manifest.Manifest{Tenant: ours, Sequence: 6, Before: w.head.Hash, Made: w.clock.Now(), To: w.head.To, Key: version})
	clear(w.private)
	for id, l := range w.leaves {
		if l.ExpireAt.Before(w.clock.Now()) {
			delete(w.leaves, id)
		}
	}
	delete(w.leaves, "young") // which was never signed
	r = w.verify()
	require.Empty(t, r.Findings)
	require.Equal(t, 15, r.Over+r.Signed)
	require.Positive(t, r.Over)

	empty := begin(t)
	empty.leaves, empty.private, empty.objects, empty.head = nil, nil, nil, manifest.Head{}
	require.Empty(t, empty.verify().Findings, "where nothing ever happened there is nothing to prove")
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	name := func(n int64) string { return manifest.Name(ours, n) }
	for what, c := range map[string]struct {
		spoil func(*world)
		want  []string
	}{
		"an altered entry": {func(w *world) {
			l := w.leaves["n21"]
			l.Hash[31] ^= 1
			w.leaves["n21"] = l
		}, []string{"altered tenants/golfbreker/log/n21"}},
		"a missing entry": {func(w *world) { delete(w.leaves, "n21") }, []string{"missing tenants/golfbreker/log/n21"}},
		"two of them, the oldest first": {func(w *world) {
			delete(w.leaves, "z42")
			delete(w.leaves, "a01")
		}, []string{"missing tenants/golfbreker/log/a01", "missing tenants/golfbreker/log/z42"}},
		"an added entry": {func(w *world) {
			w.clock.Advance(-21 * time.Minute)
			w.entry("q", false)
			w.clock.Advance(21 * time.Minute)
		}, []string{"added tenants/golfbreker/log/q"}},
		"an entry that the notary has not signed": {func(w *world) {
			w.entry("q", false)
			w.clock.Advance(time.Hour)
		}, []string{"unsigned tenants/golfbreker/log/q"}},
		"a private part of another": {func(w *world) { w.copyPrivate("a00", "n20") }, []string{
			"private tenants/golfbreker/private/n20",
		}},
		"a private part that is gone": {func(w *world) { delete(w.private, "n20") }, []string{"private tenants/golfbreker/private/n20"}},
		"a private part of an entry without": {func(w *world) { w.copyPrivate("n20", "n21") }, []string{
			"private tenants/golfbreker/private/n21",
		}},
		"a private part of no entry": {func(w *world) {
			w.private["q"] = audit.Leaf{ID: "q", Created: w.clock.Now().Add(-time.Hour)}
		}, []string{"private tenants/golfbreker/private/q"}},
		"a manifest that is gone": {func(w *world) { delete(w.objects, name(3)) }, []string{"cut " + name(3)}},
		"the first that is gone":  {func(w *world) { delete(w.objects, name(1)) }, []string{"cut " + name(1)}},
		"the last that is gone":   {func(w *world) { delete(w.objects, name(5)) }, []string{"cut " + name(5)}},
		"all that are gone":       {func(w *world) { clear(w.objects) }, []string{"cut " + name(1)}},
		"a head that is gone":     {func(w *world) { w.head = manifest.Head{} }, []string{"cut tenants/golfbreker/heads/log"}},
		"a manifest cut short":    {func(w *world) { w.objects[name(5)] = w.objects[name(5)][:100] }, []string{"broken " + name(5), "broken " + name(5)}},
		"two that are swapped": {func(w *world) {
			w.objects[name(2)], w.objects[name(3)] = w.objects[name(3)], w.objects[name(2)]
		}, []string{"broken " + name(2), "broken " + name(3), "broken " + name(4)}},
		"a thing that is none": {func(w *world) { w.objects["golfbreker/notes"] = nil }, []string{"broken golfbreker/notes"}},
		"a notary that stopped": {func(w *world) { w.clock.Advance(26 * time.Hour) }, []string{
			"silent " + name(5),
		}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			c.spoil(w)
			require.Equal(t, c.want, kinds(w.verify()))
		})
	}
}

// TestForgers write manifests of their own.
func TestForgers(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for what, forge := range map[string]func(*world, manifest.Manifest){
		"with another key": func(w *world, m manifest.Manifest) {
			w.objects[manifest.Name(ours, m.Sequence)] = w.object(m, other)
		},
		"with a key of another name": func(w *world, m manifest.Manifest) {
			m.Key = "projects/p/locations/l/keyRings/r/cryptoKeys/mine/cryptoKeyVersions/1"
			w.objects[manifest.Name(ours, m.Sequence)] = w.object(m, other)
		},
		"for another institution": func(w *world, m manifest.Manifest) {
			m.Tenant = "duinrand"
			w.objects[manifest.Name(ours, m.Sequence)] = w.object(m, w.key)
		},
		"that do not follow": func(w *world, m manifest.Manifest) {
			m.Before = manifest.Digest(nil)
			w.put(m)
		},
		"that go back in time": func(w *world, m manifest.Manifest) {
			m.To = m.To.Add(-time.Hour)
			w.put(m)
		},
		"that sign an entry anew": func(w *world, m manifest.Manifest) {
			m.Entries = []manifest.Line{{ID: "a00", ExpireAt: w.clock.Now()}}
			w.put(m)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			forge(w, manifest.Manifest{
				Tenant: ours, Sequence: 6, Before: w.head.Hash, Made: w.clock.Now(), From: w.head.To, To: w.head.To, Key: version,
			})
			r := w.verify()
			require.NotEmpty(t, r.Findings)
			require.EqualValues(t, 6, r.Findings[0].Sequence)
		})
	}
}

// TestEveryByteOfEveryManifestCounts flips each, and each time the manifest that
// was flipped is the first that is named.
func TestEveryByteOfEveryManifestCounts(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for n := int64(1); n <= 5; n++ {
		name := manifest.Name(ours, n)
		good := w.objects[name]
		for i := range good {
			altered := bytes.Clone(good)
			altered[i] ^= 1
			w.objects[name] = altered
			r := w.verify()
			require.NotEmpty(t, r.Findings, "%s, byte %d", name, i)
			require.Equal(t, name, r.Findings[0].Place, "%s, byte %d: %+v", name, i, r.Findings)
			require.Equal(t, proof.Broken, r.Findings[0].Kind)
			for _, f := range r.Findings {
				require.Equal(t, proof.Broken, f.Kind, "an entry is called wrong of which nobody can tell")
			}
			require.Equal(t, 3, r.Unproven)
			w.objects[name] = good
		}
	}
	require.Empty(t, w.verify().Findings)
}

func TestOldManifestsMayBeGone(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.clock.Advance(audit.Longest)
	w.entry("q", false)
	w.clock.Advance(time.Minute)
	w.sign()
	for id := range w.leaves {
		if id != "q" {
			delete(w.leaves, id)
		}
	}
	clear(w.private)
	for n := int64(1); n <= 4; n++ {
		delete(w.objects, manifest.Name(ours, n))
	}
	w.clock.Advance(10 * time.Minute)
	r := w.verify()
	require.Empty(t, r.Findings)
	require.EqualValues(t, 5, r.First)
}

func TestManyFindingsAreCounted(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for i := range 150 {
		w.entry(fmt.Sprintf("b%03d", i), false)
	}
	w.sign()
	for i := range 150 {
		delete(w.leaves, audit.ID(fmt.Sprintf("b%03d", i)))
	}
	r := w.verify()
	require.Len(t, r.Findings, 100)
	require.Equal(t, 50, r.More)
	require.Equal(t, "tenants/golfbreker/log/b000", r.Findings[0].Place)
}

// down is a log of which a table cannot be read.
type down struct {
	*world
	leaves, private bool
}

var errDown = fault.As(fault.Busy, errors.New("down"))

func failing(yield func(audit.Leaf, error) bool) { yield(audit.Leaf{}, errDown) }

func (d down) LogLeaves(ctx context.Context, owner tenant.ID) iter.Seq2[audit.Leaf, error] {
	if d.leaves {
		return failing
	}
	return d.world.LogLeaves(ctx, owner)
}

func (d down) PrivateLeaves(ctx context.Context, owner tenant.ID) iter.Seq2[audit.Leaf, error] {
	if d.private {
		return failing
	}
	return d.world.PrivateLeaves(ctx, owner)
}

func TestWhatCannotBeReadProvesNothing(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for _, log := range []down{{world: w, leaves: true}, {world: w, private: true}} {
		_, err := proof.Verifier{Log: log, Shelf: w, Keys: w.keys, Clock: w.clock}.Verify(t.Context(), ours)
		require.Equal(t, fault.Busy, fault.KindOf(err))
	}
	busy := func(context.Context, string) ([]*ecdsa.PublicKey, error) {
		return nil, fault.As(fault.Busy, errors.New("down"))
	}
	_, err := proof.Verifier{Log: w, Shelf: w, Keys: busy, Clock: w.clock}.Verify(t.Context(), ours)
	require.Equal(t, fault.Busy, fault.KindOf(err))
}
