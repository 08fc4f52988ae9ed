package erase

import (
	"context"
	"errors"
	"slices"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Block stops accounts: nobody signs in with them, and every session and
// opaque token of theirs ends with its next request. Everything is kept. Those
// that are not there, or not active, are left out. It returns how many it
// stopped.
func (k Keeper) Block(ctx context.Context, owner tenant.ID, ids []account.ID, o Order) (int, error) {
	return k.chunks(ctx, owner, ids, o, job{ledger.Blocked, audit.Blocked, k.states(account.Active, account.Blocked)})
}

// Unblock lets in again whom Block stopped.
func (k Keeper) Unblock(ctx context.Context, owner tenant.ID, ids []account.ID, o Order) (int, error) {
	return k.chunks(ctx, owner, ids, o, job{ledger.Unblocked, audit.Unblocked, k.states(account.Blocked, account.Active)})
}

// states returns what brings accounts from one state to another.
func (k Keeper) states(from, to account.State) func(context.Context, *store.Tx, tenant.ID, []account.ID, Order) ([]account.ID, error) {
	return func(_ context.Context, tx *store.Tx, owner tenant.ID, ids []account.ID, _ Order) ([]account.ID, error) {
		found, err := k.DB.Accounts().GetManyTx(tx, owner, ids)
		if err != nil {
			return nil, err
		}
		var done []account.ID
		var failed []error
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			e, ok := found[id]
			if !ok || e.Value.State != from {
				continue
			}
			a := e.Value
			a.State, a.Epoch, a.Version, a.Changed = to, a.Epoch+1, a.Version+1, k.Clock.Now()
			e.Value = a
			failed = append(failed, k.DB.Accounts().ReplaceTx(tx, owner, e, "state", "epoch", "version", "changed"))
			done = append(done, id)
		}
		return done, errors.Join(failed...)
	}
}
