package admin

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	// binShown is how many deleted accounts one page shows.
	binShown = 200
	// receiptsShown is how many of the last receipts the page lists.
	receiptsShown = 20
	// longestGrace bounds the grace that a school may set, in days.
	longestGrace = 90
)

type binView struct {
	Schools       []binSchoolView
	Groups        []classView // of the school that is chosen, with somebody in the bin
	School, Group string      // what is chosen; "" for everything
	Entries       []binEntryView
	Total         int // in the selection, shown or not
	Receipts      []receiptView
	Serves        bool // whoever looks may serve those who lie there as data subjects
}

type binSchoolView struct {
	ID, Name string
	Grace    int // days
}

type binEntryView struct {
	ID, Name, Class string
	Kind            person.Kind
	Deleted, Erased string // days
	Why             bin.Reason
	Held            bool
	Lost            bool // nobody can open it any more
}

type receiptView struct {
	When, Unreadable string
	Count            int
	Clean            bool
	Targets          []receiptTargetView
}

type receiptTargetView struct {
	Name  string
	State receipt.TargetState
	Until string // when the target's own bin is empty
}

// chosen returns the selection of the bin that a request asks for.
func chosen(get func(string) string) erase.Selection {
	return erase.Selection{School: school.ID(get("school")), Group: group.ID(get("group"))}
}

// showBin lists deleted accounts, those of a school or class where that is
// asked for, and the last receipts of erasure: GET /admin/bin. Who looked at
// whom is logged before the answer leaves.
func (s *server) showBin(w http.ResponseWriter, r *http.Request, who session.Person) error {
	ctx, query := r.Context(), r.URL.Query()
	withheld, err := s.ground.Withheld(ctx, who)
	if err != nil {
		return err
	}
	selection := chosen(query.Get)
	if withheld("class") {
		selection.Group = ""
	}
	found, err := s.Bin.Select(ctx, who.Tenant, selection)
	if err != nil {
		return err
	}
	view := binView{School: string(selection.School), Group: string(selection.Group), Total: len(found)}
	if err := s.binSchools(ctx, who.Tenant, &view, found); err != nil {
		return err
	}
	if withheld("class") {
		view.Groups = nil
	}
	var seen []account.ID
	for _, e := range found[:min(len(found), binShown)] {
		v, err := s.binEntry(ctx, who.Tenant, e, view.Groups)
		if err != nil {
			return err
		}
		view.Entries, seen = append(view.Entries, v), append(seen, e.Account)
	}
	if view.Receipts, err = s.lastReceipts(ctx, who.Tenant); err != nil {
		return err
	}
	view.Serves = s.ground.May(ctx, who, access.ServeSubjects) == nil
	if err := s.ground.Viewed(ctx, who, "bin", withheld.Shown("call_name", "infix", "surname", "class"), seen...); err != nil {
		return err
	}
	return s.pages.Write(w, r, http.StatusOK, "bin", view)
}

// binSchools fills in the schools, and the classes that somebody in the bin was
// in.
func (s *server) binSchools(ctx context.Context, owner tenant.ID, view *binView, found []bin.Entry) error {
	for e, err := range s.DB.Schools().All(ctx, owner) {
		if err != nil {
			return err
		}
		view.Schools = append(view.Schools, binSchoolView{string(e.ID), e.Value.Name, int(e.Value.Grace / (24 * time.Hour))})
	}
	var ids []group.ID
	for _, e := range found {
		ids = append(ids, e.Groups...)
	}
	slices.Sort(ids)
	groups, err := s.DB.Groups().GetMany(ctx, owner, slices.Compact(ids))
	if err != nil {
		return err
	}
	for id, e := range groups {
		if e.Value.Kind == group.Class {
			view.Groups = append(view.Groups, classView{string(id), e.Value.Name})
		}
	}
	order := collate.New(language.Dutch, collate.Numeric, collate.IgnoreCase)
	slices.SortFunc(view.Groups, func(a, b classView) int { return order.CompareString(a.Name, b.Name) })
	return nil
}

// binEntry opens one entry for its line.
func (s *server) binEntry(ctx context.Context, owner tenant.ID, e bin.Entry, classes []classView) (binEntryView, error) {
	v := binEntryView{
		ID: string(e.Account), Kind: e.Kind, Deleted: console.Day(e.Binned), Erased: console.Day(e.Deadline), Why: e.Why, Held: e.Held(),
	}
	for _, c := range classes {
		if slices.Contains(e.Groups, group.ID(c.ID)) {
			v.Class = c.Name
		}
	}
	a, err := s.Bin.Open(ctx, owner, e)
	if fault.KindOf(err) == fault.NotFound {
		v.Lost = true
		return v, nil
	}
	v.Name = a.Source.Name.Sorted()
	return v, err
}

func (s *server) lastReceipts(ctx context.Context, owner tenant.ID) ([]receiptView, error) {
	var list []receipt.Receipt
	for e, err := range s.DB.Receipts().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		list = append(list, e.Value)
	}
	slices.SortFunc(list, func(a, b receipt.Receipt) int { return b.At.Compare(a.At) })
	var views []receiptView
	for _, r := range list[:min(len(list), receiptsShown)] {
		v := receiptView{When: console.Day(r.At), Unreadable: console.Day(r.Unreadable), Count: len(r.Accounts), Clean: r.Clean()}
		for _, c := range r.Connections() {
			t := receiptTargetView{Name: string(c), State: r.Targets[c].State()}
			if until := r.Targets[c].BinUntil; !until.IsZero() {
				t.Until = console.Day(until)
			}
			v.Targets = append(v.Targets, t)
		}
		views = append(views, v)
	}
	return views, nil
}

// restore brings accounts back: those that are ticked, or a whole class or
// school: POST /admin/bin/restore.
func (s *server) restore(w http.ResponseWriter, r *http.Request, who session.Person) error {
	r.Body = http.MaxBytesReader(w, r.Body, 256<<10)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	var ids []account.ID
	for _, id := range r.PostForm["account"] {
		ids = append(ids, account.ID(id))
	}
	if r.PostForm.Get("say") == "all" {
		found, err := s.Bin.Select(r.Context(), who.Tenant, chosen(r.PostForm.Get))
		if err != nil {
			return err
		}
		ids = nil
		for _, e := range found {
			ids = append(ids, e.Account)
		}
	}
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "bin.nobody_chosen")
	}
	if _, err := s.Bin.Restore(r.Context(), who.Tenant, ids, s.ground.ErasureBy(r.Context(), who, bin.ByHand, "")); err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/bin", http.StatusSeeOther)
	return nil
}

// setGrace sets how long accounts of those who have left a school stay before
// they go to the bin: POST /admin/bin/grace.
func (s *server) setGrace(w http.ResponseWriter, r *http.Request, who session.Person) error {
	days, err := strconv.Atoi(r.PostFormValue("days"))
	if err != nil || days < 0 || days > longestGrace {
		return fault.New(fault.Invalid, "bin.grace_invalid")
	}
	id := school.ID(r.PostFormValue("school"))
	err = s.DB.InTx(r.Context(), func(_ context.Context, tx *store.Tx) error {
		place, err := s.DB.Schools().GetTx(tx, who.Tenant, id)
		if err != nil {
			return err
		}
		place.Grace = time.Duration(days) * 24 * time.Hour
		entry := s.entry(r.Context(), who, audit.SchoolSet).On(string(id)).Because("grace")
		return errors.Join(s.DB.Schools().SetTx(tx, who.Tenant, id, place), s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry))
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/bin", http.StatusSeeOther)
	return nil
}
