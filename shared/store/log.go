package store

import (
	"context"
	"maps"
	"reflect"
	"sync"
	"time"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// entryDoc is an entry as stored. The hash that the notary signs is of every
// field, so that none is ever written again.
type entryDoc struct {
	At           time.Time `firestore:"at" register:"usage"`
	Recorded     time.Time `firestore:"recorded,omitempty" register:"usage"`
	Account      string    `firestore:"account,omitempty" register:"-"`
	System       string    `firestore:"system,omitempty" register:"-"`
	Action       string    `firestore:"action" register:"usage"`
	Subjects     []string  `firestore:"subjects,omitempty" register:"-"`
	Fields       []string  `firestore:"fields,omitempty" register:"-"`
	Object       string    `firestore:"object,omitempty" register:"-"`
	Reason       string    `firestore:"reason,omitempty" register:"-"`
	PrivateHash  []byte    `firestore:"privateHash,omitempty" register:"-"`
	PrivateUntil time.Time `firestore:"privateUntil,omitempty" register:"-"`
	ExpireAt     time.Time `firestore:"expireAt" register:"-"`
}

// Log returns the table of audit entries. A new entry gets the term that the
// institution has set, and its private part is created beside it.
func (db *DB) Log() Table[audit.ID, audit.Entry, entryDoc] {
	return Table[audit.ID, audit.Entry, entryDoc]{
		db: db, collection: "log",
		expires: func(d entryDoc) time.Time { return d.ExpireAt },
		settle:  db.settle,
		stored:  stamped,
		beside:  db.private,
		toDoc: func(_ tenant.ID, e audit.Entry) entryDoc {
			return entryDoc{
				e.At, e.Recorded, string(e.Actor.Account), e.Actor.System, string(e.Action), texts(e.Subjects), e.Fields,
				e.Object, e.Reason, e.Private.Hash, e.Private.Until, e.ExpireAt,
			}
		},
		fromDoc: func(id audit.ID, d entryDoc) (audit.Entry, error) { return entryFromDoc(id, d), nil },
	}
}

// stamped returns an entry that the database notes the time of, unless it was
// noted before.
func stamped(t Table[audit.ID, audit.Entry, entryDoc], d entryDoc) any {
	if !d.Recorded.IsZero() {
		return d
	}
	values := t.fields(d)
	maps.DeleteFunc(values, func(_ string, v any) bool { return reflect.ValueOf(v).IsZero() })
	values["recorded"] = firestore.ServerTimestamp
	return values
}

func entryFromDoc(id audit.ID, d entryDoc) audit.Entry {
	return audit.Entry{
		ID: id, At: d.At, Recorded: d.Recorded, Actor: audit.Actor{Account: account.ID(d.Account), System: d.System},
		Action: audit.Action(d.Action), Subjects: named[account.ID](d.Subjects), Fields: d.Fields, Object: d.Object, Reason: d.Reason,
		Private: audit.Private{Hash: d.PrivateHash, Until: d.PrivateUntil}, ExpireAt: d.ExpireAt,
	}
}

type privateDoc struct {
	Envelope envelopeDoc `firestore:"envelope" register:"ip_address|usage"`
	ExpireAt time.Time   `firestore:"expireAt" register:"-"`
}

// Private returns the table of the private parts of entries, under the ids of
// their entries.
func (db *DB) Private() Table[audit.ID, audit.Sealed, privateDoc] {
	return Table[audit.ID, audit.Sealed, privateDoc]{
		db: db, collection: "private",
		expires: func(d privateDoc) time.Time { return d.ExpireAt },
		toDoc: func(_ tenant.ID, s audit.Sealed) privateDoc {
			return privateDoc{envelopeDoc(s.Envelope), s.ExpireAt}
		},
		fromDoc: func(_ audit.ID, d privateDoc) (audit.Sealed, error) {
			return audit.Sealed{Envelope: envelope.Envelope(d.Envelope), ExpireAt: d.ExpireAt}, nil
		},
	}
}

// private returns the document of e's private part, where it has one.
func (db *DB) private(owner tenant.ID, id audit.ID, e audit.Entry) []companion {
	if e.Sealed.Empty() {
		return nil
	}
	t := db.Private()
	return []companion{{t.ref(owner, id), t.toDoc(owner, audit.Sealed{Envelope: e.Sealed, ExpireAt: e.Private.Until})}}
}

// LogNothing costs what it costs to create an entry with a private part, and
// leaves nothing.
func (db *DB) LogNothing(ctx context.Context, owner tenant.ID, id audit.ID) error {
	if err := check(owner, id); err != nil {
		return err
	}
	_, err := db.client.Batch().Delete(db.Log().ref(owner, id)).Delete(db.Private().ref(owner, id)).Commit(ctx)
	return classify(err)
}

// termsLife is how long the terms of an institution are remembered: a change
// counts for what is written after it.
const termsLife = time.Minute

// terms remembers how long institutions keep their logs.
type terms struct {
	mu    sync.Mutex
	known map[tenant.ID]term
}

type term struct {
	months audit.Terms
	until  time.Time
}

// settle gives e its term.
func (db *DB) settle(ctx context.Context, owner tenant.ID, e audit.Entry) (audit.Entry, error) {
	if !e.ExpireAt.IsZero() {
		return e, nil // it was given one when it was first written
	}
	months, err := db.termsOf(ctx, owner)
	if err != nil {
		return e, err
	}
	e.ExpireAt = months.Until(e)
	return e, nil
}

func (db *DB) termsOf(ctx context.Context, owner tenant.ID) (audit.Terms, error) {
	now := db.Now()
	db.terms.mu.Lock()
	t, ok := db.terms.known[owner]
	db.terms.mu.Unlock()
	if ok && t.until.After(now) {
		return t.months, nil
	}
	institution, err := db.Tenants().Get(ctx, owner, owner)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	db.terms.mu.Lock()
	defer db.terms.mu.Unlock()
	if db.terms.known == nil {
		db.terms.known = map[tenant.ID]term{}
	}
	db.terms.known[owner] = term{institution.LogMonths, now.Add(termsLife)}
	return institution.LogMonths, nil
}
