package erase

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Proofs takes up the erasures of all institutions that were cut off before
// every place was read again, at most limit of them.
func (k Keeper) Proofs(ctx context.Context, limit int) error {
	open, err := k.DB.UnverifiedReceipts(ctx, limit)
	if err != nil {
		return fmt.Errorf("read receipts: %w", err)
	}
	var failed []error
	for _, r := range open {
		failed = append(failed, k.prove(ctx, r.Tenant, r.Receipt))
	}
	return errors.Join(failed...)
}

// prove empties every place that names those who were erased, reads all of them
// again, and writes down what it found. It answers Busy where anything is left:
// then it is to be done again.
func (k Keeper) prove(ctx context.Context, owner tenant.ID, proof receipt.Receipt) error {
	for _, t := range store.Traces() {
		if t.Below != "" {
			continue // at a target: the receipt waits for it
		}
		n, err := k.empty(ctx, owner, t, proof.Accounts)
		if err != nil {
			return fmt.Errorf("empty %s: %w", t, err)
		}
		if n > 0 {
			proof.Removed[t.String()] += n
		}
	}
	n, err := k.unrule(ctx, owner, proof.Accounts)
	if err != nil {
		return fmt.Errorf("take out rules: %w", err)
	}
	if n > 0 {
		proof.Removed["linkrules"] += n
	}
	proof.Found = map[string]int{}
	for _, t := range store.Traces() {
		if t.Below != "" {
			continue
		}
		left, err := k.database(t).Find(ctx, owner, t, proof.Accounts)
		if err != nil {
			return fmt.Errorf("read %s again: %w", t, err)
		}
		if len(left) > 0 {
			proof.Found[t.String()] = len(left)
		}
	}
	if len(proof.Found) > 0 {
		return fault.As(fault.Busy, fmt.Errorf("erasure %s left traces in %d places", proof.ID, len(proof.Found)))
	}
	return k.verified(ctx, owner, proof)
}

// verified stores what reading again showed, beside what targets have said
// meanwhile.
func (k Keeper) verified(ctx context.Context, owner tenant.ID, proof receipt.Receipt) error {
	return k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		now, err := k.DB.Receipts().GetTx(tx, owner, proof.ID)
		if err != nil {
			return err
		}
		now.Removed, now.Found, now.Verified = proof.Removed, proof.Found, k.Clock.Now()
		return k.DB.Receipts().SetTx(tx, owner, proof.ID, now)
	})
}

// database returns where a trace is.
func (k Keeper) database(t store.Trace) *store.DB {
	if t.Database == store.CredentialsDatabase {
		return k.Credentials
	}
	return k.DB
}

// empty removes what one place still says of accounts and returns how many
// documents that concerned.
func (k Keeper) empty(ctx context.Context, owner tenant.ID, t store.Trace, ids []account.ID) (int, error) {
	db := k.database(t)
	at, err := db.Find(ctx, owner, t, ids)
	if err != nil || len(at) == 0 {
		return 0, err
	}
	switch {
	case t.Collection == "accounts" && t.Field != "":
		err = k.unname(ctx, owner, at, ids)
	case t.Collection == "supervision" && t.Field != "":
		err = k.unlink(ctx, owner, at, ids)
	case t.Collection == "revisions":
		err = k.unrevise(ctx, owner, at, ids)
	default:
		err = db.Remove(ctx, owner, t, at)
	}
	return len(at), err
}

// last returns the last element of a path: the document's id.
func last[ID ~string](path string) ID {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return ID(path[i+1:])
		}
	}
	return ID(path)
}

// unname takes accounts that are erased out of others: children of their
// guardians, and whoever answers for a functional account.
func (k Keeper) unname(ctx context.Context, owner tenant.ID, at []string, gone []account.ID) error {
	for chunk := range slices.Chunk(at, atOnce) {
		ids := make([]account.ID, len(chunk))
		for i, path := range chunk {
			ids[i] = last[account.ID](path)
		}
		err := k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
			found, err := k.DB.Accounts().GetManyTx(tx, owner, ids)
			if err != nil {
				return err
			}
			for _, e := range found {
				a := e.Value
				a.Source.Children = slices.DeleteFunc(slices.Clone(a.Source.Children), func(c account.Child) bool { return slices.Contains(gone, c.Account) })
				if slices.Contains(gone, a.Own.Owner) {
					a.Own.Owner = ""
				}
				a.Apart = slices.DeleteFunc(slices.Clone(a.Apart), func(id account.ID) bool { return slices.Contains(gone, id) })
				a.Digest, a.Version, a.Changed = a.Imported(), a.Version+1, k.Clock.Now()
				e.Value = a
				if err := k.DB.Accounts().ReplaceTx(tx, owner, e, "source", "own", "apart", "digest", "version", "changed"); err != nil {
					return err
				}
			}
			return k.untied(tx, owner, audit.Changed, slices.Sorted(maps.Keys(found)))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unlink takes erased members of staff out of what links pupils to staff.
func (k Keeper) unlink(ctx context.Context, owner tenant.ID, at []string, gone []account.ID) error {
	for _, path := range at {
		id := last[account.ID](path)
		err := k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
			s, err := k.DB.Supervision().GetTx(tx, owner, id)
			if fault.KindOf(err) == fault.NotFound {
				return nil
			}
			if err != nil {
				return err
			}
			for _, staff := range gone {
				s = s.Without(staff)
			}
			if s.Empty() {
				return errors.Join(k.DB.Supervision().DeleteTx(tx, owner, id), k.untied(tx, owner, audit.LinksSet, []account.ID{id}))
			}
			return errors.Join(k.DB.Supervision().SetTx(tx, owner, id, s), k.untied(tx, owner, audit.LinksSet, []account.ID{id}))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// untied logs that others' data changed since they named somebody who is erased.
func (k Keeper) untied(tx *store.Tx, owner tenant.ID, what audit.Action, of []account.ID) error {
	if len(of) == 0 {
		return nil
	}
	fields := map[audit.Action]string{audit.Changed: "child", audit.LinksSet: "supervision"}
	entry := audit.New(k.Clock.Now(), audit.Actor{System: "erase"}, what, of...).Of(fields[what]).Because("erased")
	return k.DB.Log().CreateTx(tx, owner, entry.ID, entry)
}

// unrule takes the rules that link pupils to a member of staff who is erased out
// of the institution's, and returns how many those were.
func (k Keeper) unrule(ctx context.Context, owner tenant.ID, gone []account.ID) (n int, err error) {
	err = k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		n = 0
		rules, err := k.DB.LinkRules().GetTx(tx, owner, store.TheRules)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		for _, r := range rules.List {
			if !slices.Contains(gone, r.Staff.Person) {
				continue
			}
			if rules, err = rules.Remove(r.ID); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return nil
		}
		entry := audit.New(k.Clock.Now(), audit.Actor{System: "erase"}, audit.LinksSet).Because("erased")
		return errors.Join(k.DB.LinkRules().SetTx(tx, owner, store.TheRules, rules), k.DB.Log().CreateTx(tx, owner, entry.ID, entry))
	})
	return n, err
}

// unrevise takes the frames of erased accounts out of revisions.
func (k Keeper) unrevise(ctx context.Context, owner tenant.ID, at []string, gone []account.ID) error {
	for _, path := range at {
		id := last[revision.ID](path)
		err := k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
			r, err := k.DB.Revisions().GetTx(tx, owner, id)
			if fault.KindOf(err) == fault.NotFound { // expired: the day's sweep has it, or will
				return k.DB.Revisions().DeleteTx(tx, owner, id)
			}
			if err != nil {
				return err
			}
			for _, a := range gone {
				r = r.Without(a)
			}
			if len(r.Accounts) == 0 {
				return k.DB.Revisions().DeleteTx(tx, owner, id)
			}
			return k.DB.Revisions().SetTx(tx, owner, id, r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
