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
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

type linksView struct {
	Rules   []linkRuleView
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
	var ids []account.ID
	for _, x := range rules.List {
		if x.Staff.Person != "" {
			ids = append(ids, x.Staff.Person)
		}
	}
	people, err := o.DB.Accounts().GetMany(ctx, who.Tenant, slices.Compact(slices.Sorted(slices.Values(ids))))
	if err != nil {
		return err
	}
	if err := o.Viewed(ctx, who, "links", []string{"call_name", "infix", "surname"}, ids...); err != nil {
		return err
	}
	for _, x := range rules.List {
		v.Rules = append(v.Rules, linkRuleView{
			ID: string(x.ID), School: called(v.Schools, string(x.Pupils.School)), Grade: x.Pupils.Grade, ILT: x.Pupils.ILT,
			Pupils: called(v.Groups, string(x.Pupils.Group)), By: x.Staff.By, Function: x.Staff.Function, Group: called(v.Groups, string(x.Staff.Group)),
			Person: people[x.Staff.Person].Value.Source.Name.Display(), From: console.Day(x.From), Until: console.LastDay(x.Until),
		})
	}
	return o.Pages.Write(w, r, http.StatusOK, "links", v)
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
	if err := o.setLinkRules(r.Context(), who, string(x.ID), func(rules link.Rules) (link.Rules, error) { return rules.Add(x) }); err != nil {
		return err
	}
	return console.To(w, r, "/admin/links")
}

// dropLinkRule removes a rule: POST /admin/links/{id}.
func (o Office) dropLinkRule(w http.ResponseWriter, r *http.Request, who session.Person) error {
	id := link.RuleID(r.PathValue("id"))
	if err := o.setLinkRules(r.Context(), who, string(id), func(rules link.Rules) (link.Rules, error) { return rules.Remove(id) }); err != nil {
		return err
	}
	return console.To(w, r, "/admin/links")
}

// setLinkRules changes the rules and has the links calculated anew.
func (o Office) setLinkRules(ctx context.Context, who session.Person, object string, edit func(link.Rules) (link.Rules, error)) error {
	letter := o.recalculate(who.Tenant)
	entry := o.Entry(ctx, who, audit.LinksSet).On(object).Because("rule")
	err := o.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		rules, err := o.DB.LinkRules().GetTx(tx, who.Tenant, store.TheRules)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if rules, err = edit(rules); err != nil {
			return err
		}
		return errors.Join(
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
	x := link.Exception{Staff: staff, Out: say == "out", Until: until, By: who.Account.ID, Made: o.Clock.Now()}
	err = o.DB.InTx(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		s, err := o.DB.Supervision().GetTx(tx, who.Tenant, id)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		s.Pupil = id
		if say == "rules" {
			s = s.Forget(staff)
		} else {
			s = s.Except(x)
		}
		keep := func() error { return o.DB.Supervision().SetTx(tx, who.Tenant, id, s) }
		if s.Empty() {
			keep = func() error { return o.DB.Supervision().DeleteTx(tx, who.Tenant, id) }
		}
		entry := o.Entry(ctx, who, audit.LinksSet, id, staff).Of("supervision").Because(say)
		return errors.Join(keep(), o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry))
	})
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/people/"+string(id))
}
