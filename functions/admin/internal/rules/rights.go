package rules

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

type rightsView struct {
	Rights  []rightView
	Changes []changeView // What is a rightView
	Apps    []console.Choice
	Fields  []console.Choice
	Tasks   []access.Permission
	Kinds   []person.Kind
	Roles   []access.Role
	Groups  []console.Choice
	School  []console.Choice
}

type rightView struct {
	ID          string
	Deny        bool
	Sort        right.Sort
	What        string // name of the object
	By          right.By
	Value       string // name of whom
	From, Until string
	Over        bool
}

// showRights lists grants and denials: GET /admin/rights.
func (o Office) showRights(w http.ResponseWriter, r *http.Request, who session.Person) error {
	ctx := r.Context()
	v := rightsView{Tasks: access.Permissions(), Kinds: person.Kinds(), Roles: access.All()}
	var err error
	if v.School, err = o.Schools(ctx, who.Tenant); err != nil {
		return err
	}
	if v.Groups, err = o.Groups(ctx, who.Tenant, func(group.Group) bool { return true }); err != nil {
		return err
	}
	for e, err := range o.DB.Apps().All(ctx, who.Tenant) {
		if err != nil {
			return err
		}
		v.Apps = append(v.Apps, console.Choice{ID: string(e.ID), Name: e.Value.Name})
	}
	console.Sorted(v.Apps)
	for _, f := range privacy.Register() {
		if slices.Contains(f.Viewers, privacy.Managers) {
			v.Fields = append(v.Fields, console.Choice{ID: f.Key})
		}
	}
	rights, err := o.DB.RightsOf(ctx, who.Tenant)
	if err != nil {
		return err
	}
	amended, err := amendments[right.Right](ctx, o, who, revision.Right)
	if err != nil {
		return err
	}
	people, err := o.meant(ctx, who, rights, amended)
	if err != nil {
		return err
	}
	line := func(x right.Right) rightView {
		return rightView{
			ID: string(x.ID), Deny: x.Deny, Sort: x.What.Sort, What: called(v.Apps, x.What.ID), By: x.Whom.By, From: console.Day(x.From), Until: console.LastDay(x.Until),
			Value: o.whom(x.Whom, v, people), Over: !x.Until.IsZero() && !o.Clock.Now().Before(x.Until),
		}
	}
	slices.SortFunc(rights, func(a, b right.Right) int { return b.Made.Compare(a.Made) })
	for _, x := range rights {
		v.Rights = append(v.Rights, line(x))
	}
	var seen []account.ID
	if v.Changes, seen, err = shown(ctx, o, who, amended, func(x right.Right) any { return line(x) }); err != nil {
		return err
	}
	for id := range people {
		seen = append(seen, id)
	}
	if err := o.Viewed(ctx, who, "rights", []string{"call_name", "infix", "surname"}, once(seen)...); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "rights", v)
}

// meant reads the names of the people that rights are about, those that were
// changed too.
func (o Office) meant(ctx context.Context, who session.Person, rights right.List, amended []amendment[right.Right]) (map[account.ID]string, error) {
	var ids []account.ID
	for _, x := range rights {
		ids = append(ids, subjects(x)...)
	}
	for _, c := range amended {
		ids = append(ids, subjects(c.State())...)
	}
	names := map[account.ID]string{}
	found, err := o.DB.Accounts().GetMany(ctx, who.Tenant, once(ids))
	for id, e := range found {
		names[id] = e.Value.Source.Name.Display()
	}
	return names, err
}

func called(choices []console.Choice, id string) string {
	for _, c := range choices {
		if c.ID == id {
			return c.Name
		}
	}
	return id
}

func (o Office) whom(w right.Whom, v rightsView, people map[account.ID]string) string {
	switch w.By {
	case right.ByGroup:
		return called(v.Groups, w.Value)
	case right.BySchool:
		return called(v.School, w.Value)
	case right.ByPerson:
		if name, ok := people[account.ID(w.Value)]; ok {
			return name
		}
	}
	return w.Value
}

// setRight grants or denies something: POST /admin/rights. What is chosen
// stands in one field, "app:rekentuin", and so does to whom, "kind:staff"; a
// person is named by address.
func (o Office) setRight(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	x := right.Right{ID: right.NewID(), Deny: get("effect") == "deny", By: who.Account.ID, Made: o.Clock.Now()}
	sort, what, _ := strings.Cut(get("what"), ":")
	by, value, _ := strings.Cut(get("whom"), ":")
	x.What, x.Whom = right.Object{Sort: right.Sort(sort), ID: what}, right.Whom{By: right.By(by), Value: value}
	var err error
	switch x.Whom.By {
	case right.ByPerson:
		a, err := o.Called(r.Context(), who.Tenant, get("person"))
		if err != nil {
			return err
		}
		x.Whom.Value = string(a.ID)
	case right.ByFunction:
		x.Whom.Value = console.Clean(get("function"))
	}
	if x.From, err = console.Until(get("from")); err != nil {
		return err
	}
	if !x.From.IsZero() {
		x.From = x.From.AddDate(0, 0, -1) // from the beginning of the day
	}
	if x.Until, err = console.Until(get("until")); err != nil {
		return err
	}
	if err := x.Check(); err != nil {
		return err
	}
	if err := o.keepRight(r.Context(), who, audit.RightSet, x); err != nil {
		return err
	}
	return console.To(w, r, "/admin/rights")
}

// keepRight stores a right that is not there.
func (o Office) keepRight(ctx context.Context, who session.Person, action audit.Action, x right.Right) error {
	rights, err := o.DB.RightsOf(ctx, who.Tenant)
	if err != nil {
		return err
	}
	if len(rights) >= right.Most {
		return fault.New(fault.Invalid, "right.too_many")
	}
	if x.What.Sort == right.Application {
		if _, err := o.DB.Apps().Get(ctx, who.Tenant, app.ID(x.What.ID)); err != nil {
			return fault.New(fault.Invalid, "right.object_invalid")
		}
	}
	d := deed[right.Right]{who: who, action: action, thing: revision.Right, object: string(x.ID), names: subjects(x)}
	d.After = &x
	entry := o.Entry(ctx, who, action, subjects(x)...).On(string(x.ID)).Because(string(x.What.Sort))
	return o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(
			o.DB.Rights().CreateTx(tx, who.Tenant, x.ID, x),
			o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
			amended(ctx, o, tx, d),
		)
	})
}

// subjects returns whom a right is about.
func subjects(x right.Right) []account.ID {
	if x.Whom.By == right.ByPerson {
		return []account.ID{account.ID(x.Whom.Value)}
	}
	return nil
}

// dropRight takes a right back: POST /admin/rights/{id}.
func (o Office) dropRight(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := o.removeRight(r.Context(), who, audit.RightSet, right.ID(r.PathValue("id"))); err != nil {
		return err
	}
	return console.To(w, r, "/admin/rights")
}

func (o Office) removeRight(ctx context.Context, who session.Person, action audit.Action, id right.ID) error {
	return o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		x, err := o.DB.Rights().GetTx(tx, who.Tenant, id)
		if err != nil {
			return err
		}
		d := deed[right.Right]{who: who, action: action, thing: revision.Right, object: string(id), names: subjects(x)}
		d.Before = &x
		entry := o.Entry(ctx, who, action, subjects(x)...).On(string(id)).Because("dropped")
		return errors.Join(
			o.DB.Rights().DeleteTx(tx, who.Tenant, id),
			o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
			amended(ctx, o, tx, d),
		)
	})
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
