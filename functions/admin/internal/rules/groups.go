package rules

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

type groupsView struct {
	Groups  []groupView
	Changes []changeView // of groups by hand; What is the name
	Schools []console.Choice
	Bands   []group.Band
}

type groupView struct {
	ID, Name, School string
	Kind             group.Kind
	Band             group.Band
	Rule             []altView
	Members          int
}

// altView is one alternative of a rule, for its line.
type altView []termView

type termView struct {
	Field group.Field
	Value string
	Not   bool
}

// showGroups lists the groups that the school made itself, and every group's
// age band: GET /admin/groups.
func (o Office) showGroups(w http.ResponseWriter, r *http.Request, who session.Person) error {
	v := groupsView{Bands: group.Bands()}
	var err error
	if v.Schools, err = o.Schools(r.Context(), who.Tenant); err != nil {
		return err
	}
	members := map[group.ID]int{}
	for e, err := range o.DB.Accounts().All(r.Context(), who.Tenant) {
		if err != nil {
			return err
		}
		for _, g := range e.Value.Groups() {
			members[g]++
		}
	}
	book, err := o.book(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	for _, g := range book {
		if g.Ended {
			continue
		}
		gv := groupView{
			ID: string(g.ID), Name: g.Name, School: called(v.Schools, string(g.School)), Kind: g.Kind, Band: g.Band, Members: members[g.ID],
		}
		for _, a := range g.Rule.Any {
			var alt altView
			for _, t := range a.Terms {
				alt = append(alt, termView{t.Field, o.said(t, v.Schools, book), t.Not})
			}
			gv.Rule = append(gv.Rule, alt)
		}
		v.Groups = append(v.Groups, gv)
	}
	slices.SortStableFunc(v.Groups, func(a, b groupView) int {
		return strings.Compare(string(a.Kind)+"\x00"+strings.ToLower(a.Name), string(b.Kind)+"\x00"+strings.ToLower(b.Name))
	})
	if v.Changes, err = o.groupChanges(r.Context(), who); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "groups", v)
}

// said writes the value of a term.
func (o Office) said(t group.Term, schools []console.Choice, book []group.Group) string {
	switch t.Field {
	case group.BySchool:
		return called(schools, t.Value)
	case group.ByGroup:
		for _, g := range book {
			if string(g.ID) == t.Value {
				return g.Name
			}
		}
	}
	return t.Value
}

func (o Office) book(ctx context.Context, owner tenant.ID) ([]group.Group, error) {
	var all []group.Group
	for e, err := range o.DB.Groups().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		all = append(all, e.Value)
	}
	return all, nil
}

// longestName bounds the name of a group.
const longestName = 60

// addGroup makes a group: POST /admin/groups. A rule comes as lines, one
// alternative each: "year=4, kind=pupil, not class=4A".
func (o Office) addGroup(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	g := group.Group{
		ID: group.NewID(), Kind: group.Manual, School: school.ID(get("school")), Name: console.Clean(get("name")),
		Year: school.YearAt(o.Clock.Now()),
	}
	if g.Name == "" || len(g.Name) > longestName {
		return fault.New(fault.Invalid, "group.name_invalid")
	}
	book, err := o.book(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(get("rule")); text != "" {
		g.Kind = group.Ruled
		schools, err := o.Schools(r.Context(), who.Tenant)
		if err != nil {
			return err
		}
		if g.Rule, err = parse(text, book, schools); err != nil {
			return err
		}
		if err := group.NewBook(book).Check(g); err != nil {
			return err
		}
	}
	if g.School != "" {
		if _, err := o.DB.Schools().Get(r.Context(), who.Tenant, g.School); err != nil {
			return fault.New(fault.Invalid, "people.school_missing")
		}
	}
	letter, err := o.keepGroup(r.Context(), who, g.ID, audit.GroupSet, func(group.Group) (group.Group, error) { return g, nil })
	if err != nil {
		return err
	}
	o.Post.Send(r.Context(), letter)
	return console.To(w, r, "/admin/groups")
}

// parse reads a rule as it is written in the form. Groups and schools are called
// by name.
func parse(text string, book []group.Group, schools []console.Choice) (group.Rule, error) {
	var rule group.Rule
	for line := range strings.Lines(text) {
		var all group.All
		for word := range strings.SplitSeq(line, ",") {
			if word = console.Clean(word); word == "" {
				continue
			}
			rest, not := strings.CutPrefix(strings.ToLower(word), "niet ")
			if !not {
				rest, not = strings.CutPrefix(strings.ToLower(word), "not ")
			}
			name, _, ok := strings.Cut(rest, "=")
			_, value, _ := strings.Cut(word, "=")
			field, known := termWords()[strings.TrimSpace(name)]
			if !ok || !known {
				return rule, fault.New(fault.Invalid, "group.rule_value")
			}
			t := group.Term{Field: field, Value: strings.TrimSpace(value), Not: not}
			if err := meant(&t, book, schools); err != nil {
				return rule, err
			}
			all.Terms = append(all.Terms, t)
		}
		if len(all.Terms) > 0 {
			rule.Any = append(rule.Any, all)
		}
	}
	return rule, nil
}

// meant puts the value of a term that people write by name as it is stored.
func meant(t *group.Term, book []group.Group, schools []console.Choice) error {
	switch t.Field {
	case group.ByKind:
		if kind, ok := console.Kind(t.Value); ok {
			t.Value = string(kind)
		}
	case group.BySchool:
		i := slices.IndexFunc(schools, func(c console.Choice) bool { return strings.EqualFold(c.Name, t.Value) })
		if i < 0 {
			return fault.New(fault.Invalid, "group.rule_value")
		}
		t.Value = schools[i].ID
	case group.ByGroup:
		i := slices.IndexFunc(book, func(g group.Group) bool { return !g.Ended && strings.EqualFold(g.Name, t.Value) })
		if i < 0 {
			return fault.New(fault.Invalid, "group.rule_unknown_group")
		}
		t.Value = string(book[i].ID)
	}
	return nil
}

// termWords are the words for what a term looks at, in Dutch and English.
func termWords() map[string]group.Field {
	return map[string]group.Field{
		"soort": group.ByKind, "kind": group.ByKind, "school": group.BySchool, "leerjaar": group.ByYear, "year": group.ByYear,
		"klas": group.ByClass, "class": group.ByClass, "opleiding": group.ByILT, "ilt": group.ByILT,
		"functie": group.ByFunction, "function": group.ByFunction, "groep": group.ByGroup, "group": group.ByGroup,
	}
}

// keepGroup stores what edit makes of a group as it is now, the zero Group where
// there is none yet. It returns the stored letter that has what follows calculated.
func (o Office) keepGroup(
	ctx context.Context, who session.Person, id group.ID, action audit.Action, edit func(group.Group) (group.Group, error),
) (outbox.Letter, error) {
	letter := o.recalculate(who.Tenant)
	err := o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		have, err := o.DB.Groups().GetTx(tx, who.Tenant, id)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		g, err := edit(have)
		if err != nil {
			return err
		}
		entry := o.Entry(ctx, who, action).On(string(id)).Because(string(g.Kind))
		return errors.Join(
			o.amendedGroup(ctx, tx, deed[group.Group]{who: who, action: action, thing: revision.Group, object: string(id)}, have, g),
			o.DB.Groups().SetTx(tx, who.Tenant, id, g),
			o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
			o.DB.Outbox().CreateTx(tx, who.Tenant, letter.ID, letter),
		)
	})
	return letter, err
}

// amendedGroup keeps how a group was, where it is another now.
func (o Office) amendedGroup(ctx context.Context, tx *store.Tx, d deed[group.Group], was, is group.Group) error {
	if d.After = &is; was.ID != "" {
		d.Before = &was
	}
	if was.ID == is.ID && was.Ended == is.Ended && was.Band == is.Band {
		return nil
	}
	return amended(ctx, o, tx, d)
}

// setGroup ends a group that the school made, or sets any group's age band: POST
// /admin/groups/{id}.
func (o Office) setGroup(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get, id := r.PostForm.Get, group.ID(r.PathValue("id"))
	if get("say") == "end" {
		if err := o.emptied(r.Context(), who, id); err != nil {
			return err
		}
	}
	letter, err := o.keepGroup(r.Context(), who, id, audit.GroupSet, func(g group.Group) (group.Group, error) {
		switch band := group.Band(get("band")); {
		case g.ID == "":
			return g, fault.New(fault.NotFound, "")
		case g.Ended:
			return g, fault.New(fault.Conflict, "group.ended")
		case get("say") == "band" && (band == "" || slices.Contains(group.Bands(), band)):
			g.Band = band
		case get("say") == "end" && g.Imported():
			return g, fault.New(fault.Invalid, "group.imported")
		case get("say") == "end":
			g.Ended = true
		default:
			return g, fault.New(fault.Invalid, "")
		}
		return g, nil
	})
	if err != nil {
		return err
	}
	o.Post.Send(r.Context(), letter)
	return console.To(w, r, "/admin/groups")
}

// emptied takes everybody out of a group of the school's own that is to end. It does
// so before the group has ended: whom the rules take out leaves no revision.
func (o Office) emptied(ctx context.Context, who session.Person, id group.ID) error {
	if g, err := o.DB.Groups().Get(ctx, who.Tenant, id); err != nil || g.Ended || g.Imported() {
		return err // what is wrong with it is told where it ends
	}
	members, err := o.DB.MembersOf(ctx, who.Tenant, id)
	if err != nil {
		return err
	}
	var ids []account.ID
	for _, e := range members {
		ids = append(ids, e.ID)
	}
	order := o.By(ctx, who, audit.GroupSet, ids...)
	order.Object = string(id)
	_, err = o.Desk.Accounts(ctx, order, func(a *account.Account) ([]string, error) {
		a.Own.Groups = slices.DeleteFunc(slices.Clone(a.Own.Groups), func(g group.ID) bool { return g == id })
		a.Own.Ruled = slices.DeleteFunc(slices.Clone(a.Own.Ruled), func(g group.ID) bool { return g == id })
		return []string{"class"}, nil
	})
	return err
}
