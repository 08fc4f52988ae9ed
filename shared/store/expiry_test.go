package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// expiring is a table of documents that expire: put stores one that expires
// at a moment, get reads it.
type expiring struct {
	put func(ctx context.Context, owner tenant.ID, id string, expire time.Time) error
	get func(ctx context.Context, owner tenant.ID, id string) error
}

// lasting makes an expiring from a table and a way to make a value of it.
func lasting[ID ~string, V, D any](table func(time.Time) store.Table[ID, V, D], value func(time.Time) V) expiring {
	return expiring{
		put: func(ctx context.Context, owner tenant.ID, id string, expire time.Time) error {
			return table(expire).Create(ctx, owner, ID(id), value(expire))
		},
		get: func(ctx context.Context, owner tenant.ID, id string) error {
			_, err := table(time.Time{}).Get(ctx, owner, ID(id))
			return err
		},
	}
}

// always is a table that does not ask when its values expire.
func always[T any](table T) func(time.Time) T { return func(time.Time) T { return table } }

// until leads to the lanes of a run that expire at a moment.
func until[T any](lanes func(roster.RunID, time.Time) T) func(time.Time) T {
	return func(at time.Time) T { return lanes("ione", at) }
}

// expiringTables returns every table of an expiring collection.
func expiringTables(db *store.DB) map[string]expiring {
	return map[string]expiring{
		"sessions":  lasting(always(db.Sessions()), func(at time.Time) session.Session { return session.Session{ExpireAt: at} }),
		"codes":     lasting(always(db.Codes()), func(at time.Time) grant.Code { return grant.Code{ExpireAt: at} }),
		"grants":    lasting(always(db.Grants()), func(at time.Time) grant.Grant { return grant.Grant{ExpireAt: at} }),
		"outbox":    lasting(always(db.Outbox()), func(at time.Time) outbox.Letter { return outbox.Letter{Created: at.Add(-outbox.Keep)} }),
		"imports":   lasting(always(db.Runs()), func(at time.Time) roster.Run { return roster.Run{ExpireAt: at} }),
		"log":       lasting(always(db.Log()), func(at time.Time) audit.Entry { return audit.Entry{At: at.Add(-audit.Keep)} }),
		"private":   lasting(always(db.Private()), func(at time.Time) audit.Sealed { return audit.Sealed{ExpireAt: at} }),
		"mails":     lasting(always(db.Mails()), func(at time.Time) store.Mail { return store.Mail{ExpireAt: at} }),
		"mailboxes": lasting(always(db.Mailboxes()), func(at time.Time) naming.Mailbox { return naming.Mailbox{ExpireAt: at} }),
		"revisions": lasting(always(db.Revisions()), func(at time.Time) revision.Revision { return revision.Revision{ExpireAt: at} }),
		"ledger":    lasting(always(db.Ledger()), func(at time.Time) ledger.Entry { return ledger.Entry{At: at.Add(-ledger.Keep)} }),
		"receipts":  lasting(always(db.Receipts()), func(at time.Time) receipt.Receipt { return receipt.Receipt{At: at.Add(-receipt.Keep)} }),
		"backups":   lasting(always(db.Backups()), func(at time.Time) backup.Record { return backup.Record{ExpireAt: at} }),
		"sheets":    lasting(always(db.Sheets()), func(at time.Time) credential.Sheet { return credential.Sheet{ExpireAt: at} }),
		"lanes":     lasting(until(db.Lanes), func(time.Time) store.Lane { return store.Lane{} }),
	}
}

func TestDeleteExpired(t *testing.T) {
	t.Parallel()
	for _, collection := range store.Expiring() {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			project, now := emulators.Firestore(t), clock.NewManual(today)
			db := openAt(t, project, now)
			tables := expiringTables(db)
			require.Contains(t, tables, collection)
			var stay []string
			for i, expire := range []time.Duration{
				time.Microsecond, time.Minute, 30 * time.Minute, time.Hour, // these are over in an hour
				time.Hour + time.Microsecond, 2 * time.Hour, 1000 * time.Hour, // these are not
			} {
				for _, owner := range []tenant.ID{ours, theirs} {
					id := fmt.Sprintf("%s%d", owner, i)
					require.NoError(t, tables[collection].put(t.Context(), owner, id, today.Add(expire)))
					if expire > time.Hour {
						stay = append(stay, id)
					}
				}
			}
			for other, table := range tables {
				if other != collection {
					require.NoError(t, table.put(t.Context(), ours, "ander", today.Add(time.Minute)))
				}
			}
			now.Advance(time.Hour)
			require.Equal(t, fault.NotFound, fault.KindOf(tables[collection].get(t.Context(), ours, "golfbreker3")), "hidden before it is deleted")
			require.NoError(t, tables[collection].get(t.Context(), ours, "golfbreker4"))

			n, err := db.DeleteExpired(t.Context(), collection, 3)
			require.NoError(t, err)
			require.Equal(t, 8, n)
			slices.Sort(stay)
			require.Equal(t, stay, lying(t, project, collection))
			for other := range tables {
				if other != collection {
					require.Equal(t, []string{"ander"}, lying(t, project, other), "another collection is left alone")
				}
			}
			n, err = db.DeleteExpired(t.Context(), collection, 3)
			require.NoError(t, err)
			require.Zero(t, n)
		})
	}
}

// lying returns the ids of what lies in a collection, wherever that is, in
// order.
func lying(t *testing.T, project, collection string) []string {
	t.Helper()
	client, err := firestore.NewClient(t.Context(), project)
	require.NoError(t, err)
	defer client.Close()
	docs, err := client.CollectionGroup(collection).Documents(t.Context()).GetAll()
	require.NoError(t, err)
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.Ref.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestWhatExpiresIsIndexed(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../emulators/firestore.indexes.json")
	require.NoError(t, err)
	var file struct {
		FieldOverrides []struct {
			CollectionGroup string
			FieldPath       string
			TTL             bool
			Indexes         []struct{ Order, QueryScope string }
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	var deleted []string
	for _, f := range file.FieldOverrides {
		if !f.TTL {
			continue
		}
		deleted = append(deleted, f.CollectionGroup)
		require.Equal(t, "expireAt", f.FieldPath)
		require.Contains(t, f.Indexes, struct{ Order, QueryScope string }{"ASCENDING", "COLLECTION_GROUP"}, "DeleteExpired asks by it")
	}
	require.ElementsMatch(t, store.Expiring(), deleted)
}
