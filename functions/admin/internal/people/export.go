package people

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// extract is everything that is held on one person, with who saw it and where
// it was sent (AVG articles 15 and 20).
type extract struct {
	Made        time.Time       `json:"made"`
	Account     extractAccount  `json:"account"`
	Fields      []extractField  `json:"fields"`
	Groups      []extractGroup  `json:"groups"`
	Schools     []extractSchool `json:"schools"`
	NextYear    []extractSchool `json:"next_school_year,omitempty"`
	Children    []extractChild  `json:"children,omitempty"`
	Supervision []extractTie    `json:"supervision,omitempty"`
	Supervises  []account.ID    `json:"supervises,omitempty"` // the pupils of a member of staff
	Password    *extractSecret  `json:"password,omitempty"`
	Targets     []extractTarget `json:"targets"`
	Rights      []extractRight  `json:"rights"`
	Changes     []extractChange `json:"changes"`
	Log         []extractEntry  `json:"log"`
}

type extractField struct {
	Key   string       `json:"key"`
	Label string       `json:"label"`
	Value string       `json:"value"`
	From  account.Hand `json:"from"`
	Since string       `json:"since"`
}

type extractGroup struct {
	Name string `json:"name"`
	How  string `json:"how"`
}

type extractTie struct {
	Staff string   `json:"staff"`
	Now   bool     `json:"now"`
	Why   []string `json:"why"`
}

type extractSecret struct {
	Issued time.Time `json:"issued"`
	First  bool      `json:"chosen_by_school"`
}

type extractTarget struct {
	Target  connection.ID        `json:"target"`
	State   connection.LinkState `json:"state"`
	Version int64                `json:"version"`
}

type extractRight struct {
	Application string   `json:"application"`
	Allowed     bool     `json:"allowed"`
	Because     string   `json:"because"`
	Rights      []string `json:"rights,omitempty"`
}

type extractChange struct {
	At     time.Time     `json:"at"`
	Who    string        `json:"who"`
	What   string        `json:"what"`
	Fields []extractDiff `json:"fields"`
}

type extractDiff struct {
	Label string `json:"label"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

type extractEntry struct {
	At       time.Time `json:"at"`
	Who      string    `json:"who"`
	What     string    `json:"what"`
	Activity string    `json:"activity"`
	Purpose  string    `json:"purpose"`
	Fields   []string  `json:"fields,omitempty"`
	Object   string    `json:"object,omitempty"`
	Address  string    `json:"address,omitempty"` // from where the person came, for 90 days

	Standard audit.Wire `json:"verwerkingsactie"` // the same as the standard for such logs has it
}

// export writes everything that is held on a person, also on one who lies in
// the recycle bin, as JSON: POST /admin/people/{id}/export. That it was asked for is logged before it leaves.
func (o Office) export(w http.ResponseWriter, r *http.Request, who session.Person) error {
	of, err := o.subject(r.Context(), who.Tenant, account.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	a := of.Account
	x := extract{Made: o.Clock.Now(), Account: accountOf(of)}
	if of.binned != nil {
		a.State = account.Left // who lies there may use nothing
	}
	text := func(key string) string { return o.Pages.Texts().Text(i18n.Of(r), key) }
	for _, add := range []func(context.Context, session.Person, account.Account, *extract, func(string) string) error{
		o.extractFields, o.extractSchools, o.extractTies, o.extractTargets, o.extractRights, o.extractChanges, o.extractLog,
	} {
		if err := add(r.Context(), who, a, &x, text); err != nil {
			return err
		}
	}
	entry := o.Entry(r.Context(), who, audit.Exported, a.ID)
	if err := o.DB.Log().Create(r.Context(), who.Tenant, entry.ID, entry); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="gegevens.json"`)
	w.Header().Set("Cache-Control", "no-store")
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(x)
}

func (o Office) extractFields(ctx context.Context, who session.Person, a account.Account, x *extract, text func(string) string) error {
	names, err := o.groupNames(ctx, who.Tenant)
	if err != nil {
		return err
	}
	for _, f := range kept(a, names, text) {
		if f.Value != "" {
			x.Fields = append(x.Fields, extractField{f.Key, text("field." + f.Key), f.Value, f.By, f.Since})
		}
	}
	for _, g := range within(a, names) {
		x.Groups = append(x.Groups, extractGroup(g))
	}
	for _, c := range a.Source.Children {
		x.Children = append(x.Children, extractChild(c))
	}
	return nil
}

func (o Office) extractTies(ctx context.Context, who session.Person, a account.Account, x *extract, text func(string) string) error {
	var v personView
	if err := o.ties(ctx, who, a, &v); err != nil {
		return err
	}
	for _, t := range v.Ties {
		tie := extractTie{Staff: t.Name, Now: t.On}
		for _, y := range t.Why {
			tie.Why = append(tie.Why, text("link.by."+y.By)+" "+y.Value)
		}
		if t.Decided {
			tie.Why = append(tie.Why, text("link.by_hand"))
		}
		x.Supervision = append(x.Supervision, tie)
	}
	if a.Kind != person.Staff {
		return nil
	}
	pupils, err := o.DB.SupervisedBy(ctx, who.Tenant, a.ID)
	for _, e := range pupils {
		x.Supervises = append(x.Supervises, e.ID)
	}
	return err
}

func (o Office) extractTargets(ctx context.Context, who session.Person, a account.Account, x *extract, _ func(string) string) error {
	c, err := o.Keeper.Credentials.Credentials().Get(ctx, who.Tenant, a.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err == nil {
		x.Password = &extractSecret{c.Issued, c.First}
	}
	for e, err := range o.DB.Connections().All(ctx, who.Tenant) {
		if err != nil {
			return err
		}
		l, err := o.DB.Links(e.ID).Get(ctx, who.Tenant, a.ID)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return err
		}
		x.Targets = append(x.Targets, extractTarget{e.ID, l.State, l.Version})
	}
	return nil
}

func (o Office) extractRights(ctx context.Context, who session.Person, a account.Account, x *extract, text func(string) string) error {
	all, err := o.may(ctx, who.Tenant, a)
	for _, p := range all {
		if p.Sort != right.Application {
			continue
		}
		r := extractRight{Application: p.Name, Allowed: p.Verdict.Allowed, Because: text("right.base." + string(p.Verdict.Base))}
		for _, id := range p.Verdict.Rights {
			r.Rights = append(r.Rights, string(id))
		}
		x.Rights = append(x.Rights, r)
	}
	return err
}

func (o Office) extractChanges(ctx context.Context, who session.Person, a account.Account, x *extract, text func(string) string) error {
	steps, err := o.Clerk.History(ctx, who.Tenant, a.ID)
	if err != nil {
		return err
	}
	names, err := o.groupNames(ctx, who.Tenant)
	if err != nil {
		return err
	}
	for _, s := range steps {
		c := extractChange{At: s.Revision.At, Who: actor(s.Revision.Actor), What: s.Revision.Action.Deed().Name}
		if s.Change.Before != nil && s.Change.After != nil {
			c.Fields = diffs(*s.Change.Before, *s.Change.After, names, text)
		}
		x.Changes = append(x.Changes, c)
	}
	return nil
}

// diffs returns what differs between two states of an account.
func diffs(was, is account.Account, names map[group.ID]string, text func(string) string) []extractDiff {
	before := map[string]string{}
	for _, f := range kept(was, names, text) {
		before[f.Key] = f.Value
	}
	var all []extractDiff
	for _, f := range kept(is, names, text) {
		if f.Value != before[f.Key] {
			all = append(all, extractDiff{text("field." + f.Key), before[f.Key], f.Value})
		}
	}
	return all
}

// actor is who acted, as it is told to a data subject: colleagues by their id,
// which the institution can look up.
func actor(a audit.Actor) string {
	if a.Account != "" {
		return string(a.Account)
	}
	return a.System
}

// extractLog adds every entry about the person but those that would warn of an
// investigation.
func (o Office) extractLog(ctx context.Context, who session.Person, a account.Account, x *extract, text func(string) string) error {
	for cursor := ""; ; {
		page, next, err := o.DB.LogPage(ctx, who.Tenant, store.LogQuery{Subject: a.ID, Limit: 500, Cursor: cursor})
		if err != nil {
			return err
		}
		var own []audit.ID
		for _, e := range page {
			if e.Actor.Account == a.ID {
				own = append(own, e.ID)
			}
		}
		private, err := o.DB.Private().GetMany(ctx, who.Tenant, own)
		if err != nil {
			return err
		}
		for _, e := range page {
			d := e.Action.Deed()
			if d.Confidential {
				continue
			}
			entry := extractEntry{
				At: e.At, Who: actor(e.Actor), What: d.Name, Activity: d.Activity.Name, Purpose: d.Activity.Purpose, Object: e.Object,
				Standard: e.Extract(a.ID).Wire(who.Tenant),
			}
			for _, key := range e.Fields {
				entry.Fields = append(entry.Fields, text("field."+key))
			}
			if sealed, ok := private[e.ID]; ok {
				from, err := o.Trail.Open(ctx, who.Tenant, e, sealed.Value)
				if err == nil {
					entry.Address = from.Address
				}
			}
			x.Log = append(x.Log, entry)
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}
