package store

import (
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/tenant"
)

// NameID is the keyed hash of an institution's username or address: see
// seal.Index.
type NameID string

type nameDoc struct {
	Tenant  string `firestore:"tenant" register:"-"`
	Account string `firestore:"account" register:"-"`
}

// Names returns the table that makes usernames and addresses unique within an
// institution and finds an account at sign-in by one read.
func (db *DB) Names() Table[NameID, account.ID, nameDoc] {
	return Table[NameID, account.ID, nameDoc]{
		db: db, collection: "names", shared: true,
		owner:   func(d nameDoc) tenant.ID { return tenant.ID(d.Tenant) },
		toDoc:   func(owner tenant.ID, id account.ID) nameDoc { return nameDoc{string(owner), string(id)} },
		fromDoc: func(_ NameID, d nameDoc) (account.ID, error) { return account.ID(d.Account), nil },
	}
}
