package clock_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/clock"
)

func TestSystem(t *testing.T) {
	t.Parallel()
	before := time.Now().Truncate(time.Microsecond)
	now := clock.System{}.Now()
	require.False(t, now.Before(before))
	require.False(t, now.After(time.Now()))
	require.Equal(t, time.UTC, now.Location())
	require.Zero(t, now.Nanosecond()%int(time.Microsecond), "finer than what is stored")
}

func TestTheClockOfAContext(t *testing.T) {
	t.Parallel()
	require.Equal(t, clock.System{}, clock.From(t.Context()))
	require.Equal(t, clock.System{}, clock.From(clock.With(t.Context(), nil)))
	c := clock.NewManual(time.Now())
	require.Same(t, c, clock.From(clock.With(t.Context(), c)))
}

func TestManual(t *testing.T) {
	t.Parallel()
	amsterdam := time.FixedZone("CET", 3600)
	m := clock.NewManual(time.Date(2026, 11, 24, 9, 30, 0, 1_999, amsterdam))
	start := time.Date(2026, 11, 24, 8, 30, 0, 1_000, time.UTC)
	require.Equal(t, start, m.Now())
	require.Equal(t, start, m.Now(), "it does not stand still")
	m.Advance(90 * time.Minute)
	require.Equal(t, start.Add(90*time.Minute), m.Now())
	m.Advance(-24 * time.Hour)
	require.Equal(t, start.Add(-1350*time.Minute), m.Now())
}

func TestManualIsMovedByMany(t *testing.T) {
	t.Parallel()
	m := clock.NewManual(time.Unix(0, 0))
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			m.Advance(time.Second)
			m.Now()
		})
	}
	group.Wait()
	require.Equal(t, time.Unix(50, 0).UTC(), m.Now())
}
