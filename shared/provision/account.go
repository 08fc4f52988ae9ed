package provision

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/store"
)

// all works through tasks at the pace that the target's quota allows, and
// returns a failure where any is to be tried again. Whose data is sent is logged
// before the first call: nothing leaves unseen, though somebody who is listed
// may not have come to be sent.
func (e *Engine) all(ctx context.Context, tasks []task) error {
	if len(tasks) == 0 {
		return nil
	}
	turns, err := e.Pace.reserve(ctx, e, tasks)
	if err != nil {
		return err
	}
	entry := audit.New(e.Clock.Now(), audit.Actor{System: "provision"}, audit.Provisioned, subjects(tasks)...).
		Of("call_name", "infix", "surname", "school_email", "class").On(string(e.Connection))
	if err := e.DB.Log().Create(ctx, e.Owner, entry.ID, entry); err != nil {
		return err
	}
	var again verdict
	var g errgroup.Group
	g.SetLimit(side)
	for i, t := range tasks {
		if turns.wait(ctx, i) != nil || fault.KindOf(again.get()) == fault.Forbidden {
			break
		}
		g.Go(func() error {
			again.add(e.account(ctx, t))
			return nil
		})
	}
	return errors.Join(g.Wait(), ctx.Err(), again.get())
}

func subjects(tasks []task) []account.ID {
	ids := make([]account.ID, len(tasks))
	for i, t := range tasks {
		ids[i] = t.want.Account
	}
	return ids
}

// verdict is the gravest failure of many workers.
type verdict struct {
	mu  sync.Mutex
	err error
}

func (v *verdict) add(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = graver(v.err, err)
}

func (v *verdict) get() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.err
}

// account brings one account to the target. It returns a failure where
// another try may help; what can never succeed is recorded on the link.
func (e *Engine) account(ctx context.Context, t task) error {
	if t.fate == ends {
		return e.remove(ctx, t)
	}
	link, err := e.take(ctx, t)
	if err != nil {
		return err
	}
	calling, cancel := context.WithTimeout(ctx, busy)
	defer cancel()
	err = e.apply(calling, &link.Value, t)
	link.Value.Until = e.Clock.Now()
	if err != nil {
		slog.WarnContext(ctx, "account not brought to target", "account", t.want.Account, "kind", fault.KindOf(err).String(), "err", err)
	}
	if settle(&link.Value, t, err) {
		err = nil
	}
	_, stored := e.DB.Links(e.Connection).SetIf(context.WithoutCancel(ctx), e.Owner, link)
	return errors.Join(err, stored)
}

// digest is equal where the same is wanted.
func (t task) digest() string {
	if t.fate == rests {
		return resting
	}
	return t.want.digest()
}

const (
	taken   = "address_taken"     // somebody else has the address
	refused = "refused_by_target" // the target will never take it
	gone    = "gone_at_target"    // somebody removed it there
)

// settle notes in link how a try ended. It reports whether that is the end of
// it, so that another try with the same want is of no use.
func settle(link *connection.Link, t task, err error) bool {
	switch kind := fault.KindOf(err); {
	case err == nil:
		link.State, link.Reason, link.Digest, link.Version = connection.Linked, "", t.digest(), t.ver
		return true
	case kind == fault.Conflict:
		link.State, link.Reason = connection.Conflict, taken
	case kind == fault.Invalid:
		link.State, link.Reason = connection.Failed, refused
	case kind == fault.NotFound:
		link.State, link.Reason = connection.Failed, gone
	default:
		return false
	}
	link.Digest = t.want.tried()
	return true
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
	if v := &entry.Value; v.Remote == "" && v.State != connection.Creating {
		v.State, v.Begun = connection.Creating, now
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
	if t.fate == rests {
		return e.rest(ctx, link, t)
	}
	if link.Remote == "" {
		if err := e.create(ctx, link, t); err != nil {
			return err
		}
	} else if link.Digest != t.want.digest() {
		if err := e.update(ctx, link, t.want); err != nil {
			return err
		}
	}
	link.Digest = t.want.digest()
	return e.memberships(ctx, link, t.want.Groups)
}

// update changes the account. One that may not be used any more is suspended
// even where somebody else has the address that it was to get.
func (e *Engine) update(ctx context.Context, link *connection.Link, w Wanted) error {
	err := e.Target.Update(ctx, link.Remote, w)
	if fault.KindOf(err) == fault.Conflict && !w.Active {
		w.Address = ""
		err = e.Target.Update(ctx, link.Remote, w)
	}
	if fault.KindOf(err) == fault.NotFound && e.fresh(link) {
		return fault.As(fault.Busy, err)
	}
	return err
}

// fresh reports whether the account may have been made so lately that the
// target does not show it yet.
func (e *Engine) fresh(link *connection.Link) bool { return e.young(link.Begun) }

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
			return e.update(ctx, link, t.want)
		}
	}
	remote, err := e.Target.Create(ctx, t.want)
	if fault.KindOf(err) == fault.Conflict {
		// Ours, made by a call whose answer was lost, or somebody else's.
		found, failed := e.Target.Find(ctx, t.want.Account)
		switch {
		case failed != nil:
			return failed
		case found != "":
			link.Remote = found
			return e.update(ctx, link, t.want)
		case t.link.Value.State == connection.Creating && e.fresh(link):
			return fault.As(fault.Busy, err) // ours may not be visible yet
		}
	}
	link.Remote = remote // "" where it failed
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
		if fault.KindOf(err) == fault.Invalid {
			continue // as is noted with the group
		}
		if err != nil {
			return retriable(err)
		}
		if err := e.join(ctx, link, id, remote); err != nil {
			return err
		}
		link.Groups = append(link.Groups, id)
	}
	slices.Sort(link.Groups)
	return nil
}
