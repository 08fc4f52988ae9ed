package store_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/store"
)

// storedNames returns the names of the stored fields of D.
func storedNames[D any]() []string {
	var names []string
	form := reflect.TypeFor[D]()
	for i := range form.NumField() {
		name, _, _ := strings.Cut(form.Field(i).Tag.Get("firestore"), ",")
		names = append(names, name)
	}
	return names
}

// guards demands that absence, presence and writes of others meanwhile are
// noticed.
func guards[ID ~string, V, D any](t *testing.T, s subject[ID, V, D], db *store.DB) {
	t.Helper()
	ctx := t.Context()
	v, w := s.value(t, ours, s.id, first), s.value(t, ours, s.id, second)
	s.absent(t, db, v)

	require.NoError(t, s.Create(ctx, ours, s.id, v))
	require.Equal(t, fault.Conflict, fault.KindOf(s.Create(ctx, ours, s.id, w)))
	require.Equal(t, fault.Conflict, fault.KindOf(inTx(ctx, db, func(tx *store.Tx) error {
		return errors.Join(s.CreateTx(tx, ours, "ander", w), s.CreateTx(tx, ours, s.id, w))
	})))
	_, err := s.Get(ctx, ours, "ander")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "a transaction happens as a whole or not at all")

	e, err := s.Read(ctx, ours, s.id)
	require.NoError(t, err)
	require.Equal(t, v, e.Value)
	stale := e
	e.Value = w
	e.Written, err = s.SetIf(ctx, ours, e)
	require.NoError(t, err)
	now, err := s.Read(ctx, ours, s.id)
	require.NoError(t, err)
	require.Equal(t, e, now, "SetIf returns when it wrote")
	if !reflect.DeepEqual(v, w) { // storing what is stored is no write
		s.stale(t, db, stale)
	}

	require.NoError(t, s.Delete(ctx, ours, s.id))
	require.NoError(t, s.Delete(ctx, ours, s.id), "removing what is not there is no failure")
	require.NoError(t, inTx(ctx, db, func(tx *store.Tx) error { return s.DeleteTx(tx, ours, s.id) }))
	s.absent(t, db, v)
	s.stale(t, db, now)
}

// absent demands that what is not there is not found, and not made by writes
// that change.
func (s subject[ID, V, D]) absent(t *testing.T, db *store.DB, v V) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Get(ctx, ours, s.id)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	err = inTx(ctx, db, func(tx *store.Tx) error {
		_, err := s.GetTx(tx, ours, s.id)
		return err
	})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	err = inTx(ctx, db, func(tx *store.Tx) error {
		return s.ReplaceTx(tx, ours, store.Entry[ID, V]{ID: s.id, Value: v}, storedNames[D]()...)
	})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

// stale demands that an entry which is no longer what is stored writes nothing.
func (s subject[ID, V, D]) stale(t *testing.T, db *store.DB, e store.Entry[ID, V]) {
	t.Helper()
	ctx := t.Context()
	before, _ := s.Read(ctx, ours, s.id) // may be absent
	_, err := s.SetIf(ctx, ours, e)
	require.Contains(t, []fault.Kind{fault.Conflict, fault.NotFound}, fault.KindOf(err))
	err = inTx(ctx, db, func(tx *store.Tx) error { return s.ReplaceTx(tx, ours, e, storedNames[D]()...) })
	require.Contains(t, []fault.Kind{fault.Conflict, fault.NotFound}, fault.KindOf(err))
	after, _ := s.Read(ctx, ours, s.id)
	require.Equal(t, before, after)
}

func TestReplaceTxWritesTheNamedFieldsAlone(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	groups, ctx := db.Groups(), t.Context()
	require.NoError(t, groups.Create(ctx, ours, "geen", group.Group{Name: "3a", Grade: "3", Key: "k", Year: 2026}))
	e, err := groups.Read(ctx, ours, "geen")
	require.NoError(t, err)
	e.Value = group.Group{Name: "3b", Grade: "", Key: "niet", Year: 1}
	require.NoError(t, inTx(ctx, db, func(tx *store.Tx) error { return groups.ReplaceTx(tx, ours, e, "name", "grade") }))
	got, err := groups.Get(ctx, ours, "geen")
	require.NoError(t, err)
	require.Equal(t, group.Group{ID: "geen", Name: "3b", Key: "k", Year: 2026}, got)

	err = inTx(ctx, db, func(tx *store.Tx) error { return groups.ReplaceTx(tx, ours, e, "naam") })
	require.Equal(t, fault.Internal, fault.KindOf(err), "a field that is not stored")
}

// TestSnapshot: what is written meanwhile is not seen, and nothing can be
// written.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	groups, ctx := db.Groups(), t.Context()
	for _, id := range []group.ID{"geen", "gtwee"} {
		require.NoError(t, groups.Create(ctx, ours, id, group.Group{Name: "3a"}))
	}
	err := db.Snapshot(ctx, func(_ context.Context, tx *store.Tx) error {
		for _, id := range []group.ID{"geen", "gtwee"} {
			found, err := groups.GetManyTx(tx, ours, []group.ID{id})
			require.NoError(t, err)
			require.Equal(t, "3a", found[id].Value.Name)
			require.NoError(t, groups.Set(ctx, ours, "gtwee", group.Group{Name: "3b"}))
		}
		return nil
	})
	require.NoError(t, err)
	err = db.Snapshot(ctx, func(_ context.Context, tx *store.Tx) error {
		return groups.CreateTx(tx, ours, "gdrie", group.Group{})
	})
	require.Error(t, err)
}

func TestInTx(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	groups, ctx := db.Groups(), t.Context()
	for name, cause := range map[string]error{
		"classified":   fault.New(fault.Forbidden, "niet jij"),
		"unclassified": errors.New("broken"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := inTx(ctx, db, func(tx *store.Tx) error {
				require.NoError(t, groups.CreateTx(tx, ours, "geen", group.Group{Name: "3a"}))
				return cause
			})
			require.ErrorIs(t, err, cause)
			require.Equal(t, fault.KindOf(cause), fault.KindOf(err))
			_, err = groups.Get(ctx, ours, "geen")
			require.Equal(t, fault.NotFound, fault.KindOf(err))
		})
	}
}
