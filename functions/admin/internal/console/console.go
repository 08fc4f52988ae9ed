// Package console is what every part of the administration console needs: who
// asks, what is logged of it, and how a page is written.
package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/trail"
)

// Page is a handler for a person who holds a permission.
type Page func(w http.ResponseWriter, r *http.Request, who session.Person) error

// Route mounts a page for whoever holds a permission.
type Route func(pattern string, p access.Permission, f Page)

// Console is the ground of every page.
type Console struct {
	DB    *store.DB
	Clock clock.Clock
	Trail trail.Trail
	Pages *serve.Pages
}

// Actor is who acts, for the log.
func Actor(who session.Person) audit.Actor { return audit.Actor{Account: who.Account.ID} }

// Entry returns an entry of what who does, with where who comes from.
func (c Console) Entry(ctx context.Context, who session.Person, what audit.Action, subjects ...account.ID) audit.Entry {
	return c.Trail.Mark(ctx, who, audit.New(c.Clock.Now(), Actor(who), what, subjects...))
}

// Mark returns what adds to entries that others make from where who comes.
func (c Console) Mark(ctx context.Context, who session.Person) audit.Mark {
	return func(e audit.Entry) audit.Entry { return c.Trail.Mark(ctx, who, e) }
}

// By is an order of who is signed in to change accounts by hand.
func (c Console) By(ctx context.Context, who session.Person, what audit.Action, ids ...account.ID) change.Order {
	return change.Order{Owner: who.Tenant, Actor: Actor(who), Mark: c.Mark(ctx, who), Action: what, By: account.ByHand, Accounts: ids}
}

// ErasureBy is an order of who is signed in to delete, restore, block or erase.
func (c Console) ErasureBy(ctx context.Context, who session.Person, why bin.Reason, ref string) erase.Order {
	return erase.Order{Actor: Actor(who), Mark: c.Mark(ctx, who), Why: why, Ref: ref}
}

// May answers nil where somebody holds a permission: by role, or by a right of
// their own, and nobody denied it.
func (c Console) May(ctx context.Context, who session.Person, p access.Permission) error {
	rights, err := c.DB.RightsOf(ctx, who.Tenant)
	if err != nil {
		return err
	}
	return rights.Allow(p, who.Account, c.Clock.Now())
}

// Called returns the one person who has an address or username. It answers
// Invalid where that is nobody, or several.
func (c Console) Called(ctx context.Context, owner tenant.ID, name string) (account.Account, error) {
	var found []store.Entry[account.ID, account.Account]
	if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
		var err error
		if found, err = c.DB.AccountsCalled(ctx, owner, []string{name}); err != nil {
			return account.Account{}, err
		}
	}
	if len(found) != 1 {
		return account.Account{}, fault.New(fault.Invalid, "right.nobody_called")
	}
	return found[0].Value, nil
}

// Clean returns a text of a form with single spaces.
func Clean(s string) string { return strings.Join(strings.Fields(s), " ") }

// Kind returns the kind of account that a word of a form or file names, in Dutch
// or English.
func Kind(word string) (person.Kind, bool) {
	kind, ok := map[string]person.Kind{
		"leerling": person.Pupil, "pupil": person.Pupil, "medewerker": person.Staff, "staff": person.Staff, "ouder": person.Guardian,
		"guardian": person.Guardian, "functioneel": person.Functional, "functional": person.Functional,
	}[strings.ToLower(word)]
	return kind, ok
}

// Viewed logs whose data a page shows, before it leaves: fields are the
// registered fields, on is the page.
func (c Console) Viewed(ctx context.Context, who session.Person, on string, fields []string, seen ...account.ID) error {
	if len(seen) == 0 {
		return nil
	}
	e := c.Entry(ctx, who, audit.Viewed, seen...).Of(fields...).On(on)
	return c.DB.Log().Create(ctx, who.Tenant, e.ID, e)
}

// largest bounds a form, in bytes.
const largest = 512 << 10

// Form reads a form. It answers Invalid where it is none, or too large.
func Form(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	return nil
}

// To sends the browser on after something was done.
func To(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// Day writes a day as Dutch schools do, "" for the zero time.
func Day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(clock.Dutch()).Format("02-01-2006")
}

// Moment writes a moment as Dutch schools do.
func Moment(at time.Time) string { return at.In(clock.Dutch()).Format("02-01-2006 15:04") }

// Second writes a moment to the second.
func Second(at time.Time) string { return at.In(clock.Dutch()).Format("02-01-2006 15:04:05") }

// Until reads the last day of something from a form, as browsers give it: the
// moment at which it is over. An empty one is the zero time.
func Until(value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, value, clock.Dutch())
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "error.day_invalid")
	}
	return day.AddDate(0, 0, 1), nil
}

// LastDay is what Until reads, for a form.
func LastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return until.In(clock.Dutch()).AddDate(0, 0, -1).Format(time.DateOnly)
}

// Choice is something that a form offers.
type Choice struct {
	ID, Name string
	Chosen   bool
}

// Schools returns the schools of an institution, as choices, by name.
func (c Console) Schools(ctx context.Context, owner tenant.ID) ([]Choice, error) {
	var all []Choice
	for e, err := range c.DB.Schools().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		if e.Value.Into == "" {
			all = append(all, Choice{ID: string(e.ID), Name: e.Value.Name})
		}
	}
	return Sorted(all), nil
}

// Groups returns the groups that are there now and that fit, as choices, with
// the name of the school behind that of the group where there are several.
func (c Console) Groups(ctx context.Context, owner tenant.ID, fits func(group.Group) bool) ([]Choice, error) {
	schools := map[school.ID]string{}
	for e, err := range c.DB.Schools().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		schools[e.ID] = e.Value.Name
	}
	var all []Choice
	for e, err := range c.DB.Groups().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		g := e.Value
		if g.Ended || !fits(g) {
			continue
		}
		name := g.Name
		if len(schools) > 1 && g.School != "" {
			name += " (" + schools[g.School] + ")"
		}
		all = append(all, Choice{ID: string(e.ID), Name: name})
	}
	return Sorted(all), nil
}

// Sorted puts choices in the order of a Dutch list: 2A before 10A.
func Sorted(all []Choice) []Choice {
	order := collate.New(language.Dutch, collate.Numeric, collate.IgnoreCase)
	slices.SortStableFunc(all, func(a, b Choice) int { return order.CompareString(a.Name, b.Name) })
	return all
}

// Chosen marks those of choices that are in ids.
func Chosen[ID ~string](all []Choice, ids ...ID) []Choice {
	for i := range all {
		all[i].Chosen = slices.Contains(ids, ID(all[i].ID))
	}
	return all
}
