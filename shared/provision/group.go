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
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// group makes or changes a group at the target, where it differs, and returns
// its remote id. With change false an existing group is taken as it is.
func (e *Engine) group(ctx context.Context, id group.ID, change bool) (string, error) {
	link, err := e.groupLink(ctx, id)
	if err != nil {
		return "", err
	}
	if link.Remote != "" && !change {
		return link.Remote, nil
	}
	g, err := e.DB.Groups().Get(ctx, e.Owner, id)
	if err != nil {
		return "", err
	}
	switch {
	case link.Digest != groupDigest(g):
	case link.Reason != "":
		return "", fault.New(fault.Invalid, "the target refuses the group")
	case link.Remote != "":
		return link.Remote, nil
	}
	return e.putGroup(ctx, link, g)
}

// groupLink returns how far a group has come, empty where it was never made.
func (e *Engine) groupLink(ctx context.Context, id group.ID) (connection.GroupLink, error) {
	link, err := e.DB.GroupLinks(e.Connection).Get(ctx, e.Owner, id)
	if fault.KindOf(err) == fault.NotFound {
		return connection.GroupLink{Group: id}, nil
	}
	return link, err
}

func groupDigest(g group.Group) string { return g.Name + "\x00" + g.Year.String() }

// putGroup makes or changes a group at the target and returns its remote id.
// One that somebody removed there is made anew.
func (e *Engine) putGroup(ctx context.Context, link connection.GroupLink, g group.Group) (string, error) {
	remote, err := e.Target.Group(ctx, link.Remote, g)
	gone := link.Remote != "" && fault.KindOf(err) == fault.NotFound
	if gone {
		if e.young(link.Begun) {
			return "", fault.As(fault.Busy, err) // it may not be visible yet
		}
		slog.WarnContext(ctx, "group was removed at target and is made anew", "group", g.ID)
		remote, err = e.Target.Group(ctx, "", g)
	}
	done := connection.GroupLink{Group: g.ID, Remote: remote, Digest: groupDigest(g), Begun: link.Begun}
	if gone || link.Remote == "" {
		done.Begun = e.Clock.Now()
	}
	if err != nil {
		slog.WarnContext(ctx, "group not brought to target", "group", g.ID, "kind", fault.KindOf(err).String(), "err", err)
		if fault.KindOf(err) != fault.Invalid {
			return "", err
		}
		done.Remote, done.Reason = link.Remote, refused
	}
	if gone && err == nil {
		err = e.rejoin(ctx, g.ID)
	}
	if err != nil && done.Reason == "" {
		return "", err
	}
	return remote, errors.Join(err, e.DB.GroupLinks(e.Connection).Set(ctx, e.Owner, g.ID, done))
}

// young reports whether what was made at that moment may not be visible at the
// target yet.
func (e *Engine) young(made time.Time) bool { return e.Clock.Now().Sub(made) < unseen }

// atOnce is how many accounts one message asks for.
const atOnce = 100

// rejoin has everybody who was in a group be brought once more: their links say
// that they are in it. It may be cut off and repeated: who was forgotten has a
// message.
func (e *Engine) rejoin(ctx context.Context, id group.ID) error {
	var members []account.ID
	for entry, err := range e.DB.Links(e.Connection).All(ctx, e.Owner) {
		if err != nil {
			return err
		}
		if slices.Contains(entry.Value.Groups, id) {
			members = append(members, entry.ID)
		}
	}
	for part := range slices.Chunk(members, atOnce) {
		if err := e.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error { return e.forget(tx, id, part) }); err != nil {
			return err
		}
	}
	return nil
}

// forget takes a group out of links, and stores the message that their accounts
// are to be brought, which the sweep posts.
func (e *Engine) forget(tx *store.Tx, id group.ID, members []account.ID) error {
	table := e.DB.Links(e.Connection)
	links, err := table.GetManyTx(tx, e.Owner, members)
	if err != nil {
		return err
	}
	message := outbox.To(e.Topic, topic.Provision{Tenant: e.Owner, Connection: e.Connection, Accounts: members})
	letter := outbox.New(e.Owner, e.Clock.Now(), message)
	failed := []error{e.DB.Outbox().CreateTx(tx, e.Owner, letter.ID, letter)}
	for _, entry := range links {
		entry.Value.Groups = slices.DeleteFunc(entry.Value.Groups, func(g group.ID) bool { return g == id })
		failed = append(failed, table.ReplaceTx(tx, e.Owner, entry, "groups"))
	}
	return errors.Join(failed...)
}

// join puts an account in a group, whose remote id is given. A target that does
// not know one of them is asked for the group: it may have been removed there.
// Where the group is there, the account is not: join answers NotFound.
func (e *Engine) join(ctx context.Context, link *connection.Link, id group.ID, remote string) error {
	err := e.Target.Join(ctx, remote, link.Remote)
	if fault.KindOf(err) != fault.NotFound || e.fresh(link) {
		return retriable(err)
	}
	known, failed := e.groupLink(ctx, id)
	if failed != nil || e.young(known.Begun) {
		return retriable(errors.Join(failed, err))
	}
	now := known.Remote
	if now == remote { // else another worker has made it anew
		g, failed := e.DB.Groups().Get(ctx, e.Owner, id)
		if failed == nil {
			now, failed = e.putGroup(ctx, known, g)
		}
		if failed != nil {
			return retriable(failed)
		}
	}
	if now == remote {
		return err
	}
	return retriable(e.Target.Join(ctx, now, link.Remote))
}

// retriable makes a failed membership one to be tried again: a group or user
// that was just made may not be visible yet.
func retriable(err error) error {
	switch fault.KindOf(err) {
	case fault.Internal, fault.Invalid, fault.Forbidden:
		return err
	default:
		return fault.As(fault.Busy, err)
	}
}
