package store

import (
	"context"
	"time"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/tenant"
)

// HeadID names a chain of manifests of an institution.
type HeadID string

// LogHead is the head of the chain that proves the log.
const LogHead HeadID = "log"

type headDoc struct {
	Sequence int64     `firestore:"sequence" register:"-"`
	Hash     string    `firestore:"hash" register:"-"`
	To       time.Time `firestore:"to" register:"-"`
	Made     time.Time `firestore:"made" register:"-"`
	Settled  bool      `firestore:"settled" register:"-"`
}

// Heads returns the table of the heads of chains.
func (db *DB) Heads() Table[HeadID, manifest.Head, headDoc] {
	return Table[HeadID, manifest.Head, headDoc]{
		db: db, collection: "heads",
		toDoc: func(_ tenant.ID, h manifest.Head) headDoc { return headDoc(h) },
		fromDoc: func(_ HeadID, d headDoc) (manifest.Head, error) {
			return manifest.Head(d), nil
		},
	}
}

// TenantsAfter returns at most limit institutions in the order of their ids,
// those after the one that is named.
func (db *DB) TenantsAfter(ctx context.Context, after tenant.ID, limit int) ([]tenant.ID, error) {
	c := db.client.Collection("tenants")
	q := c.OrderBy(firestore.DocumentID, firestore.Asc).Select().Limit(limit)
	if after != "" {
		q = q.StartAfter(string(after))
	}
	var list []tenant.ID
	for snap, err := range snapshots(ctx, q) {
		if err != nil {
			return nil, err
		}
		list = append(list, tenant.ID(snap.Ref.ID))
	}
	return list, nil
}

// roundDoc says how far a function that visits every institution has come.
type roundDoc struct {
	After string `firestore:"after"`
}

// Round returns the institution that the function was at last, "" where it has
// not begun.
func (db *DB) Round(ctx context.Context, function string) (tenant.ID, error) {
	if err := possible(function); err != nil {
		return "", err
	}
	snap, err := db.client.Collection("rounds").Doc(function).Get(ctx)
	if fault.KindOf(classify(err)) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", classify(err)
	}
	var d roundDoc
	err = snap.DataTo(&d)
	return tenant.ID(d.After), err
}

// SetRound notes the institution that the function was at last.
func (db *DB) SetRound(ctx context.Context, function string, at tenant.ID) error {
	if err := possible(function); err != nil {
		return err
	}
	_, err := db.client.Collection("rounds").Doc(function).Set(ctx, roundDoc{string(at)})
	return classify(err)
}
