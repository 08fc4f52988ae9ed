package store

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"

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
