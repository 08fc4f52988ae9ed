package rosterapply

import (
	"context"
	"errors"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Keys makes the data keys of revisions: see seal.Sealer.
type Keys interface {
	Today(ctx context.Context) (seal.Key, error)
}

// outcome is what a step did.
type outcome struct {
	left    []account.ID      // of the rows that were left alone
	changes []revision.Change // accounts that live on, before and after
	binned  []account.ID
	back    []account.ID // out of the bin
}

// note adds what was done with a row, whose account was before until then.
func (o *outcome) note(row roster.AccountRow, before *account.Account) {
	switch id := row.Account.ID; {
	case row.Bin:
		o.binned = append(o.binned, id)
	case row.FromBin:
		o.back = append(o.back, id)
	case row.Action != roster.Create:
		after := row.Account
		o.changes = append(o.changes, revision.Change{Before: before, After: &after})
	}
}

// back brings an account out of the recycle bin. Its names never were anybody
// else's.
func (s *server) back(tx *store.Tx, owner tenant.ID, a account.Account) error {
	return errors.Join(
		s.db.Accounts().CreateTx(tx, owner, a.ID, a),
		s.db.Bin().DropTx(tx, owner, store.Entry[account.ID, bin.Entry]{ID: a.ID}),
	)
}

// revise stores, sealed, what a step changed.
func (s *server) revise(ctx context.Context, tx *store.Tx, j job, changes []revision.Change) error {
	if len(changes) == 0 {
		return nil
	}
	key, err := s.keys.Today(ctx)
	if err != nil {
		return err
	}
	r, err := revision.Seal(key, j.Tenant, revision.Cause{
		At: s.clock.Now(), Actor: audit.Actor{System: "rosterapply"}, Action: audit.ImportApplied, Object: string(j.run.ID),
	}, changes)
	if err != nil || r == nil {
		return err
	}
	return s.db.Revisions().CreateTx(tx, j.Tenant, r.ID, *r)
}

// recorded commits a step; deletions and returns are in the ledger before they
// happen.
func (s *server) recorded(ctx context.Context, j job, commit func() (outbox.Letter, outcome, error)) (letter outbox.Letter, err error) {
	var o outcome
	deleted, restored := j.records(s.clock.Now())
	do := func() error {
		letter, o, err = commit()
		return err
	}
	if len(deleted.Accounts) > 0 {
		inner := do
		do = func() error {
			return s.keeper.Record(ctx, j.Tenant, deleted, func() ([]account.ID, error) { err := inner(); return o.binned, err })
		}
	}
	if len(restored.Accounts) > 0 {
		inner := do
		do = func() error {
			return s.keeper.Record(ctx, j.Tenant, restored, func() ([]account.ID, error) { err := inner(); return o.back, err })
		}
	}
	return letter, do()
}

// records returns the ledger's entries of a step, each with nobody in it where
// there is none.
func (j job) records(now time.Time) (deleted, restored ledger.Entry) {
	deleted, restored = ledger.New(ledger.Deleted, now), ledger.New(ledger.Restored, now)
	deleted.Deadline, deleted.Why = now.Add(account.Kept), bin.AbsentFromSource
	for _, row := range j.step.Accounts {
		switch {
		case row.Bin:
			deleted.Accounts = append(deleted.Accounts, row.Account.ID)
		case row.FromBin:
			restored.Accounts = append(restored.Accounts, row.Account.ID)
		}
	}
	return deleted, restored
}
