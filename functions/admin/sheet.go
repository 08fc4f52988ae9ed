package admin

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

type sheetView struct {
	Title   string
	Made    string
	Cards   []cardView
	LeftOut bool // somebody with a role, who gets no password on paper
}

type cardView struct{ Name, Address, Password string }

// groupSheet makes first passwords for the pupils of a class and shows them
// once, to print: POST /admin/groups/{id}/sheet. Passwords that were issued
// before are void.
func (s *server) groupSheet(w http.ResponseWriter, r *http.Request, who session.Person) error {
	g, err := s.DB.Groups().Get(r.Context(), who.Tenant, group.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	pupils, err := s.members(r.Context(), who.Tenant, func(a account.Account) bool {
		return a.Kind == person.Pupil && slices.Contains(a.Groups(), g.ID)
	})
	if err != nil {
		return err
	}
	return s.sheet(w, r, who, issue{title: g.Name, object: string(g.ID), people: pupils})
}

// mostOnSheet bounds a sheet of staff, so that its passwords are hashed within
// the time of a request. Whoever is not on it is on the next.
const mostOnSheet = 200

// staffSheet makes first passwords for members of staff who have none yet:
// POST /admin/staff/sheet. Whoever makes it may use the passwords on it, so
// nobody who holds a role is on one.
func (s *server) staffSheet(w http.ResponseWriter, r *http.Request, who session.Person) error {
	staff, err := s.members(r.Context(), who.Tenant, func(a account.Account) bool { return a.Kind == person.Staff })
	if err != nil {
		return err
	}
	have, err := s.Credentials.Credentials().GetMany(r.Context(), who.Tenant, issue{people: staff}.ids())
	if err != nil {
		return err
	}
	staff = slices.DeleteFunc(staff, func(a account.Account) bool { return len(have[a.ID].Value.Verifier) > 0 })
	return s.sheet(w, r, who, issue{
		title: s.pages.Texts().Text(i18n.Of(r), "admin.staff"), object: "staff",
		people: staff, fresh: true,
	})
}

// issue is a sheet to make.
type issue struct {
	title, object string
	people        []account.Account
	fresh         bool // a password that somebody has by now stays as it is
}

// ids returns whom the sheet is for.
func (o issue) ids() []account.ID {
	ids := make([]account.ID, len(o.people))
	for i, a := range o.people {
		ids[i] = a.ID
	}
	return ids
}

func (s *server) sheet(w http.ResponseWriter, r *http.Request, who session.Person, order issue) error {
	all := len(order.people)
	order.people = slices.DeleteFunc(order.people, func(a account.Account) bool { return len(a.Own.Roles) > 0 })
	leftOut := len(order.people) < all
	if order.fresh {
		order.people = order.people[:min(len(order.people), mostOnSheet)]
	}
	switch {
	case len(order.people) == 0 && leftOut:
		return fault.New(fault.Invalid, "admin.roles_not_on_sheet")
	case len(order.people) == 0:
		return fault.New(fault.Invalid, "admin.nobody_on_sheet")
	}
	cards, err := s.issue(r.Context(), who, order)
	if err != nil {
		return err
	}
	made := console.Moment(s.Clock.Now())
	return s.pages.Write(w, r, http.StatusOK, "sheet", sheetView{order.title, made, cards, leftOut})
}

// issue makes a password for everybody on the order, hashes them, and stores
// the verifiers. The log entry is written first: a sheet that was begun is
// never unseen. Sessions end last: whoever knows an old password cannot begin
// one in between.
func (s *server) issue(ctx context.Context, who session.Person, order issue) ([]cardView, error) {
	cards := make([]cardView, len(order.people))
	made := make([]credential.Credential, len(order.people))
	g, hashing := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i, a := range order.people {
		g.Go(func() (err error) {
			cards[i] = cardView{a.Source.Name.Display(), a.Address, credential.NewPassword(a.Kind)}
			made[i], err = s.Vault.Issue(hashing, who.Tenant, a.ID, cards[i].Password, s.Clock.Now())
			made[i].First = true
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	entry := s.entry(ctx, who, audit.SheetIssued, order.ids()...).
		Of("call_name", "infix", "surname", "username").On(order.object)
	if err := s.DB.Log().Create(ctx, who.Tenant, entry.ID, entry); err != nil {
		return nil, err
	}
	if err := s.keep(ctx, who.Tenant, order, made); err != nil {
		return nil, err
	}
	return cards, s.endSessions(ctx, who.Tenant, order)
}

// endSessions raises the epoch of everybody on the order, which voids the
// sessions and tokens that were begun with an earlier password.
func (s *server) endSessions(ctx context.Context, owner tenant.ID, order issue) error {
	return s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		table := s.DB.Accounts()
		now, err := table.GetManyTx(tx, owner, order.ids())
		if err != nil {
			return err
		}
		var failed []error
		for _, e := range now {
			e.Value.Epoch++
			failed = append(failed, table.ReplaceTx(tx, owner, e, "epoch"))
		}
		return errors.Join(failed...)
	})
}

// keep stores the credentials of an order, all or none.
func (s *server) keep(ctx context.Context, owner tenant.ID, order issue, made []credential.Credential) error {
	return s.Credentials.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		table := s.Credentials.Credentials()
		have, err := table.GetManyTx(tx, owner, order.ids())
		if err != nil {
			return err
		}
		for _, e := range have {
			if order.fresh && len(e.Value.Verifier) > 0 {
				return fault.New(fault.Conflict, "")
			}
		}
		var failed []error
		for i, id := range order.ids() {
			failed = append(failed, table.SetTx(tx, owner, id, made[i]))
		}
		return errors.Join(failed...)
	})
}
