// Package erase deletes accounts and proves it: into the recycle bin, back out
// of it, and for good. A deletion removes the live documents and seals the
// account into the bin in one transaction; after 90 days, or at once on an
// order, every place that may name the person is emptied and read again, and a
// receipt says so.
package erase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Box seals what is kept: see seal.Sealer.
type Box interface {
	Enclose(ctx context.Context, plain, place []byte) (envelope.Envelope, error)
	EncloseOf(ctx context.Context, day time.Time, plain, place []byte) (envelope.Envelope, error)
	Disclose(ctx context.Context, e envelope.Envelope, place []byte) ([]byte, error)
	Hold(ctx context.Context, e envelope.Envelope, place []byte) (envelope.Envelope, error)
}

// Keeper deletes, restores and erases.
type Keeper struct {
	DB          *store.DB
	Ledger      *store.DB // the database of that name
	Credentials *store.DB // the database of that name; nil where nobody is erased
	Box         Box
	Index       seal.Index
	Post        outbox.Post
	Clock       clock.Clock
}

// Order is who deletes or restores, and why.
type Order struct {
	Actor audit.Actor
	Mark  audit.Mark
	Why   bin.Reason
	Ref   string // reference of the institution's order, where the operator acts
}

// atOnce bounds the accounts of one transaction: each takes a few documents,
// and Firestore bounds a commit at 10 MiB.
const atOnce = 100

// BinTx deletes an account within a transaction: its document goes, which must
// not have been written since e.Written, and the account as it was lies sealed
// in the bin. Its addresses stay its own. It reads nothing.
func (k Keeper) BinTx(ctx context.Context, tx *store.Tx, owner tenant.ID, e store.Entry[account.ID, account.Account], why bin.Reason) error {
	entry, err := k.entry(ctx, owner, e.Value, bin.Of(e.Value, k.Clock.Now(), why))
	if err != nil {
		return err
	}
	return errors.Join(
		k.DB.Accounts().DropTx(tx, owner, e),
		k.DB.Bin().SetTx(tx, owner, e.ID, entry),
	)
}

// entry seals a into its entry.
func (k Keeper) entry(ctx context.Context, owner tenant.ID, a account.Account, e bin.Entry) (bin.Entry, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return e, err
	}
	place := bin.Place(owner, a.ID)
	if e.Envelope, err = k.Box.Enclose(ctx, body, place); err != nil {
		return e, fmt.Errorf("seal into the bin: %w", err)
	}
	if e.Held() {
		if e.Envelope, err = k.Box.Hold(ctx, e.Envelope, place); err != nil {
			return e, fmt.Errorf("hold in the bin: %w", err)
		}
	}
	for _, address := range a.Names() {
		e.Names = append(e.Names, k.Index.Of(owner, "address", address))
	}
	return e, nil
}

// Open returns the account of an entry as it was, with the restriction that
// holds now: it may have been set or lifted since. It answers NotFound where the
// key of its day is destroyed.
func (k Keeper) Open(ctx context.Context, owner tenant.ID, e bin.Entry) (account.Account, error) {
	var a account.Account
	body, err := k.Box.Disclose(ctx, e.Envelope, bin.Place(owner, e.Account))
	if err != nil {
		return a, fmt.Errorf("open from the bin: %w", err)
	}
	err = json.Unmarshal(body, &a)
	a.Limit = e.Limit
	return a, err
}

// Bin deletes accounts. Those that are not there, any more, are left out. It
// returns how many were deleted.
func (k Keeper) Bin(ctx context.Context, owner tenant.ID, ids []account.ID, o Order) (int, error) {
	return k.chunks(ctx, owner, ids, o, job{ledger.Deleted, audit.Binned, k.bin})
}

// job is one kind of change in chunks.
type job struct {
	kind   ledger.Kind
	action audit.Action
	do     func(ctx context.Context, tx *store.Tx, owner tenant.ID, ids []account.ID, o Order) ([]account.ID, error)
}

// chunks does a job in transactions of bounded size, each recorded in the
// ledger before it begins, in the log within it, and passed on to the targets
// after it.
func (k Keeper) chunks(ctx context.Context, owner tenant.ID, ids []account.ID, o Order, j job) (int, error) {
	total := 0
	for len(ids) > 0 {
		chunk := ids[:min(len(ids), atOnce)]
		ids = ids[len(chunk):]
		n, err := k.chunk(ctx, owner, chunk, o, j)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (k Keeper) chunk(ctx context.Context, owner tenant.ID, ids []account.ID, o Order, j job) (int, error) {
	targets, err := k.targets(ctx, owner)
	if err != nil {
		return 0, err
	}
	record := ledger.New(j.kind, k.Clock.Now(), ids...)
	record.Why, record.Order, record.Deadline = o.Why, o.Ref, record.At.Add(account.Kept)
	var letter outbox.Letter
	var done []account.ID
	err = k.Record(ctx, owner, record, func() ([]account.ID, error) {
		err := k.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			if done, err = j.do(ctx, tx, owner, ids, o); err != nil || len(done) == 0 {
				return err
			}
			letter = outbox.New(owner, k.Clock.Now(), passed(owner, targets, done, "")...)
			entry := o.Mark.On(audit.New(k.Clock.Now(), o.Actor, j.action, done...).On(o.Ref).Because(string(o.Why)))
			return errors.Join(
				k.DB.Log().CreateTx(tx, owner, entry.ID, entry),
				k.DB.Outbox().CreateTx(tx, owner, letter.ID, letter),
			)
		})
		return done, err
	})
	if err != nil || len(done) == 0 {
		return 0, err
	}
	k.Post.Send(ctx, letter)
	return len(done), nil
}

// bin deletes within a transaction what is there of ids.
func (k Keeper) bin(ctx context.Context, tx *store.Tx, owner tenant.ID, ids []account.ID, o Order) ([]account.ID, error) {
	found, err := k.DB.Accounts().GetManyTx(tx, owner, ids)
	if err != nil {
		return nil, err
	}
	var done []account.ID
	for _, id := range ids {
		e, ok := found[id]
		if !ok {
			continue
		}
		if err := k.BinTx(ctx, tx, owner, e, o.Why); err != nil {
			return nil, err
		}
		done = append(done, id)
	}
	return done, nil
}

// targets returns the connections that accounts are passed on to.
func (k Keeper) targets(ctx context.Context, owner tenant.ID) ([]connection.ID, error) {
	var on []connection.ID
	for e, err := range k.DB.Connections().All(ctx, owner) {
		if err != nil {
			return nil, fmt.Errorf("read connections: %w", err)
		}
		if e.Value.On {
			on = append(on, e.ID)
		}
	}
	return on, nil
}

// passed returns the messages that bring accounts to their targets.
func passed(owner tenant.ID, targets []connection.ID, ids []account.ID, proof receipt.ID) []outbox.Message {
	var list []outbox.Message
	for _, c := range targets {
		list = append(list, outbox.To(topic.ProvisionGoogle, topic.Provision{Tenant: owner, Connection: c, Accounts: ids, Receipt: proof}))
	}
	return list
}

// Record does a change that is in the ledger before it begins, and writes
// down there whom it changed. What a crash leaves begun counts as done when the
// ledger is replayed.
func (k Keeper) Record(ctx context.Context, owner tenant.ID, e ledger.Entry, change func() ([]account.ID, error)) error {
	if err := k.Ledger.Ledger().Create(ctx, owner, e.ID, e); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	done, err := change()
	if fault.KindOf(err) == fault.Busy && err != nil {
		return err // whether it happened is unknown
	}
	if e.State, e.Accounts = ledger.Done, done; err != nil || len(done) == 0 {
		e.State = ledger.Void
	}
	settled := k.Ledger.Ledger().Set(context.WithoutCancel(ctx), owner, e.ID, e)
	return errors.Join(err, settled)
}
