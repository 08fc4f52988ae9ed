package rosterplan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// outcome is what planning found.
type outcome struct {
	roster *roster.Roster // nil where the file could not be read
	found  roster.Findings
	plan   roster.Plan
	stored roster.Stored
}

// findingsKept bounds the findings in a run's document.
const findingsKept = 200

// into writes the outcome into run.
func (o outcome) into(run roster.Run) roster.Run {
	if o.roster != nil {
		run.Format, run.Year, run.LeftOut = o.roster.Format, o.roster.Year, o.roster.LeftOut
		run.Delivers, run.Columns = o.roster.Delivers(), o.roster.Columns
	}
	run.Counts = o.plan.Counts
	run.Counts.Findings = len(o.found.List) + o.found.Dropped
	run.Counts.LeftOut = 0
	for _, n := range run.LeftOut {
		run.Counts.LeftOut += n
	}
	run.Findings = o.found.Kept(findingsKept)
	run.Supplement, run.Switched, run.Space = o.plan.Supplement, o.plan.Switched, o.plan.Space
	run.Plan, run.Held, run.Prepares, run.Tallies = o.stored, o.plan.Held, o.plan.Prepares, o.plan.Tallies
	run.Rows = map[roster.Phase]int{}
	for phase, rows := range o.plan.Rows {
		run.Rows[phase] = len(rows)
	}
	run.Todo = slices.DeleteFunc(roster.Phases(), func(p roster.Phase) bool { return slices.Contains(run.Held, p) })
	return run
}

// refuse ends the run with its findings and frees the school.
func (s *server) refuse(ctx context.Context, owner tenant.ID, run roster.Run, o outcome) error {
	run = o.into(run)
	run.Status = roster.Refused
	_, err := s.settle(ctx, owner, run)
	return err
}

// accept stores the plan's place and begins its first phase. A plan that
// changes nothing is applied at once; of one that waits as a whole, whoever may
// approve it is told.
func (s *server) accept(ctx context.Context, owner tenant.ID, run roster.Run, o outcome) error {
	run = o.into(run)
	run.Status = roster.Applied
	var messages []outbox.Message
	phase, begins := run.Begins()
	switch {
	case begins:
		run.Status = roster.Applying
		for _, m := range topic.First(owner, run, phase) {
			messages = append(messages, outbox.To(topic.RosterApply, m))
		}
	case len(run.Held) > 0:
		run.Status = roster.Waiting
		messages = append(messages, outbox.To(topic.Mail, topic.Waits(owner, run.ID)))
	}
	letter, err := s.settle(ctx, owner, run, messages...)
	if err != nil {
		return err
	}
	s.Post.Send(ctx, letter)
	return nil
}

// settle stores the planned run in one transaction with its audit entry, its
// messages, the school's slot, and the end of an older run that still waits.
func (s *server) settle(ctx context.Context, owner tenant.ID, run roster.Run, messages ...outbox.Message) (outbox.Letter, error) {
	run.Changed = s.Clock.Now()
	letter := outbox.New(owner, run.Changed, messages...)
	err := s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		now, err := s.DB.Runs().GetTx(tx, owner, run.ID)
		if err != nil {
			return err
		}
		slot, err := s.DB.Slots().GetTx(tx, owner, run.School)
		if err != nil {
			return err
		}
		place, err := s.DB.Schools().GetTx(tx, owner, run.School)
		if err != nil {
			return err
		}
		if now.Status != roster.Received {
			return nil // another delivery of the message was faster
		}
		if !slot.Is(run) {
			return fault.New(fault.Busy, "another import of the school has taken over")
		}
		superseded, err := s.superseded(tx, owner, run, slot)
		if err != nil {
			return err
		}
		entry := audit.New(run.Changed, audit.Actor{System: "rosterplan"}, audit.ImportPlanned).
			On(string(run.ID)).Because(string(run.Status))
		return errors.Join(
			s.DB.Runs().SetTx(tx, owner, run.ID, run),
			s.DB.Slots().SetTx(tx, owner, run.School, after(slot, run)),
			s.DB.Schools().SetTx(tx, owner, run.School, advanced(place, run)),
			s.DB.Log().CreateTx(tx, owner, entry.ID, entry),
			s.DB.Outbox().CreateTx(tx, owner, letter.ID, letter),
			s.write(tx, owner, superseded),
		)
	})
	if err != nil {
		return outbox.Letter{}, fmt.Errorf("settle run: %w", err)
	}
	return letter, nil
}

// superseded reads the run whose leavers wait, where a newer plan takes its
// place. A refused file supersedes nothing.
func (s *server) superseded(tx *store.Tx, owner tenant.ID, run roster.Run, slot store.Slot) (*roster.Run, error) {
	if slot.Waiting == "" || slot.Waiting == run.ID || run.Status == roster.Refused {
		return nil, nil
	}
	old, err := s.DB.Runs().GetTx(tx, owner, slot.Waiting)
	if fault.KindOf(err) == fault.NotFound || (err == nil && old.Status != roster.Waiting) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	old.Status, old.Changed = roster.Refused, run.Changed
	old.Findings = append(old.Findings, roster.Finding{Code: "plan.superseded", Severity: roster.Stop})
	return &old, nil
}

func (s *server) write(tx *store.Tx, owner tenant.ID, run *roster.Run) error {
	if run == nil {
		return nil
	}
	return s.DB.Runs().SetTx(tx, owner, run.ID, *run)
}

// after returns the slot as run leaves it: held while it applies, else free.
func after(slot store.Slot, run roster.Run) store.Slot {
	switch run.Status {
	case roster.Applying:
		slot.Waiting = ""
		return slot
	case roster.Waiting:
		return slot.Freed(run.ID)
	case roster.Refused:
		return slot.Freed(slot.Waiting)
	default:
		return slot.Freed("")
	}
}
