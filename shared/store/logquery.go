package store

import (
	"context"
	"iter"
	"strings"
	"time"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// LogQuery asks for entries, the newest first. Zero fields ask for nothing.
type LogQuery struct {
	Action  audit.Action
	By      account.ID // who did it
	Subject account.ID // whose data it was
	From    time.Time  // at that moment or later
	Before  time.Time
	Cursor  string // of the page before; "" for the first page
	Limit   int
}

// LogPage returns the entries that q asks for, and the cursor of the next page,
// "" after the last. It answers Invalid where the cursor is none. What has
// expired is left out, so that a page before the last may hold fewer than
// q.Limit.
func (db *DB) LogPage(ctx context.Context, owner tenant.ID, q LogQuery) ([]audit.Entry, string, error) {
	if err := check(owner, audit.ID("x")); err != nil {
		return nil, "", err
	}
	asked, err := q.on(db.Log().parent(owner))
	if err != nil {
		return nil, "", err
	}
	var page []audit.Entry
	var last entryDoc
	var id string
	n := 0
	for snap, err := range snapshots(ctx, asked) {
		if err != nil {
			return nil, "", err
		}
		var d entryDoc
		if err := snap.DataTo(&d); err != nil {
			return nil, "", err
		}
		n, last, id = n+1, d, snap.Ref.ID
		if d.ExpireAt.After(db.Now()) {
			page = append(page, entryFromDoc(audit.ID(id), d))
		}
	}
	if n < q.Limit {
		return page, "", nil
	}
	return page, last.At.UTC().Format(time.RFC3339Nano) + "_" + id, nil
}

// on returns q as a query of c.
func (q LogQuery) on(c *firestore.CollectionRef) (firestore.Query, error) {
	asked := c.OrderBy("at", firestore.Desc).OrderBy(firestore.DocumentID, firestore.Desc).Limit(q.Limit)
	if q.Action != "" {
		asked = asked.Where("action", "==", string(q.Action))
	}
	if q.By != "" {
		asked = asked.Where("account", "==", string(q.By))
	}
	if q.Subject != "" {
		asked = asked.Where("subjects", "array-contains", string(q.Subject))
	}
	if !q.From.IsZero() {
		asked = asked.Where("at", ">=", q.From)
	}
	if !q.Before.IsZero() {
		asked = asked.Where("at", "<", q.Before)
	}
	if q.Cursor == "" {
		return asked, nil
	}
	moment, id, _ := strings.Cut(q.Cursor, "_")
	at, err := time.Parse(time.RFC3339Nano, moment)
	if err != nil || possible(id) != nil {
		return asked, fault.New(fault.Invalid, "")
	}
	return asked.StartAfter(at, id), nil
}

// leaf returns what proves a stored entry, however it came to be stored.
func leaf(owner tenant.ID, snap *firestore.DocumentSnapshot) audit.Leaf {
	fields := snap.Data()
	l := audit.Leaf{ID: audit.ID(snap.Ref.ID), Created: snap.CreateTime}
	l.Hash = audit.HashStored(owner, l.ID, fields)
	l.Recorded, _ = fields["recorded"].(time.Time)
	l.ExpireAt, _ = fields["expireAt"].(time.Time)
	l.Private.Hash, _ = fields["privateHash"].([]byte)
	l.Private.Until, _ = fields["privateUntil"].(time.Time)
	return l
}

// LeavesSince yields what proves each entry that the database took in at that
// moment or later, in that order, expired or not.
func (db *DB) LeavesSince(ctx context.Context, owner tenant.ID, since time.Time) iter.Seq2[audit.Leaf, error] {
	return db.leaves(ctx, owner, func(c *firestore.CollectionRef) firestore.Query {
		q := c.OrderBy("recorded", firestore.Asc)
		if !since.IsZero() {
			q = q.Where("recorded", ">=", since)
		}
		return q
	})
}

// Leaves yields what proves each entry whose id is not before from and before
// to, expired or not; "" bounds nothing.
func (db *DB) Leaves(ctx context.Context, owner tenant.ID, from, to audit.ID) iter.Seq2[audit.Leaf, error] {
	return db.leaves(ctx, owner, func(c *firestore.CollectionRef) firestore.Query {
		q := c.OrderBy(firestore.DocumentID, firestore.Asc)
		if from != "" {
			q = q.Where(firestore.DocumentID, ">=", c.Doc(string(from)))
		}
		if to != "" {
			q = q.Where(firestore.DocumentID, "<", c.Doc(string(to)))
		}
		return q
	})
}

func (db *DB) leaves(ctx context.Context, owner tenant.ID, ask func(*firestore.CollectionRef) firestore.Query) iter.Seq2[audit.Leaf, error] {
	return func(yield func(audit.Leaf, error) bool) {
		if err := check(owner, audit.ID("x")); err != nil {
			yield(audit.Leaf{}, err)
			return
		}
		for snap, err := range snapshots(ctx, ask(db.Log().parent(owner))) {
			if err != nil {
				yield(audit.Leaf{}, err)
				return
			}
			if !yield(leaf(owner, snap), nil) {
				return
			}
		}
	}
}
