package vault_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

// watched is a bucket that tells of each call before it is made; an error of told
// is its answer.
type watched struct {
	vault.Bucket
	told func(call, name string) error
}

func (w watched) Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error) {
	if err := w.told("create", name); err != nil {
		return 0, err
	}
	return w.Bucket.Create(ctx, name, write)
}

func (w watched) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := w.told("read", name); err != nil {
		return nil, err
	}
	return w.Bucket.Reader(ctx, name)
}

// TestAnotherRunTakesABackupOver while the first one writes: one of them makes
// it, and the other changes nothing of it.
func TestAnotherRunTakesABackupOver(t *testing.T) {
	t.Parallel()
	for name, earlier := range map[string]int{"at its beginning": 0, "after a piece": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			for _, id := range []account.ID{sanne, tim, "alotte", "aemre"} {
				s.add(ours, id)
			}
			id, v, taken := backup.On(s.clock.Now()), s.Vault, false
			for range earlier {
				_, err := s.Advance(t.Context(), ours, id)
				require.NoError(t, err)
			}
			v.Bucket = watched{s.bucket, func(string, string) error {
				if !taken {
					taken = true
					s.clock.Advance(time.Second)
					s.make(ours)
				}
				return nil
			}}
			_, err := v.Advance(t.Context(), ours, id)
			require.ErrorIs(t, err, vault.ErrElsewhere)
			require.True(t, taken)
			r, err := v.Advance(t.Context(), ours, id)
			require.NoError(t, err)
			require.Equal(t, backup.Whole, r.State)
			m, err := s.Open(t.Context(), ours, id)
			require.NoError(t, err)
			_, err = s.Check(t.Context(), m)
			require.NoError(t, err)
		})
	}
}

// TestAConflictIsNoOtherRun: the bucket has an object of that name.
func TestAConflictIsNoOtherRun(t *testing.T) {
	t.Parallel()
	s := begin(t)
	v := s.Vault
	v.Bucket = watched{s.bucket, func(string, string) error { return fault.New(fault.Conflict, "") }}
	_, err := v.Advance(t.Context(), ours, backup.On(s.clock.Now()))
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.NotErrorIs(t, err, vault.ErrElsewhere)
	s.make(ours)
}

// TestBeginningAnewLeavesWhatOthersWrite: only what the failed backup's own record
// names is removed.
func TestBeginningAnewLeavesWhatOthersWrite(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	ctx, id := t.Context(), backup.On(s.clock.Now())
	r, err := s.Advance(ctx, ours, id)
	require.NoError(t, err)
	another := backup.Of(ours, id) + backup.NewObject(0)
	_, err = s.bucket.Create(ctx, another, func(w io.Writer) error { _, err := w.Write([]byte("x")); return err })
	require.NoError(t, err)
	require.NoError(t, s.GiveUp(ctx, ours, id))
	failed, err := s.Advance(ctx, ours, id)
	require.NoError(t, err)
	require.Equal(t, vault.ProblemGivenUp, failed.Problem)
	require.NoError(t, s.Retry(ctx, ours, id))
	var left []string
	for name, err := range s.bucket.Names(ctx, backup.Of(ours, id)) {
		require.NoError(t, err)
		left = append(left, name)
	}
	require.Equal(t, []string{another}, left, "the piece %s is left, or another's is not", r.Manifest.Pieces[0].Object)
	s.make(ours)
	require.NoError(t, s.GiveUp(ctx, ours, id), "one that is whole is left alone")
	s.make(ours)
	require.Equal(t, fault.NotFound, fault.KindOf(s.GiveUp(ctx, "nergens", id)))
}

// TestATableThatIsGone: a backup that had come to it is not closed as if it were
// complete.
func TestATableThatIsGone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	want := len(s.holds(s.keeper, ours, copied))
	ctx, id := t.Context(), backup.On(s.clock.Now())
	_, err := s.Advance(ctx, ours, id)
	require.NoError(t, err)
	e, err := s.DB.Backups().Read(ctx, ours, id)
	require.NoError(t, err)
	e.Value.Next = backup.Cursor{Table: "connections/weg/links", After: "a"}
	_, err = s.DB.Backups().SetIf(ctx, ours, e)
	require.NoError(t, err)
	s.make(ours)
	m, err := s.Open(ctx, ours, id)
	require.NoError(t, err)
	require.Equal(t, want, m.Documents())
}

// box tells of each key that is opened; an error of told is the answer.
type box struct {
	vault.Box
	told func() error
}

func (b box) Unwrap(ctx context.Context, wrapped []byte) (seal.Key, error) {
	if err := b.told(); err != nil {
		return seal.Key{}, err
	}
	return b.Box.Unwrap(ctx, wrapped)
}

// TestKeysThatCannotBeAskedFor say nothing of a backup: it is not damaged, and to
// be tried again.
func TestKeysThatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	ctx, id := t.Context(), s.make(ours)
	m, err := s.Open(ctx, ours, id)
	require.NoError(t, err)
	v := s.Vault
	v.Box = box{s.Box, func() error { return errors.New("permission denied") }}
	target, _ := s.empty()
	target.Found, err = s.Check(ctx, m)
	require.NoError(t, err)
	_, opened := v.Open(ctx, ours, id)
	_, checked := v.Check(ctx, m)
	_, listed := v.List(ctx, ours)
	_, restored := v.Restore(ctx, ours, id, target)
	for name, err := range map[string]error{
		"open": opened, "check": checked, "list": listed, "restore": restored, "compare": v.Compare(ctx, m, m.Pieces[0]),
	} {
		require.Equal(t, fault.Busy, fault.KindOf(err), "%s: %v", name, err)
		require.NotErrorIs(t, err, backup.ErrDamaged, name)
	}
	s.clock.Advance(24 * time.Hour)
	tomorrow := backup.On(s.clock.Now())
	for r := (backup.Record{}); r.State != backup.Verifying; {
		r, err = v.Advance(ctx, ours, tomorrow)
		require.NoError(t, err)
	}
	r, err := v.Advance(ctx, ours, tomorrow)
	require.Equal(t, fault.Busy, fault.KindOf(err))
	require.Equal(t, backup.Verifying, r.State)
}

// TestAKeyIsOpenedOnce for all documents of a piece that lie under it, also one
// that is destroyed.
func TestAKeyIsOpenedOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.Most = 1000
	for range 3 {
		s.forward(1)
		for i := range 5 {
			s.add(ours, account.ID("a"+string(rune('a'+i))+s.clock.Now().Format("0102")))
		}
	}
	s.forward(1)
	id := s.make(ours)
	m, err := s.Open(t.Context(), ours, id)
	require.NoError(t, err)
	for _, days := range []int{0, 88} { // by then the first of them is destroyed
		s.forward(days)
		asked, v := 0, s.Vault
		v.Box = box{s.Box, func() error { asked++; return nil }}
		found, err := v.Check(t.Context(), m)
		require.NoError(t, err)
		require.Equal(t, days > 0, found.Over > 0)
		require.Equal(t, 15, found.Documents["revisions"]+found.Over)
		require.Equal(t, len(m.Pieces)+3, asked, "one for each piece, and one for each earlier day of revisions")
	}
}

// TestWhatWasReadIsNotReadAgain, and what was read of another backup does not
// count.
func TestWhatWasReadIsNotReadAgain(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	ctx := t.Context()
	before := s.make(ours)
	s.forward(1)
	s.add(ours, tim)
	id := s.make(ours)
	reads := func(of backup.ID) int {
		m, err := s.Open(ctx, ours, of)
		require.NoError(t, err)
		target, _ := s.empty()
		target.Found, err = s.Check(ctx, m)
		require.NoError(t, err)
		n, v := 0, s.Vault
		v.Bucket = watched{s.bucket, func(string, string) error { n++; return nil }}
		_, err = v.Restore(ctx, ours, id, target)
		require.NoError(t, err)
		return n
	}
	m, err := s.Open(ctx, ours, id)
	require.NoError(t, err)
	require.Equal(t, len(m.Pieces), reads(before)-reads(id))
}

// TestNoBackupBeginsWhileItIsRestored, nor is the institution taken for one that
// is gone.
func TestNoBackupBeginsWhileItIsRestored(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	require.NoError(t, s.DB.Tenants().Delete(ctx, ours, ours))
	_, err := s.Advance(ctx, ours, backup.On(s.clock.Now()))
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.NoError(t, s.DB.Restores().Set(ctx, ours, store.LastRestore, backup.Restoring{Begun: s.clock.Now()}))
	_, err = s.Advance(ctx, ours, backup.On(s.clock.Now()))
	require.Equal(t, fault.Busy, fault.KindOf(err))
}
