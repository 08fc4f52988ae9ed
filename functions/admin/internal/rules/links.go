package rules

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

type linksView struct {
	Rules   []linkRuleView
	Changes []changeView // of rules; What is a linkRuleView
	Seen    bool         // exceptions are shown to who looks
	Decided []changeView // What is an exceptionView
	Schools []console.Choice
	Groups  []console.Choice
	Grades  []string
	Ways    []link.By
}

type linkRuleView struct {
	ID, School, Grade, ILT, Pupils string
	By                             link.By
	Function, Group, Person        string
	From, Until                    string
}

// showLinks lists the rules that link pupils to staff: GET /admin/links. Why a
// pupil is linked to whom stands on the pupil's page.
func (o Office) showLinks(w http.ResponseWriter, r *http.Request, who session.Person) error {
	ctx := r.Context()
	v := linksView{Grades: group.Grades(), Ways: link.Ways()}
	var err error
	if v.Schools, err = o.Schools(ctx, who.Tenant); err != nil {
		return err
	}
	if v.Groups, err = o.Groups(ctx, who.Tenant, func(group.Group) bool { return true }); err != nil {
		return err
	}
	rules, err := o.linkRules(ctx, who)
	if err != nil {
		return err
	}
	amended, err := amendments[link.Rule](ctx, o, who, revision.LinkRule)
	if err != nil {
		return err
	}
	var ids []account.ID
	for x := range everyRule(rules, amended) {
		if x.Staff.Person != "" {
			ids = append(ids, x.Staff.Person)
		}
	}
	people, err := o.DB.Accounts().GetMany(ctx, who.Tenant, once(ids))
	if err != nil {
		return err
	}
	line := func(x link.Rule) linkRuleView {
		return linkRuleView{
			ID: string(x.ID), School: called(v.Schools, string(x.Pupils.School)), Grade: x.Pupils.Grade, ILT: x.Pupils.ILT,
			Pupils: called(v.Groups, string(x.Pupils.Group)), By: x.Staff.By, Function: x.Staff.Function, Group: called(v.Groups, string(x.Staff.Group)),
			Person: people[x.Staff.Person].Value.Source.Name.Display(), From: console.Day(x.From), Until: console.LastDay(x.Until),
		}
	}
	for _, x := range rules.List {
		v.Rules = append(v.Rules, line(x))
	}
	withheld, err := o.Withheld(ctx, who)
	if err != nil {
		return err
	}
	var makers, decided []account.ID
	seen := []string{"call_name", "infix", "surname"}
	if v.Changes, makers, err = shown(ctx, o, who, amended, func(x link.Rule) any { return line(x) }); err != nil {
		return err
	}
	if v.Seen = !withheld("supervision") && o.May(ctx, who, access.ManagePeople) == nil; v.Seen {
		if v.Decided, decided, err = o.exceptions(ctx, who); err != nil {
			return err
		}
		seen = append(seen, "supervision")
	}
	there := slices.DeleteFunc(once(ids), func(id account.ID) bool { _, ok := people[id]; return !ok })
	if err := o.Viewed(ctx, who, "links", seen, once(there, makers, decided)...); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "links", v)
}

// everyRule yields the rules that are there and those that were changed.
func everyRule(rules link.Rules, amended []amendment[link.Rule]) iter.Seq[link.Rule] {
	return func(yield func(link.Rule) bool) {
		for _, x := range rules.List {
			if !yield(x) {
				return
			}
		}
		for _, c := range amended {
			if !yield(c.State()) {
				return
			}
		}
	}
}

// once returns who stands in any of the lists, each once.
func once(lists ...[]account.ID) []account.ID {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(lists...))))
}

func (o Office) linkRules(ctx context.Context, who session.Person) (link.Rules, error) {
	rules, err := o.DB.LinkRules().Get(ctx, who.Tenant, store.TheRules)
	if fault.KindOf(err) == fault.NotFound {
		return link.Rules{}, nil
	}
	return rules, err
}

// addLinkRule adds a rule: POST /admin/links.
func (o Office) addLinkRule(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	x := link.Rule{
		ID:     link.NewRuleID(),
		Pupils: link.Pupils{School: school.ID(get("school")), Grade: get("grade"), ILT: strings.TrimSpace(get("ilt")), Group: group.ID(get("pupils"))},
		Staff:  link.Staff{By: link.By(get("by")), Function: console.Clean(get("function"))},
	}
	var err error
	switch x.Staff.By {
	case link.InGroup:
		x.Staff.Group = group.ID(get("group"))
	case link.ByPerson:
		a, err := o.Called(r.Context(), who.Tenant, get("person"))
		if err != nil {
			return err
		}
		x.Staff.Person = a.ID
	}
	if x.Until, err = console.Until(get("until")); err != nil {
		return err
	}
	made := deed[link.Rule]{who: who, action: audit.LinksSet, thing: revision.LinkRule, object: string(x.ID), names: namedBy(x)}
	made.After = &x
	if err := o.setLinkRules(r.Context(), made, func(rules link.Rules) (link.Rules, error) { return rules.Add(x) }); err != nil {
		return err
	}
	return console.To(w, r, "/admin/links")
}

// dropLinkRule removes a rule: POST /admin/links/{id}.
func (o Office) dropLinkRule(w http.ResponseWriter, r *http.Request, who session.Person) error {
	id := link.RuleID(r.PathValue("id"))
	rules, err := o.linkRules(r.Context(), who)
	if err != nil {
		return err
	}
	x, _ := rules.Find(id)
	gone := deed[link.Rule]{who: who, action: audit.LinksSet, thing: revision.LinkRule, object: string(id), names: namedBy(x)}
	gone.Before = &x
	if err := o.setLinkRules(r.Context(), gone, func(rules link.Rules) (link.Rules, error) { return rules.Remove(id) }); err != nil {
		return err
	}
	return console.To(w, r, "/admin/links")
}

// namedBy returns whom a rule names.
func namedBy(x link.Rule) []account.ID {
	if x.Staff.Person == "" {
		return nil
	}
	return []account.ID{x.Staff.Person}
}

// setLinkRules changes the rules and has the links calculated anew. A rule never
// changes: it is added or removed.
func (o Office) setLinkRules(ctx context.Context, d deed[link.Rule], edit func(link.Rules) (link.Rules, error)) error {
	who := d.who
	letter := o.recalculate(who.Tenant)
	entry := o.Entry(ctx, who, d.action).On(d.object).Because("rule")
	err := o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		rules, err := o.DB.LinkRules().GetTx(tx, who.Tenant, store.TheRules)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if rules, err = edit(rules); err != nil {
			return err
		}
		return errors.Join(
			amended(ctx, o, tx, d),
			o.DB.LinkRules().SetTx(tx, who.Tenant, store.TheRules, rules),
			o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
			o.DB.Outbox().CreateTx(tx, who.Tenant, letter.ID, letter),
		)
	})
	if err == nil {
		o.Post.Send(ctx, letter)
	}
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
