package store

import (
	"context"

	"cool.example/sync/shared/roster"
)

// Awaited reports whether the run of an upload, of whichever institution, is
// still to be planned from it.
func (db *DB) Awaited(ctx context.Context, object string) (bool, error) {
	query := db.client.CollectionGroup("imports").Where("upload", "==", object)
	for snap, err := range snapshots(ctx, query) {
		if err != nil {
			return false, err
		}
		var d runDoc
		if err := snap.DataTo(&d); err != nil {
			return false, err
		}
		if roster.Status(d.Status) == roster.Received {
			return true, nil
		}
	}
	return false, nil
}
