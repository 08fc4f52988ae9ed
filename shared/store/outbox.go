package store

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/tenant"
)

type letterDoc struct {
	Tenant   string       `firestore:"tenant" register:"-"`
	Messages []messageDoc `firestore:"messages" register:"-"`
	Created  time.Time    `firestore:"created" register:"-"`
	ExpireAt time.Time    `firestore:"expireAt" register:"-"`
}

type messageDoc struct {
	Topic string `firestore:"topic" register:"-"`
	Body  []byte `firestore:"body" register:"-"`
}

// Outbox returns the table of letters to post.
func (db *DB) Outbox() Table[outbox.ID, outbox.Letter, letterDoc] {
	return Table[outbox.ID, outbox.Letter, letterDoc]{
		db: db, collection: "outbox", shared: true,
		owner:   func(d letterDoc) tenant.ID { return tenant.ID(d.Tenant) },
		expires: func(d letterDoc) time.Time { return d.ExpireAt },
		toDoc:   letterToDoc,
		fromDoc: func(id outbox.ID, d letterDoc) (outbox.Letter, error) { return letterFromDoc(id, d), nil },
	}
}

func letterToDoc(owner tenant.ID, l outbox.Letter) letterDoc {
	d := letterDoc{Tenant: string(owner), Created: l.Created, ExpireAt: l.Created.Add(outbox.Keep)}
	for _, m := range l.Messages {
		d.Messages = append(d.Messages, messageDoc{m.Topic, m.Body})
	}
	return d
}

func letterFromDoc(id outbox.ID, d letterDoc) outbox.Letter {
	l := outbox.Letter{ID: id, Tenant: tenant.ID(d.Tenant), Created: d.Created}
	for _, m := range d.Messages {
		l.Messages = append(l.Messages, outbox.Message{Topic: m.Topic, Body: m.Body})
	}
	return l
}

// Leftovers returns at most limit letters of all institutions that were
// stored before a moment and still wait, the oldest first.
func (db *DB) Leftovers(ctx context.Context, before time.Time, limit int) ([]outbox.Letter, error) {
	docs := db.client.Collection("outbox").Where("created", "<", before).
		OrderBy("created", firestore.Asc).Limit(limit).Documents(ctx)
	defer docs.Stop()
	var letters []outbox.Letter
	for {
		snap, err := docs.Next()
		if errors.Is(err, iterator.Done) {
			return letters, nil
		}
		if err != nil {
			return nil, classify(err)
		}
		var d letterDoc
		if err := snap.DataTo(&d); err != nil {
			return nil, err
		}
		letters = append(letters, letterFromDoc(outbox.ID(snap.Ref.ID), d))
	}
}

type entryDoc struct {
	At       time.Time `firestore:"at" register:"usage"`
	Account  string    `firestore:"account,omitempty" register:"-"`
	System   string    `firestore:"system,omitempty" register:"-"`
	Action   string    `firestore:"action" register:"usage"`
	Subjects []string  `firestore:"subjects,omitempty" register:"-"`
	Object   string    `firestore:"object,omitempty" register:"-"`
	Reason   string    `firestore:"reason,omitempty" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Log returns the table of audit entries.
func (db *DB) Log() Table[audit.ID, audit.Entry, entryDoc] {
	return Table[audit.ID, audit.Entry, entryDoc]{
		db: db, collection: "log",
		expires: func(d entryDoc) time.Time { return d.ExpireAt },
		toDoc: func(_ tenant.ID, e audit.Entry) entryDoc {
			return entryDoc{
				e.At, string(e.Actor.Account), e.Actor.System, string(e.Action), texts(e.Subjects),
				e.Object, e.Reason, e.At.Add(audit.Keep),
			}
		},
		fromDoc: func(id audit.ID, d entryDoc) (audit.Entry, error) {
			return audit.Entry{
				ID: id, At: d.At, Actor: audit.Actor{Account: account.ID(d.Account), System: d.System},
				Action: audit.Action(d.Action), Subjects: named[account.ID](d.Subjects), Object: d.Object, Reason: d.Reason,
			}, nil
		},
	}
}
