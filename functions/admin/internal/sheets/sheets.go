// Package sheets hands out first passwords and badges: on a sheet for a class,
// for members of staff, or with the one card of a person. A sheet can be read
// by who made it, with the browser that did, until it is printed and for a day
// at most: its words lie sealed under a key that this browser alone holds.
package sheets

import (
	"net/http"
	"slices"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// Office makes and shows sheets.
type Office struct {
	console.Console
	Credentials *store.DB // the database of that name
	Vault       credential.Vault
	Badges      credential.Badges
	Origin      serve.Origin
}

// Mount mounts the pages.
func (o Office) Mount(page console.Route) {
	page("POST /admin/groups/{id}/sheet", access.IssueSheets, o.class)
	page("POST /admin/staff/sheet", access.IssueSheets, o.staff)
	page("POST /admin/people/{id}/card", access.IssueSheets, o.card)
	page("GET /admin/sheets/{id}", access.IssueSheets, o.show)
	page("POST /admin/sheets/{id}/printed", access.IssueSheets, o.printed)
}

// mostOnSheet bounds a sheet, so that its passwords are hashed within the time
// of a request and stored together. A member of staff who is not on it is on the
// next; a class is never that large.
const mostOnSheet = 150

// order is a sheet to make.
type order struct {
	title, object string
	people        []account.Account
	fresh         bool // a password that somebody has by now stays as it is
}

// ids returns whom the sheet is for.
func (x order) ids() []account.ID {
	ids := make([]account.ID, len(x.people))
	for i, a := range x.people {
		ids[i] = a.ID
	}
	return ids
}

// class makes a sheet for the pupils of a class: POST /admin/groups/{id}/sheet.
// Passwords and badges that they had are void.
func (o Office) class(w http.ResponseWriter, r *http.Request, who session.Person) error {
	g, err := o.DB.Groups().Get(r.Context(), who.Tenant, group.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	pupils, err := o.Members(r.Context(), who.Tenant, func(a account.Account) bool {
		return a.Kind == person.Pupil && slices.Contains(a.Groups(), g.ID)
	})
	if err != nil {
		return err
	}
	if len(pupils) > mostOnSheet {
		return fault.New(fault.Invalid, "sheet.too_many")
	}
	return o.make(w, r, who, order{title: g.Name, object: string(g.ID), people: pupils})
}

// staff makes a sheet for members of staff who have no password yet: POST
// /admin/staff/sheet.
func (o Office) staff(w http.ResponseWriter, r *http.Request, who session.Person) error {
	staff, err := o.Members(r.Context(), who.Tenant, func(a account.Account) bool { return a.Kind == person.Staff })
	if err != nil {
		return err
	}
	have, err := o.Credentials.Credentials().GetMany(r.Context(), who.Tenant, order{people: staff}.ids())
	if err != nil {
		return err
	}
	staff = slices.DeleteFunc(staff, func(a account.Account) bool { return len(have[a.ID].Value.Verifier) > 0 })
	return o.make(w, r, who, order{title: o.Pages.Texts().Text(i18n.Of(r), "admin.staff"), object: "staff", people: staff, fresh: true})
}

// card makes a sheet with the one card of a person, whose password and badge are
// void from then on: POST /admin/people/{id}/card.
func (o Office) card(w http.ResponseWriter, r *http.Request, who session.Person) error {
	a, err := o.DB.Accounts().Get(r.Context(), who.Tenant, account.ID(r.PathValue("id")))
	switch {
	case err != nil:
		return err
	case a.ID == who.Account.ID: // who could not sign in any more to read it
		return fault.New(fault.Invalid, "sheet.not_yourself")
	case !a.MaySignIn():
		return fault.New(fault.Invalid, "admin.nobody_on_sheet")
	}
	return o.make(w, r, who, order{title: a.Source.Name.Display(), object: "card", people: []account.Account{a}})
}

// make makes a sheet and leads the browser to it. Whoever makes it could sign in
// as anybody on it, so nobody is who holds a role, or may do more than the maker.
func (o Office) make(w http.ResponseWriter, r *http.Request, who session.Person, x order) error {
	rights, err := o.DB.RightsOf(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	now, all := o.Clock.Now(), len(x.people)
	x.people = slices.DeleteFunc(x.people, func(a account.Account) bool {
		return len(a.Own.Roles) > 0 || slices.ContainsFunc(access.Permissions(), func(p access.Permission) bool {
			return rights.Allow(p, a, now) == nil && rights.Allow(p, who.Account, now) != nil
		})
	})
	leftOut := len(x.people) < all
	x.people = x.people[:min(len(x.people), mostOnSheet)]
	switch {
	case len(x.people) == 0 && leftOut:
		return fault.New(fault.Invalid, "admin.roles_not_on_sheet")
	case len(x.people) == 0:
		return fault.New(fault.Invalid, "admin.nobody_on_sheet")
	}
	made, err := o.draw(r.Context(), who, x)
	if err != nil {
		return err
	}
	made.sheet = sheet{Title: x.title, Object: x.object, Made: now, LeftOut: leftOut, Cards: made.sheet.Cards}
	key, err := o.issue(r.Context(), who, x, made)
	if err != nil {
		return err
	}
	http.SetCookie(w, o.cookie(made.id, key))
	return console.To(w, r, "/admin/sheets/"+string(made.id))
}
