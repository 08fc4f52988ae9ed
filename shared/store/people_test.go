package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// peopled returns a database with people of two institutions.
func peopled(t *testing.T) *store.DB {
	t.Helper()
	db, _ := open(t)
	at := func(s school.ID, left bool, groups ...group.ID) account.Membership {
		return account.Membership{School: s, Groups: groups, Left: left}
	}
	for id, a := range map[account.ID]account.Account{
		"a1":     {Kind: person.Pupil, Address: "sanne@school.example", Username: "sanne", Memberships: []account.Membership{at("zee", false, "g1")}},
		"a2":     {Kind: person.Pupil, Address: "tim@school.example", Username: "tim", Memberships: []account.Membership{at("zee", true, "g1"), at("duin", false)}},
		"a3":     {Kind: person.Staff, Address: "juf@school.example", Username: "juf", Next: []account.Membership{at("zee", false, "g1")}},
		"a4":     {Kind: person.Staff, Address: "bode@school.example", Username: "bode", Own: account.Own{Groups: []group.ID{"g1"}, Ruled: []group.ID{"g2"}}},
		"a5":     {Kind: person.Guardian, State: account.Left, Memberships: []account.Membership{at("zee", false)}},
		"aempty": {},
	} {
		require.NoError(t, db.Accounts().Create(t.Context(), ours, id, a))
		a.Memberships = append(a.Memberships, at("zee", false, "g1", "g2"))
		require.NoError(t, db.Accounts().Create(t.Context(), theirs, id+"x", a))
	}
	return db
}

func idsOf(list []store.Entry[account.ID, account.Account]) []account.ID {
	ids := []account.ID{}
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

func TestAccountsAtASchool(t *testing.T) {
	t.Parallel()
	db := peopled(t)
	for s, want := range map[school.ID][]account.ID{
		"zee": {"a1", "a2", "a3", "a5"}, "duin": {"a2"}, store.Nowhere: {"a4", "aempty"}, "elsewhere": {},
	} {
		got := []account.ID{}
		var cursor account.ID
		for {
			page, next, err := db.AccountsAt(t.Context(), ours, s, store.Page[account.ID]{Cursor: cursor, Limit: 2})
			require.NoError(t, err)
			got = append(got, idsOf(page)...)
			if cursor = next; cursor == "" {
				break
			}
		}
		require.Equal(t, want, got, "%s: who was there, is there, or will be", s)
	}
	for _, impossible := range []tenant.ID{"a/b", ""} {
		_, _, err := db.AccountsAt(t.Context(), impossible, "zee", store.Page[account.ID]{Limit: 2})
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	}
}

func TestMembersOfAGroup(t *testing.T) {
	t.Parallel()
	db := peopled(t)
	for g, want := range map[group.ID][]account.ID{"g1": {"a1", "a4"}, "g2": {"a4"}, "g3": {}} {
		found, err := db.MembersOf(t.Context(), ours, g)
		require.NoError(t, err)
		require.ElementsMatch(t, want, idsOf(found), g)
	}
	_, err := db.MembersOf(t.Context(), ours, "")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestAccountsOfAKind(t *testing.T) {
	t.Parallel()
	db := peopled(t)
	for k, want := range map[person.Kind][]account.ID{person.Staff: {"a3", "a4"}, person.Guardian: {"a5"}, person.Functional: {}} {
		found, err := db.AccountsOf(t.Context(), ours, k)
		require.NoError(t, err)
		require.ElementsMatch(t, want, idsOf(found), k)
	}
	_, err := db.AccountsOf(t.Context(), "a/b", person.Staff)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestAccountsByName(t *testing.T) {
	t.Parallel()
	db := peopled(t)
	names := []string{"sanne", "tim@school.example", "juf", "juf@school.example", "nobody"}
	found, err := db.AccountsCalled(t.Context(), ours, names)
	require.NoError(t, err)
	require.ElementsMatch(t, []account.ID{"a1", "a2", "a3"}, idsOf(found), "by username or address, each once")
	many := make([]string, 70)
	for i := range many {
		many[i] = "x"
	}
	many[65] = "bode"
	found, err = db.AccountsCalled(t.Context(), ours, many)
	require.NoError(t, err)
	require.Equal(t, []account.ID{"a4"}, idsOf(found), "more than one query takes")
	found, err = db.AccountsCalled(t.Context(), ours, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

// TestMergeLeavesTheRest makes a document by a merge, and writes some fields of
// one that is there.
func TestMergeLeavesTheRest(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	merge := func(g group.Group, fields ...string) error {
		return db.InTx(t.Context(), func(_ context.Context, tx *store.Tx) error {
			return db.Groups().MergeTx(tx, ours, store.Entry[group.ID, group.Group]{ID: g.ID, Value: g}, fields...)
		})
	}
	g := group.Group{ID: "g1", School: "zee", Year: 2026, Kind: group.Class, Name: "4A", Grade: "4", Band: group.Older}
	require.NoError(t, merge(g, store.DeliveredFields()...))
	stored, err := db.Groups().Get(t.Context(), ours, "g1")
	require.NoError(t, err)
	require.Empty(t, stored.Band, "a source does not say it")
	require.True(t, stored.Alike(g))

	stored.Band = group.Young
	require.NoError(t, db.Groups().Set(t.Context(), ours, "g1", stored))
	g.Name, g.Grade = "4B", ""
	require.NoError(t, merge(g, store.DeliveredFields()...))
	stored, err = db.Groups().Get(t.Context(), ours, "g1")
	require.NoError(t, err)
	require.Equal(t, group.Young, stored.Band, "the school's own word stays")
	require.Equal(t, "4B", stored.Name)
	require.Error(t, merge(g, "shoe"))
	_, err = db.Groups().Get(t.Context(), theirs, "g1")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}
