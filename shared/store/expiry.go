package store

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"
)

// Expiring lists every collection whose documents carry expireAt. The same
// names stand in the indexes of emulators/firestore.indexes.json, where each
// has a TTL policy; a test compares the two.
func Expiring() []string {
	return []string{"sessions", "codes", "grants", "outbox", "imports", "lanes", "log", "private", "mails", "mailboxes", "revisions", "ledger", "receipts", "backups", "sheets"}
}

// never is a moment that a timer's query does not reach.
func never() time.Time { return time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC) }

// DeleteExpired deletes every document of the collection, wherever it lies,
// whose expireAt has passed, batch by batch, and returns how many.
func (db *DB) DeleteExpired(ctx context.Context, collection string, batch int) (int, error) {
	total := 0
	for {
		n, err := db.deleteExpired(ctx, collection, batch)
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

func (db *DB) deleteExpired(ctx context.Context, collection string, batch int) (int, error) {
	docs := db.client.CollectionGroup(collection).Where("expireAt", "<=", db.Now()).Limit(batch).Documents(ctx)
	defer docs.Stop()
	var refs []*firestore.DocumentRef
	for {
		snap, err := docs.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			return 0, classify(err)
		}
		refs = append(refs, snap.Ref)
	}
	if len(refs) == 0 {
		return 0, nil
	}
	err := db.client.RunTransaction(ctx, func(_ context.Context, tx *firestore.Transaction) error {
		for _, ref := range refs {
			if err := tx.Delete(ref); err != nil {
				return err
			}
		}
		return nil
	})
	return len(refs), classify(err)
}
