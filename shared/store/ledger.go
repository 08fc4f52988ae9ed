package store

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/tenant"
)

// LedgerDatabase is the Firestore database that holds the ledger, so that no
// restore of another database takes it back in time.
const LedgerDatabase = "ledger"

type ledgerDoc struct {
	At       time.Time `firestore:"at" register:"-"`
	Kind     string    `firestore:"kind" register:"-"`
	State    string    `firestore:"state" register:"-"`
	Accounts []string  `firestore:"accounts" register:"-"`
	Deadline time.Time `firestore:"deadline" register:"-"`
	Why      string    `firestore:"why" register:"-"`
	Order    string    `firestore:"order" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Ledger returns the table of the ledger. It belongs to LedgerDatabase.
func (db *DB) Ledger() Table[ledger.ID, ledger.Entry, ledgerDoc] {
	return Table[ledger.ID, ledger.Entry, ledgerDoc]{
		db: db, collection: "ledger",
		expires: func(d ledgerDoc) time.Time { return d.ExpireAt },
		toDoc: func(_ tenant.ID, e ledger.Entry) ledgerDoc {
			return ledgerDoc{
				e.At, string(e.Kind), string(e.State), texts(e.Accounts), e.Deadline, string(e.Why), e.Order, e.At.Add(ledger.Keep),
			}
		},
		fromDoc: func(id ledger.ID, d ledgerDoc) (ledger.Entry, error) {
			return ledger.Entry{
				ID: id, At: d.At, Kind: ledger.Kind(d.Kind), State: ledger.State(d.State), Accounts: named[account.ID](d.Accounts),
				Deadline: d.Deadline, Why: bin.Reason(d.Why), Order: d.Order,
			}, nil
		},
	}
}
