package rosterapply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// Deps is what applying needs.
type Deps struct {
	DB    *store.DB
	Plans plan.Shelf
	Index seal.Index
	Keys  Keys
	Bin   erase.Keeper
	Post  outbox.Post
	Clock clock.Clock
}

type server struct {
	db     *store.DB
	plans  plan.Shelf
	index  seal.Index
	keys   Keys
	keeper erase.Keeper
	post   outbox.Post
	clock  clock.Clock
	hold   hold.Keeper
}

// New returns the handler of the topic roster-apply, at its path.
func New(d Deps) http.Handler {
	s := &server{
		db: d.DB, plans: d.Plans, index: d.Index, keys: d.Keys, keeper: d.Bin, post: d.Post, clock: d.Clock,
		hold: hold.Keeper{DB: d.DB, Clock: d.Clock, As: "rosterapply", During: roster.Applying},
	}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.RosterApply.Name, event.Handler(topic.RosterApply, s.handle, s.drop))
	return mux
}

// handle applies one step and sees to it that the run goes on.
func (s *server) handle(ctx context.Context, m event.Message[topic.Apply]) error {
	run, err := s.db.Runs().Get(ctx, m.Body.Tenant, m.Body.Import)
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	if run.Status != roster.Applying {
		return nil // finished, or stopped by a newer one
	}
	steps := len(run.Plan.Steps[m.Body.Phase])
	if !fits(m.Body, run) {
		slog.ErrorContext(ctx, "message fits no step", "run", run.ID, "phase", m.Body.Phase, "lane", m.Body.Lane, "next", m.Body.Next)
		return nil // it says nothing of the run
	}
	if m.Body.Next < steps {
		if err := s.advance(ctx, job{Apply: m.Body, run: run}); err != nil {
			return fmt.Errorf("apply step %d of %s: %w", m.Body.Next, m.Body.Phase, err)
		}
	}
	if m.Body.Next+roster.Lanes < steps {
		return nil // the lane goes on with the message that the step stored
	}
	return s.finishPhase(ctx, m.Body, run)
}

// fits reports whether m may be a step of what the run applies now.
func fits(m topic.Apply, run roster.Run) bool {
	return m.Lane >= 0 && m.Lane < roster.Lanes && m.Next >= 0 && m.Next%roster.Lanes == m.Lane && slices.Contains(run.Todo, m.Phase)
}

// drop ends the run of a step that can never be applied.
func (s *server) drop(ctx context.Context, m event.Message[topic.Apply], cause error) error {
	return s.hold.Drop(ctx, m.Body.Tenant, m.Body.Import, cause)
}

// advance applies the job's step and posts what follows it.
func (s *server) advance(ctx context.Context, j job) error {
	var err error
	if j.step, err = s.plans.Read(ctx, j.Tenant, j.run, j.Phase, j.Next); err != nil {
		return err
	}
	j.step = j.run.Decided(j.Phase, j.step)
	if j.targets, err = change.Targets(ctx, s.db, j.Tenant); err != nil {
		return err
	}
	letter, err := s.apply(ctx, j)
	switch {
	case errors.Is(err, errDone):
		return nil
	case errors.Is(err, errLost):
		slog.WarnContext(ctx, "run stopped: another import holds the school", "run", j.run.ID)
		return s.close(ctx, j.Tenant, j.run, end{status: roster.Refused})
	case err != nil:
		return err
	}
	s.post.Send(ctx, letter)
	return nil
}
