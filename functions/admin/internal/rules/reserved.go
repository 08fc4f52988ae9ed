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
	entry := o.Entry(r.Context(), who, audit.SchoolSet).On("reserved").Because("reserved")
	err := o.DB.InTx(r.Context(), func(_ context.Context, tx *store.Tx) error {
		t, err := o.DB.Tenants().GetTx(tx, who.Tenant, who.Tenant)
		if err != nil {
			return err
		}
		t.Reserved, t.KeepNames = names, r.PostForm.Get("keep") == "yes"
		return errors.Join(o.DB.Tenants().SetTx(tx, who.Tenant, who.Tenant, t), o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry))
	})
	if err != nil {
		return err
	}
	of := askedFor(r.PostForm)
	return console.To(w, r, namesView{School: string(of.school), Kind: of.kind}.path())
}
