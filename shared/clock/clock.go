// Package clock gives time to code that must be testable on another day.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	// Now returns the present moment in UTC.
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now returns the present moment in UTC, cut to the microseconds that
// Firestore keeps, so that a stored time equals the one in memory.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

type key struct{}

// With returns a context in which what is opened lives by c.
func With(ctx context.Context, c Clock) context.Context { return context.WithValue(ctx, key{}, c) }

// From returns the clock of With, the machine's where there is none.
func From(ctx context.Context) Clock {
	if c, ok := ctx.Value(key{}).(Clock); ok && c != nil {
		return c
	}
	return System{}
}

// Dutch returns the time that schools live by, or UTC on a machine without time
// zones.
func Dutch() *time.Location {
	l, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		return time.UTC
	}
	return l
}

// Manual is a clock that stands still until it is moved. It is safe for
// concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual returns a clock that stands at start.
func NewManual(start time.Time) *Manual {
	return &Manual{now: start.UTC().Truncate(time.Microsecond)}
}

// Now returns the moment at which the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock by d, backwards where d is negative.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}
