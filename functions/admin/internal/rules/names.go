package rules

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// previewed is how many people a preview shows.
const previewed = 100

type namesView struct {
	School   string
	Kind     person.Kind
	Schools  []console.Choice
	Kinds    []person.Kind
	Lines    string // the templates, one a line
	Address  string
	Renames  naming.Consent
	Consents []naming.Consent
	Fields   []naming.Word
	Treats   []naming.Word
	Problems []naming.Problem
	Preview  *namesPreview

	Reserved    string // names that nobody gets, one a line
	KeepNames   bool   // nor those of people who were erased
	Mailboxes   int    // how many addresses are told of that exist already
	Boxes       string // a list of them that was not taken in
	BoxProblems []boxProblem

	Changes []changeView // of rules and reserved names; What is a namesLine
}

// path is the address of the page.
func (v namesView) path() string {
	return "/admin/names?" + url.Values{"school": {v.School}, "kind": {string(v.Kind)}}.Encode()
}

// show fills the form with a rule.
func (v *namesView) show(rule naming.Rule) {
	v.Lines, v.Address, v.Renames = strings.Join(rule.Usernames, "\n"), rule.Address, rule.Renames
}

type namesPreview struct {
	People, Same, Kept, Other, Unmade int
	Rows                              []namesRow
	Hidden                            bool // addresses are denied to who looks
	Bound                             bool // so many that the run would wait for a person
}

type namesRow struct{ Name, Old, New string }

// showNames shows the rule by which people of a kind are named at a school: GET
// /admin/names.
func (o Office) showNames(w http.ResponseWriter, r *http.Request, who session.Person) error {
	v, place, err := o.names(r.Context(), who.Tenant, askedFor(r.URL.Query()))
	if err != nil {
		return err
	}
	if place.ID != "" {
		v.show(place.Naming[v.Kind].Usual(v.Kind))
	}
	if v.Changes, err = o.nameChanges(r.Context(), who, v.Schools); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "names", v)
}

// asked is the school and kind of person of a page.
type asked struct {
	school school.ID
	kind   person.Kind
}

func askedFor(form url.Values) asked {
	return asked{school.ID(form.Get("school")), person.Kind(form.Get("kind"))}
}

// names returns the page of a school and kind, the first of each where none is
// asked for.
func (o Office) names(ctx context.Context, owner tenant.ID, of asked) (namesView, school.School, error) {
	v := namesView{
		School: string(of.school), Kind: of.kind, Kinds: person.Kinds(), Consents: []naming.Consent{naming.Never, naming.Ask, naming.Automatic}, Treats: naming.Treatments(),
	}
	if !v.Kind.Valid() {
		v.Kind = person.Pupil
	}
	v.Fields = naming.Fields(v.Kind)
	var err error
	if v.Mailboxes, err = o.mailboxes(ctx, owner); err != nil {
		return v, school.School{}, err
	}
	t, err := o.DB.Tenants().Get(ctx, owner, owner)
	if err != nil {
		return v, school.School{}, err
	}
	v.Reserved, v.KeepNames = strings.Join(t.Reserved, "\n"), t.KeepNames
	if v.Schools, err = o.Schools(ctx, owner); err != nil {
		return v, school.School{}, err
	}
	if v.School == "" && len(v.Schools) > 0 {
		v.School = v.Schools[0].ID
	}
	if v.School == "" {
		return v, school.School{}, nil
	}
	console.Chosen(v.Schools, v.School)
	place, err := o.DB.Schools().Get(ctx, owner, school.ID(v.School))
	return v, place, err
}

// setNames previews a rule, keeps it for who comes from now on, or has
// everybody named by it: POST /admin/names. The last is a run like an import: it
// is bounded, and waits for a person beyond the bound.
func (o Office) setNames(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	ctx, get := r.Context(), r.PostForm.Get
	v, place, err := o.names(ctx, who.Tenant, askedFor(r.PostForm))
	if err != nil {
		return err
	}
	rule := naming.Rule{Address: strings.TrimSpace(get("address")), Renames: naming.Consent(get("renames"))}
	for line := range strings.Lines(get("lines")) {
		if line = strings.TrimSpace(line); line != "" {
			rule.Usernames = append(rule.Usernames, line)
		}
	}
	v.show(rule)
	if !rule.Renames.Valid() {
		return fault.New(fault.Invalid, "")
	}
	if v.Problems = rule.Check(v.Kind); len(v.Problems) > 0 {
		return o.Pages.Write(w, r, http.StatusUnprocessableEntity, "names", v)
	}
	switch get("say") {
	case "keep":
		return o.keepNames(w, r, who, named{place.ID, v.Kind, rule})
	case "all":
		return o.nameAll(w, r, who, named{place.ID, v.Kind, rule})
	}
	place.Naming = maps.Clone(place.Naming)
	if place.Naming == nil {
		place.Naming = map[person.Kind]naming.Rule{}
	}
	place.Naming[v.Kind] = rule
	if v.Preview, err = o.preview(ctx, who, place, v.Kind); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "names", v)
}

// named is a rule for a kind of person at a school.
type named struct {
	School school.ID
	Kind   person.Kind
	Rule   naming.Rule
}

// keepNames stores a rule.
func (o Office) keepNames(w http.ResponseWriter, r *http.Request, who session.Person, n named) error {
	if err := o.storeNames(r.Context(), who, n); err != nil {
		return err
	}
	return console.To(w, r, namesView{School: string(n.School), Kind: n.Kind}.path())
}

// storeNames stores a rule, with how it was before.
func (o Office) storeNames(ctx context.Context, who session.Person, n named) error {
	d := deed[named]{who: who, action: audit.SchoolSet, thing: revision.NameRule, object: n.object()}
	d.After = &n
	return o.setNameRule(ctx, d, func(*named) error { return nil })
}

// object names a rule in revisions.
func (n named) object() string { return string(n.School) + "." + string(n.Kind) }

// setNameRule brings a rule into the state after a deed, where allow, which sees it as
// it is, nil for the usual one, answers nil.
func (o Office) setNameRule(ctx context.Context, d deed[named], allow func(have *named) error) error {
	of := amendment[named]{Amendment: d.Amendment}.State()
	entry := o.Entry(ctx, d.who, d.action).On(string(of.School)).Because("naming")
	return o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		place, err := o.DB.Schools().GetTx(tx, d.who.Tenant, of.School)
		if err != nil {
			return err
		}
		d.Before = nil
		if rule, ok := place.Naming[of.Kind]; ok {
			d.Before = &named{of.School, of.Kind, rule}
		}
		if err := allow(d.Before); err != nil {
			return err
		}
		if place.Naming = maps.Clone(place.Naming); place.Naming == nil {
			place.Naming = map[person.Kind]naming.Rule{}
		}
		if delete(place.Naming, of.Kind); d.After != nil {
			place.Naming[of.Kind] = d.After.Rule
		}
		failed := []error{o.DB.Schools().SetTx(tx, d.who.Tenant, of.School, place), o.DB.Log().CreateTx(tx, d.who.Tenant, entry.ID, entry)}
		if d.Before == nil || d.After == nil || !d.Before.Rule.Same(d.After.Rule) {
			failed = append(failed, amended(ctx, o, tx, d))
		}
		return errors.Join(failed...)
	})
}

// nameAll stores a rule and orders the run that names everybody by it.
func (o Office) nameAll(w http.ResponseWriter, r *http.Request, who session.Person, n named) error {
	ctx := r.Context()
	if err := o.storeNames(ctx, who, n); err != nil {
		return err
	}
	place, err := o.DB.Schools().Get(ctx, who.Tenant, n.School)
	if err != nil {
		return err
	}
	desk := intake.Desk{DB: o.DB, Post: o.Post, Clock: o.Clock}
	from := intake.Source{Owner: who.Tenant, School: n.School, Actor: console.Actor(who), Mark: o.Mark(ctx, who)}
	id, err := desk.Again(ctx, from, roster.NamingOf(place, n.Kind, o.Clock.Now()))
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/imports/"+string(id))
}

// preview says what a rule would do to the people of a school.
func (o Office) preview(ctx context.Context, who session.Person, place school.School, kind person.Kind) (*namesPreview, error) {
	k, err := o.known(ctx, who.Tenant, place)
	if err != nil {
		return nil, err
	}
	withheld, err := o.Withheld(ctx, who)
	if err != nil {
		return nil, err
	}
	p := &namesPreview{Hidden: withheld.Address()}
	var seen []account.ID
	for _, x := range roster.Renamings(kind, k) {
		p.People++
		switch {
		case x.Kept:
			p.Kept++
		case !x.Changes():
			p.Same++
		default:
			p.Other++
		}
		if !x.Made {
			p.Unmade++
		}
		if x.Changes() && len(p.Rows) < previewed {
			row := namesRow{Name: x.Have.Source.Name.Sorted()}
			if !p.Hidden {
				row.Old, row.New = x.Have.Address, x.Now.Address
			}
			p.Rows = append(p.Rows, row)
			seen = append(seen, x.Have.ID)
		}
	}
	p.Bound = place.BoundsAt(k.Now).Names.Exceeded(p.Other, p.People)
	return p, o.Viewed(ctx, who, "names", withheld.Shown("call_name", "infix", "surname", "username"), seen...)
}

// known reads what naming looks at: everybody who is there, and which names are
// nobody's to have.
func (o Office) known(ctx context.Context, owner tenant.ID, place school.School) (roster.Known, error) {
	k := roster.Known{School: place, Now: o.Clock.Now(), Schools: map[school.ID]school.School{}}
	var err error
	if k.Tenant, err = o.DB.Tenants().Get(ctx, owner, owner); err != nil {
		return k, err
	}
	for e, err := range o.DB.Schools().All(ctx, owner) {
		if err != nil {
			return k, err
		}
		k.Schools[e.ID] = e.Value
	}
	for e, err := range o.DB.Accounts().All(ctx, owner) {
		if err != nil {
			return k, err
		}
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: e.Value, Written: e.Written})
	}
	held := map[naming.UsedID]bool{}
	for e, err := range o.DB.Bin().All(ctx, owner) {
		if err != nil {
			return k, err
		}
		for _, name := range e.Value.Names {
			held[naming.UsedID(name)] = true
		}
	}
	if k.Mailboxes, err = change.Mailboxes(ctx, o.DB, o.Index, owner); err != nil {
		return k, err
	}
	k.Used, err = change.Used(ctx, o.DB, o.Index, k.Tenant, held)
	return k, err
}
