package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

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
	PlanHash  string                                          `json:"plan_hash"`
	Phases    []roster.Phase                                  `json:"phases"` // which of those that are held
	Decisions map[roster.Phase]map[account.ID]roster.Decision `json:"decisions"`
	Rest      []roster.Phase                                  `json:"rest"` // whose rows without a decision are approved too
}

// largestAnswer bounds what somebody may say at once, in bytes.
const largestAnswer = 512 << 10

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
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestAnswer)).Decode(&said); err != nil {
		return fault.As(fault.Invalid, err)
	}
	run, err := do(r.Context(), who, roster.RunID(r.PathValue("id")), said)
	if err != nil {
		return err
	}
	return serve.JSON(w, http.StatusOK, answer(run, s.pages.Texts(), i18n.Of(r)))
}

// answerByForm approves or refuses a plan from its page: the button pressed is
// "say", and the parts are those that are ticked.
func (s *server) answerByForm(w http.ResponseWriter, r *http.Request, who session.Person) error {
	r.Body = http.MaxBytesReader(w, r.Body, largestAnswer)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	said := approval{PlanHash: r.PostForm.Get("plan_hash")}
	for _, p := range r.PostForm["phase"] {
		said.Phases = append(said.Phases, roster.Phase(p))
	}
	for _, p := range r.PostForm["rest"] {
		said.Rest = append(said.Rest, roster.Phase(p))
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

// thisPlan refuses an answer to another plan than the one that waits.
func thisPlan(run roster.Run, hash string) error {
	if run.Status != roster.Waiting || hash == "" || run.Plan.Hash != hash {
		return fault.New(fault.Conflict, "import.not_this_plan")
	}
	return nil
}

// approved returns the run as it goes on by what was said, whose decisions have
// been checked.
func (a approval) approved(run roster.Run) (roster.Run, error) {
	if len(a.Phases) == 0 {
		return run, fault.New(fault.Invalid, "import.no_part")
	}
	for _, p := range append(slices.Clone(a.Phases), a.Rest...) {
		if !slices.Contains(run.Held, p) {
			return run, fault.New(fault.Invalid, "import.not_held")
		}
	}
	run.Status, run.Todo = roster.Applying, a.Phases
	for _, p := range a.Rest {
		if !slices.Contains(a.Phases, p) || !run.Asks(p) {
			return run, fault.New(fault.Invalid, "import.not_held")
		}
		run.Rest = append(run.Rest, p)
	}
	run.Held = slices.DeleteFunc(slices.Clone(run.Held), func(p roster.Phase) bool { return slices.Contains(a.Phases, p) })
	if _, ok := run.Begins(); !ok {
		return run, fault.New(fault.Invalid, "import.not_held")
	}
	return run, nil
}

// approve lets the held part of exactly this plan go on, or some of it.
func (s *server) approve(ctx context.Context, who session.Person, id roster.RunID, said approval) (roster.Run, error) {
	var run roster.Run
	var letter outbox.Letter
	if err := s.checkDecisions(ctx, who, id, said); err != nil {
		return run, err
	}
	err := s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		if run, err = s.DB.Runs().GetTx(tx, who.Tenant, id); err != nil {
			return err
		}
		if err = thisPlan(run, said.PlanHash); err != nil {
			return err
		}
		if run, err = decided(run, said.Decisions); err != nil {
			return err
		}
		if run, err = said.approved(run); err != nil {
			return err
		}
		keeper := hold.Keeper{DB: s.DB, Clock: s.Clock, As: "admin"}
		var take func() error
		if run, take, err = keeper.Take(tx, who.Tenant, run); err != nil {
			return err
		}
		now := s.Clock.Now()
		run.Changed = now
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
		if err = thisPlan(run, said.PlanHash); err != nil {
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
