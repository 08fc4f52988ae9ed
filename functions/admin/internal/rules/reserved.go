package rules

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// mostReserved bounds the names that an institution reserves.
const mostReserved = 500

// setReserved says which names nobody gets, such as of shared mailboxes and
// administrators, one a line, and whether the names of people who were erased
// are kept from others too: POST /admin/names/reserved.
func (o Office) setReserved(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	var names []string
	for line := range strings.Lines(r.PostForm.Get("reserved")) {
		name := naming.Local(strings.TrimSpace(line))
		if name == "" || naming.Reserved(name) { // nobody gets those anyway
			continue
		}
		if !naming.Fit(name) {
			return fault.New(fault.Invalid, "names.reserved_invalid")
		}
		names = append(names, name)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > mostReserved {
		return fault.New(fault.Invalid, "names.reserved_invalid")
	}
	is := reserved{Names: names, Keep: r.PostForm.Get("keep") == "yes"}
	err := o.reserve(r.Context(), who, audit.SchoolSet, is, func(reserved) error { return nil })
	if err != nil {
		return err
	}
	of := askedFor(r.PostForm)
	return console.To(w, r, namesView{School: string(of.school), Kind: of.kind}.path())
}

// reserved are the names that nobody gets.
type reserved struct {
	Names []string
	Keep  bool // nor those of people who were erased
}

func (r reserved) same(o reserved) bool { return slices.Equal(r.Names, o.Names) && r.Keep == o.Keep }

// reserve stores which names nobody gets, with which they were before, where allow,
// which sees those, answers nil.
func (o Office) reserve(ctx context.Context, who session.Person, action audit.Action, is reserved, allow func(have reserved) error) error {
	d := deed[reserved]{who: who, action: action, thing: revision.Reserved, object: "reserved"}
	entry := o.Entry(ctx, who, action).On("reserved").Because("reserved")
	return o.DB.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err := o.DB.Tenants().GetTx(tx, who.Tenant, who.Tenant)
		if err != nil {
			return err
		}
		was := reserved{t.Reserved, t.KeepNames}
		if err := allow(was); err != nil {
			return err
		}
		d.Before, d.After = &was, &is
		t.Reserved, t.KeepNames = is.Names, is.Keep
		failed := []error{o.DB.Tenants().SetTx(tx, who.Tenant, who.Tenant, t), o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry)}
		if !was.same(is) {
			failed = append(failed, amended(ctx, o, tx, d))
		}
		return errors.Join(failed...)
	})
}
