package admin

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// rowsView is one page of a plan's rows: those of one step.
type rowsView struct {
	ID, When, PlanHash string
	Phase              roster.Phase
	Page, Pages        int
	Before, After      int // numbers of the pages beside this one; 0 for none
	Groups             []groupRowView
	Rows               []rowView
	MayDecide          bool
	Renames            bool // what is decided is whether an address follows a name
}

type rowView struct {
	ID         string // of the account that would be made, for a decision
	Action     roster.Action
	Reason     string
	Name       string
	Kind       string
	Changes    []changeView
	Candidates []candidateView
	Said       roster.Decision // what was decided of it, not yet carried out
	Asks       bool            // whether the address follows the name is asked
}

// candidateView is somebody whom the person of a row may be.
type candidateView struct {
	Say           roster.Decision
	Name, Address string
}

type groupRowView struct {
	Action roster.Action
	Name   string
}

type changeView struct{ Field, Old, New string }

// showRows shows one page of what a plan does: GET
// /admin/imports/{id}/rows/{phase}?page=1. Whose data was seen is logged before
// the answer leaves.
func (s *server) showRows(w http.ResponseWriter, r *http.Request, who session.Person) error {
	run, err := s.DB.Runs().Get(r.Context(), who.Tenant, roster.RunID(r.PathValue("id")))
	if err != nil {
		return err
	}
	phase := roster.Phase(r.PathValue("phase"))
	pages := len(run.Plan.Steps[phase])
	page, err := strconv.Atoi(r.FormValue("page"))
	if err != nil {
		page = 1
	}
	if page < 1 || page > pages {
		return fault.New(fault.NotFound, "")
	}
	step, err := s.Plans.Read(r.Context(), who.Tenant, run, phase, page-1)
	if err != nil {
		return err
	}
	withheld, err := s.ground.Withheld(r.Context(), who)
	if err != nil {
		return err
	}
	if err := s.viewed(r.Context(), who, run, seenStep{step, withheld}); err != nil {
		return err
	}
	v := rowsView{
		ID: string(run.ID), When: console.Moment(run.Created), PlanHash: run.Plan.Hash, Phase: phase,
		Page: page, Pages: pages, Before: page - 1,
		MayDecide: run.Asks(phase) && run.Status == roster.Waiting && slices.Contains(run.Held, phase),
	}
	v.Renames = phase == roster.Renames
	if page < pages {
		v.After = page + 1
	}
	for _, g := range step.Groups {
		v.Groups = append(v.Groups, groupRowView{g.Action, g.Group.Name})
	}
	for _, row := range step.Accounts {
		v.Rows = append(v.Rows, viewOf(without(row, withheld, s.hidden(r)), run.Decisions[phase][row.Account.ID]))
	}
	return s.pages.Write(w, r, http.StatusOK, "rows", v)
}

// hidden is what stands on a page instead of what is denied to who reads it.
func (s *server) hidden(r *http.Request) string {
	return s.pages.Texts().Text(i18n.Of(r), "right.hidden")
}

// without returns a row in which hidden stands for what is denied.
func without(row roster.AccountRow, denied console.Withheld, hidden string) roster.AccountRow {
	row.Changes = slices.Clone(row.Changes)
	for i, c := range row.Changes {
		if denied.Address() && addresses(c.Field) || denied(registered(row, c.Field)) {
			row.Changes[i].Old, row.Changes[i].New = hidden, hidden
		}
	}
	if !denied.Address() {
		return row
	}
	row.Account.Address = hidden
	if row.Or != nil {
		or := without(*row.Or, denied, hidden)
		row.Or = &or
	}
	row.Others = slices.Clone(row.Others)
	for i := range row.Others {
		row.Others[i] = without(row.Others[i], denied, hidden)
	}
	return row
}

// addresses reports whether a field of a plan holds an address of ours.
func addresses(field string) bool { return field == "username" || field == "school_email" }

// registered returns the field of the register that a plan's field is.
func registered(row roster.AccountRow, field string) string {
	switch {
	case field == "email" && row.Account.Kind == person.Guardian:
		return "private_email"
	case field == "email":
		return "school_email"
	}
	return field
}

func viewOf(row roster.AccountRow, said roster.Decision) rowView {
	v := rowView{
		ID: string(row.Account.ID), Action: row.Action, Reason: row.Reason, Name: row.Account.Source.Name.Sorted(), Kind: string(row.Account.Kind),
		Said: said, Asks: row.Or != nil && row.Action == roster.Rename,
	}
	for _, c := range row.Changes {
		v.Changes = append(v.Changes, changeView(c))
	}
	if v.Asks {
		return v
	}
	for i, c := range row.Candidates() {
		say := roster.SameAs(c.Account.ID)
		v.Candidates = append(v.Candidates, candidateView{say, c.Account.Source.Name.Sorted(), c.Account.Address})
		if said == say || i == 0 && said == roster.Same {
			v.Said = say
		}
	}
	return v
}

// seenStep is a step with what of it is denied to who sees it.
type seenStep struct {
	roster.Step
	withheld console.Withheld
}

// viewed logs whose data a step shows.
func (s *server) viewed(ctx context.Context, who session.Person, run roster.Run, step seenStep) error {
	var seen []account.ID
	for _, row := range step.Accounts {
		seen = append(seen, row.Account.ID)
		for _, c := range row.Candidates() {
			seen = append(seen, c.Account.ID)
		}
	}
	entry := s.entry(ctx, who, audit.Viewed, seen...).
		Of(step.withheld.Shown(append(step.Fields(), "call_name", "infix", "surname", "username")...)...).On(string(run.ID)).Because("plan")
	return s.DB.Log().Create(ctx, who.Tenant, entry.ID, entry)
}

// exportPlan writes a whole plan as CSV: GET /admin/imports/{id}/plan.csv. It
// streams, one step at a time.
func (s *server) exportPlan(w http.ResponseWriter, r *http.Request, who session.Person) error {
	run, err := s.DB.Runs().Get(r.Context(), who.Tenant, roster.RunID(r.PathValue("id")))
	if err != nil {
		return err
	}
	withheld, err := s.ground.Withheld(r.Context(), who)
	if err != nil {
		return err
	}
	out := s.listing(w, "plan")
	texts, l := s.pages.Texts(), i18n.Of(r)
	text := func(key string) string { return texts.Text(l, key) }
	var head []string
	for _, key := range planColumns() {
		head = append(head, text(key))
	}
	out.row(head...)
	for _, phase := range roster.Phases() {
		for i := range run.Plan.Steps[phase] {
			step, err := s.Plans.Read(r.Context(), who.Tenant, run, phase, i)
			if err != nil {
				return out.broken(err)
			}
			if err := s.viewed(r.Context(), who, run, seenStep{step, withheld}); err != nil {
				return out.broken(err)
			}
			for _, g := range step.Groups {
				out.row(text("plan.phase."+string(phase)), text("plan.action."+string(g.Action)), "", text("plan.group"), g.Group.Name, "", "", "", "", string(g.Group.ID), "")
			}
			for _, row := range step.Accounts {
				out.person(phase, without(row, withheld, s.hidden(r)), text)
			}
		}
	}
	return out.end()
}

// exportFindings writes a run's findings as CSV: GET
// /admin/imports/{id}/findings.csv.
func (s *server) exportFindings(w http.ResponseWriter, r *http.Request, who session.Person) error {
	run, err := s.DB.Runs().Get(r.Context(), who.Tenant, roster.RunID(r.PathValue("id")))
	if err != nil {
		return err
	}
	out := s.listing(w, "meldingen")
	out.row("ernst", "code", "bestand", "regel", "kolom", "veld", "melding")
	for _, f := range answer(run, s.pages.Texts(), i18n.Of(r)).Findings {
		out.row(s.pages.Texts().Text(i18n.Of(r), "import.severity."+string(f.Severity)), f.Code, f.File, number(f.Line), number(f.Column), f.Field, f.Message)
	}
	if n := s.runView(run, i18n.Of(r)).FindingsCut; n > 0 {
		out.row("", "", "", "", "", "", s.pages.Texts().Text(i18n.Of(r), "admin.findings_cut", "count", n))
	}
	return out.end()
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// listing writes CSV that spreadsheets open as it is meant: a byte order mark,
// semicolons, and nothing that they would take for a formula.
type listing struct {
	csv   *csv.Writer
	wrote bool
}

func (s *server) listing(w http.ResponseWriter, name string) *listing {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	t := &listing{csv: csv.NewWriter(w)}
	t.csv.Comma, t.csv.UseCRLF = ';', true
	return t
}

func (t *listing) row(cells ...string) {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	if !t.wrote {
		cells[0] = "\ufeff" + cells[0]
		t.wrote = true
	}
	_ = t.csv.Write(cells) // a failure shows at the end
}

// planColumns returns the keys of the headings of a plan as CSV.
func planColumns() []string {
	return []string{
		"plan.part", "plan.what", "plan.why", "admin.kind", "admin.name", "plan.address", "admin.field", "plan.old", "plan.new", "plan.id", "plan.may_be",
	}
}

// person writes a row for each difference, or one where there is none.
func (t *listing) person(phase roster.Phase, row roster.AccountRow, text func(string) string) {
	var may []string // whom it may be
	if row.Action != roster.Rename {
		for _, c := range row.Candidates() {
			may = append(may, c.Account.Address+" ("+string(c.Account.ID)+")")
		}
	}
	changes := row.Changes
	if len(changes) == 0 {
		changes = []roster.FieldChange{{}}
	}
	for _, c := range changes {
		field := ""
		if c.Field != "" {
			field = text("field." + c.Field)
		}
		t.row(
			text("plan.phase."+string(phase)), text("plan.action."+string(row.Action)), text("plan.reason."+row.Reason),
			text("kind."+string(row.Account.Kind)), row.Account.Source.Name.Sorted(), row.Account.Address,
			field, c.Old, c.New, string(row.Account.ID), strings.Join(may, ", "),
		)
	}
}

// broken ends a table that has begun: the connection breaks off, so that
// nobody takes half for the whole.
func (t *listing) broken(err error) error {
	if !t.wrote {
		return err
	}
	panic(http.ErrAbortHandler)
}

func (t *listing) end() error {
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// progress is how far a run has come, in steps of a hundred people.
type progress struct {
	Done  int `json:"done"`
	Steps int `json:"steps"`
}

// progressOf counts the steps that the lanes of a run have applied.
func (s *server) progressOf(ctx context.Context, owner tenant.ID, run roster.Run) (progress, error) {
	var p progress
	lanes := map[roster.Phase]int{}
	for e, err := range s.DB.Lanes(run.ID, run.ExpireAt).All(ctx, owner) {
		if err != nil {
			return p, err
		}
		phase, lane, _ := strings.Cut(string(e.ID), "-")
		first, _ := strconv.Atoi(lane)
		lanes[roster.Phase(phase)] += (e.Value.Next - first + roster.Lanes - 1) / roster.Lanes
	}
	for phase, spans := range run.Plan.Steps {
		p.Steps += len(spans)
		p.Done += min(lanes[phase], len(spans))
	}
	return p, nil
}
