package store

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

type binDoc struct {
	Kind     string      `firestore:"kind" register:"-"`
	Schools  []string    `firestore:"schools" register:"-"`
	Groups   []string    `firestore:"groups" register:"class"`
	Binned   time.Time   `firestore:"binned" register:"-"`
	Deadline time.Time   `firestore:"deadline" register:"-"`
	Why      string      `firestore:"why" register:"-"`
	Names    []string    `firestore:"names" register:"-"`
	Limited  time.Time   `firestore:"limited" register:"-"`
	Order    string      `firestore:"order" register:"-"`
	Envelope envelopeDoc `firestore:"envelope"`
	Due      time.Time   `firestore:"due" register:"-"` // when it is to be erased; never while it is held
}

// envelopeDoc holds nothing that can be read: see package envelope.
type envelopeDoc struct {
	Body  []byte `firestore:"body" register:"-"`
	Key   []byte `firestore:"key" register:"-"`
	Batch []byte `firestore:"batch" register:"-"`
	Hold  []byte `firestore:"hold" register:"-"`
}

// Bin returns the table of deleted accounts. An entry does not expire by
// itself: what targets and credentials still hold of the person is dealt with
// when it is erased. Once the key of its day is destroyed nobody can open it,
// whether or not it is still here.
func (db *DB) Bin() Table[account.ID, bin.Entry, binDoc] {
	return Table[account.ID, bin.Entry, binDoc]{db: db, collection: "bin", toDoc: binToDoc, fromDoc: binFromDoc}
}

func binToDoc(_ tenant.ID, e bin.Entry) binDoc {
	d := binDoc{
		Kind: string(e.Kind), Schools: texts(e.Schools), Groups: texts(e.Groups), Binned: e.Binned, Deadline: e.Deadline,
		Why: string(e.Why), Names: e.Names, Limited: e.Limit.Since, Order: e.Limit.Order, Envelope: envelopeDoc(e.Envelope),
		Due: never(),
	}
	if !e.Held() {
		d.Due = e.Deadline
	}
	return d
}

func binFromDoc(id account.ID, d binDoc) (bin.Entry, error) {
	return bin.Entry{
		Account: id, Kind: person.Kind(d.Kind), Schools: named[school.ID](d.Schools), Groups: named[group.ID](d.Groups),
		Binned: d.Binned, Deadline: d.Deadline, Why: bin.Reason(d.Why), Names: d.Names,
		Limit: account.Limit{Since: d.Limited, Order: d.Order}, Envelope: envelope.Envelope(d.Envelope),
	}, nil
}

// Binned is an entry of the bin with whose it is.
type Binned struct {
	Tenant tenant.ID
	bin.Entry
}

// DueInBin returns at most limit entries of all institutions that are to be
// erased, the longest overdue first.
func (db *DB) DueInBin(ctx context.Context, limit int) ([]Binned, error) {
	docs := db.client.CollectionGroup("bin").Where("due", "<=", db.Now()).OrderBy("due", firestore.Asc).Limit(limit).Documents(ctx)
	defer docs.Stop()
	var due []Binned
	for {
		snap, err := docs.Next()
		if errors.Is(err, iterator.Done) {
			return due, nil
		}
		if err != nil {
			return nil, classify(err)
		}
		var d binDoc
		if err := snap.DataTo(&d); err != nil {
			return nil, err
		}
		e, err := binFromDoc(account.ID(snap.Ref.ID), d)
		if err != nil {
			return nil, err
		}
		due = append(due, Binned{tenant.ID(snap.Ref.Parent.Parent.ID), e})
	}
}
