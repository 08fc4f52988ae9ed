package rules

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/session"
)

// namesLine is what a change of names was about.
type namesLine struct {
	School string
	Kind   person.Kind // "" for reserved names
	Text   string      // the templates, or the names
}

// nameChanges returns what was done with rules of names and with reserved names, for
// their page.
func (o Office) nameChanges(ctx context.Context, who session.Person, schools []console.Choice) ([]changeView, error) {
	rules, err := amendments[named](ctx, o, who, revision.NameRule)
	if err != nil {
		return nil, err
	}
	lists, err := amendments[reserved](ctx, o, who, revision.Reserved)
	if err != nil {
		return nil, err
	}
	views, makers, err := shown(ctx, o, who, rules, func(n named) any {
		return namesLine{called(schools, string(n.School)), n.Kind, strings.Join(append(slices.Clone(n.Rule.Usernames), n.Rule.Address), " ")}
	})
	if err != nil {
		return nil, err
	}
	others, more, err := shown(ctx, o, who, lists, func(r reserved) any { return namesLine{Text: strings.Join(r.Names, ", ")} })
	if err != nil {
		return nil, err
	}
	return append(views, others...), o.Viewed(ctx, who, "names", []string{"call_name", "infix", "surname"}, once(makers, more)...)
}

// undoNames takes back a rule of names as long as it is the one that there is: POST
// /admin/names/undo. Names that people have by it stay.
func (o Office) undoNames(w http.ResponseWriter, r *http.Request, who session.Person) error {
	c, err := undone[named](w, r, o, who, revision.NameRule)
	if err != nil {
		return err
	}
	back := deed[named]{who: who, action: audit.Undone, thing: revision.NameRule, object: c.Object}
	if back.After = c.Before; back.After == nil {
		back.Before = c.After
	}
	err = o.setNameRule(r.Context(), back, func(have *named) error {
		if (have == nil) != (c.After == nil) || have != nil && !have.Rule.Same(c.After.Rule) {
			return meanwhile()
		}
		return nil
	})
	if err != nil {
		return err
	}
	of := c.State()
	return console.To(w, r, namesView{School: string(of.School), Kind: of.Kind}.path())
}

// undoReserved takes back a list of reserved names as long as it is the one that
// there is: POST /admin/names/reserved/undo.
func (o Office) undoReserved(w http.ResponseWriter, r *http.Request, who session.Person) error {
	c, err := undone[reserved](w, r, o, who, revision.Reserved)
	if err != nil {
		return err
	}
	err = o.reserve(r.Context(), who, audit.Undone, *c.Before, func(have reserved) error {
		if !have.same(*c.After) {
			return meanwhile()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/names")
}
