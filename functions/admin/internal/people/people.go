// Package people is the part of the console that shows people, adds them by
// hand, changes what the school itself says of them, and serves them as data
// subjects.
package people

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Office is this part of the console.
type Office struct {
	console.Console
	Clerk  change.Clerk
	Keeper erase.Keeper
}

// Mount mounts the pages.
func (o Office) Mount(page console.Route) {
	page("GET /admin/people", access.ManagePeople, o.search)
	page("POST /admin/people", access.ManagePeople, o.search)
	page("GET /admin/people/new", access.ManagePeople, o.showNew)
	page("POST /admin/people/new", access.ManagePeople, o.add)
	page("GET /admin/people/file", access.ManagePeople, o.showFile)
	page("POST /admin/people/file", access.ManagePeople, o.file)
	page("POST /admin/people/bulk", access.ManagePeople, o.bulk)
	page("GET /admin/people/{id}", access.ManagePeople, o.show)
	page("POST /admin/people/{id}", access.ManagePeople, o.edit)
	page("POST /admin/people/{id}/state", access.ManagePeople, o.state)
	page("POST /admin/people/{id}/undo", access.ManagePeople, o.undo)
	page("GET /admin/bin/{id}", access.ServeSubjects, o.showBinned)
	page("POST /admin/people/{id}/export", access.ServeSubjects, o.export)
	page("POST /admin/people/{id}/order", access.ServeSubjects, o.order)
}

// most is how many people a search shows.
const most = 100

type searchView struct {
	Query, Kind, School string
	Asked               bool // somebody was looked for
	Schools             []console.Choice
	Kinds               []person.Kind
	Groups              []console.Choice // manual groups, for bulk changes
	Found               []foundView
	More                bool // there are more than are shown
}

type foundView struct {
	ID, Name, Address string
	Kind              person.Kind
	State             account.State
	Where             string // classes and groups
}

// search shows the form, and who is found: GET and POST /admin/people. What is
// looked for is no part of any address. Who was seen is logged before the
// answer leaves.
func (o Office) search(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	ctx, get := r.Context(), r.PostForm.Get
	v := searchView{
		Query: strings.TrimSpace(get("query")), Kind: get("kind"), School: get("school"), Asked: r.Method == http.MethodPost,
		Kinds: append(person.Kinds(), person.Functional),
	}
	var err error
	if v.Schools, err = o.Schools(ctx, who.Tenant); err != nil {
		return err
	}
	console.Chosen(v.Schools, v.School)
	if v.Groups, err = o.Groups(ctx, who.Tenant, func(g group.Group) bool { return g.Kind == group.Manual }); err != nil {
		return err
	}
	if v.Asked {
		if err := o.find(ctx, who, &v); err != nil {
			return err
		}
	}
	return o.Pages.Write(w, r, http.StatusOK, "people", v)
}

// find looks for people and logs who was seen.
func (o Office) find(ctx context.Context, who session.Person, v *searchView) error {
	names, err := o.groupNames(ctx, who.Tenant)
	if err != nil {
		return err
	}
	shows, err := o.shows(ctx, who)
	if err != nil {
		return err
	}
	words := strings.Fields(v.Query)
	for i := range words {
		words[i] = roster.Fold(words[i])
	}
	var found []account.Account
	err = o.each(ctx, who.Tenant, school.ID(v.School), func(a account.Account) {
		if (v.Kind == "" || string(a.Kind) == v.Kind) && fits(a, words) {
			found = append(found, a)
		}
	})
	if err != nil {
		return err
	}
	order := collate.New(language.Dutch, collate.IgnoreCase)
	slices.SortFunc(found, func(a, b account.Account) int {
		return order.CompareString(a.Source.Name.Sorted(), b.Source.Name.Sorted())
	})
	if v.More = len(found) > most; v.More {
		found = found[:most]
	}
	var seen []account.ID
	for _, a := range found {
		f := foundView{ID: string(a.ID), Name: a.Source.Name.Sorted(), Kind: a.Kind, State: a.State}
		if shows("username") && shows("school_email") {
			f.Address = a.Address
		}
		if shows("class") {
			f.Where = strings.Join(called(a.Groups(), names), ", ")
		}
		seen, v.Found = append(seen, a.ID), append(v.Found, f)
	}
	keys := slices.DeleteFunc([]string{"call_name", "infix", "surname", "username", "class"}, func(key string) bool {
		return !shows(key) || key == "username" && !shows("school_email")
	})
	return o.Viewed(ctx, who, "people", keys, seen...)
}

func called(ids []group.ID, names map[group.ID]string) []string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = names[id]
	}
	return words
}

// shows returns which registered fields of others somebody may see. Names are
// what people are found by: whoever may see people sees them.
func (o Office) shows(ctx context.Context, who session.Person) (func(key string) bool, error) {
	rights, err := o.DB.RightsOf(ctx, who.Tenant)
	now := o.Clock.Now()
	return func(key string) bool {
		return slices.Contains([]string{"call_name", "infix", "surname"}, key) || rights.Field(key, who.Account, now).Allowed
	}, err
}

// each calls f with everybody of an institution, or of one school of it.
func (o Office) each(ctx context.Context, owner tenant.ID, at school.ID, f func(account.Account)) error {
	if at == "" {
		for e, err := range o.DB.Accounts().All(ctx, owner) {
			if err != nil {
				return err
			}
			f(e.Value)
		}
		return nil
	}
	for cursor := account.ID(""); ; {
		page, next, err := o.DB.AccountsAt(ctx, owner, at, store.Page[account.ID]{Cursor: cursor, Limit: 500})
		if err != nil {
			return err
		}
		for _, e := range page {
			f(e.Value)
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

// fits reports whether every word is a part of how a is called, or the whole of
// a number.
func fits(a account.Account, words []string) bool {
	called := roster.Fold(a.Source.Name.Display() + " " + a.Address)
	return !slices.ContainsFunc(words, func(w string) bool {
		return !strings.Contains(called, w) && w != roster.Fold(a.Source.Number)
	})
}

func (o Office) groupNames(ctx context.Context, owner tenant.ID) (map[group.ID]string, error) {
	names := map[group.ID]string{}
	for e, err := range o.DB.Groups().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		names[e.ID] = e.Value.Name
	}
	return names, nil
}
