package notary_test

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// vault is a stage whose database can be written to as an intruder would, and
// whose log was signed a while ago.
type vault struct {
	*stage
	client *firestore.Client
}

func proven(t *testing.T) *vault {
	t.Helper()
	v := &vault{stage: begin(t)}
	project := emulators.Firestore(t)
	var err error
	v.db, err = store.Open(t.Context(), store.Config{Project: project, Clock: v.clock})
	require.NoError(t, err)
	v.client, err = firestore.NewClient(t.Context(), project)
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = v.db.Close(), v.client.Close() }) // nothing is left to write
	v.deps.DB = v.db
	for _, owner := range []tenant.ID{ours, theirs} {
		require.NoError(t, v.db.Tenants().Create(t.Context(), owner, owner, tenant.Tenant{ID: owner}))
		for range 3 {
			v.log(owner, func(e *audit.Entry) {
				*e = e.Of("call_name", "surname").On("g4a").Because("plan")
				e.Subjects = append(e.Subjects, "abram", account.ID("a"+e.ID))
				*e = e.From(envelope.Envelope{Body: []byte("body of " + e.ID), Key: []byte("key"), Batch: []byte("batch"), Hold: []byte("hold")})
			})
		}
		v.log(owner, func(e *audit.Entry) { e.Actor = audit.Actor{System: "rosterapply"} })
		v.minute()
	}
	require.Len(t, v.signed(ours), 4)
	return v
}

// verify verifies owner's log twenty minutes later, when all should be signed.
func (v *vault) verify(owner tenant.ID) proof.Report {
	v.t.Helper()
	keys := func(ctx context.Context, version string) ([]*ecdsa.PublicKey, error) {
		key, _, err := v.signer.Public(ctx, version)
		return []*ecdsa.PublicKey{key}, err
	}
	r, err := proof.Verifier{Log: v.db, Shelf: v.bucket, Keys: keys, Clock: clock.NewManual(v.clock.Now().Add(20 * time.Minute))}.Verify(v.t.Context(), owner)
	require.NoError(v.t, err)
	return r
}

// path returns the path of a document of ours.
func path(collection string, id audit.ID) string {
	return "tenants/" + string(ours) + "/" + collection + "/" + string(id)
}

// flips returns v in every way in which one byte of it may be another.
func flips(v any) (list []any) {
	switch v := v.(type) {
	case string:
		for i := range len(v) {
			list = append(list, v[:i]+string(v[i]^1)+v[i+1:])
		}
	case []byte:
		for i := range v {
			other := slices.Clone(v)
			other[i] ^= 1
			list = append(list, other)
		}
	case time.Time:
		for shift := range 40 {
			list = append(list, v.Add(time.Duration(1<<shift)*time.Microsecond))
		}
	case []any:
		for i := range v {
			for _, other := range flips(v[i]) {
				changed := slices.Clone(v)
				changed[i] = other
				list = append(list, changed)
			}
			list = append(list, slices.Delete(slices.Clone(v), i, i+1))
		}
	default:
		panic(fmt.Sprintf("no flips of %T", v))
	}
	return list
}

// TestOneFlippedByteInAnyFieldIsFound alters every field of a stored entry in
// every way, one after another.
func TestOneFlippedByteInAnyFieldIsFound(t *testing.T) {
	t.Parallel()
	v := proven(t)
	require.Empty(t, v.verify(ours).Findings)
	var id audit.ID
	for l, err := range v.db.LeavesSince(t.Context(), ours, time.Time{}) {
		require.NoError(t, err)
		if len(l.Private.Hash) > 0 {
			id = l.ID
		}
	}
	ref := v.client.Doc(path("log", id))
	snap, err := ref.Get(t.Context())
	require.NoError(t, err)
	whole := snap.Data()
	require.Subset(t, slices.Collect(maps.Keys(whole)), []string{
		"at", "recorded", "account", "action", "subjects", "fields", "object", "reason", "privateHash", "privateUntil", "expireAt",
	})
	tried := 0
	for name, value := range whole {
		ways := flips(value)
		if len(ways) > 12 { // a few of each length, and all of them together in minutes
			ways = append(ways[:6], ways[len(ways)-6:]...)
		}
		for _, other := range append(ways, nil, firestore.Delete) {
			_, err := ref.Update(t.Context(), []firestore.Update{{Path: name, Value: other}})
			require.NoError(t, err)
			r := v.verify(ours)
			require.NotEmpty(t, r.Findings, "%s: %v", name, other)
			require.Contains(t, []string{path("log", id), path("private", id)}, r.Findings[0].Place, "%s: %v", name, other)
			tried++
		}
		_, err := ref.Update(t.Context(), []firestore.Update{{Path: name, Value: value}})
		require.NoError(t, err)
	}
	_, err = ref.Update(t.Context(), []firestore.Update{{Path: "another", Value: ""}})
	require.NoError(t, err)
	require.Equal(t, proof.Altered, v.verify(ours).Findings[0].Kind, "a field more")
	_, err = ref.Set(t.Context(), whole)
	require.NoError(t, err)
	require.Empty(t, v.verify(ours).Findings, "as it was, it is proven again")
	require.Greater(t, tried, 80)
}

// TestIntruders do to stored documents what they like.
func TestIntruders(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		do   func(v *vault, id, other audit.ID)
		kind proof.Kind
	}{
		"remove an entry": {func(v *vault, id, _ audit.ID) { v.remove(path("log", id)) }, proof.Missing},
		"copy an entry to another id": {func(v *vault, id, _ audit.ID) {
			v.copy(path("log", id), path("log", "kopie"))
		}, proof.Unsigned},
		"copy one over another": {func(v *vault, id, other audit.ID) { v.copy(path("log", id), path("log", other)) }, proof.Altered},
		"copy another institution's": {func(v *vault, id, _ audit.ID) {
			v.copy(v.first(theirs), path("log", id))
		}, proof.Altered},
		"swap two entries":               {func(v *vault, id, other audit.ID) { v.swap(path("log", id), path("log", other)) }, proof.Altered},
		"have it expire at once":         {func(v *vault, id, _ audit.ID) { v.expire(id); v.remove(path("log", id)) }, proof.Missing},
		"alter from where it was done":   {func(v *vault, id, _ audit.ID) { v.set(path("private", id), "envelope.body", []byte("bodx")) }, proof.Private},
		"keep it longer":                 {func(v *vault, id, _ audit.ID) { v.set(path("private", id), "expireAt", v.clock.Now().AddDate(5, 0, 0)) }, proof.Private},
		"remove from where it was done":  {func(v *vault, id, _ audit.ID) { v.remove(path("private", id)) }, proof.Private},
		"copy from where it was done":    {func(v *vault, id, other audit.ID) { v.copy(path("private", id), path("private", other)) }, proof.Private},
		"write nonsense beside an entry": {func(v *vault, id, _ audit.ID) { v.set(path("private", id), "envelope", "x") }, proof.Private},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			v := proven(t)
			var with []audit.ID
			for l, err := range v.db.LeavesSince(t.Context(), ours, time.Time{}) {
				require.NoError(t, err)
				if len(l.Private.Hash) > 0 {
					with = append(with, l.ID)
				}
			}
			c.do(v, with[0], with[1])
			r := v.verify(ours)
			require.NotEmpty(t, r.Findings)
			var found []proof.Kind
			for _, f := range r.Findings {
				found = append(found, f.Kind)
			}
			require.Contains(t, found, c.kind)
			require.Empty(t, v.verify(theirs).Findings)
		})
	}
}

func (v *vault) remove(path string) {
	v.t.Helper()
	_, err := v.client.Doc(path).Delete(v.t.Context())
	require.NoError(v.t, err)
}

func (v *vault) copy(from, to string) {
	v.t.Helper()
	snap, err := v.client.Doc(from).Get(v.t.Context())
	require.NoError(v.t, err)
	_, err = v.client.Doc(to).Set(v.t.Context(), snap.Data())
	require.NoError(v.t, err)
}

func (v *vault) swap(a, b string) {
	v.t.Helper()
	v.copy(a, a+"x")
	v.copy(b, a)
	v.copy(a+"x", b)
	v.remove(a + "x")
}

func (v *vault) set(path, field string, value any) {
	v.t.Helper()
	_, err := v.client.Doc(path).Update(v.t.Context(), []firestore.Update{{Path: field, Value: value}})
	require.NoError(v.t, err)
}

func (v *vault) expire(id audit.ID) {
	v.set(path("log", id), "expireAt", v.clock.Now().Add(-time.Hour))
}

// first returns the path of the first entry of an institution.
func (v *vault) first(owner tenant.ID) string {
	for l, err := range v.db.LeavesSince(v.t.Context(), owner, time.Time{}) {
		require.NoError(v.t, err)
		return "tenants/" + string(owner) + "/log/" + string(l.ID)
	}
	return ""
}

// TestAddedEntriesAreFound: whoever makes an entry of an hour ago has it signed
// by nobody.
func TestAddedEntriesAreFound(t *testing.T) {
	t.Parallel()
	v := proven(t)
	added := v.log(ours, func(e *audit.Entry) { e.Recorded = time.Now().Add(-time.Hour) })
	for range 10 {
		v.minute()
	}
	v.log(ours)
	v.minute()
	r := v.verify(ours)
	require.Len(t, r.Findings, 1)
	require.Equal(t, proof.Added, r.Findings[0].Kind)
	require.Equal(t, path("log", added), r.Findings[0].Place)
	require.WithinDuration(t, time.Now(), r.Findings[0].At, time.Minute)
}

func TestManifestsThatAreGoneAreMissed(t *testing.T) {
	t.Parallel()
	v := proven(t)
	for range 3 {
		v.log(ours)
		v.minute()
	}
	require.Empty(t, v.verify(ours).Findings)
	last := v.head(ours).Sequence
	object := v.object(ours, last)
	require.NoError(t, v.bucket.Delete(t.Context(), manifest.Name(ours, last)))
	r := v.verify(ours)
	require.Equal(t, proof.Cut, r.Findings[0].Kind)
	require.Equal(t, manifest.Name(ours, last), r.Findings[0].Place)
	v.replace(last, object)
	require.Empty(t, v.verify(ours).Findings)
	require.NoError(t, v.bucket.Delete(t.Context(), manifest.Name(ours, 2)))
	require.Equal(t, manifest.Name(ours, 2), v.verify(ours).Findings[0].Place)
}
