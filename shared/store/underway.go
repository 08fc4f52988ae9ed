package store

import (
	"context"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/tenant"
)

// Underway is a run on its way, with whose it is.
type Underway struct {
	Tenant tenant.ID
	Run    roster.Run
}

// Underway returns at most limit runs of all institutions that are received,
// planned or applied now: those that somebody waits for.
func (db *DB) Underway(ctx context.Context, limit int) ([]Underway, error) {
	states := texts([]roster.Status{roster.Received, roster.Planned, roster.Applying})
	q := db.client.CollectionGroup("imports").Where("status", "in", states).Limit(limit)
	var found []Underway
	for snap, err := range snapshots(ctx, q) {
		if err != nil {
			return nil, err
		}
		e, err := db.Runs().entry(tenant.ID(snap.Ref.Parent.Parent.ID), snap, nil)
		if fault.KindOf(err) == fault.NotFound {
			continue // it has expired
		}
		if err != nil {
			return nil, err
		}
		found = append(found, Underway{tenant.ID(snap.Ref.Parent.Parent.ID), e.Value})
	}
	return found, nil
}
