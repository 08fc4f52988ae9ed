package change

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/tenant"
)

// Step is one change of one account, as its revision has it.
type Step struct {
	Revision revision.Revision
	Change   revision.Change
	Fields   []string // what differs: see Differences
}

// Undoable reports whether Undo has anything to take back of the step.
func (s Step) Undoable() bool {
	return s.Change.Before != nil && s.Change.After != nil && differ(*s.Change.Before, *s.Change.After)
}

// differ reports whether anything differs that Undo takes back: also what is no
// field of the register, such as a last day.
func differ(was, is account.Account) bool {
	now := is
	return was.Address != is.Address || was.Username != is.Username ||
		slices.ContainsFunc(parts(&now, &was, &is), func(p part) bool { return !same(p.was, p.is) })
}

// History returns what was done to one account in the last 90 days, the newest
// first, as far as anybody can still open it.
func (d Desk) History(ctx context.Context, owner tenant.ID, id account.ID) ([]Step, error) {
	found, err := d.DB.RevisionsOf(ctx, owner, id)
	if err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	var steps []Step
	for _, e := range found {
		key, err := d.Keys.Unwrap(ctx, e.Value.Batch)
		if fault.KindOf(err) == fault.NotFound {
			continue // the key of its day is gone
		}
		if err != nil {
			return nil, err
		}
		c, err := e.Value.Open(key, owner, id)
		if err != nil {
			return nil, err
		}
		s := Step{Revision: e.Value, Change: c}
		if c.Before != nil && c.After != nil {
			s.Fields = Differences(*c.Before, *c.After)
		}
		steps = append(steps, s)
	}
	slices.SortStableFunc(steps, func(x, y Step) int { return y.Revision.At.Compare(x.Revision.At) })
	return steps, nil
}

// Undo takes back what a revision changed of one account, where nothing has
// changed it since: each field becomes what it was before. It answers Conflict
// where one has, and NotFound where the revision has expired or is about others.
// States are not undone but by their own means: a block is lifted, a deletion
// restored; nor are roles. Of the order, it is said in whose name.
func (d Desk) Undo(ctx context.Context, o Order, h Step) error {
	if !h.Undoable() {
		return fault.New(fault.NotFound, "")
	}
	was, is := *h.Change.Before, *h.Change.After
	o.Action, o.Object, o.By, o.Accounts = audit.Undone, string(h.Revision.ID), account.ByHand, []account.ID{is.ID}
	done, err := d.Accounts(ctx, o, func(a *account.Account) ([]string, error) { return undo(a, was, is) })
	if err == nil && len(done) == 0 {
		err = fault.New(fault.Conflict, "change.undone")
	}
	return err
}

// undo makes of every field of a that differs between was and is what it was.
func undo(a *account.Account, was, is account.Account) ([]string, error) {
	for _, part := range parts(a, &was, &is) {
		if same(part.was, part.is) {
			continue
		}
		if !same(part.now, part.is) {
			return nil, fault.New(fault.Conflict, "change.meanwhile")
		}
		part.now.Set(part.was)
	}
	if was.Address != is.Address || was.Username != is.Username {
		if a.Address != is.Address || a.Username != is.Username {
			return nil, fault.New(fault.Conflict, "change.meanwhile")
		}
		*a = a.Called(was.Username, was.Address)
	}
	return Differences(is, was), nil
}

// same compares as what is stored compares: an empty list is none, and a moment
// is the same in every zone.
func same(x, y reflect.Value) bool {
	if at, ok := x.Interface().(time.Time); ok {
		return at.Equal(y.Interface().(time.Time))
	}
	if x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(x.Interface(), y.Interface())
}

// part is one field of an account as it is now, and before and after a change.
type part struct{ now, was, is reflect.Value }

// parts returns the fields that a revision can undo.
func parts(now, was, is *account.Account) []part {
	var all []part
	each := func(now, was, is any) {
		n, w, i := reflect.ValueOf(now).Elem(), reflect.ValueOf(was).Elem(), reflect.ValueOf(is).Elem()
		for f := range n.NumField() {
			if n.Type().Field(f).Name == "Roles" { // whoever takes them back or gives them does it on purpose
				continue
			}
			all = append(all, part{n.Field(f), w.Field(f), i.Field(f)})
		}
	}
	each(&now.Own, &was.Own, &is.Own)
	each(&now.Source, &was.Source, &is.Source)
	whole := func(now, was, is any) {
		all = append(all, part{reflect.ValueOf(now).Elem(), reflect.ValueOf(was).Elem(), reflect.ValueOf(is).Elem()})
	}
	whole(&now.Memberships, &was.Memberships, &is.Memberships)
	whole(&now.Next, &was.Next, &is.Next)
	whole(&now.Main, &was.Main, &is.Main)
	whole(&now.Until, &was.Until, &is.Until)
	whole(&now.Apart, &was.Apart, &is.Apart)
	return all
}

// Differences returns which registered fields differ between two states of an
// account.
func Differences(x, y account.Account) []string {
	var keys []string
	for _, f := range []struct {
		key string
		of  func(account.Account) any
	}{
		{"call_name", func(a account.Account) any { return a.Source.Name.Call }},
		{"first_names", func(a account.Account) any { return a.Source.Name.FirstNames }},
		{"initials", func(a account.Account) any { return a.Source.Name.Initials }},
		{"infix", func(a account.Account) any { return a.Source.Name.Infix }},
		{"surname", func(a account.Account) any { return a.Source.Name.Surname }},
		{"salutation", func(a account.Account) any { return a.Source.Salutation }},
		{"gender", func(a account.Account) any { return a.Source.Gender }},
		{"phone", func(a account.Account) any { return a.Own.Phone }},
		{"school_email", func(a account.Account) any { return []string{a.Address, delivered(a, false)} }},
		{"username", func(a account.Account) any { return a.Username }},
		{"private_email", func(a account.Account) any { return []string{a.Own.Email, delivered(a, true)} }},
		{"administration_number", func(a account.Account) any { return a.Source.Number }},
		{"eck_id", func(a account.Account) any { return a.Source.ECK.Hash }},
		{"class", func(a account.Account) any { return a.Groups() }},
		{"year", func(a account.Account) any { return each(a, func(m account.Membership) any { return m.Grade }) }},
		{"ilt", func(a account.Account) any { return each(a, func(m account.Membership) any { return m.ILT }) }},
		{"age_band", func(a account.Account) any { return a.Own.Band }},
		{"child", func(a account.Account) any { return append([]account.Child{}, a.Source.Children...) }},
		{"function", func(a account.Account) any {
			return []any{a.Own.Function, each(a, func(m account.Membership) any { return append([]string{}, m.Roles...) })}
		}},
	} {
		if !reflect.DeepEqual(f.of(x), f.of(y)) {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// delivered returns the address that the source delivered, where it is private or
// of the school as asked: that of a guardian is private.
func delivered(a account.Account, private bool) string {
	if private != (a.Kind == person.Guardian) {
		return ""
	}
	return a.Source.Email
}

func each(a account.Account, of func(account.Membership) any) []any {
	var all []any
	for _, m := range a.Memberships {
		all = append(all, of(m))
	}
	return all
}
