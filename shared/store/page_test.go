package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// shelve stores n groups of owner in one transaction and returns their ids in
// order.
func shelve(t *testing.T, db *store.DB, owner tenant.ID, n int) []group.ID {
	t.Helper()
	var ids []group.ID
	require.NoError(t, inTx(t.Context(), db, func(tx *store.Tx) error {
		ids = nil
		for i := range n {
			id := group.ID(fmt.Sprintf("g%03d", i))
			ids = append(ids, id)
			if err := db.Groups().CreateTx(tx, owner, id, group.Group{Name: string(owner)}); err != nil {
				return err
			}
		}
		return nil
	}))
	return ids
}

// pages reads a table page by page and returns the ids found and how many
// pages it took.
func pages[ID ~string, V, D any](t *testing.T, table store.Table[ID, V, D], limit int) (ids []ID, n int) {
	t.Helper()
	p := store.Page[ID]{Limit: limit}
	for {
		page, next, err := table.List(t.Context(), ours, p)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), limit)
		for _, e := range page {
			ids = append(ids, e.ID)
		}
		n++
		if next == "" {
			return ids, n
		}
		require.Greater(t, next, p.Cursor, "a list goes on")
		p.Cursor = next
	}
}

func TestListReadsPageByPage(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ids := shelve(t, db, ours, 25)
	shelve(t, db, theirs, 30)
	for _, c := range []struct{ limit, pages int }{{1, 26}, {10, 3}, {24, 2}, {25, 2}, {26, 1}, {1000, 1}} {
		t.Run(fmt.Sprint(c.limit), func(t *testing.T) {
			t.Parallel()
			got, n := pages(t, db.Groups(), c.limit)
			require.Equal(t, ids, got, "in order, none twice, none of another institution")
			require.Equal(t, c.pages, n)
		})
	}
}

func TestListOfNothing(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ids, n := pages(t, db.Groups(), 10)
	require.Empty(t, ids)
	require.Equal(t, 1, n)
}

func TestListBeginsAfterACursorThatIsGone(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ids := shelve(t, db, ours, 5)
	require.NoError(t, db.Groups().Delete(t.Context(), ours, ids[1]))
	page, next, err := db.Groups().List(t.Context(), ours, store.Page[group.ID]{Cursor: ids[1], Limit: 2})
	require.NoError(t, err)
	require.Equal(t, ids[3], next)
	require.Len(t, page, 2)
	require.Equal(t, ids[2], page[0].ID)
	require.Equal(t, "golfbreker", page[0].Value.Name)
	require.False(t, page[0].Written.IsZero())
}

func TestListGoesOnPastWhatHasExpired(t *testing.T) {
	t.Parallel()
	db, now := open(t)
	for i := range 9 {
		expire := today.Add(time.Hour)
		if i < 4 || i == 6 {
			expire = today.Add(time.Minute)
		}
		id := roster.RunID(fmt.Sprintf("r%d", i))
		require.NoError(t, db.Runs().Create(t.Context(), ours, id, roster.Run{ExpireAt: expire}))
	}
	now.Advance(30 * time.Minute)
	for _, limit := range []int{1, 2, 3, 4, 5, 9, 10} {
		ids, _ := pages(t, db.Runs(), limit)
		require.Equal(t, []roster.RunID{"r4", "r5", "r7", "r8"}, ids, "pages of %d", limit)
	}
}

func TestAllReadsEverything(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	want := shelve(t, db, ours, 350) // more than the service sends at once
	shelve(t, db, theirs, 10)
	var got []group.ID
	for e, err := range db.Groups().All(t.Context(), ours) {
		require.NoError(t, err)
		require.Equal(t, "golfbreker", e.Value.Name)
		got = append(got, e.ID)
	}
	require.Equal(t, want, got)
	for e, err := range db.Groups().All(t.Context(), ours) {
		require.NoError(t, err)
		require.Equal(t, want[0], e.ID)
		break // who has seen enough reads no further
	}
}

func TestReadingEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	shelve(t, db, ours, 3)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), 0)
	t.Cleanup(cancel)
	for name, ctx := range map[string]context.Context{"canceled": canceled, "late": late} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := db.Groups().List(ctx, ours, store.Page[group.ID]{Limit: 10})
			require.Equal(t, fault.Busy, fault.KindOf(err))
			_, err = db.Groups().Get(ctx, ours, "g000")
			require.Equal(t, fault.Busy, fault.KindOf(err))
			err = inTx(ctx, db, func(tx *store.Tx) error { return db.Groups().DeleteTx(tx, ours, "g000") })
			require.Equal(t, fault.Busy, fault.KindOf(err), "%v", err)
			n := 0
			for _, err := range db.Groups().All(ctx, ours) {
				n++
				require.Equal(t, fault.Busy, fault.KindOf(err))
			}
			require.Equal(t, 1, n, "an error ends a list")
		})
	}
}

func TestASharedTableIsReadByIDOnly(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	require.NoError(t, db.Names().Create(t.Context(), ours, "naam", "aeen"))
	page, next, err := db.Names().List(t.Context(), ours, store.Page[store.NameID]{Limit: 10})
	require.Error(t, err)
	require.Empty(t, page)
	require.Empty(t, next)
	for _, err := range db.Names().All(t.Context(), ours) {
		require.Error(t, err)
	}
}
