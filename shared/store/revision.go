package store

import (
	"context"
	"encoding/json"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/tenant"
)

type revisionDoc struct {
	At       time.Time `firestore:"at" register:"usage"`
	Actor    string    `firestore:"actor" register:"-"`
	System   string    `firestore:"system" register:"-"`
	Action   string    `firestore:"action" register:"usage"`
	Object   string    `firestore:"object" register:"-"`
	Accounts []string  `firestore:"accounts" register:"-"`
	Frames   []byte    `firestore:"frames" register:"-"` // sealed: see revision.Frames
	Batch    []byte    `firestore:"batch" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Revisions returns the table of revisions.
func (db *DB) Revisions() Table[revision.ID, revision.Revision, revisionDoc] {
	return Table[revision.ID, revision.Revision, revisionDoc]{
		db: db, collection: "revisions", toDoc: revisionToDoc, fromDoc: revisionFromDoc,
		expires: func(d revisionDoc) time.Time { return d.ExpireAt },
	}
}

func revisionToDoc(_ tenant.ID, r revision.Revision) revisionDoc {
	frames, err := json.Marshal(r.Frames)
	if err != nil {
		panic(err) // strings and bytes always marshal
	}
	return revisionDoc{
		r.At, string(r.Actor.Account), r.Actor.System, string(r.Action), r.Object, texts(r.Accounts), frames, r.Batch, r.ExpireAt,
	}
}

func revisionFromDoc(id revision.ID, d revisionDoc) (revision.Revision, error) {
	r := revision.Revision{
		ID: id, At: d.At, Actor: audit.Actor{Account: account.ID(d.Actor), System: d.System}, Action: audit.Action(d.Action),
		Object: d.Object, Accounts: named[account.ID](d.Accounts), Batch: d.Batch, ExpireAt: d.ExpireAt,
	}
	return r, json.Unmarshal(d.Frames, &r.Frames)
}

// RevisionsOf returns the revisions of an account, in no order.
func (db *DB) RevisionsOf(ctx context.Context, owner tenant.ID, id account.ID) ([]Entry[revision.ID, revision.Revision], error) {
	if err := check(owner, id); err != nil {
		return nil, err
	}
	t := db.Revisions()
	var found []Entry[revision.ID, revision.Revision]
	for e, err := range t.walk(ctx, owner, t.parent(owner).Where("accounts", "array-contains", string(id))) {
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return found, nil
}
