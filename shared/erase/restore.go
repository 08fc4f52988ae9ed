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
// answers Conflict where somebody newer, or another of them, has the
// administration number or ECK-iD of one of them, and then restores nobody;
// NotFound where the key of an entry's day is destroyed. It returns how many came
// back.
func (k Keeper) Restore(ctx context.Context, owner tenant.ID, ids []account.ID, o Order) (int, error) {
	var back []account.Account
	for some := range slices.Chunk(ids, atOnce) {
		found, err := k.DB.Bin().GetMany(ctx, owner, some)
		if err != nil {
			return 0, err
		}
		opened, err := k.opened(ctx, owner, some, found)
		if err != nil {
			return 0, err
		}
		back = append(back, opened...)
	}
	if err := k.newer(ctx, owner, back); err != nil {
		return 0, err
	}
	return k.chunks(ctx, owner, ids, o, job{ledger.Restored, audit.Restored, k.restore})
}

// restore restores within a transaction what the bin has of ids.
func (k Keeper) restore(ctx context.Context, tx *store.Tx, owner tenant.ID, ids []account.ID, _ Order) ([]account.ID, error) {
	found, err := k.DB.Bin().GetManyTx(tx, owner, ids)
	if err != nil {
		return nil, err
	}
	back, err := k.opened(ctx, owner, ids, found)
	if err != nil {
		return nil, err
	}
	var done []account.ID
	for _, a := range back {
		a = bin.Restored(a, k.Clock.Now())
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

// opened returns, as they were, those of ids that the bin has and that are not
// due.
func (k Keeper) opened(ctx context.Context, owner tenant.ID, ids []account.ID, found map[account.ID]store.Entry[account.ID, bin.Entry]) ([]account.Account, error) {
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
		back = append(back, a)
	}
	return back, nil
}

// newer answers Conflict where somebody who lives, or two of those who are to
// come back, have one administration number or ECK-iD.
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
	if twice(numbers) || twice(hashes) {
		return fault.New(fault.Conflict, "bin.newer_person")
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

// twice reports whether a value stands twice in a list.
func twice(list []string) bool {
	n := len(list)
	return len(slices.Compact(slices.Sorted(slices.Values(list)))) < n
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
