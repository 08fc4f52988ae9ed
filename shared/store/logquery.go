package store

import (
	"context"
	"iter"
	"strings"
	"time"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
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

// LeavesSince yields what proves each entry that the database took in at that
// moment or later, in that order, expired or not.
func (db *DB) LeavesSince(ctx context.Context, owner tenant.ID, since time.Time) iter.Seq2[audit.Leaf, error] {
	ask := func() firestore.Query {
		q := db.Log().parent(owner).OrderBy("recorded", firestore.Asc)
		if !since.IsZero() {
			q = q.Where("recorded", ">=", since)
		}
		return q
	}
	return leaves(ctx, owner, ask, func(snap *firestore.DocumentSnapshot) audit.Leaf { return leaf(owner, snap) })
}

// LogLeaves yields what proves each entry, expired or not, by id.
func (db *DB) LogLeaves(ctx context.Context, owner tenant.ID) iter.Seq2[audit.Leaf, error] {
	ask := func() firestore.Query { return db.Log().parent(owner).Query }
	return leaves(ctx, owner, ask, func(snap *firestore.DocumentSnapshot) audit.Leaf { return leaf(owner, snap) })
}

// PrivateLeaves is LogLeaves of the private parts: the hash of each as it is now.
func (db *DB) PrivateLeaves(ctx context.Context, owner tenant.ID) iter.Seq2[audit.Leaf, error] {
	return leaves(ctx, owner, func() firestore.Query { return db.Private().parent(owner).Query }, privateLeaf)
}

// leaf returns what proves a stored entry, however it came to be stored.
func leaf(owner tenant.ID, snap *firestore.DocumentSnapshot) audit.Leaf {
	fields := snap.Data()
	l := identity(snap)
	l.Hash = audit.HashStored(owner, l.ID, fields)
	l.Recorded, _ = fields["recorded"].(time.Time)
	l.ExpireAt, _ = fields["expireAt"].(time.Time)
	l.Private.Hash, _ = fields["privateHash"].([]byte)
	l.Private.Until, _ = fields["privateUntil"].(time.Time)
	return l
}

func privateLeaf(snap *firestore.DocumentSnapshot) audit.Leaf {
	var d privateDoc
	l := identity(snap)
	if snap.DataTo(&d) == nil { // what cannot be read is not what was written
		l.Private = audit.Private{Hash: audit.HashPrivate(envelope.Envelope(d.Envelope), d.ExpireAt), Until: d.ExpireAt}
	}
	return l
}

func identity(snap *firestore.DocumentSnapshot) audit.Leaf {
	return audit.Leaf{ID: audit.ID(snap.Ref.ID), Created: snap.CreateTime}
}

// leaves yields what a query of owner's finds. The query is made once owner is
// known to be one.
func leaves(ctx context.Context, owner tenant.ID, ask func() firestore.Query, of func(*firestore.DocumentSnapshot) audit.Leaf) iter.Seq2[audit.Leaf, error] {
	return func(yield func(audit.Leaf, error) bool) {
		if err := check(owner, audit.ID("x")); err != nil {
			yield(audit.Leaf{}, err)
			return
		}
		for snap, err := range snapshots(ctx, ask()) {
			if err != nil {
				yield(audit.Leaf{}, err)
				return
			}
			if !yield(of(snap), nil) {
				return
			}
		}
	}
}

// LogHead returns where the chain of manifests of owner's log ends, the zero
// head where there is none.
func (db *DB) LogHead(ctx context.Context, owner tenant.ID) (manifest.Head, error) {
	h, err := db.Heads().Get(ctx, owner, LogHead)
	if fault.KindOf(err) == fault.NotFound {
		_, err = tenant.ParseID(string(owner))
	}
	return h, err
}
