package rosterapply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// errDone says that another delivery has applied the step.
var errDone = errors.New("the step was applied before")

// errLost says that another run has taken over the school.
var errLost = errors.New("another import has taken over")

// job is one step of a run on its way.
type job struct {
	topic.Apply
	run     roster.Run
	at      int // which step of the phase
	step    roster.Step
	targets []connection.ID
}

// laneID names a lane of a phase.
func laneID(phase roster.Phase, lane int) store.LaneID {
	return store.LaneID(fmt.Sprintf("%s-%d", phase, lane))
}

// apply commits the job's step: first blindly, in one transaction without
// reading the rows; where somebody has changed a row since the plan, row by
// row. It returns the letter that the step stored, if any, or errDone.
func (s *server) apply(ctx context.Context, j job) (outbox.Letter, error) {
	return s.recorded(ctx, j, func() (outbox.Letter, outcome, error) {
		letter, o, err := s.commit(ctx, j, s.blind)
		if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.NotFound { // another has written or removed a row
			letter, o, err = s.commit(ctx, j, s.careful)
		}
		return letter, o, err
	})
}

// writer writes the rows of a step and returns what it did. It reads before it
// writes.
type writer func(ctx context.Context, tx *store.Tx, j job) (outcome, error)

// leftKept bounds the accounts that a lane names of those it left alone.
const leftKept = 500

func (s *server) commit(ctx context.Context, j job, write writer) (letter outbox.Letter, o outcome, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		lane, err := s.db.Lanes(j.run.ID, j.run.ExpireAt).GetTx(tx, j.Tenant, laneID(j.Phase, j.Lane))
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if lane.Next > j.at {
			return errDone
		}
		slot, err := s.db.Slots().GetTx(tx, j.Tenant, j.run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if !slot.Is(j.run) {
			return errLost
		}
		if o, err = write(ctx, tx, j); err != nil {
			return err
		}
		lane.Next, lane.Conflicts = j.at+roster.Lanes, lane.Conflicts+len(o.left)
		lane.Left = append(lane.Left, o.left[:min(len(o.left), leftKept-len(lane.Left))]...)
		letter = j.letter(s.clock.Now())
		return errors.Join(
			s.db.Lanes(j.run.ID, j.run.ExpireAt).SetTx(tx, j.Tenant, laneID(j.Phase, j.Lane), lane),
			s.prolong(tx, j, slot),
			s.record(tx, j, o),
			s.revise(ctx, tx, j, o.changes),
			s.keep(tx, letter),
		)
	})
	return letter, o, err
}

// prolong lets a run that gets on hold its school for as long as it does. It
// writes once in half a hold, since the lanes share the slot.
func (s *server) prolong(tx *store.Tx, j job, slot store.Slot) error {
	now := s.clock.Now()
	if slot.Until.Sub(now) > roster.Hold/2 {
		return nil
	}
	slot.Until = now.Add(roster.Hold)
	return s.db.Slots().SetTx(tx, j.Tenant, j.run.School, slot)
}

// record logs what a step did: whom it deleted or brought back apart from whom it
// made or changed, and nobody whose row was left alone.
func (s *server) record(tx *store.Tx, j job, o outcome) error {
	touched := slices.DeleteFunc(j.accounts(), func(id account.ID) bool {
		return slices.Contains(o.left, id) || slices.Contains(o.binned, id) || slices.Contains(o.back, id)
	})
	entry := func(what audit.Action, ids []account.ID) audit.Entry {
		return audit.New(s.clock.Now(), audit.Actor{System: "rosterapply"}, what, ids...).On(string(j.run.ID)).Because(string(j.Phase))
	}
	entries := []audit.Entry{entry(audit.ImportApplied, touched)}
	if len(touched) > 0 {
		entries[0] = entries[0].Of(j.step.Fields()...)
	}
	if len(o.binned) > 0 {
		entries = append(entries, entry(audit.Binned, o.binned))
	}
	if len(o.back) > 0 {
		entries = append(entries, entry(audit.Restored, o.back))
	}
	var failed []error
	for _, e := range entries {
		failed = append(failed, s.db.Log().CreateTx(tx, j.Tenant, e.ID, e))
	}
	return errors.Join(failed...)
}

// letter brings the step's accounts and groups to each target; it is empty where
// there is none.
func (j job) letter(now time.Time) outbox.Letter {
	if len(j.targets) == 0 {
		return outbox.Letter{}
	}
	var out []outbox.Message
	for _, c := range j.targets {
		out = append(out, outbox.To(topic.ProvisionGoogle, topic.Provision{
			Tenant: j.Tenant, Connection: c, Accounts: j.accounts(), Groups: j.groups(),
		}))
	}
	return outbox.New(j.Tenant, now, out...)
}

func (j job) accounts() []account.ID {
	ids := make([]account.ID, len(j.step.Accounts))
	for i, row := range j.step.Accounts {
		ids[i] = row.Account.ID
	}
	return ids
}

func (j job) groups() []group.ID {
	ids := make([]group.ID, len(j.step.Groups))
	for i, row := range j.step.Groups {
		ids[i] = row.Group.ID
	}
	return ids
}
