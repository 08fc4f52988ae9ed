package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// The seeds of two values that differ in every field.
const (
	first  = 0
	second = 1000
)

func inTx(ctx context.Context, db *store.DB, f func(*store.Tx) error) error {
	return db.InTx(ctx, func(_ context.Context, tx *store.Tx) error { return f(tx) })
}

// keeps demands that every field of a value comes back, however it is written
// and read.
func keeps[ID ~string, V, D any](t *testing.T, s subject[ID, V, D], db *store.DB) {
	t.Helper()
	ctx := t.Context()
	for name, write := range map[ID]func(ID, V) error{
		"Create": func(id ID, v V) error { return s.Create(ctx, ours, id, v) },
		"Set":    func(id ID, v V) error { return s.Set(ctx, ours, id, v) },
		"CreateTx": func(id ID, v V) error {
			return inTx(ctx, db, func(tx *store.Tx) error { return s.CreateTx(tx, ours, id, v) })
		},
		"SetTx": func(id ID, v V) error {
			return inTx(ctx, db, func(tx *store.Tx) error { return s.SetTx(tx, ours, id, v) })
		},
		"SetIf": func(id ID, v V) error {
			require.NoError(t, s.Create(ctx, ours, id, s.value(t, ours, id, second)))
			e, err := s.Read(ctx, ours, id)
			require.NoError(t, err)
			e.Value = v
			_, err = s.SetIf(ctx, ours, e)
			return err
		},
	} {
		v := s.value(t, ours, name, first)
		require.NoError(t, write(name, v), name)
		got, err := s.Get(ctx, ours, name)
		require.NoError(t, err, name)
		require.Equal(t, v, got, name)
	}
	s.readsAlike(t, db, "Create")
}

// readsAlike demands that every way to read finds the same.
func (s subject[ID, V, D]) readsAlike(t *testing.T, db *store.DB, id ID) {
	t.Helper()
	ctx := t.Context()
	e, err := s.Read(ctx, ours, id)
	require.NoError(t, err)
	require.Equal(t, id, e.ID)
	require.Equal(t, s.value(t, ours, id, first), e.Value)
	require.WithinDuration(t, time.Now(), e.Written, time.Minute)
	want := map[ID]store.Entry[ID, V]{id: e}
	many, err := s.GetMany(ctx, ours, []ID{"niemand", id})
	require.NoError(t, err)
	require.Equal(t, want, many)
	require.NoError(t, inTx(ctx, db, func(tx *store.Tx) error {
		got, err := s.GetTx(tx, ours, id)
		require.NoError(t, err)
		require.Equal(t, e.Value, got)
		many, err = s.GetManyTx(tx, ours, []ID{"niemand", id})
		return err
	}))
	require.Equal(t, want, many)
	for _, ids := range [][]ID{nil, {"niemand"}} {
		none, err := s.GetMany(ctx, ours, ids)
		require.NoError(t, err)
		require.Empty(t, none)
	}
}

// isolates demands that an institution neither sees nor changes what is
// another's, though it knows the id and even when it was written.
func isolates[ID ~string, V, D any](t *testing.T, s subject[ID, V, D], db *store.DB) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, s.Create(ctx, theirs, s.id, s.value(t, theirs, s.id, first)))
	before, err := s.Read(ctx, theirs, s.id)
	require.NoError(t, err)
	s.hidden(t, db)
	forged := store.Entry[ID, V]{ID: s.id, Value: s.value(t, ours, s.id, second), Written: before.Written}
	unconditional := store.Entry[ID, V]{ID: s.id, Value: forged.Value}
	for name, write := range map[string]func() error{
		"Create": func() error { return s.Create(ctx, ours, s.id, forged.Value) },
		"Set":    func() error { return s.Set(ctx, ours, s.id, forged.Value) },
		"SetIf":  func() error { _, err := s.SetIf(ctx, ours, forged); return err },
		"Delete": func() error { return s.Delete(ctx, ours, s.id) },
		"CreateTx": func() error {
			return inTx(ctx, db, func(tx *store.Tx) error { return s.CreateTx(tx, ours, s.id, forged.Value) })
		},
		"SetTx": func() error {
			return inTx(ctx, db, func(tx *store.Tx) error { return s.SetTx(tx, ours, s.id, forged.Value) })
		},
		"ReplaceTx": func() error {
			return inTx(ctx, db, func(tx *store.Tx) error { return s.ReplaceTx(tx, ours, forged, storedNames[D]()...) })
		},
		"ReplaceTx without a condition": func() error {
			return inTx(ctx, db, func(tx *store.Tx) error { return s.ReplaceTx(tx, ours, unconditional, storedNames[D]()...) })
		},
		"DeleteTx": func() error { return inTx(ctx, db, func(tx *store.Tx) error { return s.DeleteTx(tx, ours, s.id) }) },
		"SetTx after a vain read": func() error {
			return inTx(ctx, db, func(tx *store.Tx) error {
				_, err := s.GetTx(tx, ours, s.id)
				require.Equal(t, fault.NotFound, fault.KindOf(err))
				return s.SetTx(tx, ours, s.id, forged.Value)
			})
		},
	} {
		require.NoError(t, s.Delete(ctx, ours, s.id)) // what an attempt before left of its own
		if err := write(); err != nil {
			require.NotEqual(t, fault.Internal, fault.KindOf(err), "%s: %v", name, err)
		}
		after, err := s.Read(ctx, theirs, s.id)
		require.NoError(t, err, name)
		require.Equal(t, before, after, name)
	}
}

// hidden demands that no way to read shows what is another institution's.
func (s subject[ID, V, D]) hidden(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Get(ctx, ours, s.id)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	many, err := s.GetMany(ctx, ours, []ID{s.id})
	require.NoError(t, err)
	require.Empty(t, many)
	require.NoError(t, inTx(ctx, db, func(tx *store.Tx) error {
		_, err := s.GetTx(tx, ours, s.id)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		many, err := s.GetManyTx(tx, ours, []ID{s.id})
		require.Empty(t, many)
		return err
	}))
	page, next, _ := s.List(ctx, ours, store.Page[ID]{Limit: 10}) // a shared table refuses
	require.Empty(t, page)
	require.Empty(t, next)
	for e, err := range s.All(ctx, ours) {
		require.Error(t, err)
		require.Zero(t, e)
	}
}

// refuses demands that an id which would lead elsewhere, or an institution
// that cannot be, finds nothing and writes nothing.
func refuses[ID ~string, V, D any](t *testing.T, s subject[ID, V, D], db *store.DB) {
	t.Helper()
	type place struct {
		owner tenant.ID
		id    ID
	}
	places := []place{{"", s.id}, {"a/b/c", s.id}, {"Golfbreker", s.id}, {"..", s.id}, {"golfbreker/accounts", s.id}}
	for _, id := range []ID{"", ".", "..", "a/b", "een/links/twee", "__een__", "\xff", ID(strings.Repeat("x", 1501))} {
		places = append(places, place{ours, id})
	}
	v := s.value(t, ours, s.id, first)
	for _, p := range places {
		e := store.Entry[ID, V]{ID: p.id, Value: v}
		for name, err := range s.everyCall(t.Context(), db, p.owner, e) {
			require.Equal(t, fault.NotFound, fault.KindOf(err), "%s of %.30q in %q", name, p.id, p.owner)
		}
	}
	for _, owner := range []tenant.ID{"", "..", "a/b/c"} {
		_, _, err := s.List(t.Context(), owner, store.Page[ID]{Limit: 10})
		require.Error(t, err)
		for _, err := range s.All(t.Context(), owner) {
			require.Error(t, err)
		}
	}
}

// everyCall returns what each method answers that takes an id.
func (s subject[ID, V, D]) everyCall(ctx context.Context, db *store.DB, owner tenant.ID, e store.Entry[ID, V]) map[string]error {
	answers := map[string]error{}
	_, answers["Get"] = s.Get(ctx, owner, e.ID)
	_, answers["GetMany"] = s.GetMany(ctx, owner, []ID{e.ID})
	answers["Create"] = s.Create(ctx, owner, e.ID, e.Value)
	answers["Set"] = s.Set(ctx, owner, e.ID, e.Value)
	_, answers["SetIf"] = s.SetIf(ctx, owner, e)
	answers["Delete"] = s.Delete(ctx, owner, e.ID)
	_ = inTx(ctx, db, func(tx *store.Tx) error { // each answer is looked at by itself
		_, answers["GetTx"] = s.GetTx(tx, owner, e.ID)
		_, answers["GetManyTx"] = s.GetManyTx(tx, owner, []ID{e.ID})
		answers["CreateTx"] = s.CreateTx(tx, owner, e.ID, e.Value)
		answers["SetTx"] = s.SetTx(tx, owner, e.ID, e.Value)
		answers["ReplaceTx"] = s.ReplaceTx(tx, owner, e, storedNames[D]()...)
		answers["DeleteTx"] = s.DeleteTx(tx, owner, e.ID)
		return nil
	})
	return answers
}
