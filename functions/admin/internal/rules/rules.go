// Package rules is the part of the console where a school says who may reach
// what, which groups it has of its own, who supervises whom, and how people are
// named.
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
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Office is this part of the console.
type Office struct {
	console.Console
	Desk  change.Desk
	Post  outbox.Post
	Index seal.Index
}

// Mount mounts the pages.
func (o Office) Mount(page console.Route) {
	page("GET /admin/rights", access.ManageRights, o.showRights)
	page("POST /admin/rights", access.ManageRights, o.setRight)
	page("POST /admin/rights/{id}", access.ManageRights, o.dropRight)
	page("GET /admin/groups", access.ManageRules, o.showGroups)
	page("POST /admin/groups", access.ManageRules, o.addGroup)
	page("POST /admin/groups/{id}", access.ManageRules, o.setGroup)
	page("GET /admin/links", access.ManageRules, o.showLinks)
	page("POST /admin/links", access.ManageRules, o.addLinkRule)
	page("POST /admin/links/{id}", access.ManageRules, o.dropLinkRule)
	page("POST /admin/supervision/{id}", access.ManageRules, o.except)
	page("GET /admin/names", access.ManageRules, o.showNames)
	page("POST /admin/names", access.ManageRules, o.setNames)
	page("POST /admin/names/reserved", access.ManageRules, o.setReserved)
	page("POST /admin/names/mailboxes", access.ManageRules, o.setMailboxes)
}

type rightsView struct {
	Rights []rightView
	Apps   []console.Choice
	Fields []console.Choice
	Tasks  []access.Permission
	Kinds  []person.Kind
	Roles  []access.Role
	Groups []console.Choice
	School []console.Choice
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
	people, err := o.named(ctx, who, rights)
	if err != nil {
		return err
	}
	slices.SortFunc(rights, func(a, b right.Right) int { return b.Made.Compare(a.Made) })
	for _, x := range rights {
		v.Rights = append(v.Rights, rightView{
			ID: string(x.ID), Deny: x.Deny, Sort: x.What.Sort, What: called(v.Apps, x.What.ID), By: x.Whom.By, From: console.Day(x.From), Until: console.LastDay(x.Until),
			Value: o.whom(x.Whom, v, people), Over: !x.Until.IsZero() && !o.Clock.Now().Before(x.Until),
		})
	}
	return o.Pages.Write(w, r, http.StatusOK, "rights", v)
}

// named reads the names of the people that rights are about, and logs that they
// were seen.
func (o Office) named(ctx context.Context, who session.Person, rights right.List) (map[account.ID]string, error) {
	var ids []account.ID
	for _, x := range rights {
		if x.Whom.By == right.ByPerson {
			ids = append(ids, account.ID(x.Whom.Value))
		}
	}
	names := map[account.ID]string{}
	found, err := o.DB.Accounts().GetMany(ctx, who.Tenant, slices.Compact(slices.Sorted(slices.Values(ids))))
	if err != nil {
		return nil, err
	}
	var seen []account.ID
	for id, e := range found {
		names[id], seen = e.Value.Source.Name.Display(), append(seen, id)
	}
	return names, o.Viewed(ctx, who, "rights", []string{"call_name", "infix", "surname"}, seen...)
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
	if err := o.keepRight(r.Context(), who, x); err != nil {
		return err
	}
	return console.To(w, r, "/admin/rights")
}

func (o Office) keepRight(ctx context.Context, who session.Person, x right.Right) error {
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
	entry := o.Entry(ctx, who, audit.RightSet, subjects(x)...).On(string(x.ID)).Because(string(x.What.Sort))
	return o.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(o.DB.Rights().CreateTx(tx, who.Tenant, x.ID, x), o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry))
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
	id := right.ID(r.PathValue("id"))
	err := o.DB.InTx(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		x, err := o.DB.Rights().GetTx(tx, who.Tenant, id)
		if err != nil {
			return err
		}
		entry := o.Entry(ctx, who, audit.RightSet, subjects(x)...).On(string(id)).Because("dropped")
		return errors.Join(o.DB.Rights().DeleteTx(tx, who.Tenant, id), o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry))
	})
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/rights")
}

// recalculate returns the letter that has everything calculated anew that
// follows from rules.
func (o Office) recalculate(owner tenant.ID) outbox.Letter {
	now := o.Clock.Now()
	return outbox.New(owner, now, outbox.To(topic.Recalculate, topic.Recalculation{Tenant: owner, Asked: now.UnixMilli()}))
}
