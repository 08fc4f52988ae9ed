package rules

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

type exceptionView struct {
	ID, Pupil, Staff string
	Out              bool
	Until            string
}

// exceptions returns what was decided about pupils and staff, for the page, and
// whose names stand there.
func (o Office) exceptions(ctx context.Context, who session.Person) ([]changeView, []account.ID, error) {
	all, err := amendments[link.Exception](ctx, o, who, revision.Exception)
	if err != nil {
		return nil, nil, err
	}
	var ids []account.ID
	for _, c := range all {
		ids = append(ids, account.ID(c.Object), c.State().Staff)
	}
	people, err := o.DB.Accounts().GetMany(ctx, who.Tenant, once(ids))
	if err != nil {
		return nil, nil, err
	}
	views, makers, err := shown(ctx, o, who, all, func(link.Exception) any { return nil })
	if err != nil {
		return nil, nil, err
	}
	ids = slices.DeleteFunc(ids, func(id account.ID) bool { _, ok := people[id]; return !ok })
	for i, c := range all {
		x, pupil := c.State(), account.ID(c.Object)
		views[i].MayUndo = !slices.ContainsFunc(all[:i], func(later amendment[link.Exception]) bool {
			return later.Object == c.Object && later.State().Staff == x.Staff
		})
		views[i].What = exceptionView{
			string(pupil), people[pupil].Value.Source.Name.Display(), people[x.Staff].Value.Source.Name.Display(), x.Out, console.LastDay(x.Until),
		}
	}
	return views, once(ids, makers), nil
}

// except decides by hand about one pupil and one member of staff, before every
// rule: POST /admin/supervision/{id}, of the pupil.
func (o Office) except(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get, id := r.PostForm.Get, account.ID(r.PathValue("id"))
	say := get("say")
	if !slices.Contains([]string{"in", "out", "rules"}, say) {
		return fault.New(fault.Invalid, "")
	}
	pupil, err := o.DB.Accounts().Get(r.Context(), who.Tenant, id)
	if err != nil {
		return err
	}
	if pupil.Kind != person.Pupil {
		return fault.New(fault.Invalid, "link.pupils_invalid")
	}
	staff := account.ID(get("staff"))
	if get("staff") == "" {
		a, err := o.Called(r.Context(), who.Tenant, get("person"))
		if err != nil {
			return err
		}
		staff = a.ID
	}
	if a, err := o.DB.Accounts().Get(r.Context(), who.Tenant, staff); err != nil || a.Kind != person.Staff {
		return fault.New(fault.Invalid, "link.staff_invalid")
	}
	until, err := console.Until(get("until"))
	if err != nil {
		return err
	}
	d := decision{pupil: id, staff: staff, action: audit.LinksSet, why: say}
	if say != "rules" {
		d.as = &link.Exception{Staff: staff, Out: say == "out", Until: until, By: who.Account.ID, Made: o.Clock.Now()}
	}
	if err := o.decide(r.Context(), who, d); err != nil {
		return err
	}
	return console.To(w, r, "/admin/people/"+string(id))
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
