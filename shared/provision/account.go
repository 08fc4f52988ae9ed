package provision

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/store"
)

// all works through tasks at the pace that the target's quota allows, and
// returns a failure where any is to be tried again.
func (e *Engine) all(ctx context.Context, tasks []task) error {
	if len(tasks) == 0 {
		return nil
	}
	turns, err := e.Pace.reserve(ctx, e, tasks)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var again error
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(side)
	for i, t := range tasks {
		if err := turns.wait(working, i); err != nil {
			break
		}
		g.Go(func() error {
			if err := e.account(working, t); err != nil {
				mu.Lock()
				again = err
				mu.Unlock()
			}
			return nil
		})
	}
	return errors.Join(g.Wait(), ctx.Err(), again)
}

// account brings one account to the target. It returns a failure where
// another try may help; what can never succeed is recorded on the link.
func (e *Engine) account(ctx context.Context, t task) error {
	link, err := e.take(ctx, t)
	if err != nil {
		return err
	}
	err = e.apply(ctx, &link.Value, t)
	link.Value.Until = e.Clock.Now()
	switch kind := fault.KindOf(err); {
	case err == nil:
		link.Value.State, link.Value.Reason, link.Value.Digest, link.Value.Version = connection.Linked, "", t.want.digest(), t.ver
	case kind == fault.Conflict:
		link.Value.State, link.Value.Reason, link.Value.Digest = connection.Conflict, "address_taken", t.want.digest()
		err = nil
	case kind == fault.Invalid:
		link.Value.State, link.Value.Reason, link.Value.Digest = connection.Failed, "refused_by_target", t.want.digest()
		err = nil
	}
	if link.Value.State != connection.Linked {
		slog.WarnContext(ctx, "account not brought to target", "account", t.want.Account, "state", link.Value.State, "err", err)
	}
	_, stored := e.DB.Links(e.Connection).SetIf(context.WithoutCancel(ctx), e.Owner, link)
	return errors.Join(err, stored)
}

// take leases the link, so that no other worker touches the account. It
// answers Busy where another holds it.
func (e *Engine) take(ctx context.Context, t task) (store.Entry[account.ID, connection.Link], error) {
	table, now := e.DB.Links(e.Connection), e.Clock.Now()
	entry := t.link
	if entry.Value.Until.After(now) {
		return entry, fault.New(fault.Busy, "another worker holds the account")
	}
	entry.ID = t.want.Account
	entry.Value.Account, entry.Value.Until = t.want.Account, now.Add(lease)
	entry.Value.Fence++
	if entry.Value.Remote == "" {
		entry.Value.State = connection.Creating
	}
	var err error
	if t.link.Written.IsZero() {
		if err = table.Create(ctx, e.Owner, entry.ID, entry.Value); err == nil {
			entry, err = table.Read(ctx, e.Owner, entry.ID)
		}
	} else {
		entry.Written, err = table.SetIf(ctx, e.Owner, entry)
	}
	if fault.KindOf(err) == fault.Conflict {
		return entry, fault.As(fault.Busy, err)
	}
	return entry, err
}

// apply calls the target for what differs and notes in link what was done.
func (e *Engine) apply(ctx context.Context, link *connection.Link, t task) error {
	if link.Remote == "" {
		if err := e.create(ctx, link, t); err != nil {
			return err
		}
	} else if link.Digest != t.want.digest() {
		if err := e.Target.Update(ctx, link.Remote, t.want); err != nil {
			return err
		}
	}
	return e.memberships(ctx, link, t.want.Groups)
}

// create makes the account. A create that was begun before may have taken
// effect unseen, so the target is asked first, by our own id.
func (e *Engine) create(ctx context.Context, link *connection.Link, t task) error {
	if t.link.Value.State != "" {
		remote, err := e.Target.Find(ctx, t.want.Account)
		if err != nil {
			return err
		}
		if remote != "" {
			link.Remote = remote
			return e.Target.Update(ctx, remote, t.want)
		}
	}
	remote, err := e.Target.Create(ctx, t.want)
	if fault.KindOf(err) == fault.Conflict {
		// Ours, made by a call whose answer was lost, or somebody else's.
		found, failed := e.Target.Find(ctx, t.want.Account)
		if failed != nil || found == "" {
			return errors.Join(err, failed)
		}
		remote, err = found, e.Target.Update(ctx, found, t.want)
	}
	if err == nil {
		link.Remote = remote
	}
	return err
}

// memberships joins the groups that are wanted and leaves those that are not,
// and notes each that succeeded.
func (e *Engine) memberships(ctx context.Context, link *connection.Link, want []group.ID) error {
	for _, id := range slices.Clone(link.Groups) {
		if slices.Contains(want, id) {
			continue
		}
		remote, err := e.group(ctx, id, false)
		if err == nil {
			err = e.Target.Leave(ctx, remote, link.Remote)
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		link.Groups = slices.DeleteFunc(link.Groups, func(g group.ID) bool { return g == id })
	}
	for _, id := range want {
		if slices.Contains(link.Groups, id) {
			continue
		}
		remote, err := e.group(ctx, id, false)
		if err == nil {
			err = e.Target.Join(ctx, remote, link.Remote)
		}
		if err != nil {
			return retriable(err)
		}
		link.Groups = append(link.Groups, id)
	}
	slices.Sort(link.Groups)
	return nil
}

// retriable makes a failed membership one to be tried again: a group or user
// that was just made may not be visible yet.
func retriable(err error) error {
	if fault.KindOf(err) == fault.Internal {
		return err
	}
	return fault.As(fault.Busy, err)
}
