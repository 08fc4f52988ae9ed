package store

import (
	"context"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/tenant"
)

// rightDoc is a right as stored. Person repeats whose it is, where it is one
// person's, so that an erasure finds it.
type rightDoc struct {
	Deny   bool      `firestore:"deny" register:"-"`
	Sort   string    `firestore:"sort" register:"-"`
	What   string    `firestore:"what" register:"-"`
	By     string    `firestore:"by" register:"-"`
	Value  string    `firestore:"value" register:"-"`
	Person string    `firestore:"person,omitempty" register:"-"`
	From   time.Time `firestore:"from" register:"-"`
	Until  time.Time `firestore:"until" register:"-"`
	Who    string    `firestore:"who" register:"-"`
	Made   time.Time `firestore:"made" register:"-"`
}

// RightsOf returns all grants and denials of an institution: at most right.Most.
func (db *DB) RightsOf(ctx context.Context, owner tenant.ID) (right.List, error) {
	var all right.List
	for e, err := range db.Rights().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		all = append(all, e.Value)
	}
	return all, nil
}

// Rights returns the table of an institution's grants and denials.
func (db *DB) Rights() Table[right.ID, right.Right, rightDoc] {
	return Table[right.ID, right.Right, rightDoc]{
		db: db, collection: "rights",
		toDoc: func(_ tenant.ID, r right.Right) rightDoc {
			d := rightDoc{
				Deny: r.Deny, Sort: string(r.What.Sort), What: r.What.ID, By: string(r.Whom.By), Value: r.Whom.Value,
				From: r.From, Until: r.Until, Who: string(r.By), Made: r.Made,
			}
			if r.Whom.By == right.ByPerson {
				d.Person = r.Whom.Value
			}
			return d
		},
		fromDoc: func(id right.ID, d rightDoc) (right.Right, error) {
			return right.Right{
				ID: id, Deny: d.Deny, What: right.Object{Sort: right.Sort(d.Sort), ID: d.What}, Whom: right.Whom{By: right.By(d.By), Value: d.Value},
				From: d.From, Until: d.Until, By: account.ID(d.Who), Made: d.Made,
			}, nil
		},
	}
}
