package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// entryOf is an entry of today with an id that can be told apart.
func entryOf(id string, what audit.Action, subjects ...account.ID) audit.Entry {
	e := audit.New(today, audit.Actor{Account: "amarijke"}, what, subjects...)
	e.ID = audit.ID(id)
	return e
}

func TestEntriesGetTheTermsOfTheInstitution(t *testing.T) {
	t.Parallel()
	db, now := open(t)
	write := func(id string, what audit.Action) time.Duration {
		e := entryOf(id, what)
		require.NoError(t, db.Log().Create(t.Context(), ours, e.ID, e))
		got, err := db.Log().Get(t.Context(), ours, e.ID)
		require.NoError(t, err)
		return got.ExpireAt.Sub(got.At)
	}
	require.Equal(t, audit.Keep, write("voor", audit.Viewed), "nobody has said anything")
	institution := tenant.Tenant{ID: ours, LogMonths: map[string]int{"views": 24, "access": 6}}
	require.NoError(t, db.Tenants().Create(t.Context(), ours, ours, institution))
	now.Advance(time.Minute)
	require.Equal(t, 2*audit.Keep, write("een", audit.Viewed))
	require.Equal(t, audit.Keep/2, write("twee", audit.SignedIn))
	require.Equal(t, audit.Keep, write("drie", audit.SchoolSet))

	institution.LogMonths = map[string]int{"views": 6}
	require.NoError(t, db.Tenants().Set(t.Context(), ours, ours, institution))
	now.Advance(time.Minute)
	require.NoError(t, inTx(t.Context(), db, func(tx *store.Tx) error {
		e := entryOf("vier", audit.Viewed)
		return db.Log().CreateTx(tx, ours, e.ID, e)
	}))
	four, err := db.Log().Get(t.Context(), ours, "vier")
	require.NoError(t, err)
	require.Equal(t, audit.Keep/2, four.ExpireAt.Sub(four.At))
	one, err := db.Log().Get(t.Context(), ours, "een")
	require.NoError(t, err)
	require.Equal(t, 2*audit.Keep, one.ExpireAt.Sub(one.At), "what was promised when it was written stays")

	elsewhere := entryOf("een", audit.Viewed)
	require.NoError(t, db.Log().Create(t.Context(), theirs, elsewhere.ID, elsewhere))
	got, err := db.Log().Get(t.Context(), theirs, "een")
	require.NoError(t, err)
	require.Equal(t, audit.Keep, got.ExpireAt.Sub(got.At))
}

func TestTheDatabaseSaysWhenItTookAnEntryIn(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	e := entryOf("een", audit.Viewed, "asanne").Of("surname").On("g4a").Because("plan")
	require.NoError(t, db.Log().Create(t.Context(), ours, e.ID, e))
	got, err := db.Log().Get(t.Context(), ours, e.ID)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), got.Recorded, time.Minute)
	e.Recorded, e.ExpireAt = got.Recorded, got.ExpireAt
	require.Equal(t, e, got)
	again := got
	again.ID = "kopie"
	require.NoError(t, db.Log().Create(t.Context(), ours, again.ID, again))
	copied, err := db.Log().Get(t.Context(), ours, again.ID)
	require.NoError(t, err)
	require.Equal(t, got.Recorded, copied.Recorded, "what is brought back keeps the time")
}

func TestPrivatePartsLieBesideTheirEntries(t *testing.T) {
	t.Parallel()
	db, now := open(t)
	sealed := envelope.Envelope{Body: []byte("body"), Key: []byte("key"), Batch: []byte("batch")}
	for id, write := range map[string]func(audit.Entry) error{
		"een": func(e audit.Entry) error { return db.Log().Create(t.Context(), ours, e.ID, e) },
		"twee": func(e audit.Entry) error {
			return inTx(t.Context(), db, func(tx *store.Tx) error { return db.Log().CreateTx(tx, ours, e.ID, e) })
		},
	} {
		e := entryOf(id, audit.SignedIn, "asanne").From(sealed)
		require.NoError(t, write(e))
		require.Equal(t, fault.Conflict, fault.KindOf(write(e)), "an entry is written once")
		got, err := db.Log().Get(t.Context(), ours, e.ID)
		require.NoError(t, err)
		require.Equal(t, e.Private, got.Private)
		require.True(t, got.Sealed.Empty())
		beside, err := db.Private().Get(t.Context(), ours, e.ID)
		require.NoError(t, err)
		beside.Envelope.Hold = nil // nothing holds it
		require.Equal(t, audit.Sealed{Envelope: sealed, ExpireAt: e.Private.Until}, beside)
		require.Equal(t, got.Private.Hash, audit.HashPrivate(beside.Envelope, beside.ExpireAt), "the entry vouches for it")
	}
	failed := entryOf("drie", audit.SignedIn).From(sealed)
	boom := errors.New("boom")
	require.ErrorIs(t, inTx(t.Context(), db, func(tx *store.Tx) error {
		return errors.Join(db.Log().CreateTx(tx, ours, failed.ID, failed), boom)
	}), boom)
	_, err := db.Private().Get(t.Context(), ours, failed.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	now.Advance(audit.PrivateLife)
	_, err = db.Private().Get(t.Context(), ours, "een")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "it lives for 90 days")
	_, err = db.Log().Get(t.Context(), ours, "een")
	require.NoError(t, err, "the entry outlives it")
}

// logged fills the log: number i was i minutes ago.
func logged(t *testing.T, db *store.DB) {
	t.Helper()
	for i, e := range []audit.Entry{
		entryOf("e0", audit.Viewed, "asanne", "abram"),
		entryOf("e1", audit.SignedIn, "asanne"),
		entryOf("e2", audit.Viewed, "abram"),
		entryOf("e3", audit.SheetIssued, "asanne"),
		entryOf("e4", audit.Viewed, "asanne"),
		entryOf("e5", audit.Viewed, "asanne"),
	} {
		e.At = today.Add(-time.Duration(i) * time.Minute)
		if i == 1 {
			e.Actor = audit.Actor{Account: "asanne"}
		}
		if i == 5 {
			e.ExpireAt = today // it has expired
		}
		require.NoError(t, db.Log().Create(t.Context(), ours, e.ID, e))
	}
	require.NoError(t, db.Log().Create(t.Context(), theirs, "e0", entryOf("e0", audit.Viewed, "asanne")))
}

func TestLogPage(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	logged(t, db)
	for name, c := range map[string]struct {
		q    store.LogQuery
		want []string
	}{
		"everything":           {store.LogQuery{}, []string{"e0", "e1", "e2", "e3", "e4"}},
		"an action":            {store.LogQuery{Action: audit.Viewed}, []string{"e0", "e2", "e4"}},
		"a subject":            {store.LogQuery{Subject: "asanne"}, []string{"e0", "e1", "e3", "e4"}},
		"an actor":             {store.LogQuery{By: "asanne"}, []string{"e1"}},
		"all three":            {store.LogQuery{Action: audit.Viewed, Subject: "asanne", By: "amarijke"}, []string{"e0", "e4"}},
		"a time":               {store.LogQuery{From: today.Add(-3 * time.Minute), Before: today}, []string{"e1", "e2", "e3"}},
		"an action and a time": {store.LogQuery{Action: audit.Viewed, Before: today}, []string{"e2", "e4"}},
		"nothing":              {store.LogQuery{Subject: "aniemand"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for limit := 1; limit <= 7; limit++ {
				q, got := c.q, []string(nil)
				for q.Limit = limit; ; {
					page, next, err := db.LogPage(t.Context(), ours, q)
					require.NoError(t, err)
					require.LessOrEqual(t, len(page), limit)
					for _, e := range page {
						got = append(got, string(e.ID))
					}
					if q.Cursor = next; next == "" {
						break
					}
				}
				require.Equal(t, c.want, got, "%d at once", limit)
			}
		})
	}
	for _, cursor := range []string{"x", "2026-11-24", today.Format(time.RFC3339Nano) + "_", today.Format(time.RFC3339Nano) + "_a/b"} {
		_, _, err := db.LogPage(t.Context(), ours, store.LogQuery{Cursor: cursor, Limit: 5})
		require.Equal(t, fault.Invalid, fault.KindOf(err), cursor)
	}
	_, _, err := db.LogPage(t.Context(), "../x", store.LogQuery{Limit: 5})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

// ids returns the ids of leaves.
func ids(t *testing.T, list func(func(audit.Leaf, error) bool)) (found []string) {
	t.Helper()
	for l, err := range list {
		require.NoError(t, err)
		found = append(found, string(l.ID))
	}
	return found
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	logged(t, db)
	all := []string{"e0", "e1", "e2", "e3", "e4", "e5"}
	require.Equal(t, all, ids(t, db.LogLeaves(t.Context(), ours)), "what has expired too")
	require.Equal(t, all, ids(t, db.LeavesSince(t.Context(), ours, time.Time{})), "in the order in which they came")
	hashes, third := map[audit.Hash]bool{}, audit.Leaf{}
	for l, err := range db.LeavesSince(t.Context(), ours, time.Time{}) {
		require.NoError(t, err)
		hashes[l.Hash] = true
		require.WithinDuration(t, l.Created, l.Recorded, time.Second)
		if l.ID == "e3" {
			third = l
		}
	}
	require.Len(t, hashes, 6)
	require.Equal(t, all[3:], ids(t, db.LeavesSince(t.Context(), ours, third.Recorded)))
	for l, err := range db.LogLeaves(t.Context(), ours) {
		require.NoError(t, err)
		if l.ID == third.ID {
			require.Equal(t, third, l)
		}
	}
	for l, err := range db.LogLeaves(t.Context(), theirs) {
		require.NoError(t, err)
		require.False(t, hashes[l.Hash], "another institution's entry has the same hash")
	}
}

func TestPrivateLeaves(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	e := entryOf("een", audit.SignedIn).From(envelope.Envelope{Body: []byte("body")})
	require.NoError(t, db.Log().Create(t.Context(), ours, e.ID, e))
	require.Equal(t, []string{"een"}, ids(t, db.PrivateLeaves(t.Context(), ours)))
	require.Empty(t, ids(t, db.PrivateLeaves(t.Context(), theirs)))
	for l, err := range db.PrivateLeaves(t.Context(), ours) {
		require.NoError(t, err)
		require.Equal(t, e.Private, l.Private)
	}
}

func TestLeavesOfNobody(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	for _, list := range []func(func(audit.Leaf, error) bool){
		db.LeavesSince(t.Context(), "../x", time.Time{}), db.LogLeaves(t.Context(), "../x"), db.PrivateLeaves(t.Context(), "../x"),
	} {
		asked := 0
		for _, err := range list {
			require.Equal(t, fault.NotFound, fault.KindOf(err))
			asked++
		}
		require.Equal(t, 1, asked)
	}
	head, err := db.LogHead(t.Context(), ours)
	require.NoError(t, err)
	require.Zero(t, head)
	_, err = db.LogHead(t.Context(), "../x")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestRounds(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	for _, id := range []tenant.ID{"cccc", "aaaa", "bbbb"} {
		require.NoError(t, db.Tenants().Create(t.Context(), id, id, tenant.Tenant{ID: id}))
	}
	got, err := db.TenantsAfter(t.Context(), "", 2)
	require.NoError(t, err)
	require.Equal(t, []tenant.ID{"aaaa", "bbbb"}, got)
	got, err = db.TenantsAfter(t.Context(), "bbbb", 2)
	require.NoError(t, err)
	require.Equal(t, []tenant.ID{"cccc"}, got)
	at, err := db.Round(t.Context(), "notary")
	require.NoError(t, err)
	require.Empty(t, at)
	require.NoError(t, db.SetRound(t.Context(), "notary", "bbbb"))
	at, err = db.Round(t.Context(), "notary")
	require.NoError(t, err)
	require.EqualValues(t, "bbbb", at)
	_, err = db.Round(t.Context(), "a/b")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Equal(t, fault.NotFound, fault.KindOf(db.SetRound(t.Context(), "", "bbbb")))
}
