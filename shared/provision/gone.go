package provision

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// fate is what is wanted of an account at the target.
type fate int

const (
	lives fate = iota // as its document says
	rests             // it lies in the recycle bin: suspended and in no group, so that it can come back
	ends              // it was erased, as the message says: deleted
)

// resting is the digest of a link whose account lies in the recycle bin.
const resting = "in_bin"

// fateOf returns what is wanted of an account that the target has and whose
// document is gone. It is not known where the account lies in no bin and m does
// not say that it was erased: the message that does is on its way. What is
// restricted is left as it is.
func fateOf(m topic.Provision, id account.ID, s state) (f fate, known bool) {
	if s.links[id].Value.State == "" {
		return lives, false
	}
	if e, lies := s.binned[id]; lies {
		return rests, !e.Value.Held()
	}
	return ends, m.Receipt != "" || slices.Contains(m.Erased, id)
}

// rested reports whether the target has done what is wanted of an account in
// the bin.
func (t task) rested() bool {
	return t.link.Value.Digest == resting && t.link.Value.State == connection.Linked && len(t.link.Value.Groups) == 0
}

// rest suspends an account and takes it out of its groups.
func (e *Engine) rest(ctx context.Context, link *connection.Link, t task) error {
	if err := e.look(ctx, link, t); err != nil || link.Remote == "" {
		return err
	}
	if err := e.Target.Suspend(ctx, link.Remote); err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return e.memberships(ctx, link, nil)
}

// look finds the counterpart of an account whose making may have gone unseen.
func (e *Engine) look(ctx context.Context, link *connection.Link, t task) (err error) {
	if link.Remote == "" {
		link.Remote, err = e.Target.Find(ctx, t.want.Account)
	}
	return err
}

// remove deletes an erased account at the target and, in one transaction, the
// link and the receipt's wait for it. It returns a failure where another try may
// help.
func (e *Engine) remove(ctx context.Context, t task) error {
	link, err := e.take(ctx, t)
	if err != nil {
		return err
	}
	calling, cancel := context.WithTimeout(ctx, busy)
	defer cancel()
	var kept time.Duration
	if err = e.look(calling, &link.Value, t); err == nil && link.Value.Remote != "" {
		kept, err = e.Target.Delete(calling, link.Value.Remote)
	}
	switch kind := fault.KindOf(err); {
	case err == nil, kind == fault.NotFound:
		return e.confirm(ctx, t, receipt.Target{Confirmed: 1, BinUntil: e.until(kept)})
	case kind == fault.Invalid, kind == fault.Conflict:
		slog.WarnContext(ctx, "account not deleted at target", "account", t.want.Account, "kind", kind.String(), "err", err)
		return e.confirm(ctx, t, receipt.Target{Failed: 1})
	}
	link.Value.Until = e.Clock.Now()
	_, freed := e.DB.Links(e.Connection).SetIf(context.WithoutCancel(ctx), e.Owner, link)
	return errors.Join(err, freed)
}

// until returns when a target's own bin is empty of what it deleted now.
func (e *Engine) until(kept time.Duration) time.Time {
	if kept == 0 {
		return time.Time{}
	}
	return e.Clock.Now().Add(kept)
}

// confirm removes the link of an erased account and counts it in the receipt,
// once. A receipt that is not there is no failure.
func (e *Engine) confirm(ctx context.Context, t task, how receipt.Target) error {
	return e.DB.InTx(context.WithoutCancel(ctx), func(_ context.Context, tx *store.Tx) error {
		links := e.DB.Links(e.Connection)
		if _, err := links.GetTx(tx, e.Owner, t.want.Account); fault.KindOf(err) == fault.NotFound {
			return nil // counted
		} else if err != nil {
			return err
		}
		proof, err := e.DB.Receipts().GetTx(tx, e.Owner, t.proof)
		if t.proof != "" && err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err := links.DeleteTx(tx, e.Owner, t.want.Account); err != nil || t.proof == "" || proof.Targets == nil {
			return err
		}
		at := proof.Targets[e.Connection]
		at.Confirmed, at.Failed = at.Confirmed+how.Confirmed, at.Failed+how.Failed
		if how.BinUntil.After(at.BinUntil) {
			at.BinUntil = how.BinUntil
		}
		proof.Targets[e.Connection] = at
		return e.DB.Receipts().SetTx(tx, e.Owner, t.proof, proof)
	})
}
