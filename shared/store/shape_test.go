package store

import (
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shape is how a table is laid out.
type shape struct {
	collection string
	shared     bool
	owned      bool // it knows whose a document is
	expires    bool
	form       reflect.Type
}

func shapeOf[ID ~string, V, D any](t Table[ID, V, D]) shape {
	return shape{
		collection: t.collection, shared: t.shared, owned: t.owner != nil, expires: t.expires != nil, form: reflect.TypeFor[D](),
	}
}

func shapes() []shape {
	db := &DB{}
	return []shape{
		shapeOf(db.Accounts()), shapeOf(db.Groups()), shapeOf(db.Schools()), shapeOf(db.Tenants()), shapeOf(db.Domains()),
		shapeOf(db.Names()), shapeOf(db.Credentials()), shapeOf(db.Badges()), shapeOf(db.Sheets()), shapeOf(db.Sessions()), shapeOf(db.Codes()), shapeOf(db.Grants()),
		shapeOf(db.Apps()), shapeOf(db.Connections()), shapeOf(db.Links("c")), shapeOf(db.GroupLinks("c")), shapeOf(db.Budgets("c")),
		shapeOf(db.Outbox()), shapeOf(db.Log()), shapeOf(db.Private()), shapeOf(db.Heads()),
		shapeOf(db.Runs()), shapeOf(db.Lanes("r", time.Time{})), shapeOf(db.Slots()),
		shapeOf(db.Tokens()), shapeOf(db.Pulls()), shapeOf(db.Mails()), shapeOf(db.Mailboxes()), shapeOf(db.UsedNames()),
		shapeOf(db.Bin()), shapeOf(db.Revisions()), shapeOf(db.Ledger()), shapeOf(db.Receipts()),
		shapeOf(db.Backups()), shapeOf(db.Restores()),
		shapeOf(db.Supervision()), shapeOf(db.LinkRules()), shapeOf(db.Recalculations()), shapeOf(db.Rights()),
	}
}

func TestTablesAreLaidOutAsTheirFormsSay(t *testing.T) {
	t.Parallel()
	var expiring, forms []string
	seen := map[string]bool{}
	for _, s := range shapes() {
		form := s.form.Name()
		forms = append(forms, form)
		require.False(t, seen[s.collection], "two tables lie in %s", s.collection)
		seen[s.collection] = true
		require.Equal(t, s.shared, s.owned, "%s: a shared table, and no other, knows whose a document is", form)
		require.Equal(t, s.shared, stores(s.form, "tenant"), "%s: a document of a shared table names its institution", form)
		require.Equal(t, s.expires, stores(s.form, "expireAt"), "%s: what expires is hidden and deleted", form)
		if s.expires {
			expiring = append(expiring, path.Base(s.collection))
		}
	}
	require.ElementsMatch(t, Expiring(), expiring)
	var registered []string
	for _, form := range storedForms() {
		registered = append(registered, reflect.TypeOf(form).Name())
	}
	require.ElementsMatch(t, registered, forms)
}

// stores reports whether a form has a field of a stored name.
func stores(form reflect.Type, name string) bool {
	return slices.ContainsFunc(reflect.VisibleFields(form), func(f reflect.StructField) bool {
		stored, _, _ := strings.Cut(f.Tag.Get("firestore"), ",")
		return stored == name
	})
}

func TestBackupsKnowEveryTable(t *testing.T) {
	t.Parallel()
	known := map[string]Copy{}
	for _, c := range Copies() {
		at := path.Join(c.Below, c.Collection)
		require.NotContains(t, known, at)
		known[at] = c
	}
	for _, s := range shapes() {
		at := s.collection
		if parts := strings.Split(at, "/"); len(parts) == 3 { // connections/c/links
			at = parts[0] + "/" + parts[2]
		}
		c, ok := known[at]
		require.True(t, ok, "backups do not know what to do with %s", at)
		require.Equal(t, s.shared, c.Shared, at)
		require.True(t, c.Holds(s.collection), at)
		for _, field := range append([]string{c.Batch}, c.Without...) {
			top, _, _ := strings.Cut(field, ".")
			require.True(t, top == "" || stores(s.form, top), "%s stores no %s", at, field)
		}
		require.Equal(t, stores(s.form, "batch") || stores(s.form, "envelope"), c.Batch != "", "%s: what is sealed under the key of a day is so in backups", at)
		delete(known, at)
	}
	require.Empty(t, known, "backups know tables that are not there")
}
