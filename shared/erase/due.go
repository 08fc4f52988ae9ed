package erase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// unreadable is how long after its deadline the last sealed copy of an account
// may open: a day key is destroyed with the first run after everything it
// sealed is 90 days old, and Cloud KMS takes 24 hours over it.
const unreadable = 3 * 24 * time.Hour

// Due erases, of all institutions, at most limit accounts whose time in the bin
// is over, and returns how many.
func (k Keeper) Due(ctx context.Context, limit int) (int, error) {
	due, err := k.DB.DueInBin(ctx, limit)
	if err != nil {
		return 0, fmt.Errorf("read the bin: %w", err)
	}
	byOwner := map[tenant.ID][]bin.Entry{}
	for _, e := range due {
		byOwner[e.Tenant] = append(byOwner[e.Tenant], e.Entry)
	}
	var failed []error
	n := 0
	for owner, entries := range byOwner {
		for chunk := range slices.Chunk(entries, atOnce) {
			_, err := k.erase(ctx, owner, erasure{ids: idsOf(chunk), order: Order{Actor: audit.Actor{System: "sweep"}}})
			if err == nil {
				n += len(chunk)
			}
			failed = append(failed, err)
		}
	}
	return n, errors.Join(failed...)
}

func idsOf(entries []bin.Entry) []account.ID {
	ids := make([]account.ID, len(entries))
	for i, e := range entries {
		ids[i] = e.Account
	}
	return ids
}

// Erase erases accounts at once, on the institution's order, whether they live
// or lie in the bin, and returns the receipts. What is restricted is left out.
func (k Keeper) Erase(ctx context.Context, owner tenant.ID, ids []account.ID, o Order) ([]receipt.ID, error) {
	var proofs []receipt.ID
	for chunk := range slices.Chunk(ids, atOnce) {
		proof, err := k.erase(ctx, owner, erasure{ids: chunk, order: o, now: true})
		if proof != "" { // also where the proving of it is left to Proofs
			proofs = append(proofs, proof)
		}
		if err != nil {
			return proofs, err
		}
	}
	return proofs, nil
}

// erasure is what is to be erased.
type erasure struct {
	ids   []account.ID
	order Order
	now   bool // whether or not their time has come

	boxes map[store.NameID]naming.MailboxID // mailboxes that the institution has told of, by the hash of their address
}

// erase erases one chunk: the documents that would bring the person back go
// with the receipt in one transaction, everything else after it, until reading
// again finds nothing. What a crash cuts off is taken up by Proofs.
func (k Keeper) erase(ctx context.Context, owner tenant.ID, e erasure) (receipt.ID, error) {
	proof := receipt.Receipt{
		ID: receipt.NewID(), At: k.Clock.Now(), Order: e.order.Ref, Removed: map[string]int{}, Targets: map[connection.ID]receipt.Target{},
	}
	record := ledger.New(ledger.Erased, proof.At, e.ids...)
	record.Why, record.Order, record.Deadline = e.order.Why, e.order.Ref, proof.At
	if err := k.linked(ctx, owner, e.ids, &proof); err != nil {
		return "", err
	}
	boxes, err := k.mailboxes(ctx, owner)
	if err != nil {
		return "", err
	}
	e.boxes = boxes
	var letter outbox.Letter
	err = k.Record(ctx, owner, record, func() ([]account.ID, error) {
		err := k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
			proof.Accounts, proof.Removed = nil, map[string]int{}
			letter, err = k.forget(tx, owner, e, &proof)
			return err
		})
		return proof.Accounts, err
	})
	if err != nil || len(proof.Accounts) == 0 {
		return "", err
	}
	k.Post.Send(ctx, letter)
	return proof.ID, k.prove(ctx, owner, proof)
}

// mailboxes returns the mailboxes that an institution has told of, by the hash of
// their address: those of somebody who is erased are forgotten with their names.
func (k Keeper) mailboxes(ctx context.Context, owner tenant.ID) (map[store.NameID]naming.MailboxID, error) {
	boxes := map[store.NameID]naming.MailboxID{}
	for e, err := range k.DB.Mailboxes().All(ctx, owner) {
		if err != nil {
			return nil, fmt.Errorf("read mailboxes: %w", err)
		}
		boxes[store.NameID(k.Index.Of(owner, "address", e.Value.Address))] = e.ID
	}
	return boxes, nil
}

// linked notes in the receipt how many of ids each target has.
func (k Keeper) linked(ctx context.Context, owner tenant.ID, ids []account.ID, proof *receipt.Receipt) error {
	for e, err := range k.DB.Connections().All(ctx, owner) {
		if err != nil {
			return fmt.Errorf("read connections: %w", err)
		}
		links, err := k.DB.Links(e.ID).GetMany(ctx, owner, ids)
		if err != nil {
			return err
		}
		if len(links) > 0 {
			proof.Targets[e.ID] = receipt.Target{Wanted: len(links)}
		}
	}
	return nil
}

// forget removes, within a transaction, the account or its entry in the bin and
// its names, and stores the receipt.
func (k Keeper) forget(tx *store.Tx, owner tenant.ID, e erasure, proof *receipt.Receipt) (outbox.Letter, error) {
	entries, err := k.DB.Bin().GetManyTx(tx, owner, e.ids)
	if err != nil {
		return outbox.Letter{}, err
	}
	living, err := k.DB.Accounts().GetManyTx(tx, owner, e.ids)
	if err != nil {
		return outbox.Letter{}, err
	}
	gone, names := k.chosen(owner, e, found{entries, living}, proof)
	if len(gone) == 0 {
		return outbox.Letter{}, nil
	}
	if _, err := k.DB.Names().GetManyTx(tx, owner, names); err != nil {
		return outbox.Letter{}, err
	}
	institution, err := k.DB.Tenants().GetTx(tx, owner, owner)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return outbox.Letter{}, err
	}
	letter := outbox.New(owner, proof.At, passed(owner, proof.Connections(), gone, proof.ID)...)
	entry := e.order.Mark.On(audit.New(proof.At, e.order.Actor, audit.Erased, gone...).On(string(proof.ID)).Because(string(proof.Why)))
	failed := []error{
		k.DB.Receipts().CreateTx(tx, owner, proof.ID, *proof),
		k.DB.Log().CreateTx(tx, owner, entry.ID, entry),
		k.DB.Outbox().CreateTx(tx, owner, letter.ID, letter),
	}
	for _, id := range gone {
		failed = append(failed, k.DB.Bin().DeleteTx(tx, owner, id), k.DB.Accounts().DeleteTx(tx, owner, id))
	}
	for _, name := range names {
		failed = append(failed, k.DB.Names().DeleteTx(tx, owner, name))
		if box, ok := e.boxes[name]; ok {
			failed = append(failed, k.DB.Mailboxes().DeleteTx(tx, owner, box))
		}
		if institution.KeepNames { // nobody gets it again: one hash finds a name while its holder lives and after
			failed = append(failed, k.DB.UsedNames().SetTx(tx, owner, naming.UsedID(name), proof.At))
		}
	}
	return letter, errors.Join(failed...)
}

// found is what is stored of those to erase.
type found struct {
	binned map[account.ID]store.Entry[account.ID, bin.Entry]
	living map[account.ID]store.Entry[account.ID, account.Account]
}

// chosen returns whom the erasure erases, with their names, and notes in the
// receipt who they are and until when copies can be opened.
func (k Keeper) chosen(owner tenant.ID, e erasure, at found, proof *receipt.Receipt) (gone []account.ID, names []store.NameID) {
	proof.Why, proof.Binned = e.order.Why, time.Time{}
	last := proof.At
	if e.now {
		last = proof.At.Add(account.Kept)
	}
	for _, id := range e.ids {
		entry, binned := at.binned[id]
		a, lives := at.living[id]
		switch {
		case binned && !entry.Value.Held() && (e.now || entry.Value.Due(proof.At)):
			for _, name := range entry.Value.Names {
				names = append(names, store.NameID(name))
			}
			if entry.Value.Binned.After(proof.Binned) {
				proof.Binned = entry.Value.Binned
			}
			proof.Removed["bin"]++
		case lives && e.now && !a.Value.Limit.Holds():
			for _, address := range a.Value.Names() {
				names = append(names, store.NameID(k.Index.Of(owner, "address", address)))
			}
			proof.Removed["accounts"]++
		default:
			continue
		}
		gone = append(gone, id)
	}
	proof.Accounts, proof.Unreadable = gone, last.Add(unreadable)
	return gone, names
}
