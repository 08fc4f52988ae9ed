package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"cloud.google.com/go/firestore"

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
	Thing    string    `firestore:"thing,omitempty" register:"-"`
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
		r.At, string(r.Actor.Account), r.Actor.System, string(r.Action), r.Object, string(r.Thing), texts(r.Accounts), frames, r.Batch, r.ExpireAt,
	}
}

func revisionFromDoc(id revision.ID, d revisionDoc) (revision.Revision, error) {
	r := revision.Revision{
		ID: id, At: d.At, Actor: audit.Actor{Account: account.ID(d.Actor), System: d.System}, Action: audit.Action(d.Action),
		Object: d.Object, Thing: revision.Thing(d.Thing), Accounts: named[account.ID](d.Accounts), Batch: d.Batch, ExpireAt: d.ExpireAt,
	}
	return r, json.Unmarshal(d.Frames, &r.Frames)
}

// RevisionsOf returns the revisions of an account, in no order.
func (db *DB) RevisionsOf(ctx context.Context, owner tenant.ID, id account.ID) ([]Entry[revision.ID, revision.Revision], error) {
	return db.revisions(ctx, owner, string(id), ofAccounts, func(q firestore.Query) firestore.Query {
		return q.Where("accounts", "array-contains", string(id))
	})
}

// RevisionsWith returns the revisions of accounts that were changed with an object,
// such as a group that ended, in no order.
func (db *DB) RevisionsWith(ctx context.Context, owner tenant.ID, object string) ([]Entry[revision.ID, revision.Revision], error) {
	return db.revisions(ctx, owner, object, ofAccounts, func(q firestore.Query) firestore.Query {
		return q.Where("object", "==", object)
	})
}

// ofAccounts is the thing of revisions that are of accounts.
const ofAccounts revision.Thing = ""

// Amendments returns the newest revisions of things of one sort, the newest first.
func (db *DB) Amendments(ctx context.Context, owner tenant.ID, thing revision.Thing, most int) ([]Entry[revision.ID, revision.Revision], error) {
	return db.revisions(ctx, owner, string(thing), thing, func(q firestore.Query) firestore.Query {
		return q.Where("thing", "==", string(thing)).OrderBy("at", firestore.Desc).Limit(most)
	})
}

// AmendmentsOf returns the revisions of one thing, the newest first.
func (db *DB) AmendmentsOf(ctx context.Context, owner tenant.ID, thing revision.Thing, object string) ([]Entry[revision.ID, revision.Revision], error) {
	all, err := db.revisions(ctx, owner, object, thing, func(q firestore.Query) firestore.Query { return q.Where("object", "==", object) })
	slices.SortFunc(all, func(x, y Entry[revision.ID, revision.Revision]) int { return y.Value.At.Compare(x.Value.At) })
	return all, err
}

// revisions returns those of a thing that are found by what is sought.
func (db *DB) revisions(
	ctx context.Context, owner tenant.ID, sought string, thing revision.Thing, by func(firestore.Query) firestore.Query,
) ([]Entry[revision.ID, revision.Revision], error) {
	if err := check(owner, sought); err != nil {
		return nil, err
	}
	t := db.Revisions()
	var found []Entry[revision.ID, revision.Revision]
	for e, err := range t.walk(ctx, owner, by(t.parent(owner).Query)) {
		if err != nil {
			return nil, err
		}
		if e.Value.Thing == thing {
			found = append(found, e)
		}
	}
	return found, nil
}
