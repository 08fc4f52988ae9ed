package store

import (
	"time"

	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

// namingDoc is the rule of one kind of person at a school.
type namingDoc struct {
	Usernames []string `firestore:"usernames" register:"-"`
	Address   string   `firestore:"address" register:"-"`
	Renames   string   `firestore:"renames" register:"-"`
}

func namingToDocs(rules map[person.Kind]naming.Rule) map[string]namingDoc {
	return renamed[string](rules, func(r naming.Rule) namingDoc { return namingDoc{r.Usernames, r.Address, string(r.Renames)} })
}

func namingFromDocs(docs map[string]namingDoc) map[person.Kind]naming.Rule {
	return renamed[person.Kind](docs, func(d namingDoc) naming.Rule {
		return naming.Rule{Usernames: d.Usernames, Address: d.Address, Renames: naming.Consent(d.Renames)}
	})
}

type mailboxDoc struct {
	Address  string    `firestore:"address" register:"school_email"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Mailboxes returns the table of addresses that exist already, for people who
// may yet come: see naming.Mailbox.
func (db *DB) Mailboxes() Table[naming.MailboxID, naming.Mailbox, mailboxDoc] {
	return Table[naming.MailboxID, naming.Mailbox, mailboxDoc]{
		db: db, collection: "mailboxes",
		expires: func(d mailboxDoc) time.Time { return d.ExpireAt },
		toDoc:   func(_ tenant.ID, m naming.Mailbox) mailboxDoc { return mailboxDoc(m) },
		fromDoc: func(_ naming.MailboxID, d mailboxDoc) (naming.Mailbox, error) { return naming.Mailbox(d), nil },
	}
}

// usedNameDoc says nothing but when somebody was erased who had a name; the id
// is the name's keyed hash.
type usedNameDoc struct {
	Erased time.Time `firestore:"erased" register:"-"`
}

// UsedNames returns the table of the names of people who have been erased. An
// institution keeps them only where it says so: see tenant.Tenant.
func (db *DB) UsedNames() Table[naming.UsedID, time.Time, usedNameDoc] {
	return Table[naming.UsedID, time.Time, usedNameDoc]{
		db: db, collection: "usednames",
		toDoc:   func(_ tenant.ID, at time.Time) usedNameDoc { return usedNameDoc{at} },
		fromDoc: func(_ naming.UsedID, d usedNameDoc) (time.Time, error) { return d.Erased, nil },
	}
}
