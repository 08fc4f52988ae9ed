package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
)

// Messages are delivered again for hours, and given up by those who handle
// them. A run that is under way for longer than that has lost its messages.
const (
	// underwayAtOnce bounds the runs of one minute.
	underwayAtOnce = 500
	// unplannedFor is how long a run may be received: its upload is gone within
	// a day.
	unplannedFor = 22 * time.Hour
	// stillFor is how long a run may hold its school beyond its hold, in which
	// it would have got on.
	stillFor = 6 * time.Hour
)

// stuck ends the runs that have lost their messages, so that nobody waits for
// them for ever. One run's trouble holds up no other.
func (d Deps) stuck(ctx context.Context) error {
	runs, err := d.DB.Underway(ctx, underwayAtOnce)
	if err != nil {
		return fmt.Errorf("read runs under way: %w", err)
	}
	keeper := hold.Keeper{DB: d.DB, Clock: d.Clock, As: "sweep"}
	var failed []error
	for _, u := range runs {
		lost, err := d.lost(ctx, u)
		if err == nil && lost {
			err = keeper.End(ctx, u.Tenant, u.Run, hold.Broken())
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// lost reports whether a run will not get on by itself.
func (d Deps) lost(ctx context.Context, u store.Underway) (bool, error) {
	now := d.Clock.Now()
	if u.Run.Status != roster.Applying {
		return now.Sub(u.Run.Changed) > unplannedFor, nil
	}
	slot, err := d.DB.Slots().Get(ctx, u.Tenant, u.Run.School)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return false, fmt.Errorf("read slot: %w", err)
	}
	return !slot.Is(u.Run) || now.Sub(slot.Until) > stillFor, nil
}
