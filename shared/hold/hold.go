// Package hold makes imports of one school exclusive, and sees to it that no
// run stays under way for ever: one that cannot go on is ended with a finding,
// and its school is free again.
package hold

import (
	"context"
	"errors"
	"fmt"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

// Keeper gives schools to runs and ends those that cannot go on.
type Keeper struct {
	DB    *store.DB
	Clock clock.Clock
	As    string // the function that acts, for the log
	// During is the state of the runs that the function works on: a message that
	// is given up ends no run that has got further.
	During roster.Status
}

// Verdict is how a run that cannot go on ends.
type Verdict struct {
	Status  roster.Status
	Finding string // code of the finding that says why
}

// Broken is the verdict on what nobody has an explanation for.
func Broken() Verdict { return Verdict{roster.Failed, "plan.failed"} }

// Take makes run the only one that imports its school. It returns the run with
// its fence, and what writes the hold: reads come before writes. A run that
// held the school for too long is ended. It answers Busy while another run
// holds the school.
func (k Keeper) Take(tx *store.Tx, owner tenant.ID, run roster.Run) (held roster.Run, write func() error, err error) {
	slot, err := k.DB.Slots().GetTx(tx, owner, run.School)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return run, nil, err
	}
	now := k.Clock.Now()
	if slot.Held(run.ID, now) {
		return run, nil, fault.New(fault.Busy, "import.other_running")
	}
	bury := func() error { return nil }
	if slot.Run != "" && slot.Run != run.ID {
		dead, err := k.DB.Runs().GetTx(tx, owner, slot.Run)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return run, nil, err
		}
		if err == nil {
			bury = k.ending(tx, owner, dead, Broken())
		}
	}
	slot = slot.Taken(run.ID, now)
	run.Fence = slot.Fence
	return run, func() error { return errors.Join(k.DB.Slots().SetTx(tx, owner, run.School, slot), bury()) }, nil
}

// End ends a run that is under way, and was when it was seen, and frees its
// school. A run that has ended, waits for a person, or has got on since, stays
// as it is.
func (k Keeper) End(ctx context.Context, owner tenant.ID, seen roster.Run, v Verdict) error {
	err := k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		run, err := k.DB.Runs().GetTx(tx, owner, seen.ID)
		if fault.KindOf(err) == fault.NotFound || (err == nil && (run.Fence != seen.Fence || run.Status != seen.Status)) {
			return nil
		}
		if err != nil || over(run) {
			return err
		}
		slot, err := k.DB.Slots().GetTx(tx, owner, run.School)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		err = k.ending(tx, owner, run, v)()
		if slot.Run == run.ID {
			err = errors.Join(err, k.DB.Slots().SetTx(tx, owner, run.School, slot.Freed(slot.Waiting)))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end run %s: %w", seen.ID, err)
	}
	return nil
}

// over reports whether a run is not under way.
func over(run roster.Run) bool { return run.Status.Done() || run.Status == roster.Waiting }

// ending returns what writes that a run has ended. Whoever plans is told of one
// whose upload still lies there, and removes it.
func (k Keeper) ending(tx *store.Tx, owner tenant.ID, run roster.Run, v Verdict) (write func() error) {
	if over(run) {
		return func() error { return nil }
	}
	received := run.Status == roster.Received
	run.Status, run.Changed = v.Status, k.Clock.Now()
	run.Findings = append(run.Findings, roster.Finding{Code: v.Finding, Severity: roster.Stop})
	run.Counts.Findings++
	entry := audit.New(run.Changed, audit.Actor{System: k.As}, audit.ImportEnded).On(string(run.ID)).Because(v.Finding)
	return func() error {
		err := errors.Join(k.DB.Runs().SetTx(tx, owner, run.ID, run), k.DB.Log().CreateTx(tx, owner, entry.ID, entry))
		if !received || run.Upload == "" {
			return err
		}
		letter := outbox.New(owner, run.Changed, outbox.To(topic.RosterReceived, topic.Received{Tenant: owner, Import: run.ID}))
		return errors.Join(err, k.DB.Outbox().CreateTx(tx, owner, letter.ID, letter))
	}
}

// Drop ends a run whose message was given up because of cause. The finding
// says what is wrong where that is known.
func (k Keeper) Drop(ctx context.Context, owner tenant.ID, id roster.RunID, cause error) error {
	run, err := k.DB.Runs().Get(ctx, owner, id)
	if fault.KindOf(err) == fault.NotFound || (err == nil && run.Status != k.During) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	v := Broken()
	switch {
	case errors.Is(cause, plan.ErrUnreadable):
		v = Verdict{roster.Refused, "plan.unreadable"}
	case errors.Is(cause, upload.ErrUnreadable):
		v = Verdict{roster.Refused, "plan.upload_unreadable"}
	}
	_, err = k.DB.Schools().Get(ctx, owner, run.School)
	if fault.KindOf(err) == fault.NotFound {
		v = Verdict{roster.Refused, "plan.school_missing"}
	} else if err != nil {
		return fmt.Errorf("read school: %w", err)
	}
	return k.End(ctx, owner, run, v)
}
