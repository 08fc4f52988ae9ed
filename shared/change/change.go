// Package change changes accounts by hand and by rule: in one transaction
// with the log entry and the messages that follow from it. Imports have their
// own way: see functions/rosterapply.
package change

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Most is how many accounts one transaction changes.
const Most = 100

// Keys makes and opens the data keys of revisions: see seal.Sealer.
type Keys interface {
	Today(ctx context.Context) (seal.Key, error)
	Unwrap(ctx context.Context, wrapped []byte) (seal.Key, error)
}

// Desk changes accounts.
type Desk struct {
	DB    *store.DB
	Post  outbox.Post
	Clock clock.Clock
	Keys  Keys // nil where only rules change accounts: what follows from rules is no revision
}

// Order says in whose name accounts are changed, and why.
type Order struct {
	Owner    tenant.ID
	Actor    audit.Actor
	Mark     audit.Mark
	Action   audit.Action
	Object   string // id of the thing that it is done with
	Reason   string // code
	By       account.Hand
	Accounts []account.ID
	// Seen is the version of the only account that somebody saw who changes it;
	// 0 changes whatever there is. Another version answers Conflict.
	Seen int64
	// Guard is asked first in each transaction, and may read; nil asks nothing.
	Guard func(*store.Tx) error
}

// Edit changes an account and returns the registered fields that it changed.
// It may run more than once. Slices and maps of the account belong to others:
// it puts new ones in their place.
type Edit func(*account.Account) (fields []string, err error)

// Accounts changes the accounts of an order, at most Most in a transaction,
// and returns those that are different now. What does not exist, and what an
// edit leaves as it is, is passed over. Accounts that changed go to every
// target; where it matters to rules, what follows from them is calculated anew.
func (d Desk) Accounts(ctx context.Context, o Order, edit Edit) ([]account.ID, error) {
	targets, err := Targets(ctx, d.DB, o.Owner)
	if err != nil {
		return nil, err
	}
	var all []account.ID
	for some := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(o.Accounts))), Most) {
		var done batch
		err := d.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			done, err = d.some(ctx, tx, o, some, edit)
			if err != nil || len(done.changed) == 0 {
				return err
			}
			done.letter = outbox.New(o.Owner, d.Clock.Now(), append(done.provision(targets), done.recalculate()...)...)
			return d.DB.Outbox().CreateTx(tx, o.Owner, done.letter.ID, done.letter)
		})
		if err != nil {
			return all, fmt.Errorf("change accounts: %w", err)
		}
		if len(done.changed) > 0 {
			d.Post.Send(ctx, done.letter)
		}
		all = append(all, done.ids()...)
	}
	return all, nil
}

// batch is what one transaction changed.
type batch struct {
	order   Order
	now     time.Time
	changed []account.Account
	changes []revision.Change
	fields  []string          // that were changed, for the log
	matters []account.Account // to rules, as they were and as they are
	letter  outbox.Letter
}

// some changes accounts within a transaction and logs it.
func (d Desk) some(ctx context.Context, tx *store.Tx, o Order, ids []account.ID, edit Edit) (batch, error) {
	b := batch{order: o, now: d.Clock.Now()}
	if o.Guard != nil {
		if err := o.Guard(tx); err != nil {
			return b, err
		}
	}
	stored, err := d.DB.Accounts().GetManyTx(tx, o.Owner, ids)
	if err != nil {
		return b, err
	}
	for _, id := range ids {
		e, ok := stored[id]
		if !ok {
			continue
		}
		a := e.Value
		if o.Seen != 0 && o.Seen != a.Version {
			return b, fault.New(fault.Conflict, "change.meanwhile")
		}
		fields, err := edit(&a)
		if err != nil {
			return b, err
		}
		if reflect.DeepEqual(a, e.Value) {
			continue
		}
		b.add(e.Value, a, fields)
	}
	if len(b.changed) == 0 {
		return b, nil
	}
	return b, d.write(ctx, tx, b)
}

// add keeps what became of an account.
func (b *batch) add(was, is account.Account, fields []string) {
	is.Version, is.Changed, is.Digest = was.Version+1, b.now, is.Imported()
	if len(fields) > 0 {
		is.Traces = maps.Clone(is.Traces)
		if is.Traces == nil {
			is.Traces = map[string]account.Trace{}
		}
		for _, f := range fields {
			is.Traces[f] = account.Trace{At: b.now, By: b.order.By}
		}
	}
	b.changed, b.fields = append(b.changed, is), append(b.fields, fields...)
	b.changes = append(b.changes, revision.Change{Before: &was, After: &is})
	if b.order.By != account.ByRule && !reflect.DeepEqual(was.Facts(), is.Facts()) {
		b.matters = append(b.matters, was, is)
	}
}

// write stores what changed, with its log entry. Everything that keeps a
// change beyond the account itself belongs here.
func (d Desk) write(ctx context.Context, tx *store.Tx, b batch) error {
	o := b.order
	entry := o.Mark.On(audit.New(b.now, o.Actor, o.Action, b.ids()...).Of(b.fields...).On(o.Object).Because(o.Reason))
	failed := []error{d.DB.Log().CreateTx(tx, o.Owner, entry.ID, entry), d.revise(ctx, tx, b)}
	for _, a := range b.changed {
		failed = append(failed, d.DB.Accounts().SetTx(tx, o.Owner, a.ID, a))
	}
	return errors.Join(failed...)
}

// revise stores, sealed, how accounts were before somebody changed them.
func (d Desk) revise(ctx context.Context, tx *store.Tx, b batch) error {
	o := b.order
	if o.By == account.ByRule {
		return nil
	}
	key, err := d.Keys.Today(ctx)
	if err != nil {
		return fmt.Errorf("seal a revision: %w", err)
	}
	r, err := revision.Seal(key, o.Owner, revision.Cause{At: b.now, Actor: o.Actor, Action: o.Action, Object: o.Object}, b.changes)
	if err != nil || r == nil {
		return err
	}
	return d.DB.Revisions().CreateTx(tx, o.Owner, r.ID, *r)
}

func (b batch) ids() []account.ID {
	ids := make([]account.ID, len(b.changed))
	for i, a := range b.changed {
		ids[i] = a.ID
	}
	return ids
}

// provision returns the messages that bring what changed to the targets.
func (b batch) provision(targets []connection.ID) []outbox.Message {
	var out []outbox.Message
	for _, c := range targets {
		out = append(out, outbox.To(topic.ProvisionGoogle, topic.Provision{Tenant: b.order.Owner, Connection: c, Accounts: b.ids()}))
	}
	return out
}

// recalculate returns the messages that bring what rules say up to date: of
// those who changed, or of everybody where staff did.
func (b batch) recalculate() []outbox.Message {
	if len(b.matters) == 0 {
		return nil
	}
	ask := func(s school.ID, only []account.ID) outbox.Message {
		only = slices.Compact(slices.Sorted(slices.Values(only)))
		return outbox.To(topic.Recalculate, topic.Recalculation{Tenant: b.order.Owner, School: s, Asked: b.now.UnixMilli(), Accounts: only})
	}
	if slices.ContainsFunc(b.matters, func(a account.Account) bool { return a.Kind == person.Staff }) {
		return []outbox.Message{ask("", nil)} // a group's staff may supervise pupils of any school
	}
	at := map[school.ID][]account.ID{}
	for _, a := range b.matters {
		for _, s := range Schools(a) {
			at[s] = append(at[s], a.ID)
		}
	}
	var out []outbox.Message
	for _, s := range slices.Sorted(maps.Keys(at)) {
		out = append(out, ask(s, at[s]))
	}
	return out
}

// Schools returns the schools under which a's rules are calculated.
func Schools(a account.Account) []school.ID {
	ids := make([]school.ID, 0, len(a.Memberships))
	for _, m := range a.Memberships {
		ids = append(ids, m.School)
	}
	if len(ids) == 0 {
		ids = append(ids, store.Nowhere)
	}
	return ids
}

// Targets returns the connections that accounts are passed on to.
func Targets(ctx context.Context, db *store.DB, owner tenant.ID) ([]connection.ID, error) {
	id := connection.ID(connection.Google)
	c, err := db.Connections().Get(ctx, owner, id)
	if fault.KindOf(err) == fault.NotFound || (err == nil && !c.On) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read connection: %w", err)
	}
	return []connection.ID{id}, nil
}
