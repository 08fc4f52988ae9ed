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
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

type groupsView struct {
	Groups  []groupView
	Schools []console.Choice
	Fields  []group.Field
	Grades  []string
	Kinds   []person.Kind
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
	v := groupsView{
		Fields: group.Fields(), Grades: group.Grades(), Kinds: person.Kinds(), Bands: []group.Band{group.Young, group.Middle, group.Older},
	}
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
		ID: group.NewID(), Kind: group.Manual, School: school.ID(get("school")), Name: strings.Join(strings.Fields(get("name")), " "), Band: group.Band(get("band")),
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
		if g.Rule, err = parse(text, book); err != nil {
			return err
		}
		if err := group.NewBook(book).Check(g); err != nil {
			return err
		}
	}
	if err := o.keepGroup(r.Context(), who, g); err != nil {
		return err
	}
	return console.To(w, r, "/admin/groups")
}

// parse reads a rule as it is written in the form. Groups are called by name.
func parse(text string, book []group.Group) (group.Rule, error) {
	var rule group.Rule
	for line := range strings.Lines(text) {
		var all group.All
		for word := range strings.SplitSeq(line, ",") {
			word = strings.Join(strings.Fields(word), " ")
			if word == "" {
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
			if kind, ok := kindWords()[strings.ToLower(t.Value)]; ok && field == group.ByKind {
				t.Value = string(kind)
			}
			if field == group.ByGroup {
				i := slices.IndexFunc(book, func(g group.Group) bool { return !g.Ended && strings.EqualFold(g.Name, t.Value) })
				if i < 0 {
					return rule, fault.New(fault.Invalid, "group.rule_unknown_group")
				}
				t.Value = string(book[i].ID)
			}
			all.Terms = append(all.Terms, t)
		}
		if len(all.Terms) > 0 {
			rule.Any = append(rule.Any, all)
		}
	}
	return rule, nil
}

// termWords are the words for what a term looks at, in Dutch and English.
func termWords() map[string]group.Field {
	return map[string]group.Field{
		"soort": group.ByKind, "kind": group.ByKind, "school": group.BySchool, "leerjaar": group.ByYear, "year": group.ByYear,
		"klas": group.ByClass, "class": group.ByClass, "opleiding": group.ByILT, "ilt": group.ByILT,
		"functie": group.ByFunction, "function": group.ByFunction, "groep": group.ByGroup, "group": group.ByGroup,
	}
}

func kindWords() map[string]person.Kind {
	return map[string]person.Kind{
		"leerling": person.Pupil, "pupil": person.Pupil, "medewerker": person.Staff, "staff": person.Staff, "ouder": person.Guardian, "guardian": person.Guardian,
	}
}

// keepGroup stores a group and has what follows from it calculated.
func (o Office) keepGroup(ctx context.Context, who session.Person, g group.Group) error {
	if g.School != "" {
		if _, err := o.DB.Schools().Get(ctx, who.Tenant, g.School); err != nil {
			return fault.New(fault.Invalid, "people.school_missing")
		}
	}
	letter := o.recalculate(who.Tenant)
	entry := o.Entry(ctx, who, audit.GroupSet).On(string(g.ID)).Because(string(g.Kind))
	err := o.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(
			o.DB.Groups().SetTx(tx, who.Tenant, g.ID, g),
			o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
			o.DB.Outbox().CreateTx(tx, who.Tenant, letter.ID, letter),
		)
	})
	if err == nil {
		o.Post.Send(ctx, letter)
	}
	return err
}

// setGroup renames or ends a group that the school made, sets any group's age
// band, or puts somebody in: POST /admin/groups/{id}.
func (o Office) setGroup(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	g, err := o.DB.Groups().Get(r.Context(), who.Tenant, group.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if g.Ended {
		return fault.New(fault.Conflict, "group.ended")
	}
	switch get("say") {
	case "band":
		if g.Band = group.Band(get("band")); !slices.Contains([]group.Band{"", group.Young, group.Middle, group.Older}, g.Band) {
			return fault.New(fault.Invalid, "")
		}
	case "rename":
		g.Name = strings.Join(strings.Fields(get("name")), " ")
		if g.Imported() || g.Name == "" || len(g.Name) > longestName {
			return fault.New(fault.Invalid, "group.name_invalid")
		}
	case "end":
		if g.Imported() {
			return fault.New(fault.Invalid, "group.imported")
		}
		g.Ended = true
		if err := o.emptied(r.Context(), who, g.ID); err != nil {
			return err
		}
	default:
		return fault.New(fault.Invalid, "")
	}
	if err := o.keepGroup(r.Context(), who, g); err != nil {
		return err
	}
	return console.To(w, r, "/admin/groups")
}

// emptied takes everybody out of a group that ends.
func (o Office) emptied(ctx context.Context, who session.Person, id group.ID) error {
	members, err := o.DB.MembersOf(ctx, who.Tenant, id)
	if err != nil {
		return err
	}
	var ids []account.ID
	for _, e := range members {
		ids = append(ids, e.ID)
	}
	_, err = o.Desk.Accounts(ctx, o.by(who, audit.GroupSet, string(id), ids...), func(a *account.Account) ([]string, error) {
		a.Own.Groups = slices.DeleteFunc(slices.Clone(a.Own.Groups), func(g group.ID) bool { return g == id })
		a.Own.Ruled = slices.DeleteFunc(slices.Clone(a.Own.Ruled), func(g group.ID) bool { return g == id })
		return []string{"class"}, nil
	})
	return err
}
