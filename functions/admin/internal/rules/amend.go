package rules

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// deed is a change of one thing by hand.
type deed[T any] struct {
	who    session.Person
	action audit.Action
	thing  revision.Thing
	object string
	revision.Amendment[T]
	names []account.ID // whom its states name
}

// amended stores, sealed, how a thing was before somebody changed it.
func amended[T any](ctx context.Context, o Office, tx *store.Tx, d deed[T]) error {
	key, err := o.Desk.Keys.Today(ctx)
	if err != nil {
		return err
	}
	why := revision.Cause{At: o.Clock.Now(), Actor: console.Actor(d.who), Action: d.action, Object: d.object, Thing: d.thing, Names: d.names}
	r, err := revision.SealAmendment(key, d.who.Tenant, why, d.Amendment)
	if err != nil {
		return err
	}
	return o.DB.Revisions().CreateTx(tx, d.who.Tenant, r.ID, r)
}

// amendment is what was done with one thing, as it can be undone.
type amendment[T any] struct {
	revision.Revision
	revision.Amendment[T]
}

// How says in a word what was done: made, changed or removed.
func (c amendment[T]) How() string {
	switch {
	case c.Before == nil:
		return "made"
	case c.After == nil:
		return "removed"
	default:
		return "changed"
	}
}

// State is the thing as it is since, or was where it is no more.
func (c amendment[T]) State() T {
	if c.After != nil {
		return *c.After
	}
	return *c.Before
}

// changesShown is how many changes a page shows.
const changesShown = 20

// amendments returns what was done with things of one sort in the last 90 days, the
// newest first, as far as anybody can still open it.
func amendments[T any](ctx context.Context, o Office, who session.Person, thing revision.Thing) ([]amendment[T], error) {
	found, err := o.DB.Amendments(ctx, who.Tenant, thing, changesShown)
	if err != nil {
		return nil, err
	}
	var all []amendment[T]
	for _, e := range found {
		c, err := opened[T](ctx, o, who, e.Value)
		if err == nil {
			all = append(all, c)
		} else if fault.KindOf(err) != fault.NotFound { // else the key of its day is gone
			slog.WarnContext(ctx, "revision cannot be opened", "revision", e.ID, "err", err) // the page is wanted all the same
		}
	}
	return all, nil
}

func opened[T any](ctx context.Context, o Office, who session.Person, r revision.Revision) (c amendment[T], err error) {
	key, err := o.Desk.Keys.Unwrap(ctx, r.Batch)
	if err != nil {
		return c, err
	}
	c.Revision = r
	if c.Amendment, err = revision.OpenAmendment[T](r, key, who.Tenant); err == nil && c.Before == nil && c.After == nil {
		err = fault.New(fault.Internal, "a revision of nothing")
	}
	return c, err
}

// undone returns the amendment that a form names, to be undone. It answers NotFound
// where that has expired, or is of another thing.
func undone[T any](w http.ResponseWriter, r *http.Request, o Office, who session.Person, thing revision.Thing) (c amendment[T], err error) {
	if err := console.Form(w, r); err != nil {
		return c, err
	}
	id := revision.ID(r.PostForm.Get("revision"))
	have, err := o.DB.Revisions().Get(r.Context(), who.Tenant, id)
	if err != nil {
		return c, err
	}
	if have.Thing != thing {
		return c, fault.New(fault.NotFound, "")
	}
	return opened[T](r.Context(), o, who, have)
}

// changeView is a change as a page shows it.
type changeView struct {
	ID, When, Who string
	How           string // made, changed, removed; of a group also ended, back, band
	What          any
	MayUndo       bool // nothing has changed it since
}

// shown returns changes for a page, each with what it was about, and whose names
// stand there.
func shown[T any](ctx context.Context, o Office, who session.Person, all []amendment[T], what func(T) any) (views []changeView, seen []account.ID, err error) {
	for _, c := range all {
		if c.Actor.Account != "" {
			seen = append(seen, c.Actor.Account)
		}
	}
	slices.Sort(seen)
	people, err := o.DB.Accounts().GetMany(ctx, who.Tenant, slices.Compact(seen))
	if err != nil {
		return nil, nil, err
	}
	seen = nil
	since := map[string]bool{} // things that changed later
	for id := range people {
		seen = append(seen, id)
	}
	for _, c := range all {
		name := string(c.Actor.Account)
		if e, ok := people[c.Actor.Account]; ok {
			name = e.Value.Source.Name.Display()
		}
		views = append(views, changeView{string(c.ID), console.Moment(c.At), name, c.How(), what(c.State()), !since[c.Object]})
		since[c.Object] = true
	}
	return views, seen, nil
}

// meanwhile is the answer to who undoes what is no longer as it was made.
func meanwhile() error { return fault.New(fault.Conflict, "change.meanwhile") }
