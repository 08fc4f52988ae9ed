package erase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	if done.Dropped, err = k.DB.DropVolatile(ctx, owner); err != nil {
		return done, fmt.Errorf("drop sessions: %w", err)
	}
	var entries []ledger.Entry
	for e, err := range k.Ledger.Ledger().All(ctx, owner) {
		if err != nil {
			return done, fmt.Errorf("read the ledger: %w", err)
		}
		entries = append(entries, e.Value)
	}
	standings := ledger.Standings(entries)
	ids := make([]account.ID, 0, len(standings))
	for id := range standings {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b account.ID) int { return strings.Compare(string(a), string(b)) })
	for chunk := range slices.Chunk(ids, atOnce) {
		if err := k.replay(ctx, owner, chunk, standings, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// replay replays what stands of a chunk of accounts.
func (k Keeper) replay(ctx context.Context, owner tenant.ID, ids []account.ID, standing map[account.ID]ledger.Standing, done *Replayed) error {
	living, err := k.DB.Accounts().GetMany(ctx, owner, ids)
	if err != nil {
		return err
	}
	binned, err := k.DB.Bin().GetMany(ctx, owner, ids)
	if err != nil {
		return err
	}
	var erased, restored, over []account.ID
	for _, id := range ids {
		s := standing[id]
		a, lives := living[id]
		_, lies := binned[id]
		switch {
		case s.Gone == ledger.Erased && (lives || lies), lives && k.over(s):
			erased = append(erased, id)
		case k.over(s) && !lies:
			over = append(over, id)
		case s.Gone == ledger.Deleted && lives:
			if err := k.again(ctx, owner, a, s); err != nil {
				return fmt.Errorf("delete again: %w", err)
			}
			done.Binned++
		case s.Gone == "" && lies:
			restored = append(restored, id)
		case s.Gone == "" && !lives:
			done.Missing++
		}
		if err := k.void(ctx, owner, id, s.Voided, done); err != nil {
			return err
		}
	}
	order := Order{Actor: audit.Actor{System: "replay"}, Why: bin.Replayed}
	if len(erased) > 0 {
		if _, err := k.Erase(ctx, owner, erased, order); err != nil {
			return err
		}
		done.Erased += len(erased)
	}
	cleaned, err := k.remains(ctx, owner, over)
	done.Cleaned += cleaned
	if err != nil {
		return err
	}
	n, err := k.Restore(ctx, owner, restored, order)
	done.Restored += n
	return errors.Join(err, k.stand(ctx, owner, ids, standing, done))
}

// again deletes an account as it had been deleted: with the deadline of then,
// sealed under the key of that day. Where that key is gone, its time is over.
func (k Keeper) again(ctx context.Context, owner tenant.ID, e store.Entry[account.ID, account.Account], s ledger.Standing) error {
	entry := bin.Of(e.Value, s.Binned, s.Why)
	entry.Deadline, entry.Limit = s.Deadline, s.Limit
	old := k
	old.Box = then{k.Box, s.Binned}
	entry, err := old.entry(ctx, owner, e.Value, entry)
	if fault.KindOf(err) == fault.NotFound {
		_, err = k.Erase(ctx, owner, []account.ID{e.ID}, Order{Actor: audit.Actor{System: "replay"}, Why: bin.Replayed})
		return err
	}
	if err != nil {
		return err
	}
	log := audit.New(k.Clock.Now(), audit.Actor{System: "replay"}, audit.Binned, e.ID).Because(string(bin.Replayed))
	return k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(
			k.DB.Accounts().DropTx(tx, owner, e),
			k.DB.Bin().SetTx(tx, owner, e.ID, entry),
			k.DB.Log().CreateTx(tx, owner, log.ID, log),
		)
	})
}

// stand makes blocks and restrictions hold for those of ids that live.
func (k Keeper) stand(ctx context.Context, owner tenant.ID, ids []account.ID, standing map[account.ID]ledger.Standing, done *Replayed) error {
	changed := 0
	err := k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		changed = 0
		living, err := k.DB.Accounts().GetManyTx(tx, owner, ids)
		if err != nil {
			return err
		}
		for id, e := range living {
			a, s := e.Value, standing[id]
			if s.Known && s.Blocked && a.State == account.Active {
				a.State, a.Epoch = account.Blocked, a.Epoch+1
			}
			if s.Known && !s.Blocked && a.State == account.Blocked {
				a.State = account.Active
			}
			if s.Limited {
				a.Limit = s.Limit
			}
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
		return nil
	})
	done.Changed += changed
	return err
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
