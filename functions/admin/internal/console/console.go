// Package console is what every part of the administration console needs: who
// asks, what is logged of it, and how a page is written.
package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
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
