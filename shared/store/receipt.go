package store

import (
	"context"
	"errors"
	"time"

	"google.golang.org/api/iterator"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/tenant"
)

type receiptDoc struct {
	At         time.Time               `firestore:"at" register:"-"`
	Accounts   []string                `firestore:"accounts" register:"-"`
	Why        string                  `firestore:"why" register:"-"`
	Order      string                  `firestore:"order" register:"-"`
	Binned     time.Time               `firestore:"binned" register:"-"`
	Removed    map[string]int          `firestore:"removed" register:"-"`
	Verified   time.Time               `firestore:"verified" register:"-"`
	Found      map[string]int          `firestore:"found" register:"-"`
	Unreadable time.Time               `firestore:"unreadable" register:"-"`
	Targets    map[string]targetRecord `firestore:"targets"`
	ExpireAt   time.Time               `firestore:"expireAt" register:"-"`
}

type targetRecord struct {
	Wanted    int       `firestore:"wanted" register:"-"`
	Confirmed int       `firestore:"confirmed" register:"-"`
	Failed    int       `firestore:"failed" register:"-"`
	BinUntil  time.Time `firestore:"binUntil" register:"-"`
}

// Receipts returns the table of receipts of erasure.
func (db *DB) Receipts() Table[receipt.ID, receipt.Receipt, receiptDoc] {
	return Table[receipt.ID, receipt.Receipt, receiptDoc]{
		db: db, collection: "receipts",
		expires: func(d receiptDoc) time.Time { return d.ExpireAt },
		toDoc: func(_ tenant.ID, r receipt.Receipt) receiptDoc {
			return receiptDoc{
				At: r.At, Accounts: texts(r.Accounts), Why: string(r.Why), Order: r.Order, Binned: r.Binned, Removed: r.Removed,
				Verified: r.Verified, Found: r.Found, Unreadable: r.Unreadable, ExpireAt: r.At.Add(receipt.Keep),
				Targets: renamed[string](r.Targets, func(t receipt.Target) targetRecord { return targetRecord(t) }),
			}
		},
		fromDoc: func(id receipt.ID, d receiptDoc) (receipt.Receipt, error) {
			return receipt.Receipt{
				ID: id, At: d.At, Accounts: named[account.ID](d.Accounts), Why: bin.Reason(d.Why), Order: d.Order, Binned: d.Binned,
				Removed: d.Removed, Verified: d.Verified, Found: d.Found, Unreadable: d.Unreadable,
				Targets: renamed[connection.ID](d.Targets, func(t targetRecord) receipt.Target { return receipt.Target(t) }),
			}, nil
		},
	}
}

// Unverified is a receipt with whose it is.
type Unverified struct {
	Tenant tenant.ID
	receipt.Receipt
}

// UnverifiedReceipts returns at most limit receipts, of any institution, of
// erasures after which not every place was read again.
func (db *DB) UnverifiedReceipts(ctx context.Context, limit int) ([]Unverified, error) {
	docs := db.client.CollectionGroup("receipts").Where("verified", "<", time.Unix(0, 0)).Limit(limit).Documents(ctx)
	defer docs.Stop()
	var open []Unverified
	for {
		snap, err := docs.Next()
		if errors.Is(err, iterator.Done) {
			return open, nil
		}
		if err != nil {
			return nil, classify(err)
		}
		owner := tenant.ID(snap.Ref.Parent.Parent.ID)
		e, err := db.Receipts().entry(owner, snap, nil)
		if fault.KindOf(err) == fault.NotFound {
			continue // expired
		}
		if err != nil {
			return nil, err
		}
		e.Value.ID = e.ID
		open = append(open, Unverified{owner, e.Value})
	}
}
