package admin

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

// runsShown is how many of the last imports the overview lists.
const runsShown = 10

type overviewView struct {
	Institution string
	Schools     []schoolView
	Runs        []runView
	May         map[string]bool // what whoever looks may do here, by permission
}

type schoolView struct {
	ID, Name, Code string
	Classes        []classView
}

type classView struct{ ID, Name string }

type runView struct {
	ID, When     string
	Status       roster.Status
	Counts       roster.Counts
	Findings     []findingAnswer
	FindingsCut  int // findings that are not shown
	PlanHash     string
	MayBeApprove bool
	LeftOut      []leftOutView
	Format, Year string
	Prepares     bool
	Phases       []roster.Phase // that do something
	Held         []heldView
	Tallies      []roster.Tally
	Done, Steps  int // while it is applied
	School       string
	Columns      []columnsView
	Fields       []string // that a column may hold
}

// columnsView is what was made of one column of a free table.
type columnsView struct {
	roster.Column
	MayCorrect bool
}

type heldView struct {
	Phase  roster.Phase
	Count  int  // of people
	Chosen bool // approved with the others, unless somebody says otherwise
	// Of a part whose people are decided on one by one: how many are asked about,
	// how many decided, and how many rows need no decision and may be approved too.
	Asked, Decided, Sure int
}

type leftOutView struct {
	Field string
	Count int
}

// overview lists classes and imports: GET /admin/.
func (s *server) overview(w http.ResponseWriter, r *http.Request, who session.Person) error {
	ctx := r.Context()
	institution, err := s.DB.Tenants().Get(ctx, who.Tenant, who.Tenant)
	if err != nil {
		return err
	}
	view := overviewView{Institution: institution.Name, May: map[string]bool{}}
	rights, err := s.DB.RightsOf(ctx, who.Tenant)
	if err != nil {
		return err
	}
	for _, p := range access.Permissions() {
		view.May[string(p)] = rights.Allow(p, who.Account, s.Clock.Now()) == nil
	}
	if view.Schools, err = s.schools(ctx, who.Tenant); err != nil {
		return err
	}
	runs, err := s.lastRuns(ctx, who.Tenant)
	if err != nil {
		return err
	}
	for _, run := range runs {
		view.Runs = append(view.Runs, s.runView(run, i18n.Of(r)))
	}
	return s.pages.Write(w, r, http.StatusOK, "overview", view)
}

// lastRuns returns the newest runs, the newest first. It reads those of 90
// days, and holds no more of them than it returns.
func (s *server) lastRuns(ctx context.Context, owner tenant.ID) ([]roster.Run, error) {
	var last []roster.Run
	for e, err := range s.DB.Runs().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		last = append(last, e.Value)
		slices.SortFunc(last, func(a, b roster.Run) int { return b.Created.Compare(a.Created) })
		last = last[:min(len(last), runsShown)]
	}
	return last, nil
}

func (s *server) runView(run roster.Run, l i18n.Lang) runView {
	a := answer(run, s.pages.Texts(), l)
	v := runView{
		ID: string(run.ID), When: console.Moment(run.Created), Status: run.Status, Counts: run.Counts,
		Findings: a.Findings, PlanHash: run.Plan.Hash, MayBeApprove: run.Status == roster.Waiting,
		FindingsCut: max(0, run.Counts.Findings-len(run.Findings)),
	}
	for field, n := range run.LeftOut {
		v.LeftOut = append(v.LeftOut, leftOutView{field, n})
	}
	v.Format, v.Prepares, v.Tallies = run.Format, run.Prepares, run.Tallies
	if run.Year != 0 {
		v.Year = run.Year.String()
	}
	v.School, v.Fields = string(run.School), roster.ColumnFields()
	for _, c := range run.Columns {
		c.File = placed(c.File, s.pages.Texts(), l)
		v.Columns = append(v.Columns, columnsView{c, c.How != string(table.Forbidden) && c.How != string(table.LikeBSN)})
	}
	for _, phase := range roster.Phases() {
		if len(run.Plan.Steps[phase]) > 0 {
			v.Phases = append(v.Phases, phase)
		}
	}
	for _, phase := range run.Held {
		h := heldView{Phase: phase, Count: run.Rows[phase], Chosen: !run.Asks(phase), Decided: len(run.Decisions[phase])}
		switch {
		case phase == roster.Matches:
			h.Asked, h.Sure = run.Counts.Match, run.Sure()
		case run.Asks(phase):
			h.Asked, h.Sure = h.Count, h.Count-h.Decided
		}
		v.Held = append(v.Held, h)
	}
	slices.SortFunc(v.LeftOut, func(a, b leftOutView) int { return strings.Compare(a.Field, b.Field) })
	return v
}

// schools returns the schools of an institution with the classes of the school
// year that each is in.
func (s *server) schools(ctx context.Context, owner tenant.ID) ([]schoolView, error) {
	classes := map[school.ID][]group.Group{}
	for e, err := range s.DB.Groups().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		if e.Value.Kind == group.Class && !e.Value.Ended {
			classes[e.Value.School] = append(classes[e.Value.School], e.Value)
		}
	}
	order := collate.New(language.Dutch, collate.Numeric, collate.IgnoreCase) // 2A before 10A
	var views []schoolView
	for e, err := range s.DB.Schools().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		v := schoolView{ID: string(e.ID), Name: e.Value.Name, Code: e.Value.Code.String()}
		for _, g := range classes[e.ID] {
			if g.Year <= e.Value.YearAt(s.Clock.Now()) {
				v.Classes = append(v.Classes, classView{string(g.ID), g.Name})
			}
		}
		slices.SortFunc(v.Classes, func(a, b classView) int { return order.CompareString(a.Name, b.Name) })
		views = append(views, v)
	}
	return views, nil
}

type groupView struct {
	ID, Name string
	Word     string // key of what a class is called there, as a name begins
	InText   string // the same within a sentence
	Pupils   []memberView
	Staff    []memberView
}

type memberView struct{ Name, Address string }

// group shows a class: GET /admin/groups/{id}. Who looked at whom is logged
// before the answer leaves.
func (s *server) group(w http.ResponseWriter, r *http.Request, who session.Person) error {
	g, err := s.DB.Groups().Get(r.Context(), who.Tenant, group.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	withheld, err := s.ground.Withheld(r.Context(), who)
	if err != nil {
		return err
	}
	if withheld("class") { // which is all that the page says
		return fault.New(fault.Forbidden, "")
	}
	members, err := s.ground.Members(r.Context(), who.Tenant, func(a account.Account) bool { return slices.Contains(a.Groups(), g.ID) })
	if err != nil {
		return err
	}
	var of school.School
	if g.School != "" { // else it is a group of the whole institution
		if of, err = s.DB.Schools().Get(r.Context(), who.Tenant, g.School); err != nil {
			return err
		}
	}
	view := groupView{ID: string(g.ID), Name: g.Name, Word: "admin.class", InText: "admin.a_class"}
	if of.Sector == school.VO || of.Sector == school.VSO {
		view.Word, view.InText = "admin.class_vo", "admin.a_class_vo"
	}
	var seen []account.ID
	for _, a := range members {
		seen = append(seen, a.ID)
		m := memberView{Name: a.Source.Name.Sorted()}
		if !withheld.Address() {
			m.Address = a.Address
		}
		if a.Kind == person.Pupil {
			view.Pupils = append(view.Pupils, m)
		} else {
			view.Staff = append(view.Staff, m)
		}
	}
	if err := s.ground.Viewed(r.Context(), who, string(g.ID), withheld.Shown("call_name", "infix", "surname", "username", "class"), seen...); err != nil {
		return err
	}
	return s.pages.Write(w, r, http.StatusOK, "group", view)
}

// showImport shows what an import does: GET /admin/imports/{id}.
func (s *server) showImport(w http.ResponseWriter, r *http.Request, who session.Person) error {
	run, err := s.DB.Runs().Get(r.Context(), who.Tenant, roster.RunID(r.PathValue("id")))
	if err != nil {
		return err
	}
	view := s.runView(run, i18n.Of(r))
	if run.Status == roster.Applying {
		p, err := s.progressOf(r.Context(), who.Tenant, run)
		if err != nil {
			return err
		}
		view.Done, view.Steps = p.Done, p.Steps
	}
	return s.pages.Write(w, r, http.StatusOK, "import", view)
}
