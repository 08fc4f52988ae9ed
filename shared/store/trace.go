package store

import (
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Trace is a place where stored documents name an account by its id. What
// erases people asks for every one of them.
type Trace struct {
	Collection string // its name, at any depth below an institution
	Field      string // path of the stored field; "" where the document's own id is the account's
	List       bool   // the field is a list of ids
	Shared     bool   // the collection lies at the root; its documents name their tenant
	Below      string // the collection lies below a document of this one: "connections"
	Database   string // "" for the main one
}

// Traces lists the places, of what lives longer than the account that it names
// only by mistake. The log, receipts and the ledger keep ids on purpose.
func Traces() []Trace {
	return []Trace{
		{Collection: "accounts"},
		{Collection: "accounts", Field: "source.childIds", List: true},
		{Collection: "accounts", Field: "own.owner"},
		{Collection: "accounts", Field: "apart", List: true},
		{Collection: "bin"},
		{Collection: "revisions", Field: "accounts", List: true},
		{Collection: "supervision"},
		{Collection: "supervision", Field: "staff", List: true},
		{Collection: "rights", Field: "person"},
		{Collection: "mails", Field: "account"},
		{Collection: "links", Below: "connections"},
		{Collection: "names", Field: "account", Shared: true},
		{Collection: "sessions", Field: "account", Shared: true},
		{Collection: "codes", Field: "account", Shared: true},
		{Collection: "grants", Field: "account", Shared: true},
		{Collection: "people", Database: CredentialsDatabase},
		{Collection: "badges", Field: "account", Shared: true, Database: CredentialsDatabase},
		{Collection: "sheets", Field: "maker", Database: CredentialsDatabase},
	}
}

// String names the place in receipts: "accounts", "accounts source.childIds".
func (t Trace) String() string { return strings.TrimSpace(t.Collection + " " + t.Field) }

// traceValues is how many values one query may ask for:
// https://firebase.google.com/docs/firestore/query-data/queries#limits_on_or_queries.
const traceValues = 30

// Find returns the paths of the documents at t that name one of ids. db is t's
// database.
func (db *DB) Find(ctx context.Context, owner tenant.ID, t Trace, ids []account.ID) ([]string, error) {
	for _, id := range ids {
		if err := check(owner, id); err != nil {
			return nil, err
		}
	}
	parents, err := db.parents(ctx, owner, t)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, parent := range parents {
		for chunk := range slices.Chunk(ids, traceValues) {
			at, err := db.find(ctx, owner, query{parent, t, chunk})
			if err != nil {
				return nil, err
			}
			found = append(found, at...)
		}
	}
	return found, nil
}

// parents returns the collections that a trace is about.
func (db *DB) parents(ctx context.Context, owner tenant.ID, t Trace) ([]*firestore.CollectionRef, error) {
	home := "tenants/" + string(owner) + "/"
	switch {
	case t.Shared:
		return []*firestore.CollectionRef{db.client.Collection(t.Collection)}, nil
	case t.Below == "":
		return []*firestore.CollectionRef{db.client.Collection(home + t.Collection)}, nil
	}
	var parents []*firestore.CollectionRef
	for snap, err := range snapshots(ctx, db.client.Collection(home+t.Below).Select()) {
		if err != nil {
			return nil, err
		}
		parents = append(parents, snap.Ref.Collection(t.Collection))
	}
	return parents, nil
}

// query asks a collection for some ids.
type query struct {
	in  *firestore.CollectionRef
	at  Trace
	ids []account.ID
}

func (db *DB) find(ctx context.Context, owner tenant.ID, q query) ([]string, error) {
	if q.at.Field == "" {
		refs := make([]*firestore.DocumentRef, len(q.ids))
		for i, id := range q.ids {
			refs[i] = q.in.Doc(string(id))
		}
		snaps, err := db.client.GetAll(ctx, refs)
		if err != nil {
			return nil, classify(err)
		}
		return paths(slices.DeleteFunc(snaps, func(s *firestore.DocumentSnapshot) bool { return !s.Exists() })), nil
	}
	operator := "in"
	if q.at.List {
		operator = "array-contains-any"
	}
	var found []*firestore.DocumentSnapshot
	for snap, err := range snapshots(ctx, q.in.Where(q.at.Field, operator, texts(q.ids))) {
		if err != nil {
			return nil, err
		}
		if whose, _ := snap.DataAt("tenant"); !q.at.Shared || whose == string(owner) {
			found = append(found, snap)
		}
	}
	return paths(found), nil
}

func paths(snaps []*firestore.DocumentSnapshot) []string {
	list := make([]string, len(snaps))
	for i, s := range snaps {
		list[i] = s.Ref.Path[strings.Index(s.Ref.Path, "/documents/")+len("/documents/"):]
	}
	return list
}

// Remove deletes documents that Find found at t. It refuses paths that are not
// owner's, and traces in which only a part of a document is about the account.
func (db *DB) Remove(ctx context.Context, owner tenant.ID, t Trace, found []string) error {
	if t.List || t.Field == "own.owner" {
		return fault.New(fault.Internal, "%s is about others too", t)
	}
	home := "tenants/" + string(owner) + "/"
	for chunk := range slices.Chunk(found, 400) {
		err := db.InTx(ctx, func(_ context.Context, tx *Tx) error {
			for _, path := range chunk {
				if !t.Shared && !strings.HasPrefix(path, home) {
					return fault.New(fault.NotFound, "")
				}
				if err := tx.tx.Delete(db.client.Doc(path)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
