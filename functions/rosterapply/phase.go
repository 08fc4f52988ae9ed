package rosterapply

import (
	"context"
	"errors"
	"fmt"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// finishPhase begins the next phase when every lane has finished this one.
// Each lane asks when it ends; the last to commit sees all the others, so
// somebody always begins the next phase. Two may: then its messages are there
// twice, which steps bear.
func (s *server) finishPhase(ctx context.Context, m topic.Apply, run roster.Run) error {
	done, err := s.complete(ctx, m, run)
	if err != nil || !done {
		return err
	}
	if phase, ok := run.Follows(m.Phase); ok {
		if err := s.post.Publisher.Publish(ctx, first(m.Tenant, run, phase)); err != nil {
			return fmt.Errorf("begin %s: %w", phase, err)
		}
		return nil
	}
	if len(run.Held) > 0 {
		return s.wait(ctx, m.Tenant, run)
	}
	return s.finish(ctx, m.Tenant, run)
}

// first returns the messages of a phase's first step in every lane.
func first(owner tenant.ID, run roster.Run, phase roster.Phase) []outbox.Message {
	var out []outbox.Message
	for _, m := range topic.First(owner, run, phase) {
		out = append(out, outbox.To(topic.RosterApply, m))
	}
	return out
}

// complete reports whether every lane has applied all its steps of the phase.
func (s *server) complete(ctx context.Context, m topic.Apply, run roster.Run) (bool, error) {
	steps := len(run.Plan.Steps[m.Phase])
	var ids []store.LaneID
	for lane := range min(roster.Lanes, steps) {
		ids = append(ids, laneID(m.Phase, lane))
	}
	lanes, err := s.db.Lanes(run.ID, run.ExpireAt).GetMany(ctx, m.Tenant, ids)
	if err != nil {
		return false, fmt.Errorf("read lanes: %w", err)
	}
	for _, id := range ids {
		if e, ok := lanes[id]; !ok || e.Value.Next < steps {
			return false, nil
		}
	}
	return true, nil
}

// end is how a run leaves the state Applying.
type end struct {
	status roster.Status
	waits  bool // a part of it waits for approval
	done   bool // what nobody holds back is done
}

// wait leaves what is held back to somebody's approval and frees the school for a
// newer file.
func (s *server) wait(ctx context.Context, owner tenant.ID, run roster.Run) error {
	return s.close(ctx, owner, run.ID, end{status: roster.Waiting, waits: true, done: true})
}

func (s *server) finish(ctx context.Context, owner tenant.ID, run roster.Run) error {
	return s.close(ctx, owner, run.ID, end{status: roster.Applied, done: true})
}

// stop ends a run whose school another import has taken over.
func (s *server) stop(ctx context.Context, owner tenant.ID, id roster.RunID) error {
	return s.close(ctx, owner, id, end{status: roster.Refused})
}

// close takes a run out of Applying, once, and frees its school. Of one that
// waits, whoever may approve it is told.
func (s *server) close(ctx context.Context, owner tenant.ID, id roster.RunID, e end) error {
	var letter outbox.Letter
	err := s.db.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter = outbox.Letter{}
		run, err := s.db.Runs().GetTx(tx, owner, id)
		if err != nil || run.Status != roster.Applying {
			return err
		}
		slot, err := s.db.Slots().GetTx(tx, owner, run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		place, err := s.db.Schools().GetTx(tx, owner, run.School)
		if err != nil {
			return err
		}
		merged, err := s.merged(tx, owner, run, e)
		if err != nil {
			return err
		}
		if slot.Run == id {
			slot = store.Slot{Waiting: slot.Waiting}
			if e.waits {
				slot.Waiting = id
			}
		}
		if e.done {
			place = run.Concluded(place)
		}
		run.Status, run.Changed = e.status, s.clock.Now()
		if e.status == roster.Refused {
			run.Findings = append(run.Findings, roster.Finding{Code: "plan.superseded", Severity: roster.Stop})
		}
		if e.waits {
			letter = outbox.New(owner, run.Changed, outbox.To(topic.Mail, topic.Waits(owner, id)))
		}
		entry := audit.New(run.Changed, audit.Actor{System: "rosterapply"}, audit.ImportApplied).On(string(id)).Because(string(e.status))
		return errors.Join(
			s.db.Runs().SetTx(tx, owner, id, run),
			s.db.Slots().SetTx(tx, owner, run.School, slot),
			s.db.Schools().SetTx(tx, owner, run.School, place),
			s.db.Log().CreateTx(tx, owner, entry.ID, entry),
			merged(),
			s.keep(tx, letter),
		)
	})
	if err != nil {
		return fmt.Errorf("end run: %w", err)
	}
	if letter.ID != "" {
		s.post.Send(ctx, letter)
	}
	return nil
}

// keep stores a letter, where there is one.
func (s *server) keep(tx *store.Tx, l outbox.Letter) error {
	if l.ID == "" {
		return nil
	}
	return s.db.Outbox().CreateTx(tx, l.Tenant, l.ID, l)
}

// merged reads the school that goes up in the run's, and returns what notes on
// it that it has.
func (s *server) merged(tx *store.Tx, owner tenant.ID, run roster.Run, e end) (write func() error, err error) {
	if run.Kind != roster.Merger || !e.done {
		return func() error { return nil }, nil
	}
	from, err := s.db.Schools().GetTx(tx, owner, run.From)
	if err != nil {
		return nil, err
	}
	from.Into = run.School
	return func() error { return s.db.Schools().SetTx(tx, owner, from.ID, from) }, nil
}
