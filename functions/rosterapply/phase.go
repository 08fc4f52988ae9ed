package rosterapply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// finishPhase begins the next phase when every lane has finished this one.
// Each lane asks when it ends; the last to commit sees all the others, so
// somebody always begins the next phase. Two may: then its messages are there
// twice, which lanes bear.
func (s *server) finishPhase(ctx context.Context, m topic.Apply, run roster.Run) error {
	done, err := s.complete(ctx, m, run)
	if err != nil || !done {
		return err
	}
	if phase, ok := run.Follows(m.Phase); ok {
		return s.begin(ctx, m.Tenant, run, phase)
	}
	if len(run.Held) > 0 { // that waits for somebody's approval, and the school is free for a newer file
		return s.close(ctx, m.Tenant, run, end{status: roster.Waiting, waits: true, done: true})
	}
	return s.close(ctx, m.Tenant, run, end{status: roster.Applied, done: true})
}

// begin sends the messages of a phase's lanes, but for lanes that are under way:
// whoever brought them there has not answered its message before it ends them, or
// sends another.
func (s *server) begin(ctx context.Context, owner tenant.ID, run roster.Run, phase roster.Phase) error {
	have, err := s.lanes(ctx, owner, run, phase)
	if err != nil {
		return err
	}
	var out []outbox.Message
	for _, m := range topic.First(owner, run, phase) {
		if _, begun := have[laneID(phase, m.Lane)]; !begun {
			out = append(out, outbox.To(topic.RosterApply, m))
		}
	}
	if err := s.post.Publisher.Publish(ctx, out); err != nil {
		return fmt.Errorf("begin %s: %w", phase, err)
	}
	return nil
}

// laneIDs names the lanes that have a step in a phase.
func laneIDs(run roster.Run, phase roster.Phase) []store.LaneID {
	var ids []store.LaneID
	for lane := range min(roster.Lanes, len(run.Plan.Steps[phase])) {
		ids = append(ids, laneID(phase, lane))
	}
	return ids
}

// lanes reads the lanes of a phase that have applied something.
func (s *server) lanes(ctx context.Context, owner tenant.ID, run roster.Run, phase roster.Phase) (map[store.LaneID]store.Entry[store.LaneID, store.Lane], error) {
	have, err := s.db.Lanes(run.ID, run.ExpireAt).GetMany(ctx, owner, laneIDs(run, phase))
	if err != nil {
		return nil, fmt.Errorf("read lanes: %w", err)
	}
	return have, nil
}

// complete reports whether every lane has applied all its steps of the phase.
func (s *server) complete(ctx context.Context, m topic.Apply, run roster.Run) (bool, error) {
	have, err := s.lanes(ctx, m.Tenant, run, m.Phase)
	for _, id := range laneIDs(run, m.Phase) {
		if e, ok := have[id]; err != nil || !ok || e.Value.Next < len(run.Plan.Steps[m.Phase]) {
			return false, err
		}
	}
	return true, err
}

// end is how a run leaves the state Applying.
type end struct {
	status roster.Status
	waits  bool // a part of it waits for approval
	done   bool // what nobody holds back is done
}

// letter tells whoever may approve a run that waits, and has the groups and
// links that follow from rules calculated anew.
func (e end) letter(owner tenant.ID, run roster.Run) outbox.Letter {
	var messages []outbox.Message
	if e.waits {
		messages = append(messages, outbox.To(topic.Mail, topic.Waits(owner, run.ID)))
	}
	for _, s := range []school.ID{run.School, run.From} {
		if e.done && s != "" {
			messages = append(messages, outbox.To(topic.Recalculate, topic.Recalculation{Tenant: owner, School: s, Asked: run.Changed.UnixMilli()}))
		}
	}
	if len(messages) == 0 {
		return outbox.Letter{}
	}
	return outbox.New(owner, run.Changed, messages...)
}

// close takes a run out of Applying, once, and frees its school. Of one that
// waits, whoever may approve it is told. What belongs to an earlier hold of the
// school, before an approval, closes nothing.
func (s *server) close(ctx context.Context, owner tenant.ID, begun roster.Run, e end) error {
	var letter outbox.Letter
	err := s.db.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter = outbox.Letter{}
		run, err := s.db.Runs().GetTx(tx, owner, begun.ID)
		if err != nil || run.Status != roster.Applying || run.Fence != begun.Fence {
			return err
		}
		slot, err := s.db.Slots().GetTx(tx, owner, run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if e.status != roster.Refused && !slot.Is(run) {
			return errLost
		}
		conclude, err := s.concluded(tx, owner, run, e)
		if err != nil {
			return err
		}
		if run.Counts.Conflicts, err = s.conflicts(tx, owner, run); err != nil {
			return err
		}
		if slot.Is(run) {
			slot = slot.Freed(slot.Waiting)
			if e.waits {
				slot.Waiting = run.ID
			}
		}
		run = closed(run, e, s.clock.Now())
		letter = e.letter(owner, run)
		entry := audit.New(run.Changed, audit.Actor{System: "rosterapply"}, audit.ImportApplied).On(string(run.ID)).Because(string(e.status))
		return errors.Join(
			s.db.Runs().SetTx(tx, owner, run.ID, run),
			s.db.Slots().SetTx(tx, owner, run.School, slot),
			s.db.Log().CreateTx(tx, owner, entry.ID, entry),
			conclude(),
			s.keep(tx, letter),
		)
	})
	if errors.Is(err, errLost) {
		return s.close(ctx, owner, begun, end{status: roster.Refused})
	}
	if err != nil {
		return fmt.Errorf("end run: %w", err)
	}
	if letter.ID != "" {
		s.post.Send(ctx, letter)
	}
	return nil
}

// closed returns the run as it has ended, with what people should know of how.
func closed(run roster.Run, e end, now time.Time) roster.Run {
	run.Status, run.Changed = e.status, now
	if e.status == roster.Refused {
		run.Findings = append(run.Findings, roster.Finding{Code: "plan.superseded", Severity: roster.Stop})
		run.Counts.Findings++
	}
	told := slices.ContainsFunc(run.Findings, func(f roster.Finding) bool { return f.Code == "plan.rows_left" })
	if run.Counts.Conflicts > 0 && !told {
		run.Findings = append(run.Findings, roster.Finding{Code: "plan.rows_left", Severity: roster.Warning})
		run.Counts.Findings++
	}
	return run
}

// conflicts counts the rows that all lanes left alone.
func (s *server) conflicts(tx *store.Tx, owner tenant.ID, run roster.Run) (int, error) {
	var ids []store.LaneID
	for phase := range run.Plan.Steps {
		ids = append(ids, laneIDs(run, phase)...)
	}
	lanes, err := s.db.Lanes(run.ID, run.ExpireAt).GetManyTx(tx, owner, ids)
	n := 0
	for _, e := range lanes {
		n += e.Value.Conflicts
	}
	return n, err
}

// keep stores a letter, where there is one.
func (s *server) keep(tx *store.Tx, l outbox.Letter) error {
	if l.ID == "" {
		return nil
	}
	return s.db.Outbox().CreateTx(tx, l.Tenant, l.ID, l)
}

// concluded reads the schools of a run and returns what writes them as they are
// when what nobody holds back is done.
func (s *server) concluded(tx *store.Tx, owner tenant.ID, run roster.Run, e end) (write func() error, err error) {
	if !e.done {
		return func() error { return nil }, nil
	}
	place, err := s.db.Schools().GetTx(tx, owner, run.School)
	if err != nil {
		return nil, err
	}
	place = run.Concluded(place)
	if run.Kind != roster.Merger {
		return func() error { return s.db.Schools().SetTx(tx, owner, place.ID, place) }, nil
	}
	from, err := s.db.Schools().GetTx(tx, owner, run.From)
	if err != nil {
		return nil, err
	}
	from.Into = run.School
	return func() error {
		return errors.Join(s.db.Schools().SetTx(tx, owner, place.ID, place), s.db.Schools().SetTx(tx, owner, from.ID, from))
	}, nil
}
