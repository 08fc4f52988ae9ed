package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// known returns how backups treat a table.
func known(t *testing.T, table string) store.Copy {
	t.Helper()
	for _, c := range store.Copies() {
		if c.Holds(table) {
			return c
		}
	}
	t.Fatalf("no backup knows %s", table)
	return store.Copy{}
}

// listed returns the ids of the documents of a span.
func listed(t *testing.T, db *store.DB, owner tenant.ID, s store.Span) (list []string) {
	t.Helper()
	for d, err := range db.Documents(t.Context(), owner, known(t, s.Table), s) {
		require.NoError(t, err)
		list = append(list, strings.TrimPrefix(d.Path, s.Table+"/"))
	}
	return list
}

func TestDocumentsAsOfAMoment(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	for i := range 5 {
		id := account.ID(fmt.Sprintf("a%d", i))
		require.NoError(t, db.Accounts().Create(ctx, ours, id, account.Account{ID: id}))
		require.NoError(t, db.Names().Create(ctx, ours, store.NameID("n"+id), id))
		require.NoError(t, db.Names().Create(ctx, theirs, store.NameID("x"+id), id))
	}
	then, err := db.Moment(ctx)
	require.NoError(t, err)
	require.NoError(t, db.Accounts().Delete(ctx, ours, "a1"))
	require.NoError(t, db.Accounts().Create(ctx, ours, "a5", account.Account{ID: "a5"}))

	require.Equal(t, []string{"a0", "a1", "a2", "a3", "a4"}, listed(t, db, ours, store.Span{Table: "accounts", At: then}))
	require.Equal(t, []string{"a0", "a2", "a3", "a4", "a5"}, listed(t, db, ours, store.Span{Table: "accounts"}))
	require.Equal(t, []string{"a2", "a3"}, listed(t, db, ours, store.Span{Table: "accounts", At: then, After: "a1", Limit: 2}))
	require.Empty(t, listed(t, db, theirs, store.Span{Table: "accounts"}))
	require.Equal(t, []string{"na0", "na1", "na2", "na3", "na4"}, listed(t, db, ours, store.Span{Table: "names"}))
	require.Equal(t, []string{"na3", "na4"}, listed(t, db, ours, store.Span{Table: "names", After: "na2"}))
}

func TestFoldersBelowDocuments(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	for _, c := range []connection.ID{"microsoft", "google"} {
		require.NoError(t, db.Connections().Create(ctx, ours, c, connection.Connection{ID: c}))
		require.NoError(t, db.Links(c).Create(ctx, ours, "a1", connection.Link{Account: "a1"}))
	}
	links := known(t, "connections/google/links")
	tables, err := db.Folders(ctx, ours, links, time.Time{})
	require.NoError(t, err)
	require.Equal(t, []string{"connections/google/links", "connections/microsoft/links"}, tables)
	require.Equal(t, []string{"a1"}, listed(t, db, ours, store.Span{Table: tables[0]}))
	tables, err = db.Folders(ctx, theirs, links, time.Time{})
	require.NoError(t, err)
	require.Empty(t, tables)
}

func TestPut(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	doc := func(path string, v any) backup.Document {
		return backup.Document{Path: path, Fields: map[string]any{"tenant": string(ours), "v": v}}
	}
	value := func(table string) (v any) {
		for d, err := range db.Documents(ctx, ours, known(t, table), store.Span{Table: table}) {
			require.NoError(t, err)
			v = d.Fields["v"]
		}
		return v
	}
	for _, v := range []string{"first", "second"} {
		for _, table := range []string{"accounts", "log", "domains", "names", "connections/google/links"} {
			require.NoError(t, db.Put(ctx, ours, known(t, table), []backup.Document{doc(table+"/een", v)}))
		}
	}
	require.Equal(t, "second", value("accounts"))
	require.Equal(t, "first", value("log"), "what is only added to was replaced")
	require.Equal(t, "second", value("domains"))

	many := make([]backup.Document, 1000)
	for i := range many {
		many[i] = doc(fmt.Sprintf("groups/g%04d", i), strings.Repeat("x", 20_000))
	}
	require.NoError(t, db.Put(ctx, ours, known(t, "groups"), many), "a commit is larger than Firestore takes")
	require.Len(t, listed(t, db, ours, store.Span{Table: "groups"}), 1000)
	n, err := db.Empty(ctx, ours, known(t, "groups"), "groups")
	require.NoError(t, err)
	require.Equal(t, 1000, n)
	has, err := db.Has(ctx, ours, known(t, "groups"), "groups")
	require.NoError(t, err)
	require.False(t, has)
}

// TestPutRefuses what belongs elsewhere.
func TestPutRefuses(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	require.NoError(t, db.Domains().Create(ctx, theirs, "duinrand.example", theirs))
	require.NoError(t, db.Names().Create(ctx, theirs, "n2", "a1"))
	mine := map[string]any{"tenant": string(ours)}
	for name, c := range map[string]struct {
		table string
		doc   backup.Document
		kind  fault.Kind
	}{
		"another table":        {"accounts", backup.Document{Path: "groups/a1", Fields: mine}, fault.Invalid},
		"deeper":               {"accounts", backup.Document{Path: "accounts/a1/x/y", Fields: mine}, fault.Invalid},
		"outside":              {"accounts", backup.Document{Path: "accounts/..", Fields: mine}, fault.Invalid},
		"no id":                {"accounts", backup.Document{Path: "accounts", Fields: mine}, fault.Invalid},
		"another's connection": {"connections/google/links", backup.Document{Path: "connections/../links/a1", Fields: mine}, fault.Invalid},
		"another institution":  {"names", backup.Document{Path: "names/n1", Fields: map[string]any{"tenant": string(theirs)}}, fault.Invalid},
		"nobody's":             {"names", backup.Document{Path: "names/n1", Fields: map[string]any{}}, fault.Invalid},
		"a taken name":         {"names", backup.Document{Path: "names/n2", Fields: mine}, fault.Conflict},
		"a taken domain":       {"domains", backup.Document{Path: "domains/duinrand.example", Fields: mine}, fault.Conflict},
	} {
		err := db.Put(ctx, ours, known(t, c.table), []backup.Document{c.doc})
		require.Equal(t, c.kind, fault.KindOf(err), "%s: %v", name, err)
	}
	accounts := known(t, "accounts")
	_, err := db.Empty(ctx, ours, accounts, "groups")
	require.Error(t, err)
	_, err = db.Has(ctx, "../"+ours, accounts, "accounts")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	for _, err := range db.Documents(ctx, ours, accounts, store.Span{Table: "bin"}) {
		require.Error(t, err)
	}
}
