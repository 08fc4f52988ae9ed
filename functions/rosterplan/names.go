package rosterplan

import (
	"context"

	"cool.example/sync/shared/change"
	"cool.example/sync/shared/roster"
)

// names adds what says which names are nobody's to have: mailboxes that exist
// already, and the names of people who have been erased, where the institution
// keeps those.
func (n *knower) names(ctx context.Context, k *roster.Known) error {
	var err error
	if k.Mailboxes, err = change.Mailboxes(ctx, n.DB, n.Index, n.owner); err != nil {
		return err
	}
	k.Used, err = change.Used(ctx, n.DB, n.Index, k.Tenant, n.closed)
	return err
}
