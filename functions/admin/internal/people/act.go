package people

import (
	"context"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/session"
)

// edit changes what the school itself says of a person: POST
// /admin/people/{id}. What a source delivers has its owner, and that is not the
// school: it is no part of the form, and refused where somebody sends another.
func (o Office) edit(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	seen, err := strconv.ParseInt(get("version"), 10, 64)
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	until, err := console.Until(get("until"))
	if err != nil {
		return err
	}
	groups, err := o.ticked(r, who)
	if err != nil {
		return err
	}
	id := account.ID(r.PathValue("id"))
	stored, err := o.DB.Accounts().Get(r.Context(), who.Tenant, id)
	if err != nil {
		return err
	}
	delivered, err := o.delivered(r.Context(), who.Tenant, stored)
	if err != nil {
		return err
	}
	if err := o.refused(r.Context(), who, r.PostForm); err != nil {
		return err
	}
	rights := o.May(r.Context(), who, access.ManageRights)
	order := o.By(r.Context(), who, audit.Changed, id)
	order.Seen = seen
	_, err = o.Clerk.Accounts(r.Context(), order, func(a *account.Account) ([]string, error) {
		was := *a
		if r.PostForm.Has("groups") {
			a.Own.Groups = groups
		}
		for _, set := range []func() error{
			func() error { return complete(a, r.PostForm, delivered) },
			func() error { return working(a, r.PostForm) },
			func() error { return aged(a, r.PostForm) },
			func() error { return ending(a, until, o.Clock.Now()) },
		} {
			if err := set(); err != nil {
				return nil, err
			}
		}
		if id == who.Account.ID && rights != nil && raises(was, *a) {
			return nil, fault.New(fault.Invalid, "people.not_yourself")
		}
		return change.Differences(was, *a), nil
	})
	if fault.Public(err) == imported {
		return o.whose(r, who, stored)
	}
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/people/"+string(id))
}

// refused answers Forbidden where a form holds a field that is denied to who is
// signed in: it is not shown, so it can be neither changed nor tried out.
func (o Office) refused(ctx context.Context, who session.Person, form url.Values) error {
	shows, err := o.shows(ctx, who)
	if err != nil {
		return err
	}
	in := map[string]string{"function": "function", "phone": "phone", "email": "private_email", "band": "age_band", "groups": "class"}
	for _, b := range blanks() {
		in[b.key] = b.key
	}
	for name, key := range in {
		if form.Has(name) && !shows(key) {
			return fault.New(fault.Forbidden, "")
		}
	}
	return nil
}

// ticked returns the manual groups that a form puts somebody in.
func (o Office) ticked(r *http.Request, who session.Person) ([]group.ID, error) {
	manual, err := o.Groups(r.Context(), who.Tenant, func(g group.Group) bool { return g.Kind == group.Manual })
	var groups []group.ID
	for _, c := range manual {
		if slices.Contains(r.PostForm["group"], c.ID) {
			groups = append(groups, group.ID(c.ID))
		}
	}
	slices.Sort(groups)
	return groups, err
}

// raises reports whether rights may follow from what changed: they look at
// functions and groups, which nobody changes of themselves but who manages
// rights.
func raises(was, is account.Account) bool {
	return was.Own.Function != is.Own.Function || !slices.Equal(was.Own.Groups, is.Own.Groups)
}

// ending sets the last day of somebody whom no source delivers.
func ending(a *account.Account, until, now time.Time) error {
	switch {
	case until.Equal(a.Until):
		return nil
	case !byHand(*a):
		return fault.New(fault.Invalid, imported)
	case !until.IsZero() && !until.After(now):
		return fault.New(fault.Invalid, "people.until_past")
	}
	a.Until = until
	return nil
}

// working sets what the school says of its staff, as far as the form has it.
func working(a *account.Account, f url.Values) error {
	or := func(name, have string) string {
		if !f.Has(name) {
			return have
		}
		return console.Clean(f.Get(name))
	}
	function, phone, email := or("function", a.Own.Function), or("phone", a.Own.Phone), or("email", a.Own.Email)
	if a.Kind != person.Staff {
		if function+phone+email != "" {
			return fault.New(fault.Invalid, "people.function_invalid")
		}
		return nil
	}
	if len(function) > change.Longest || len(phone) > 30 {
		return fault.New(fault.Invalid, "people.name_invalid")
	}
	if _, err := mail.ParseAddress(email); email != "" && (err != nil || len(email) > change.Longest) {
		return fault.New(fault.Invalid, "people.email_invalid")
	}
	a.Own.Function, a.Own.Phone, a.Own.Email = function, phone, email
	return nil
}

// aged sets a pupil's own age band, where the form has it.
func aged(a *account.Account, f url.Values) error {
	band := group.Band(f.Get("band"))
	if band != "" && (a.Kind != person.Pupil || !slices.Contains(group.Bands(), band)) {
		return fault.New(fault.Invalid, "")
	}
	if f.Has("band") && a.Kind == person.Pupil {
		a.Own.Band = band
	}
	return nil
}

// state blocks somebody, lifts a block, or deletes: POST
// /admin/people/{id}/state.
func (o Office) state(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	id := account.ID(r.PathValue("id"))
	if id == who.Account.ID {
		return fault.New(fault.Invalid, "people.not_yourself")
	}
	if _, err := o.DB.Accounts().Get(r.Context(), who.Tenant, id); err != nil {
		return err
	}
	order, back := o.ErasureBy(r.Context(), who, bin.ByHand, ""), "/admin/people/"+string(id)
	var err error
	switch r.PostForm.Get("say") {
	case "block":
		_, err = o.Keeper.Block(r.Context(), who.Tenant, []account.ID{id}, order)
	case "unblock":
		_, err = o.Keeper.Unblock(r.Context(), who.Tenant, []account.ID{id}, order)
	case "delete":
		_, err = o.Keeper.Bin(r.Context(), who.Tenant, []account.ID{id}, order)
		back = "/admin/bin"
	default:
		err = fault.New(fault.Invalid, "")
	}
	if err != nil {
		return err
	}
	return console.To(w, r, back)
}

// undo takes back a change: POST /admin/people/{id}/undo.
func (o Office) undo(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	id := account.ID(r.PathValue("id"))
	steps, err := o.Clerk.History(r.Context(), who.Tenant, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(steps, func(s change.Step) bool { return string(s.Revision.ID) == r.PostForm.Get("revision") })
	if i < 0 {
		return fault.New(fault.NotFound, "")
	}
	c := steps[i].Change
	if id == who.Account.ID && c.Before != nil && c.After != nil && raises(*c.After, *c.Before) && o.May(r.Context(), who, access.ManageRights) != nil {
		return fault.New(fault.Invalid, "people.not_yourself")
	}
	if err := o.Clerk.Undo(r.Context(), o.By(r.Context(), who, audit.Undone), steps[i]); err != nil {
		return err
	}
	return console.To(w, r, "/admin/people/"+string(id))
}

// order restricts, frees or erases on a recorded order of the institution,
// whether somebody is there or lies in the recycle bin: POST
// /admin/people/{id}/order.
func (o Office) order(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	id, ref := account.ID(r.PathValue("id")), console.Clean(r.PostForm.Get("ref"))
	if ref == "" || len(ref) > 40 {
		return fault.New(fault.Invalid, "people.order_missing")
	}
	if id == who.Account.ID {
		return fault.New(fault.Invalid, "people.not_yourself")
	}
	of, err := o.subject(r.Context(), who.Tenant, id)
	if err != nil {
		return err
	}
	order, back := o.ErasureBy(r.Context(), who, bin.OnOrder, ref), of.page()
	switch r.PostForm.Get("say") {
	case "restrict":
		err = o.Keeper.Restrict(r.Context(), who.Tenant, id, order)
	case "lift":
		err = o.Keeper.Lift(r.Context(), who.Tenant, id, order)
	case "erase":
		if r.PostForm.Get("sure") != "yes" {
			return fault.New(fault.Invalid, "people.not_sure")
		}
		var proofs []receipt.ID
		if proofs, err = o.Keeper.Erase(r.Context(), who.Tenant, []account.ID{id}, order); err == nil && len(proofs) == 0 {
			err = fault.New(fault.Conflict, "people.erase_limited")
		}
		back = "/admin/bin"
	default:
		err = fault.New(fault.Invalid, "")
	}
	if err != nil {
		return err
	}
	return console.To(w, r, back)
}
