package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// approval is what somebody says of the held part of a plan.
type approval struct {
	PlanHash  string                         `json:"plan_hash"`
	Phases    []roster.Phase                 `json:"phases"`    // none means all that are held
	Decisions map[account.ID]roster.Decision `json:"decisions"` // on proposed matches
}

// mostDecisions bounds the decisions of one approval.
const mostDecisions = 2_000

// approveByAPI approves a plan for the person who is signed in: POST
// /api/import/v1/files/{id}/approve. An import token approves nothing: what
// waits, waits for a person.
func (s *server) approveByAPI(w http.ResponseWriter, r *http.Request) error {
	return s.byAPI(w, r, s.approve)
}

// refuseByAPI refuses the held part of a plan: POST
// /api/import/v1/files/{id}/refuse.
func (s *server) refuseByAPI(w http.ResponseWriter, r *http.Request) error {
	return s.byAPI(w, r, s.refuse)
}

// answerer approves or refuses.
type answerer func(ctx context.Context, who session.Person, id roster.RunID, said approval) (roster.Run, error)

func (s *server) byAPI(w http.ResponseWriter, r *http.Request, do answerer) error {
	if r.Header.Get("Authorization") != "" {
		return fault.New(fault.Forbidden, "import.approve_by_person")
	}
	who, err := s.approver(r)
	if err != nil {
		return err
	}
	var said approval
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 256<<10)).Decode(&said); err != nil {
		return fault.As(fault.Invalid, err)
	}
	run, err := do(r.Context(), who, roster.RunID(r.PathValue("id")), said)
	if err != nil {
		return err
	}
	return serve.JSON(w, http.StatusOK, answer(run, s.pages.Texts(), i18n.Of(r)))
}

// answerByForm approves or refuses a plan from its page: the button pressed is
// "say"; a decision stands in a field "match-" with the proposed account's id.
func (s *server) answerByForm(w http.ResponseWriter, r *http.Request, who session.Person) error {
	r.Body = http.MaxBytesReader(w, r.Body, 256<<10)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	said := approval{PlanHash: r.PostForm.Get("plan_hash"), Decisions: map[account.ID]roster.Decision{}}
	for _, p := range r.PostForm["phase"] {
		said.Phases = append(said.Phases, roster.Phase(p))
	}
	for name, values := range r.PostForm {
		if id, ok := strings.CutPrefix(name, "match-"); ok {
			said.Decisions[account.ID(id)] = roster.Decision(values[0])
		}
	}
	do := s.approve
	if r.PostForm.Get("say") == "refuse" {
		do = s.refuse
	}
	id := roster.RunID(r.PathValue("id"))
	if _, err := do(r.Context(), who, id, said); err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/imports/"+string(id), http.StatusSeeOther)
	return nil
}

// checked returns what is said with the phases that it means.
func (a approval) checked(run roster.Run) (approval, error) {
	if run.Status != roster.Waiting || a.PlanHash == "" || run.Plan.Hash != a.PlanHash {
		return a, fault.New(fault.Conflict, "import.not_this_plan")
	}
	if len(a.Phases) == 0 {
		a.Phases = run.Held
	}
	for _, p := range a.Phases {
		if !slices.Contains(run.Held, p) {
			return a, fault.New(fault.Invalid, "import.not_held")
		}
	}
	if len(a.Decisions) > mostDecisions {
		return a, fault.New(fault.TooLarge, "")
	}
	for id, d := range a.Decisions {
		if d == "" {
			delete(a.Decisions, id) // not decided
		} else if !d.Valid() {
			return a, fault.New(fault.Invalid, "import.no_decision")
		}
	}
	return a, nil
}

// approve lets the held part of exactly this plan go on, or some of it.
func (s *server) approve(ctx context.Context, who session.Person, id roster.RunID, said approval) (roster.Run, error) {
	var run roster.Run
	var letter outbox.Letter
	err := s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		if run, err = s.DB.Runs().GetTx(tx, who.Tenant, id); err != nil {
			return err
		}
		if said, err = said.checked(run); err != nil {
			return err
		}
		keeper := hold.Keeper{DB: s.DB, Clock: s.Clock, As: "admin"}
		var take func() error
		if run, take, err = keeper.Take(tx, who.Tenant, run); err != nil {
			return err
		}
		now := s.Clock.Now()
		run.Status, run.Changed, run.Todo, run.Decisions = roster.Applying, now, said.Phases, said.Decisions
		run.Held = slices.DeleteFunc(slices.Clone(run.Held), func(p roster.Phase) bool { return slices.Contains(said.Phases, p) })
		letter = outbox.New(who.Tenant, now, beginning(who, run)...)
		entry := s.entry(ctx, who, audit.ImportApproved).On(string(id)).Because(said.PlanHash)
		return errors.Join(
			s.DB.Runs().SetTx(tx, who.Tenant, id, run),
			take(),
			s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
			s.DB.Outbox().CreateTx(tx, who.Tenant, letter.ID, letter),
		)
	})
	if err != nil {
		return roster.Run{}, err
	}
	s.send(ctx, letter)
	return run, nil
}

// beginning returns the messages with which the approved part begins.
func beginning(who session.Person, run roster.Run) []outbox.Message {
	var out []outbox.Message
	if phase, ok := run.Begins(); ok {
		for _, m := range topic.First(who.Tenant, run, phase) {
			out = append(out, outbox.To(topic.RosterApply, m))
		}
	}
	return out
}

// refuse ends a run that waits: its held part never happens. The next import
// plans anew.
func (s *server) refuse(ctx context.Context, who session.Person, id roster.RunID, said approval) (roster.Run, error) {
	var run roster.Run
	err := s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		if run, err = s.DB.Runs().GetTx(tx, who.Tenant, id); err != nil {
			return err
		}
		if said, err = said.checked(run); err != nil {
			return err
		}
		slot, err := s.DB.Slots().GetTx(tx, who.Tenant, run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if slot.Waiting == id {
			slot.Waiting = ""
		}
		run.Status, run.Changed = roster.Refused, s.Clock.Now()
		run.Findings = append(run.Findings, roster.Finding{Code: "plan.declined", Severity: roster.Stop})
		entry := s.entry(ctx, who, audit.ImportDeclined).On(string(id)).Because(said.PlanHash)
		return errors.Join(
			s.DB.Runs().SetTx(tx, who.Tenant, id, run),
			s.DB.Slots().SetTx(tx, who.Tenant, run.School, slot),
			s.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry),
		)
	})
	return run, err
}
