package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	// leavingAtOnce bounds the accounts whose end has come that are read at once.
	leavingAtOnce = 500
	// dueAtOnce bounds the erasures that are read at once.
	dueAtOnce = 500
)

// life makes and destroys day keys, takes to the recycle bin whose grace or end
// date has come, erases whose 90 days are over, and reads every place again
// after erasures that were cut off. One that fails holds up no other; what
// failed is an alarm.
func (d Deps) life(ctx context.Context) error {
	var failed []error
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"day keys", d.keys},
		{"leavers", d.leavers},
		{"erasures", d.erasures},
		{"proofs", func(ctx context.Context) error { return d.Bin.Proofs(ctx, dueAtOnce) }},
	} {
		if err := step.do(ctx); err != nil {
			slog.ErrorContext(ctx, "the day's work is not done: somebody has to look", "alarm", step.name, "err", err)
			failed = append(failed, fmt.Errorf("%s: %w", step.name, err))
		}
	}
	return fault.As(fault.Busy, errors.Join(failed...)) // whatever it is, it is to be tried again
}

// keys makes the day's key and destroys those that are due.
func (d Deps) keys(ctx context.Context) error {
	done, err := d.Days.Turn(ctx)
	if err == nil {
		slog.InfoContext(ctx, "turned day keys", "made", done.Made != "", "destroyed", done.Destroyed, "living", done.Living)
	}
	return err
}

// leavers takes accounts to the bin whose grace is over, or which were added by
// hand until a day that has come.
func (d Deps) leavers(ctx context.Context) error {
	for {
		leaving, err := d.DB.Leaving(ctx, leavingAtOnce)
		if err != nil {
			return fmt.Errorf("read accounts: %w", err)
		}
		for why, byOwner := range whose(leaving) {
			for owner, ids := range byOwner {
				if _, err := d.Bin.Bin(ctx, owner, ids, erase.Order{Actor: audit.Actor{System: "sweep"}, Why: why}); err != nil {
					return err
				}
			}
		}
		if len(leaving) < leavingAtOnce {
			return nil
		}
	}
}

// whose sorts accounts by why they leave and by institution.
func whose(leaving []store.Leaver) map[bin.Reason]map[tenant.ID][]account.ID {
	sorted := map[bin.Reason]map[tenant.ID][]account.ID{}
	for _, l := range leaving {
		why := bin.Ended
		if l.Grace {
			why = bin.GraceEnded
		}
		if sorted[why] == nil {
			sorted[why] = map[tenant.ID][]account.ID{}
		}
		sorted[why][l.Tenant] = append(sorted[why][l.Tenant], l.Account)
	}
	return sorted
}

// erasures erases everybody whose time in the bin is over.
func (d Deps) erasures(ctx context.Context) error {
	total := 0
	for {
		n, err := d.Bin.Due(ctx, dueAtOnce)
		total += n
		if err != nil || n < dueAtOnce {
			slog.InfoContext(ctx, "erased accounts", "accounts", total)
			return err
		}
	}
}
