package rosterapply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
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
	Stint time.Duration // for how long one delivery goes on with a lane's steps; stint where 0
}

// stint gives other schools a turn, and is well below the shortest time that a
// subscription leaves to answer: whoever is given a message twice sends two.
const stint = 5 * time.Second

type server struct {
	db     *store.DB
	plans  plan.Shelf
	index  seal.Index
	keys   Keys
	keeper erase.Keeper
	post   outbox.Post
	clock  clock.Clock
	stint  time.Duration
	hold   hold.Keeper
}

// New returns the handler of the topic roster-apply, at its path.
func New(d Deps) http.Handler {
	s := &server{
		db: d.DB, plans: d.Plans, index: d.Index, keys: d.Keys, keeper: d.Bin, post: d.Post, clock: d.Clock, stint: cmp.Or(d.Stint, stint),
		hold: hold.Keeper{DB: d.DB, Clock: d.Clock, As: "rosterapply", During: roster.Applying},
	}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.RosterApply.Name, event.Handler(topic.RosterApply, s.handle, s.drop))
	return mux
}

// handle goes on with a lane and sees to it that the run does.
func (s *server) handle(ctx context.Context, m event.Message[topic.Apply]) error {
	run, err := s.db.Runs().Get(ctx, m.Body.Tenant, m.Body.Import)
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	if run.Status != roster.Applying {
		return nil // finished, or stopped by a newer one
	}
	if !fits(m.Body, run) {
		slog.ErrorContext(ctx, "message fits no lane", "run", run.ID, "phase", m.Body.Phase, "lane", m.Body.Lane)
		return nil // it says nothing of the run
	}
	ended, err := s.advance(ctx, m.Body, run)
	switch {
	case errors.Is(err, errLost):
		slog.WarnContext(ctx, "run stopped: another import holds the school", "run", run.ID)
		return s.close(ctx, m.Body.Tenant, run, end{status: roster.Refused})
	case err != nil:
		return err
	case !ended:
		return s.post.Publisher.Publish(ctx, []outbox.Message{outbox.To(topic.RosterApply, m.Body)})
	}
	return s.finishPhase(ctx, m.Body, run)
}

// fits reports whether m is about a lane of what the run applies now.
func fits(m topic.Apply, run roster.Run) bool {
	return m.Lane >= 0 && m.Lane < roster.Lanes && slices.Contains(run.Todo, m.Phase)
}

// drop ends the run of a step that can never be applied.
func (s *server) drop(ctx context.Context, m event.Message[topic.Apply], cause error) error {
	return s.hold.Drop(ctx, m.Body.Tenant, m.Body.Import, cause)
}

// advance applies the lane's steps one after the other and reports whether none is
// left; it stops before the end where its time is over. The message stays
// unanswered meanwhile: what a crash cuts off comes again and goes on where the lane
// is.
func (s *server) advance(ctx context.Context, m topic.Apply, run roster.Run) (ended bool, err error) {
	next, err := s.reached(ctx, m, run)
	for began := time.Now(); err == nil && next < len(run.Plan.Steps[m.Phase]); {
		err = s.step(ctx, job{Apply: m, run: run, at: next})
		switch {
		case errors.Is(err, errDone):
			next, err = s.reached(ctx, m, run)
		case err != nil:
			return false, fmt.Errorf("apply step %d of %s: %w", next, m.Phase, err)
		default:
			next += roster.Lanes
		}
		if time.Since(began) >= s.stint {
			return false, err
		}
	}
	return err == nil, err
}

// reached returns the first step that the lane has not applied.
func (s *server) reached(ctx context.Context, m topic.Apply, run roster.Run) (int, error) {
	lane, err := s.db.Lanes(run.ID, run.ExpireAt).Get(ctx, m.Tenant, laneID(m.Phase, m.Lane))
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return 0, fmt.Errorf("read lane: %w", err)
	}
	return max(lane.Next, m.Lane), nil
}

// step applies one step.
func (s *server) step(ctx context.Context, j job) (err error) {
	if j.step, err = s.plans.Read(ctx, j.Tenant, j.run, j.Phase, j.at); err != nil {
		return err
	}
	j.step = j.run.Decided(j.Phase, j.step)
	if j.targets, err = change.Targets(ctx, s.db, j.Tenant); err != nil {
		return err
	}
	letter, err := s.apply(ctx, j)
	if err == nil && letter.ID != "" {
		s.post.Send(ctx, letter)
	}
	return err
}
