package store

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Table stores values V of one collection in their stored form D. The tenant
// is the first parameter of every call. A table of an institution lies under
// its path; a shared table (sessions, names, outbox …) lies at the root, and
// each of its documents names its tenant, which every read and write checks.
type Table[ID ~string, V, D any] struct {
	db         *DB
	collection string // below tenants/{t}, or at the root where shared
	shared     bool
	toDoc      func(tenant.ID, V) D
	fromDoc    func(ID, D) (V, error)
	owner      func(D) tenant.ID // of a shared table
	expires    func(D) time.Time // nil where documents do not expire
	// settle completes a value that is created; nil where nothing is left open.
	settle func(context.Context, tenant.ID, V) (V, error)
	// stored returns a new document as it is written, where its form does not
	// say it all.
	stored func(Table[ID, V, D], D) any
	// beside returns what is created together with a value: see companion.
	beside func(tenant.ID, ID, V) []companion
}

// companion is a document that is created with another, or not at all.
type companion struct {
	ref *firestore.DocumentRef
	doc any
}

// Entry is a stored value with the moment of its last write, which a later
// write can demand to be unchanged.
type Entry[ID ~string, V any] struct {
	ID      ID
	Value   V
	Written time.Time
}

func (t Table[ID, V, D]) parent(owner tenant.ID) *firestore.CollectionRef {
	if t.shared {
		return t.db.client.Collection(t.collection)
	}
	return t.db.client.Collection("tenants/" + string(owner) + "/" + t.collection)
}

func (t Table[ID, V, D]) ref(owner tenant.ID, id ID) *firestore.DocumentRef {
	return t.parent(owner).Doc(string(id))
}

// Get returns the value id of owner. It answers NotFound where there is none,
// where it has expired, and where it belongs to another institution.
func (t Table[ID, V, D]) Get(ctx context.Context, owner tenant.ID, id ID) (V, error) {
	e, err := t.Read(ctx, owner, id)
	return e.Value, err
}

// Read is Get with the moment of the last write.
func (t Table[ID, V, D]) Read(ctx context.Context, owner tenant.ID, id ID) (Entry[ID, V], error) {
	if err := check(owner, id); err != nil {
		return Entry[ID, V]{}, err
	}
	snap, err := t.ref(owner, id).Get(ctx)
	return t.entry(owner, snap, err)
}

// GetTx returns the value id of owner as of the transaction.
func (t Table[ID, V, D]) GetTx(tx *Tx, owner tenant.ID, id ID) (V, error) {
	if err := check(owner, id); err != nil {
		var zero V
		return zero, err
	}
	snap, err := tx.tx.Get(t.ref(owner, id))
	t.note(tx, owner, snap)
	e, err := t.entry(owner, snap, err)
	return e.Value, err
}

// GetMany returns those of ids that exist, by id, in one round trip.
func (t Table[ID, V, D]) GetMany(ctx context.Context, owner tenant.ID, ids []ID) (map[ID]Entry[ID, V], error) {
	refs, err := t.refs(owner, ids)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	snaps, err := t.db.client.GetAll(ctx, refs)
	if err != nil {
		return nil, classify(err)
	}
	return t.entries(owner, snaps)
}

// GetManyTx is GetMany as of the transaction.
func (t Table[ID, V, D]) GetManyTx(tx *Tx, owner tenant.ID, ids []ID) (map[ID]Entry[ID, V], error) {
	refs, err := t.refs(owner, ids)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	snaps, err := tx.tx.GetAll(refs)
	if err != nil {
		return nil, classify(err)
	}
	for _, snap := range snaps {
		t.note(tx, owner, snap)
	}
	return t.entries(owner, snaps)
}

func (t Table[ID, V, D]) refs(owner tenant.ID, ids []ID) ([]*firestore.DocumentRef, error) {
	refs := make([]*firestore.DocumentRef, len(ids))
	for i, id := range ids {
		if err := check(owner, id); err != nil {
			return nil, err
		}
		refs[i] = t.ref(owner, id)
	}
	return refs, nil
}

func (t Table[ID, V, D]) entries(owner tenant.ID, snaps []*firestore.DocumentSnapshot) (map[ID]Entry[ID, V], error) {
	found := make(map[ID]Entry[ID, V], len(snaps))
	for _, snap := range snaps {
		e, err := t.entry(owner, snap, nil)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		found[e.ID] = e
	}
	return found, nil
}

// Page asks for at most Limit values after the id Cursor.
type Page[ID ~string] struct {
	Cursor ID // "" for the first page
	Limit  int
}

// List returns a page of owner's values in the order of their ids, and the
// cursor of the next page, "" after the last. What has expired is left out, so
// that a page before the last may hold fewer than Limit.
func (t Table[ID, V, D]) List(ctx context.Context, owner tenant.ID, p Page[ID]) ([]Entry[ID, V], ID, error) {
	if err := check(owner, ID("x")); err != nil {
		return nil, "", err
	}
	if t.shared {
		return nil, "", errors.New("a shared table is read by id only")
	}
	return t.page(ctx, owner, t.parent(owner).Query, p)
}

// page returns a page of what q finds, in the order of ids: see List.
func (t Table[ID, V, D]) page(ctx context.Context, owner tenant.ID, q firestore.Query, p Page[ID]) ([]Entry[ID, V], ID, error) {
	q = q.OrderBy(firestore.DocumentID, firestore.Asc).Limit(p.Limit)
	if p.Cursor != "" {
		q = q.StartAfter(string(p.Cursor))
	}
	var page []Entry[ID, V]
	var last ID
	n := 0
	for snap, err := range snapshots(ctx, q) {
		if err != nil {
			return nil, "", err
		}
		n, last = n+1, ID(snap.Ref.ID) // of what has expired too: it ends no list
		e, err := t.entry(owner, snap, nil)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		page = append(page, e)
	}
	if n < p.Limit {
		last = ""
	}
	return page, last, nil
}

// All yields every value of owner. It reads the whole collection: for plans,
// sweeps and lists that are small by nature.
func (t Table[ID, V, D]) All(ctx context.Context, owner tenant.ID) iter.Seq2[Entry[ID, V], error] {
	if err := check(owner, ID("x")); err != nil || t.shared {
		return func(yield func(Entry[ID, V], error) bool) {
			yield(Entry[ID, V]{}, errors.Join(err, errors.New("only an institution's own table can be listed")))
		}
	}
	return t.walk(ctx, owner, t.parent(owner).Query)
}

func (t Table[ID, V, D]) walk(ctx context.Context, owner tenant.ID, q firestore.Query) iter.Seq2[Entry[ID, V], error] {
	return func(yield func(Entry[ID, V], error) bool) {
		for snap, err := range snapshots(ctx, q) {
			if err != nil {
				yield(Entry[ID, V]{}, err)
				return
			}
			e, err := t.entry(owner, snap, nil)
			if fault.KindOf(err) == fault.NotFound {
				continue // expired
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// snapshots yields what q finds, and ends with the first error.
func snapshots(ctx context.Context, q firestore.Query) iter.Seq2[*firestore.DocumentSnapshot, error] {
	return func(yield func(*firestore.DocumentSnapshot, error) bool) {
		docs := q.Documents(ctx)
		defer docs.Stop()
		for {
			snap, err := docs.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if !yield(snap, classify(err)) || err != nil {
				return
			}
		}
	}
}

// entry decodes one document and checks whose it is and whether it has expired.
func (t Table[ID, V, D]) entry(owner tenant.ID, snap *firestore.DocumentSnapshot, err error) (Entry[ID, V], error) {
	if err != nil {
		return Entry[ID, V]{}, classify(err)
	}
	if !snap.Exists() {
		return Entry[ID, V]{}, fault.New(fault.NotFound, "")
	}
	var doc D
	if err := snap.DataTo(&doc); err != nil {
		return Entry[ID, V]{}, err
	}
	if t.shared && t.owner(doc) != owner {
		return Entry[ID, V]{}, fault.New(fault.NotFound, "")
	}
	if t.expires != nil {
		if at := t.expires(doc); !at.IsZero() && !at.After(t.db.Now()) {
			return Entry[ID, V]{}, fault.New(fault.NotFound, "")
		}
	}
	id := ID(snap.Ref.ID)
	v, err := t.fromDoc(id, doc)
	return Entry[ID, V]{ID: id, Value: v, Written: snap.UpdateTime}, err
}

// check refuses an owner that cannot be, and ids that lead nowhere.
func check[ID ~string](owner tenant.ID, id ID) error {
	if _, err := tenant.ParseID(string(owner)); err != nil {
		return err
	}
	return possible(string(id))
}

// possible refuses ids that would lead outside the path they are meant for,
// and those that Firestore does not take:
// https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields.
func possible(id string) error {
	reserved := strings.HasPrefix(id, "__") && strings.HasSuffix(id, "__")
	if id == "" || id == "." || id == ".." || len(id) > 1500 || reserved || strings.Contains(id, "/") || !utf8.ValidString(id) {
		return fault.New(fault.NotFound, "")
	}
	return nil
}
