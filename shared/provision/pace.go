package provision

import (
	"context"
	"time"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
)

// Pace is how fast a target may be called. Workers share it through a
// document that says until when calls are spoken for: each reserves a stretch
// of time for its message, so that the rate holds over any number of them.
type Pace struct {
	Creates float64 // accounts that may be made in a second
	Calls   float64 // calls of any kind in a second
}

const (
	// few is up to how many accounts a message counts as a single change,
	// which has a budget of its own so that it need not wait for a first sync.
	few = 3
	// bulkShare is the part of the quota that bulk may use.
	bulkShare = 0.8
	// soon is how far ahead a worker may reserve: it must be done before its
	// message is delivered again.
	soon = 4 * time.Minute
)

// turns says when each task of a message may begin, by the machine's clock.
type turns []time.Time

// reserve takes the next free stretch of the budget for tasks. It answers
// Busy where that lies too far ahead: the message comes back.
func (p Pace) reserve(ctx context.Context, e *Engine, tasks []task) (turns, error) {
	budget, share := store.Budget("bulk"), bulkShare
	if len(tasks) <= few {
		budget, share = "single", 1-bulkShare
	}
	offsets := make([]time.Duration, len(tasks))
	var total time.Duration
	for i, t := range tasks {
		offsets[i] = total
		total += p.cost(t, share)
	}
	start, err := e.claim(ctx, budget, total)
	if err != nil {
		return nil, err
	}
	first := time.Now().Add(start.Sub(e.Clock.Now()))
	out := make(turns, len(tasks))
	for i, d := range offsets {
		out[i] = first.Add(d)
	}
	return out, nil
}

// cost is how much of the budget's time a task takes.
func (p Pace) cost(t task, share float64) time.Duration {
	calls := 1 + len(t.want.Groups)
	if t.link.Value.State == "" || len(t.link.Value.Groups) > 0 {
		calls += len(t.link.Value.Groups)
	}
	seconds := float64(calls) / (p.Calls * share)
	if t.link.Value.Remote == "" {
		seconds = max(seconds, 1/(p.Creates*share))
	}
	return time.Duration(seconds * float64(time.Second))
}

// claim reserves a stretch of a budget and returns when it begins.
func (e *Engine) claim(ctx context.Context, budget store.Budget, length time.Duration) (time.Time, error) {
	table := e.DB.Budgets(e.Connection)
	var start time.Time
	err := e.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		free, err := table.GetTx(tx, e.Owner, budget)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		now := e.Clock.Now()
		start = now
		if free.After(now) {
			start = free
		}
		if start.Add(length).Sub(now) > soon {
			return fault.New(fault.Busy, "the target's budget is spoken for")
		}
		return table.SetTx(tx, e.Owner, budget, start.Add(length))
	})
	return start, err
}

// wait returns when task i may begin.
func (t turns) wait(ctx context.Context, i int) error {
	left := time.Until(t[i])
	if left <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
