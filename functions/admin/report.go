package admin

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

//go:embed openapi.json
var openapi []byte

// describe serves the OpenAPI document of the import API.
func (s *server) describe(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapi) // the client has gone; nothing is left to do
	return nil
}

// runAnswer is a run as the API shows it.
type runAnswer struct {
	ID       roster.RunID    `json:"id"`
	Status   roster.Status   `json:"status"`
	Format   string          `json:"format,omitempty"`
	Counts   countsAnswer    `json:"counts"`
	LeftOut  map[string]int  `json:"left_out"`
	Findings []findingAnswer `json:"findings"`
	PlanHash string          `json:"plan_hash,omitempty"`
}

type countsAnswer struct {
	Create    int `json:"create"`
	Change    int `json:"change"`
	Leave     int `json:"leave"`
	Return    int `json:"return"`
	Unchanged int `json:"unchanged"`
	Findings  int `json:"findings"`
	LeftOut   int `json:"left_out"`
}

type findingAnswer struct {
	Line     int             `json:"line,omitempty"`
	Column   int             `json:"column,omitempty"`
	Field    string          `json:"field,omitempty"`
	Severity roster.Severity `json:"severity"`
	Code     string          `json:"code"`
	Message  string          `json:"message"`
}

func answer(run roster.Run, texts i18n.Catalogue, l i18n.Lang) runAnswer {
	c := run.Counts
	a := runAnswer{
		ID: run.ID, Status: run.Status, Format: run.Format, PlanHash: run.Plan.Hash, LeftOut: run.LeftOut,
		Counts:   countsAnswer{c.Create, c.Change, c.Leave, c.Return, c.Unchanged, c.Findings, c.LeftOut},
		Findings: make([]findingAnswer, len(run.Findings)),
	}
	if a.LeftOut == nil {
		a.LeftOut = map[string]int{} // an object for whoever reads the answer, also where nothing was left out
	}
	for i, f := range run.Findings {
		a.Findings[i] = findingAnswer{f.Line, f.Column, f.Field, f.Severity, f.Code, texts.Text(l, "finding."+f.Code)}
	}
	return a
}

// report tells how a run stands: GET /api/import/v1/files/{id}. A token sees
// the runs of its own school only.
func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	from, err := s.token(r)
	if err != nil {
		return err
	}
	run, err := s.DB.Runs().Get(r.Context(), from.owner, roster.RunID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if run.School != from.school {
		return fault.New(fault.NotFound, "")
	}
	return serve.JSON(w, http.StatusOK, answer(run, s.pages.Texts(), i18n.Of(r)))
}

// approveByAPI approves a plan for the person who is signed in: POST
// /api/import/v1/files/{id}/approve. An import token approves nothing: what
// waits, waits for a person.
func (s *server) approveByAPI(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Authorization") != "" {
		return fault.New(fault.Forbidden, "import.approve_by_person")
	}
	who, err := s.approver(r)
	if err != nil {
		return err
	}
	var body struct {
		PlanHash string `json:"plan_hash"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&body); err != nil {
		return fault.As(fault.Invalid, err)
	}
	run, err := s.approve(r.Context(), who, roster.RunID(r.PathValue("id")), body.PlanHash)
	if err != nil {
		return err
	}
	return serve.JSON(w, http.StatusOK, answer(run, s.pages.Texts(), i18n.Of(r)))
}

// approveByForm approves a plan from its page.
func (s *server) approveByForm(w http.ResponseWriter, r *http.Request, who session.Person) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	if err := r.ParseForm(); err != nil {
		return fault.As(fault.Invalid, err)
	}
	id := roster.RunID(r.PathValue("id"))
	if _, err := s.approve(r.Context(), who, id, r.PostForm.Get("plan_hash")); err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/imports/"+string(id), http.StatusSeeOther)
	return nil
}

// approve lets the held part of exactly this plan go on.
func (s *server) approve(ctx context.Context, who session.Person, id roster.RunID, hash string) (roster.Run, error) {
	var run roster.Run
	var letter outbox.Letter
	err := s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		if run, err = s.DB.Runs().GetTx(tx, who.Tenant, id); err != nil {
			return err
		}
		if run.Status != roster.Waiting || hash == "" || run.Plan.Hash != hash {
			return fault.New(fault.Conflict, "import.not_this_plan")
		}
		slot, err := s.DB.Slots().GetTx(tx, who.Tenant, run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		now := s.Clock.Now()
		if slot.Run != "" && slot.Run != id && slot.Until.After(now) {
			return fault.New(fault.Busy, "import.other_running")
		}
		run.Status, run.Held, run.Changed = roster.Applying, false, now
		letter = outbox.New(who.Tenant, now, leaving(who.Tenant, run)...)
		entry := audit.New(now, audit.Actor{Account: who.Account.ID}, audit.ImportApproved).On(string(id)).Because(hash)
		return errors.Join(
			s.DB.Runs().SetTx(tx, who.Tenant, id, run),
			s.DB.Slots().SetTx(tx, who.Tenant, run.School, store.Slot{Run: id, Until: now.Add(roster.Hold)}),
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

func leaving(owner tenant.ID, run roster.Run) []outbox.Message {
	var out []outbox.Message
	for _, m := range topic.First(owner, run, roster.Leave) {
		out = append(out, outbox.To(topic.RosterApply, m))
	}
	return out
}
