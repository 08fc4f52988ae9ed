package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/vault"
)

// forged is a bucket some of whose objects are others.
type forged struct {
	vault.Bucket
	objects map[string][]byte
}

func (f forged) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	if b, ok := f.objects[name]; ok {
		if b == nil {
			return nil, fault.New(fault.NotFound, "")
		}
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	return f.Bucket.Reader(ctx, name)
}

// object reads what lies in the bucket.
func (s *stage) object(name string) []byte {
	s.t.Helper()
	r, err := s.bucket.Reader(s.t.Context(), name)
	require.NoError(s.t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(s.t, err)
	return b
}

// with returns the vault with some objects in place of its own.
func (s *stage) with(objects map[string][]byte) vault.Vault {
	v := s.Vault
	v.Bucket = forged{s.bucket, objects}
	return v
}

// refused demands that nothing of a backup is restored, and why.
func (s *stage) refused(v vault.Vault, owner tenant.ID, id backup.ID, why error) {
	s.t.Helper()
	target, _ := s.empty()
	_, err := v.Restore(s.t.Context(), owner, id, target)
	require.ErrorIs(s.t, err, why)
	require.Empty(s.t, s.holds(target.Keeper, owner, copied), "something was written before the backup was read to its end")
	_, err = target.Keeper.DB.Restores().Get(s.t.Context(), owner, store.LastRestore)
	require.Equal(s.t, fault.NotFound, fault.KindOf(err))
	require.NotContains(s.t, err.Error(), string(sanne))
}

// TestWhatWasAlteredIsRefused alters, cuts off, drops and exchanges pieces.
func TestWhatWasAlteredIsRefused(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, id := range []account.ID{sanne, tim, "alotte", "aemre"} {
		s.add(ours, id)
	}
	id := s.make(ours)
	m, err := s.Open(t.Context(), ours, id)
	require.NoError(t, err)
	var same []backup.Piece // two pieces of one table
	for _, p := range m.Pieces {
		if p.Table == "accounts" {
			same = append(same, p)
		}
	}
	require.Len(t, same, 2)
	at := backup.Of(ours, id)
	name := at + same[0].Object
	whole := s.object(name)
	for i := 0; i < len(whole); i += 1 + len(whole)/40 {
		s.refused(s.with(map[string][]byte{name: whole[:i]}), ours, id, backup.ErrDamaged)
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1
		s.refused(s.with(map[string][]byte{name: flipped}), ours, id, backup.ErrDamaged)
	}
	for what, objects := range map[string]map[string][]byte{
		"longer":    {name: append(bytes.Clone(whole), 0)},
		"gone":      {name: nil},
		"exchanged": {name: s.object(at + same[1].Object), at + same[1].Object: whole},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s.refused(s.with(objects), ours, id, backup.ErrDamaged)
		})
	}
}

// TestForgedManifests: whoever can write into the bucket and not use the day key
// cannot make a manifest.
func TestForgedManifests(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	s.add(theirs, tim)
	id, name := s.make(ours), backup.ManifestName
	s.make(theirs)
	genuine := s.object(backup.Of(ours, id) + name)
	var signed backup.Signed
	require.NoError(t, json.Unmarshal(genuine, &signed))
	edited := func(change func(*backup.Manifest)) []byte {
		var m backup.Manifest
		require.NoError(t, json.Unmarshal(signed.Manifest, &m))
		change(&m)
		body, err := json.Marshal(m)
		require.NoError(t, err)
		object, err := json.Marshal(backup.Signed{Manifest: body, Key: signed.Key, Seal: signed.Seal})
		require.NoError(t, err)
		return object
	}
	for what, c := range map[string]struct {
		object []byte
		why    error
	}{
		"of another institution": {s.object(backup.Of(theirs, id) + name), backup.ErrForeign},
		"renamed":                {bytes.Replace(s.object(backup.Of(theirs, id)+name), []byte(theirs), []byte(ours), 1), backup.ErrDamaged},
		"of another day":         {edited(func(m *backup.Manifest) { m.ID = "2020-01-01" }), backup.ErrForeign},
		"without a piece":        {edited(func(m *backup.Manifest) { m.Pieces = m.Pieces[1:] }), backup.ErrDamaged},
		"of another moment":      {edited(func(m *backup.Manifest) { m.At = m.At.Add(time.Second) }), backup.ErrDamaged},
		"of a later form":        {edited(func(m *backup.Manifest) { m.Format++ }), backup.ErrFormat},
		"with an odd piece":      {edited(func(m *backup.Manifest) { m.Pieces[0].Object = "../../duinrand/x" }), backup.ErrDamaged},
		"cut off":                {genuine[:len(genuine)/2], backup.ErrDamaged},
		"empty":                  {[]byte{}, backup.ErrDamaged},
		"gone":                   {nil, backup.ErrAbsent},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s.refused(s.with(map[string][]byte{backup.Of(ours, id) + name: c.object}), ours, id, c.why)
		})
	}
	_, err := s.Open(t.Context(), ours, "2020-01-01")
	require.ErrorIs(t, err, backup.ErrAbsent)
	require.NotContains(t, errors.Join(err).Error(), string(sanne))
}

// TestADomainThatIsAnothersByNow: its holder would lose everybody's sign-in.
func TestADomainThatIsAnothersByNow(t *testing.T) {
	t.Parallel()
	s := begin(t)
	id := s.make(ours)
	target, _ := s.empty()
	require.NoError(t, target.Keeper.DB.Domains().Create(t.Context(), theirs, "golfbreker.example", theirs))
	_, err := s.Restore(t.Context(), ours, id, target)
	require.ErrorIs(t, err, vault.ErrTaken)
	require.Empty(t, s.holds(target.Keeper, ours, copied))
}

// cut is a bucket that fails after so many calls: of Create after the object is
// stored, as where the answer is lost.
type cut struct {
	vault.Bucket
	left int
}

var errCut = fault.New(fault.Busy, "the machine is gone")

func (c *cut) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	if c.left--; c.left < 0 {
		return nil, errCut
	}
	return c.Bucket.Reader(ctx, name)
}

func (c *cut) Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error) {
	n, err := c.Bucket.Create(ctx, name, write)
	if c.left--; c.left < 0 {
		return 0, errCut
	}
	return n, err
}

func (c *cut) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return c.Bucket.Names(ctx, prefix)
}

// TestABackupThatIsCutOffIsTakenUp cuts at every call of the bucket.
func TestABackupThatIsCutOffIsTakenUp(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, id := range []account.ID{sanne, tim, "alotte", "aemre"} {
		s.add(ours, id)
	}
	want := len(s.holds(s.keeper, ours, copied))
	id, v := backup.On(s.clock.Now()), s.Vault
	cuts := 0
	for calls := 0; ; {
		v.Bucket = &cut{s.bucket, calls}
		r, err := v.Advance(t.Context(), ours, id)
		if r.State == backup.Whole && err == nil {
			break
		}
		if err != nil {
			require.ErrorIs(t, err, errCut)
			cuts, calls = cuts+1, calls+1
			require.Less(t, cuts, 200)
			continue
		}
		calls = 0
	}
	require.Greater(t, cuts, 20)
	m, err := s.Open(t.Context(), ours, id)
	require.NoError(t, err)
	require.Equal(t, want, m.Documents())
	found, err := s.Check(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, m.Counts(), found.Documents)
	require.Empty(t, s.holds(scratch(s), ours, copied))
}

// TestARestorationThatIsCutOffIsCompleted cuts at every piece: nobody can sign in
// at what is half there, and another run completes it.
func TestARestorationThatIsCutOffIsCompleted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, id := range []account.ID{sanne, tim} {
		s.add(ours, id)
	}
	want := s.holds(s.keeper, ours, copied)
	id := s.make(ours)
	target, _ := s.empty()
	target.Actor = audit.Actor{System: "restore"}
	v := s.Vault
	for calls := 0; ; calls++ {
		require.Less(t, calls, 200)
		v.Bucket = &cut{s.bucket, calls}
		_, err := v.Restore(t.Context(), ours, id, target)
		if err == nil {
			break
		}
		require.ErrorIs(t, err, errCut)
		_, err = target.Keeper.DB.TenantOf(t.Context(), "golfbreker.example")
		require.Equal(t, fault.NotFound, fault.KindOf(err), "people can sign in at what is half restored")
		mark, err := target.Keeper.DB.Restores().Get(t.Context(), ours, store.LastRestore)
		if err == nil {
			require.True(t, mark.Unfinished())
		}
	}
	got := s.holds(target.Keeper, ours, copied)
	for path, line := range want {
		require.Equal(t, line, got[path], path)
	}
	whose, err := target.Keeper.DB.TenantOf(t.Context(), "golfbreker.example")
	require.NoError(t, err)
	require.Equal(t, ours, whose)
}

// TestABackupThatFailedIsMadeAgain: a piece was altered before it was proven.
func TestABackupThatFailedIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	id := backup.On(s.clock.Now())
	var r backup.Record
	var err error
	for r.State != backup.Verifying {
		r, err = s.Advance(t.Context(), ours, id)
		require.NoError(t, err)
	}
	v := s.with(map[string][]byte{backup.Of(ours, id) + r.Manifest.Pieces[0].Object: []byte("x")})
	for range 2 {
		r, err = v.Advance(t.Context(), ours, id)
		require.NoError(t, err)
		require.Equal(t, backup.Failed, r.State)
		require.Equal(t, vault.ProblemDamaged, r.Problem)
	}
	require.NoError(t, s.Retry(t.Context(), ours, id))
	s.make(ours)
	require.NoError(t, s.Retry(t.Context(), ours, id), "one that is whole is left alone")
	m, err := s.Open(t.Context(), ours, id)
	require.NoError(t, err)
	n := 0
	for _, err := range s.bucket.Names(t.Context(), backup.Of(ours, id)) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, len(m.Pieces)+1, n, "objects of the failed one are left")
	require.NoError(t, s.Retry(t.Context(), theirs, id))
}

// TestABackupThatTakesTooLongBeginsAnew: the database cannot be read as of its
// moment any more.
func TestABackupThatTakesTooLongBeginsAnew(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	id := backup.On(s.clock.Now())
	first, err := s.Advance(t.Context(), ours, id)
	require.NoError(t, err)
	s.clock.Advance(time.Hour)
	again, err := s.Advance(t.Context(), ours, id)
	require.NoError(t, err)
	require.Empty(t, again.Manifest.Pieces)
	require.True(t, again.Manifest.At.After(first.Manifest.At))
	for r := again; r.State != backup.Whole; {
		r, err = s.Advance(t.Context(), ours, id)
		require.NoError(t, err)
	}
}

// TestTheScratchDatabaseIsOnesAlone: two runs would find each other's documents.
func TestTheScratchDatabaseIsOnesAlone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	m, err := s.Open(t.Context(), ours, s.make(ours))
	require.NoError(t, err)
	busy := backup.Restoring{Begun: s.clock.Now(), Order: "another run"}
	require.NoError(t, s.Scratch.Restores().Set(t.Context(), ours, "scratch", busy))
	require.Equal(t, fault.Busy, fault.KindOf(s.Compare(t.Context(), m, m.Pieces[0])))
	s.clock.Advance(11 * time.Minute)
	require.NoError(t, s.Compare(t.Context(), m, m.Pieces[0]), "whoever died holds it for ever")
	require.NoError(t, s.Compare(t.Context(), m, m.Pieces[0]))
}
