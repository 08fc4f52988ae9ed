package erase

import (
	"context"
	"errors"
	"slices"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Restore brings accounts back out of the bin: same id, same name, same
// everything, signed in nowhere. Those that are not there are left out. It
// answers Conflict where somebody newer has the administration number or
// ECK-iD of one of them, and then restores nobody of those handed over with it
// in one step of a hundred; NotFound where the key of an entry's day is
// destroyed. It returns how many came back.
func (k Keeper) Restore(ctx context.Context, owner tenant.ID, ids []account.ID, o Order) (int, error) {
	return k.chunks(ctx, owner, ids, o, job{ledger.Restored, audit.Restored, k.restore})
}

// restore restores within a transaction what the bin has of ids.
func (k Keeper) restore(ctx context.Context, tx *store.Tx, owner tenant.ID, ids []account.ID, _ Order) ([]account.ID, error) {
	found, err := k.DB.Bin().GetManyTx(tx, owner, ids)
	if err != nil {
		return nil, err
	}
	now := k.Clock.Now()
	var back []account.Account
	for _, id := range ids {
		e, ok := found[id]
		if !ok || e.Value.Due(now) {
			continue
		}
		a, err := k.Open(ctx, owner, e.Value)
		if err != nil {
			return nil, err
		}
		back = append(back, bin.Restored(a, now))
	}
	if err := k.newer(ctx, owner, back); err != nil {
		return nil, err
	}
	var done []account.ID
	for _, a := range back {
		err := errors.Join(
			k.DB.Accounts().CreateTx(tx, owner, a.ID, a),
			k.DB.Bin().DropTx(tx, owner, store.Entry[account.ID, bin.Entry]{ID: a.ID}),
		)
		if err != nil {
			return nil, err
		}
		done = append(done, a.ID)
	}
	return done, nil
}

// newer answers Conflict where somebody who lives has a number or an ECK-iD of
// somebody who is to come back.
func (k Keeper) newer(ctx context.Context, owner tenant.ID, back []account.Account) error {
	var numbers, hashes []string
	for _, a := range back {
		if a.Kind != person.Pupil {
			continue
		}
		if a.Source.Number != "" {
			numbers = append(numbers, a.Source.Number)
		}
		if a.Source.ECK.Hash != "" {
			hashes = append(hashes, a.Source.ECK.Hash)
		}
	}
	taken, err := k.DB.WithNumber(ctx, owner, numbers)
	if err == nil && !taken {
		taken, err = k.DB.WithECK(ctx, owner, hashes)
	}
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "bin.newer_person")
	}
	return nil
}

// Selection says which of the bin is meant: a class, a school, or everything.
type Selection struct {
	School school.ID
	Group  group.ID
}

// Select returns the entries of the bin that a selection means and that can
// still be restored, the latest first.
func (k Keeper) Select(ctx context.Context, owner tenant.ID, s Selection) ([]bin.Entry, error) {
	var list []bin.Entry
	for e, err := range k.DB.Bin().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		v := e.Value
		if (s.School == "" || slices.Contains(v.Schools, s.School)) && (s.Group == "" || slices.Contains(v.Groups, s.Group)) && !v.Due(k.Clock.Now()) {
			list = append(list, v)
		}
	}
	slices.SortStableFunc(list, func(x, y bin.Entry) int { return y.Binned.Compare(x.Binned) })
	return list, nil
}
