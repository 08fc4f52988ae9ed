package rosterplan

import (
	"context"
	"fmt"
	"net/http"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

// Deps is what planning needs.
type Deps struct {
	DB      *store.DB
	Uploads upload.Shelf
	Plans   plan.Shelf
	Index   seal.Index
	Post    outbox.Post
	Clock   clock.Clock
}

type server struct{ Deps }

// New returns the handler of the topic roster-received, at its path.
func New(d Deps) http.Handler {
	s := &server{d}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.RosterReceived.Name, event.Handler(topic.RosterReceived, s.handle))
	return mux
}

// handle plans one upload. Whatever happens, the upload is gone when it is
// done: planned, refused, or found planned by an earlier delivery.
func (s *server) handle(ctx context.Context, m event.Message[topic.Received]) error {
	owner := m.Body.Tenant
	run, err := s.DB.Runs().Get(ctx, owner, m.Body.Import)
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	if run.Status == roster.Received {
		if err := s.plan(ctx, owner, run); err != nil {
			return fmt.Errorf("plan run %s: %w", run.ID, err)
		}
	}
	if err := s.Uploads.Remove(ctx, run); err != nil {
		return fmt.Errorf("remove upload: %w", err)
	}
	return nil
}

// plan takes the school, reads the file, and settles the run.
func (s *server) plan(ctx context.Context, owner tenant.ID, run roster.Run) error {
	if err := s.take(ctx, owner, run); err != nil {
		return err
	}
	var found roster.Findings
	list, err := s.parse(ctx, owner, run, &found)
	if err != nil {
		return err
	}
	if found.Stopped() {
		return s.refuse(ctx, owner, run, outcome{roster: list, found: found})
	}
	known, err := s.known(ctx, owner, run)
	if err != nil {
		return err
	}
	p := roster.Compare(list, known, &found)
	if found.Stopped() {
		return s.refuse(ctx, owner, run, outcome{roster: list, found: found, plan: p})
	}
	o := outcome{roster: list, found: found, plan: p}
	if !p.Empty() {
		if o.stored, err = s.Plans.Write(ctx, owner, run.ID, p); err != nil {
			return err
		}
	}
	return s.accept(ctx, owner, run, o)
}

// take makes the run the only one that imports its school. It answers Busy
// while another does: the message comes back.
func (s *server) take(ctx context.Context, owner tenant.ID, run roster.Run) error {
	return s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		slot, err := s.DB.Slots().GetTx(tx, owner, run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		now := s.Clock.Now()
		if slot.Run != "" && slot.Run != run.ID && slot.Until.After(now) {
			return fault.New(fault.Busy, "another import of the school is under way")
		}
		slot.Run, slot.Until = run.ID, now.Add(roster.Hold)
		return s.DB.Slots().SetTx(tx, owner, run.School, slot)
	})
}

// known reads what the roster is compared with.
func (s *server) known(ctx context.Context, owner tenant.ID, run roster.Run) (roster.Known, error) {
	k := roster.Known{Now: s.Clock.Now(), KeyOf: func(kind person.Kind, key string) string {
		return s.Index.Of(owner, "source-key", string(run.School), string(kind), key)
	}}
	var err error
	if k.Tenant, err = s.DB.Tenants().Get(ctx, owner, owner); err != nil {
		return k, fmt.Errorf("read institution: %w", err)
	}
	if k.School, err = s.DB.Schools().Get(ctx, owner, run.School); err != nil {
		return k, fmt.Errorf("read school: %w", err)
	}
	for e, err := range s.DB.Accounts().All(ctx, owner) {
		if err != nil {
			return k, fmt.Errorf("read accounts: %w", err)
		}
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: e.Value, Written: e.Written})
	}
	for e, err := range s.DB.Groups().All(ctx, owner) {
		if err != nil {
			return k, fmt.Errorf("read groups: %w", err)
		}
		k.Groups = append(k.Groups, roster.KnownGroup{Group: e.Value, Written: e.Written})
	}
	return k, nil
}
