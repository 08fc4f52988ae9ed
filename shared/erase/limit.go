package erase

import (
	"context"
	"errors"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Restrict restricts the processing of one person's data on an order (AVG
// article 18): nothing is released or passed on, and nothing is erased, also
// where the account lies in the bin. It answers NotFound where there is none.
func (k Keeper) Restrict(ctx context.Context, owner tenant.ID, id account.ID, o Order) error {
	return k.limited(ctx, owner, id, o, limiting{ledger.Restricted, audit.Restricted, account.Limit{Since: k.Clock.Now(), Order: o.Ref}})
}

// Lift ends a restriction. What lies in the bin beyond its deadline is erased
// with the next run.
func (k Keeper) Lift(ctx context.Context, owner tenant.ID, id account.ID, o Order) error {
	return k.limited(ctx, owner, id, o, limiting{ledger.Lifted, audit.Lifted, account.Limit{}})
}

// limiting is a change of a restriction.
type limiting struct {
	kind   ledger.Kind
	action audit.Action
	limit  account.Limit
}

func (k Keeper) limited(ctx context.Context, owner tenant.ID, id account.ID, o Order, l limiting) error {
	n, err := k.chunk(ctx, owner, []account.ID{id}, o, job{
		l.kind, l.action,
		func(ctx context.Context, tx *store.Tx, owner tenant.ID, ids []account.ID, _ Order) ([]account.ID, error) {
			living, err := k.DB.Accounts().GetManyTx(tx, owner, ids)
			if err != nil {
				return nil, err
			}
			binned, err := k.DB.Bin().GetManyTx(tx, owner, ids)
			if err != nil {
				return nil, err
			}
			if e, ok := living[id]; ok {
				return ids, k.limitLiving(tx, owner, e, l.limit)
			}
			if e, ok := binned[id]; ok {
				return ids, k.limitBinned(ctx, tx, owner, e, l.limit)
			}
			return nil, nil
		},
	})
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "")
	}
	return err
}

func (k Keeper) limitLiving(tx *store.Tx, owner tenant.ID, e store.Entry[account.ID, account.Account], l account.Limit) error {
	e.Value.Limit, e.Value.Version, e.Value.Changed = l, e.Value.Version+1, k.Clock.Now()
	return k.DB.Accounts().ReplaceTx(tx, owner, e, "limited", "limitOrder", "version", "changed")
}

// limitBinned holds the key of one person beyond its day, or lets go of it.
func (k Keeper) limitBinned(ctx context.Context, tx *store.Tx, owner tenant.ID, e store.Entry[account.ID, bin.Entry], l account.Limit) error {
	v := e.Value
	v.Limit = l
	if l.Holds() {
		held, err := k.Box.Hold(ctx, v.Envelope, bin.Place(owner, e.ID))
		if err != nil {
			return err
		}
		v.Envelope = held
	} else {
		v.Envelope.Hold = nil
	}
	return errors.Join(k.DB.Bin().SetTx(tx, owner, e.ID, v))
}
