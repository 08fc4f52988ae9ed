package change

import (
	"context"
	"fmt"

	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// MailboxHash returns what makes the ids of an institution's mailboxes.
func MailboxHash(index seal.Index, owner tenant.ID) naming.Hash {
	return func(values ...string) string { return index.Of(owner, "mailbox", values...) }
}

// Mailboxes returns the mailboxes that an institution has told of.
func Mailboxes(ctx context.Context, db *store.DB, index seal.Index, owner tenant.ID) (naming.Mailboxes, error) {
	boxes := map[naming.MailboxID]naming.Mailbox{}
	for e, err := range db.Mailboxes().All(ctx, owner) {
		if err != nil {
			return naming.Mailboxes{}, fmt.Errorf("read mailboxes: %w", err)
		}
		boxes[e.ID] = e.Value
	}
	return naming.NewMailboxes(MailboxHash(index, owner), boxes), nil
}

// Used returns the names that are kept of people: those in ids, such as of whom
// the recycle bin has, and, where the institution keeps them, of everybody who
// was erased. It adds them to ids.
func Used(ctx context.Context, db *store.DB, index seal.Index, t tenant.Tenant, ids map[naming.UsedID]bool) (naming.Used, error) {
	d := t.Domains
	used := naming.Used{
		Of:  func(address string) naming.UsedID { return naming.UsedID(index.Of(t.ID, "address", address)) },
		IDs: ids, Domains: []string{d.Pupils, d.Staff, d.Guardians},
	}
	if !t.KeepNames {
		return used, nil
	}
	for e, err := range db.UsedNames().All(ctx, t.ID) {
		if err != nil {
			return used, fmt.Errorf("read used names: %w", err)
		}
		ids[e.ID] = true
	}
	return used, nil
}
