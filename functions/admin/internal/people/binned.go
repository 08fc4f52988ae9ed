package people

import (
	"context"
	"net/http"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// subject is somebody whose data are kept, whether they are there or lie in the
// recycle bin.
type subject struct {
	account.Account
	binned *bin.Entry // nil for who is there
	lost   bool       // nobody can open what lies in the bin any more
}

// page is where a subject is served.
func (s subject) page() string {
	if s.binned != nil {
		return "/admin/bin/" + string(s.ID)
	}
	return "/admin/people/" + string(s.ID)
}

// subject returns whose data are kept under an id. It answers NotFound where
// nobody's are.
func (o Office) subject(ctx context.Context, owner tenant.ID, id account.ID) (subject, error) {
	a, err := o.DB.Accounts().Get(ctx, owner, id)
	if fault.KindOf(err) != fault.NotFound {
		return subject{Account: a}, err
	}
	e, err := o.DB.Bin().Get(ctx, owner, id)
	if err != nil {
		return subject{}, err
	}
	s := subject{Account: account.Account{ID: id, Kind: e.Kind, Limit: e.Limit}, binned: &e}
	a, err = o.Keeper.Open(ctx, owner, e)
	if fault.KindOf(err) == fault.NotFound {
		s.lost = true
		return s, nil
	}
	if err == nil {
		s.Account = a
	}
	return s, err
}

type binnedView struct {
	ID, Name               string
	Lost                   bool
	Kind                   person.Kind
	Deleted, Erased, Limit string // days
	Why                    bin.Reason
}

// showBinned shows somebody who lies in the recycle bin, for what is done on
// their request: GET /admin/bin/{id}. That the page was seen is logged before it
// leaves.
func (o Office) showBinned(w http.ResponseWriter, r *http.Request, who session.Person) error {
	s, err := o.subject(r.Context(), who.Tenant, account.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if s.binned == nil {
		return console.To(w, r, s.page())
	}
	v := binnedView{
		ID: string(s.ID), Name: s.Source.Name.Display(), Lost: s.lost, Kind: s.Kind, Deleted: console.Day(s.binned.Binned),
		Erased: console.Day(s.binned.Deadline), Limit: console.Day(s.Limit.Since), Why: s.binned.Why,
	}
	if err := o.Viewed(r.Context(), who, "bin", []string{"call_name", "infix", "surname"}, s.ID); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "binned", v)
}
