package rules

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/right"
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

// undoLinkRule takes back that a rule was added or removed: POST
// /admin/links/undo.
func (o Office) undoLinkRule(w http.ResponseWriter, r *http.Request, who session.Person) error {
	c, err := undone[link.Rule](w, r, o, who, revision.LinkRule)
	if err != nil {
		return err
	}
	back := deed[link.Rule]{
		who: who, action: audit.Undone, thing: revision.LinkRule, object: c.Object,
		Amendment: revision.Amendment[link.Rule]{Before: c.After, After: c.Before}, names: c.Accounts,
	}
	err = o.setLinkRules(r.Context(), back, func(rules link.Rules) (link.Rules, error) {
		_, there := rules.Find(c.State().ID)
		switch {
		case there != (c.After != nil):
			return rules, meanwhile()
		case there:
			return rules.Remove(c.State().ID)
		default:
			return rules.Add(c.State())
		}
	})
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/links")
}

// undoRight takes back that a right was given or taken: POST /admin/rights/undo.
func (o Office) undoRight(w http.ResponseWriter, r *http.Request, who session.Person) error {
	c, err := undone[right.Right](w, r, o, who, revision.Right)
	if err != nil {
		return err
	}
	if c.After == nil {
		err = o.keepRight(r.Context(), who, audit.Undone, *c.Before)
	} else {
		err = o.removeRight(r.Context(), who, audit.Undone, c.After.ID)
	}
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Conflict {
		return meanwhile()
	}
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/rights")
}

// undoException takes back what somebody decided about a pupil and a member of
// staff: POST /admin/supervision/{id}/undo, of the pupil.
func (o Office) undoException(w http.ResponseWriter, r *http.Request, who session.Person) error {
	c, err := undone[link.Exception](w, r, o, who, revision.Exception)
	if err != nil {
		return err
	}
	id := account.ID(r.PathValue("id"))
	if c.Object != string(id) {
		return fault.New(fault.NotFound, "")
	}
	err = o.decide(r.Context(), who, decision{pupil: id, staff: c.State().Staff, action: audit.Undone, as: c.Before, only: true, have: c.After})
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/people/"+string(id))
}

// decision is what somebody decides about a pupil and a member of staff.
type decision struct {
	pupil, staff account.ID
	action       audit.Action
	why          string
	as           *link.Exception // nil where the rules say
	only         bool            // where have is still what was decided before
	have         *link.Exception
}

// decide stores a decision, with how it was before.
func (o Office) decide(ctx context.Context, who session.Person, d decision) error {
	return o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		s, err := o.DB.Supervision().GetTx(tx, who.Tenant, d.pupil)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		s.Pupil = d.pupil
		have := s.Decided(d.staff)
		if d.only && !sameException(have, d.have) {
			return meanwhile()
		}
		if s = s.Forget(d.staff); d.as != nil {
			s = s.Except(*d.as)
		}
		keep := func() error { return o.DB.Supervision().SetTx(tx, who.Tenant, d.pupil, s) }
		if s.Empty() {
			keep = func() error { return o.DB.Supervision().DeleteTx(tx, who.Tenant, d.pupil) }
		}
		entry := o.Entry(ctx, who, d.action, d.pupil, d.staff).Of("supervision").Because(d.why)
		failed := []error{keep(), o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry)}
		if have != nil || d.as != nil {
			failed = append(failed, amended(ctx, o, tx, deed[link.Exception]{
				who: who, action: d.action, thing: revision.Exception, object: string(d.pupil),
				Amendment: revision.Amendment[link.Exception]{Before: have, After: d.as}, names: []account.ID{d.pupil, d.staff},
			}))
		}
		return errors.Join(failed...)
	})
}

// sameException reports whether two decisions are one.
func sameException(x, y *link.Exception) bool {
	if x == nil || y == nil {
		return x == y
	}
	return x.Staff == y.Staff && x.Out == y.Out && x.Until.Equal(y.Until) && x.Made.Equal(y.Made)
}
