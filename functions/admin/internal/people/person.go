package people

import (
	"context"
	"net/http"
	"slices"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Sizes of lists on a person's page.
const (
	stepsShown = 20
	seenShown  = 50
)

type personView struct {
	ID, Name              string
	Kind                  person.Kind
	State                 account.State
	Until, LeaveAt, Limit string // days
	Version               int64
	Fields                []fieldView
	Form                  formView
	Groups                []partView
	Linked                bool // links to staff are shown
	Ties                  []tieView
	May                   []mayView // applications, tasks of the console, and data of others
	Steps                 []stepView
	Seen                  []seenView
	Colleagues            []account.ID // whose names stand with changes and views
	ByHand                bool         // no source delivers the person
}

// formView is what the school itself may change.
type formView struct {
	Shows                  map[string]bool // which of these the person who looks may see, and so change
	Blanks                 []blankView     // that no source delivers
	Function, Phone, Email string          // staff
	Band                   group.Band
	Bands                  []group.Band     // that may be chosen; none where the kind has none
	Until                  string           // of somebody whom no source delivers
	Groups                 []console.Choice // manual groups
}

type tieView struct {
	ID, Name string
	On       bool
	Why      []whyView
	Decided  bool // by hand, before every rule
}

type whyView struct{ By, Value string }

type stepView struct {
	ID, When, Who, Action string
	Fields                []string
	MayUndo               bool
}

type seenView struct{ When, Who, Action string }

// show shows one person: GET /admin/people/{id}. That the page was seen is
// logged before it leaves.
func (o Office) show(w http.ResponseWriter, r *http.Request, who session.Person) error {
	a, err := o.DB.Accounts().Get(r.Context(), who.Tenant, account.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v, err := o.view(r.Context(), who, a)
	if err != nil {
		return err
	}
	var keys []string
	for _, f := range v.Fields {
		keys = append(keys, f.Key)
	}
	seen := []account.ID{a.ID}
	if len(v.Ties) > 0 {
		keys = append(keys, "supervision")
	}
	for _, t := range v.Ties {
		seen = append(seen, account.ID(t.ID))
	}
	seen = append(seen, v.Colleagues...)
	slices.Sort(seen)
	seen = slices.Compact(seen)
	if err := o.Viewed(r.Context(), who, "person", keys, seen...); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "person", v)
}

func (o Office) view(ctx context.Context, who session.Person, a account.Account) (personView, error) {
	v := personView{
		ID: string(a.ID), Name: a.Source.Name.Display(), Kind: a.Kind, State: a.State, Version: a.Version,
		Until: console.LastDay(a.Until), LeaveAt: console.Day(a.LeaveAt), Limit: console.Day(a.Limit.Since), ByHand: byHand(a),
	}
	names, err := o.groupNames(ctx, who.Tenant)
	if err != nil {
		return v, err
	}
	shows, err := o.shows(ctx, who)
	if err != nil {
		return v, err
	}
	for _, f := range fields(a, names) {
		if f.Value != "" && shows(f.Key) {
			v.Fields = append(v.Fields, f)
		}
	}
	if shows("class") {
		v.Groups = within(a, names)
	}
	if v.Form, err = o.form(ctx, who.Tenant, a, shows); err != nil {
		return v, err
	}
	parts := []func(context.Context, session.Person, account.Account, *personView) error{o.steps, o.seen}
	if v.Linked = a.Kind == person.Pupil && shows("supervision"); v.Linked {
		parts = append(parts, o.ties)
	}
	for _, add := range parts {
		if err := add(ctx, who, a, &v); err != nil {
			return v, err
		}
	}
	v.May, err = o.may(ctx, who.Tenant, a)
	return v, err
}

// form returns what the school may change of a, as far as whoever looks may see
// it: what is not shown is not sent back, and stays.
func (o Office) form(ctx context.Context, owner tenant.ID, a account.Account, shows func(string) bool) (formView, error) {
	f := formView{Shows: map[string]bool{}, Until: console.LastDay(a.Until)}
	delivered, err := o.delivered(ctx, owner, a)
	if err != nil {
		return f, err
	}
	f.Blanks = open(a, delivered, shows)
	for key, set := range map[string]func(){
		"function":      func() { f.Function = a.Own.Function },
		"phone":         func() { f.Phone = a.Own.Phone },
		"private_email": func() { f.Email = a.Own.Email },
		"age_band":      func() { f.Band = a.Own.Band },
		"class":         func() {},
	} {
		if f.Shows[key] = shows(key); f.Shows[key] {
			set()
		}
	}
	if a.Kind == person.Pupil {
		f.Bands = group.Bands()
	}
	if !f.Shows["class"] {
		return f, nil
	}
	f.Groups, err = o.Groups(ctx, owner, func(g group.Group) bool { return g.Kind == group.Manual })
	console.Chosen(f.Groups, a.Own.Groups...)
	return f, err
}

// ties adds which staff a pupil is linked to, with why.
func (o Office) ties(ctx context.Context, who session.Person, a account.Account, v *personView) error {
	if a.Kind != person.Pupil {
		return nil
	}
	s, err := o.DB.Supervision().Get(ctx, who.Tenant, a.ID)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	ties := s.Ties(o.Clock.Now())
	var ids []account.ID
	for _, t := range ties {
		ids = append(ids, t.Staff)
	}
	staff, err := o.DB.Accounts().GetMany(ctx, who.Tenant, ids)
	if err != nil {
		return err
	}
	names, err := o.groupNames(ctx, who.Tenant)
	if err != nil {
		return err
	}
	for _, t := range ties {
		tie := tieView{ID: string(t.Staff), Name: staff[t.Staff].Value.Source.Name.Display(), On: t.On, Decided: t.Exception != nil}
		for _, y := range t.Why {
			value := y.Fact.Value
			if y.Fact.By != link.AtSchool {
				value = names[group.ID(value)]
			}
			tie.Why = append(tie.Why, whyView{string(y.Fact.By), value})
		}
		v.Ties = append(v.Ties, tie)
	}
	return nil
}

// steps adds what was done to a in the last 90 days.
func (o Office) steps(ctx context.Context, who session.Person, a account.Account, v *personView) error {
	steps, err := o.Clerk.History(ctx, who.Tenant, a.ID)
	if err != nil {
		return err
	}
	steps = steps[:min(len(steps), stepsShown)]
	people, err := o.names(ctx, who.Tenant, v, func(yield func(audit.Actor) bool) {
		for _, s := range steps {
			if !yield(s.Revision.Actor) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	for _, s := range steps {
		v.Steps = append(v.Steps, stepView{
			ID: string(s.Revision.ID), When: console.Moment(s.Revision.At), Who: people(s.Revision.Actor), Action: s.Revision.Action.Deed().Name,
			Fields: s.Fields, MayUndo: s.Undoable(),
		})
	}
	return nil
}

// names returns what actors are called on a page, and notes there whose names
// it shows.
func (o Office) names(ctx context.Context, owner tenant.ID, v *personView, actors func(func(audit.Actor) bool)) (func(audit.Actor) string, error) {
	var ids []account.ID
	for a := range actors {
		if a.Account != "" {
			ids = append(ids, a.Account)
		}
	}
	people, err := o.DB.Accounts().GetMany(ctx, owner, slices.Compact(slices.Sorted(slices.Values(ids))))
	for id := range people {
		v.Colleagues = append(v.Colleagues, id)
	}
	return func(a audit.Actor) string {
		if e, ok := people[a.Account]; ok {
			return e.Value.Source.Name.Display()
		}
		if a.Account != "" {
			return string(a.Account)
		}
		return "COOL Sync"
	}, err
}

// seen adds who saw or changed what of a, for whoever may read the log.
func (o Office) seen(ctx context.Context, who session.Person, a account.Account, v *personView) error {
	if err := o.May(ctx, who, access.ViewLog); err != nil {
		if fault.KindOf(err) == fault.Forbidden {
			return nil
		}
		return err
	}
	entries, _, err := o.DB.LogPage(ctx, who.Tenant, store.LogQuery{Subject: a.ID, Limit: seenShown})
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e audit.Entry) bool { return e.Action.Deed().Confidential })
	people, err := o.names(ctx, who.Tenant, v, func(yield func(audit.Actor) bool) {
		for _, e := range entries {
			if !yield(e.Actor) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		v.Seen = append(v.Seen, seenView{console.Moment(e.At), people(e.Actor), e.Action.Deed().Name})
	}
	return nil
}
