package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// mostDecisions bounds what is kept of the decisions on one plan, so that the
// run stays within what a document holds.
const mostDecisions = 5_000

// decide keeps what somebody decides of the rows on one page of a plan: POST
// /admin/imports/{id}/rows/{phase}. A decision stands in a field "match-" with
// the id of the row's account, "" taking it back. Nothing is carried out before
// the part is approved. The next page follows, after the last the import.
func (s *server) decide(w http.ResponseWriter, r *http.Request, who session.Person) error {
	r.Body = http.MaxBytesReader(w, r.Body, largestAnswer)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	phase := roster.Phase(r.PathValue("phase"))
	page, err := strconv.Atoi(r.PostForm.Get("page"))
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	said := approval{PlanHash: r.PostForm.Get("plan_hash"), Decisions: map[roster.Phase]map[account.ID]roster.Decision{phase: {}}}
	for name, values := range r.PostForm {
		if id, ok := strings.CutPrefix(name, "match-"); ok {
			said.Decisions[phase][account.ID(id)] = roster.Decision(values[0])
		}
	}
	run, err := s.keepDecisions(r.Context(), who, roster.RunID(r.PathValue("id")), said)
	if err != nil {
		return err
	}
	next := "/admin/imports/" + string(run.ID)
	if page < len(run.Plan.Steps[phase]) {
		next = fmt.Sprintf("%s/rows/%s?page=%d", next, phase, page+1)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// keepDecisions adds decisions to those on exactly this plan.
func (s *server) keepDecisions(ctx context.Context, who session.Person, id roster.RunID, said approval) (run roster.Run, err error) {
	if err := s.checkDecisions(ctx, who, id, said); err != nil {
		return run, err
	}
	err = s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		if run, err = s.DB.Runs().GetTx(tx, who.Tenant, id); err != nil {
			return err
		}
		if err = thisPlan(run, said.PlanHash); err != nil {
			return err
		}
		if run, err = decided(run, said.Decisions); err != nil {
			return err
		}
		entry := s.entry(ctx, who, audit.ImportDecided).On(string(id)).Because(said.PlanHash)
		return errors.Join(
			s.DB.Runs().SetTx(tx, who.Tenant, id, run),
			s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
		)
	})
	return run, err
}

// decided returns the run with further decisions; an empty one takes back what
// was decided before.
func decided(run roster.Run, said map[roster.Phase]map[account.ID]roster.Decision) (roster.Run, error) {
	all, n := map[roster.Phase]map[account.ID]roster.Decision{}, 0
	for _, phase := range roster.Phases() {
		if !run.Asks(phase) {
			continue
		}
		by := map[account.ID]roster.Decision{}
		for _, some := range []map[account.ID]roster.Decision{run.Decisions[phase], said[phase]} {
			for id, d := range some {
				by[id] = d
				if d == "" {
					delete(by, id)
				}
			}
		}
		if n += len(by); len(by) > 0 {
			all[phase] = by
		}
	}
	if n > mostDecisions {
		return run, fault.New(fault.Invalid, "import.too_many_decisions")
	}
	run.Decisions = all
	return run, nil
}

// checkDecisions refuses decisions on what the plan does not ask.
func (s *server) checkDecisions(ctx context.Context, who session.Person, id roster.RunID, said approval) error {
	run, err := s.DB.Runs().Get(ctx, who.Tenant, id)
	if err != nil {
		return err
	}
	if err := thisPlan(run, said.PlanHash); err != nil {
		return err
	}
	for phase, by := range said.Decisions {
		if !slices.Contains(run.Held, phase) || !run.Asks(phase) {
			return fault.New(fault.Invalid, "import.not_held")
		}
		open := len(by)
		for i := 0; open > 0 && i < len(run.Plan.Steps[phase]); i++ {
			step, err := s.Plans.Read(ctx, who.Tenant, run, phase, i)
			if err != nil {
				return err
			}
			for _, row := range step.Accounts {
				if d, ok := by[row.Account.ID]; ok && row.Takes(d) {
					open--
				}
			}
		}
		if open > 0 {
			return fault.New(fault.Invalid, "import.no_decision")
		}
	}
	return nil
}
