package recalculate

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	// patience is how long one delivery works before it goes on by message.
	patience = 4 * time.Minute
	// pageSize is how many accounts are read at once.
	pageSize = 300
)

// Deps is what recalculating needs.
type Deps struct {
	DB       *store.DB
	Post     outbox.Post
	Clock    clock.Clock
	Patience time.Duration // how long one delivery works
	Page     int           // how many accounts are read at once; the usual where 0
}

// New returns the handler of the topic recalculate, at its path.
func New(d Deps) http.Handler {
	if d.Page == 0 {
		d.Page = pageSize
	}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.Recalculate.Name, event.Handler(topic.Recalculate, d.handle))
	return mux
}

// handle calculates one school, or asks for each where the message names none.
func (d Deps) handle(ctx context.Context, m event.Message[topic.Recalculation]) error {
	if m.Body.School == "" {
		return d.each(ctx, m.Body)
	}
	w, held, err := d.take(ctx, m.Body)
	if err != nil || !held {
		return err
	}
	if w.known, err = d.known(ctx, m.Body.Tenant); err != nil {
		return err
	}
	if len(m.Body.Accounts) > 0 {
		if err := w.some(ctx, m.Body.Accounts); err != nil {
			return err
		}
		return w.release(ctx, false, nil)
	}
	return w.all(ctx, m.Body)
}

// each asks for every school of the institution, and for who is at none.
func (d Deps) each(ctx context.Context, m topic.Recalculation) error {
	ask := []outbox.Message{outbox.To(topic.Recalculate, topic.Recalculation{Tenant: m.Tenant, School: store.Nowhere, Asked: m.Asked})}
	for e, err := range d.DB.Schools().All(ctx, m.Tenant) {
		if err != nil {
			return fmt.Errorf("read schools: %w", err)
		}
		ask = append(ask, outbox.To(topic.Recalculate, topic.Recalculation{Tenant: m.Tenant, School: e.ID, Asked: m.Asked}))
	}
	return d.Post.Publisher.Publish(ctx, ask)
}

// known is what everything follows from, beside the people themselves.
type known struct {
	groups group.Book
	links  *link.Finder
}

// known reads groups, rules and staff.
func (d Deps) known(ctx context.Context, owner tenant.ID) (known, error) {
	var groups []group.Group
	for e, err := range d.DB.Groups().All(ctx, owner) {
		if err != nil {
			return known{}, fmt.Errorf("read groups: %w", err)
		}
		groups = append(groups, e.Value)
	}
	rules, err := d.DB.LinkRules().Get(ctx, owner, store.TheRules)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return known{}, fmt.Errorf("read rules: %w", err)
	}
	k := known{groups: group.NewBook(groups)}
	var staff []account.Account
	if len(rules.List) > 0 {
		entries, err := d.DB.AccountsOf(ctx, owner, person.Staff)
		if err != nil {
			return known{}, fmt.Errorf("read staff: %w", err)
		}
		for _, e := range entries {
			staff = append(staff, e.Value)
		}
	}
	k.links = link.NewFinder(rules.List, k.groups, staff)
	return k, nil
}

// settle brings the groups of an account in line with the rules: see
// change.Edit. Nobody stays in a group that has ended.
func (k known) settle(a *account.Account) ([]string, error) {
	facts := a.Facts()
	facts.Groups = k.groups.Manual(facts.Groups)
	ruled := k.groups.Ruled(facts)
	if slices.Equal(ruled, a.Own.Ruled) && slices.Equal(facts.Groups, a.Own.Groups) {
		return nil, nil
	}
	a.Own.Ruled, a.Own.Groups = ruled, facts.Groups
	return []string{"class"}, nil
}

// order is under which accounts are changed by rule.
func (w *worker) order(ids []account.ID) change.Order {
	return change.Order{
		Owner: w.owner, Actor: actor(), By: account.ByRule, Action: applied, Object: string(w.school), Reason: "groups",
		Accounts: ids, Guard: w.guard,
	}
}
