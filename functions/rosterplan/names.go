package rosterplan

import (
	"context"
	"fmt"

	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/roster"
)

// names adds what says which names are nobody's to have: mailboxes that exist
// already, and the names of people who have been erased, where the institution
// keeps those.
func (n *knower) names(ctx context.Context, k *roster.Known) error {
	boxes := map[naming.MailboxID]naming.Mailbox{}
	for e, err := range n.DB.Mailboxes().All(ctx, n.owner) {
		if err != nil {
			return fmt.Errorf("read mailboxes: %w", err)
		}
		boxes[e.ID] = e.Value
	}
	k.Mailboxes = naming.NewMailboxes(func(values ...string) string { return n.Index.Of(n.owner, "mailbox", values...) }, boxes)
	d := k.Tenant.Domains
	used := naming.Used{
		Of:  func(address string) naming.UsedID { return naming.UsedID(n.Index.Of(n.owner, "address", address)) },
		IDs: n.closed, Domains: []string{d.Pupils, d.Staff, d.Guardians},
	}
	k.Used = used
	if !k.Tenant.KeepNames {
		return nil
	}
	for e, err := range n.DB.UsedNames().All(ctx, n.owner) {
		if err != nil {
			return fmt.Errorf("read used names: %w", err)
		}
		used.IDs[e.ID] = true
	}
	return nil
}
