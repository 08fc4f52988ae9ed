package rules

import (
	"context"
	"net/http"
	"slices"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// groupChanges returns what was done with groups by hand, for their page.
func (o Office) groupChanges(ctx context.Context, who session.Person) ([]changeView, error) {
	all, err := amendments[group.Group](ctx, o, who, revision.Group)
	if err != nil {
		return nil, err
	}
	views, seen, err := shown(ctx, o, who, all, func(g group.Group) any { return g.Name })
	if err != nil {
		return nil, err
	}
	for i, c := range all {
		switch {
		case c.Before == nil:
		case c.Before.Ended != c.After.Ended:
			views[i].How = map[bool]string{true: "ended", false: "back"}[c.After.Ended]
		default:
			views[i].How = "band"
		}
	}
	return views, o.Viewed(ctx, who, "groups", []string{"call_name", "infix", "surname"}, seen...)
}

// takenUp is how long an undoing that was cut off can be taken up.
const takenUp = 10 * time.Minute

// undoGroup takes back the last that was done with a group: POST
// /admin/groups/undo. One that was made ends; one that ended is there again, with
// the people whom the school had put in it. What was cut off is taken up by undoing
// it again.
func (o Office) undoGroup(w http.ResponseWriter, r *http.Request, who session.Person) error {
	c, err := undone[group.Group](w, r, o, who, revision.Group)
	if err != nil {
		return err
	}
	was := group.Group{Ended: true, Band: c.After.Band}
	if c.Before != nil {
		was = *c.Before
	}
	last, err := o.DB.AmendmentsOf(r.Context(), who.Tenant, revision.Group, c.Object)
	if err != nil {
		return err
	}
	begun := len(last) > 1 && last[1].ID == c.ID && last[0].Value.Action == audit.Undone && o.Clock.Now().Sub(last[0].Value.At) < takenUp
	if !begun && (len(last) == 0 || last[0].ID != c.ID) {
		return meanwhile()
	}
	if was.Ended && !c.After.Ended {
		if err := o.emptied(r.Context(), who, c.After.ID); err != nil {
			return err
		}
	}
	letter, err := o.keepGroup(r.Context(), who, c.After.ID, audit.Undone, func(g group.Group) (group.Group, error) {
		from := *c.After
		if begun {
			from = was
		}
		if g.ID == "" || g.Ended != from.Ended || g.Band != from.Band {
			return g, meanwhile()
		}
		g.Ended, g.Band = was.Ended, was.Band
		return g, nil
	})
	if err == nil && c.After.Ended && !was.Ended && c.After.Kind == group.Manual { // a rule fills its group by itself
		err = o.filled(r.Context(), who, c, before(last, c.ID))
	}
	if err != nil {
		return err
	}
	o.Post.Send(r.Context(), letter)
	return console.To(w, r, "/admin/groups")
}

// before returns when the change before one was made, of the newest first; the zero
// time where it is the first that is known.
func before(all []store.Entry[revision.ID, revision.Revision], id revision.ID) time.Time {
	i := slices.IndexFunc(all, func(e store.Entry[revision.ID, revision.Revision]) bool { return e.ID == id })
	if i < 0 || i+1 == len(all) {
		return time.Time{}
	}
	return all[i+1].Value.At
}

// filled puts those back into a group who were taken out when it ended, after what was
// done with it before. Rights may follow from a group, so nobody puts themselves back
// who does not manage rights.
func (o Office) filled(ctx context.Context, who session.Person, ending amendment[group.Group], since time.Time) error {
	found, err := o.DB.RevisionsWith(ctx, who.Tenant, ending.Object)
	if err != nil {
		return err
	}
	rights := o.May(ctx, who, access.ManageRights)
	var ids []account.ID
	for _, e := range found {
		if e.Value.Action == audit.GroupSet && e.Value.At.After(since) {
			ids = append(ids, e.Value.Accounts...)
		}
	}
	ids = slices.DeleteFunc(ids, func(id account.ID) bool { return id == who.Account.ID && rights != nil })
	order := o.By(ctx, who, audit.Undone, ids...)
	order.Object = ending.Object
	_, err = o.Desk.Accounts(ctx, order, func(a *account.Account) ([]string, error) {
		if slices.Contains(a.Own.Groups, ending.After.ID) {
			return nil, nil
		}
		a.Own.Groups = append(slices.Clone(a.Own.Groups), ending.After.ID)
		slices.Sort(a.Own.Groups)
		return []string{"class"}, nil
	})
	return err
}
