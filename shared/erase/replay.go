package erase

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Replayed counts what a replay did.
type Replayed struct {
	Dropped  int // sessions, grants, codes and letters
	Binned   int // accounts that the copy had and that had been deleted
	Erased   int // accounts or entries that the copy had and that had been erased
	Restored int // accounts that the copy had in the bin and that had come back
	Changed  int // accounts that were blocked, unblocked, restricted or freed again
	Voided   int // credentials
	Cleaned  int // documents that still named somebody of whom nothing is to be left
	Missing  int // accounts that should be there, and are neither there nor in the bin
}

// Replay makes a database that was restored from an older copy agree with the
// ledger, before the first request: whoever was deleted since is deleted again
// with the original deadline, whoever was erased is gone, blocks and
// restrictions hold. Sessions, grants, codes and messages of the copy are
// dropped. Repeated, it changes nothing.
func (k Keeper) Replay(ctx context.Context, owner tenant.ID) (Replayed, error) {
	var done Replayed
	var err error
	if done.Dropped, err = k.drop(ctx, owner); err != nil {
		return done, fmt.Errorf("drop sessions: %w", err)
	}
	standings, ids, err := k.standings(ctx, owner)
	if err != nil {
		return done, err
	}
	var back []account.ID
	for chunk := range slices.Chunk(ids, atOnce) {
		some, err := k.replay(ctx, owner, chunk, standings, &done)
		if err != nil {
			return done, err
		}
		back = append(back, some...)
	}
	// Nobody who was deleted since has a number of theirs any more.
	if done.Restored, err = k.Restore(ctx, owner, back, replayed()); err != nil {
		return done, fmt.Errorf("bring back from the bin: %w", err)
	}
	for chunk := range slices.Chunk(back, atOnce) {
		if err := k.stand(ctx, owner, chunk, standings, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// replayed is the order of what replaying does.
func replayed() Order { return Order{Actor: audit.Actor{System: "replay"}, Why: bin.Replayed} }

// drop deletes what must not outlive the state that it was written in: sessions,
// grants, codes and letters.
func (k Keeper) drop(ctx context.Context, owner tenant.ID) (int, error) {
	total := 0
	for _, c := range store.Copies() {
		if c.Treatment != store.Dropped || !c.Shared {
			continue
		}
		n, err := k.DB.Empty(ctx, owner, c, c.Collection)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// standings returns what the ledger says of each account, and those in order.
func (k Keeper) standings(ctx context.Context, owner tenant.ID) (map[account.ID]ledger.Standing, []account.ID, error) {
	var entries []ledger.Entry
	for e, err := range k.Ledger.Ledger().All(ctx, owner) {
		if err != nil {
			return nil, nil, fmt.Errorf("read the ledger: %w", err)
		}
		entries = append(entries, e.Value)
	}
	all := ledger.Standings(entries)
	return all, slices.Sorted(maps.Keys(all)), nil
}

// replay replays what stands of a chunk of accounts, and returns those that are
// to come back from the bin. Restrictions come first: they decide what may be
// erased.
func (k Keeper) replay(ctx context.Context, owner tenant.ID, ids []account.ID, standing map[account.ID]ledger.Standing, done *Replayed) (back []account.ID, err error) {
	if err := k.stand(ctx, owner, ids, standing, done); err != nil {
		return nil, err
	}
	living, err := k.DB.Accounts().GetMany(ctx, owner, ids)
	if err != nil {
		return nil, err
	}
	binned, err := k.DB.Bin().GetMany(ctx, owner, ids)
	if err != nil {
		return nil, err
	}
	var erased, over []account.ID
	for _, id := range ids {
		s := standing[id]
		a, lives := living[id]
		e, lies := binned[id]
		gone := k.over(s, a.Value.Limit.Holds() || e.Value.Held())
		switch {
		case s.Gone == ledger.Erased && (lives || lies), lives && gone:
			erased = append(erased, id)
		case gone && !lies:
			over = append(over, id)
		case s.Gone == ledger.Deleted && lives:
			if err := k.again(ctx, owner, a, s); err != nil {
				return nil, fmt.Errorf("delete again: %w", err)
			}
			done.Binned++
		case s.Gone == "" && lies:
			back = append(back, id)
		case s.Gone == "" && !lives:
			done.Missing++
		}
		if err := k.void(ctx, owner, id, s.Voided, done); err != nil {
			return nil, err
		}
	}
	if len(erased) > 0 {
		if _, err := k.Erase(ctx, owner, erased, replayed()); err != nil {
			return nil, err
		}
		done.Erased += len(erased)
	}
	cleaned, err := k.remains(ctx, owner, over)
	done.Cleaned += cleaned
	return back, err
}

// again deletes an account as it had been deleted: with the deadline of then,
// sealed under the key of that day. Where that key is gone, its time is over,
// unless a restriction holds it.
func (k Keeper) again(ctx context.Context, owner tenant.ID, e store.Entry[account.ID, account.Account], s ledger.Standing) error {
	entry := bin.Of(e.Value, s.Binned, s.Why)
	entry.Deadline = s.Deadline
	old := k
	old.Box = then{k.Box, s.Binned}
	sealed, err := old.entry(ctx, owner, e.Value, entry)
	switch absent := err != nil && fault.KindOf(err) == fault.NotFound; {
	case absent && entry.Held():
		sealed, err = k.entry(ctx, owner, e.Value, entry)
	case absent:
		_, err := k.Erase(ctx, owner, []account.ID{e.ID}, replayed())
		return err
	}
	if err != nil {
		return err
	}
	log := audit.New(k.Clock.Now(), replayed().Actor, audit.Binned, e.ID).Because(string(bin.Replayed))
	return k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(
			k.DB.Accounts().DropTx(tx, owner, e),
			k.DB.Bin().SetTx(tx, owner, e.ID, sealed),
			k.DB.Log().CreateTx(tx, owner, log.ID, log),
		)
	})
}

// stand makes blocks and restrictions hold for those of ids that live or lie in
// the bin.
func (k Keeper) stand(ctx context.Context, owner tenant.ID, ids []account.ID, standing map[account.ID]ledger.Standing, done *Replayed) error {
	changed := 0
	err := k.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		changed = 0
		living, err := k.DB.Accounts().GetManyTx(tx, owner, ids)
		if err != nil {
			return err
		}
		binned, err := k.DB.Bin().GetManyTx(tx, owner, ids)
		if err != nil {
			return err
		}
		for id, e := range living {
			a := stood(e.Value, standing[id])
			if a.State == e.Value.State && a.Limit == e.Value.Limit {
				continue
			}
			changed++
			a.Version, a.Changed = a.Version+1, k.Clock.Now()
			e.Value = a
			if err := k.DB.Accounts().ReplaceTx(tx, owner, e, "state", "epoch", "limited", "limitOrder", "version", "changed"); err != nil {
				return err
			}
		}
		for id, e := range binned {
			if s := standing[id]; !s.Limited || s.Limit == e.Value.Limit {
				continue
			}
			err := k.limitBinned(ctx, tx, owner, e, standing[id].Limit)
			if err != nil && fault.KindOf(err) == fault.NotFound {
				continue // its day is over: there is nothing left to hold
			}
			if err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	done.Changed += changed
	return err
}

// stood returns a as it is by what stands of it.
func stood(a account.Account, s ledger.Standing) account.Account {
	if s.Known && s.Blocked && a.State == account.Active {
		a.State, a.Epoch = account.Blocked, a.Epoch+1
	}
	if s.Known && !s.Blocked && a.State == account.Blocked {
		a.State = account.Active
	}
	if s.Limited {
		a.Limit = s.Limit
	}
	return a
}

// void makes credentials void that were issued before a moment.
func (k Keeper) void(ctx context.Context, owner tenant.ID, id account.ID, before time.Time, done *Replayed) error {
	if before.IsZero() || k.Credentials == nil {
		return nil
	}
	c, err := k.Credentials.Credentials().Get(ctx, owner, id)
	if fault.KindOf(err) == fault.NotFound || (err == nil && (!c.Issued.Before(before) || len(c.Verifier) == 0)) {
		return nil
	}
	if err != nil {
		return err
	}
	done.Voided++
	return k.Credentials.Credentials().Set(ctx, owner, id, credential.Credential{})
}

// then is a box that seals under the key of an earlier day.
type then struct {
	Box
	day time.Time
}

// Enclose seals under the key of the day.
func (t then) Enclose(ctx context.Context, plain, place []byte) (envelope.Envelope, error) {
	return t.EncloseOf(ctx, t.day, plain, place)
}
