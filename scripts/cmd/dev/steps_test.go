package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		limit time.Duration
		step  func(context.Context) (string, error)
		line  string
		err   string
	}{
		"good":   {time.Hour, func(context.Context) (string, error) { return "12 pupils", nil }, "  ✓ count: 12 pupils (", ""},
		"broken": {time.Hour, func(context.Context) (string, error) { return "", broken }, "  ✗ count:  (", "count: broken; the log is"},
		"hangs until it is cut off": {time.Millisecond, func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", fmt.Errorf("wait: %w", ctx.Err())
		}, "  ✗ count:  (", "count: it took longer than 0 s; the log is"},
		"done as it is cut off": {time.Millisecond, func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "12 pupils", nil
		}, "  ✓ count: 12 pupils (", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := steps{out: &out, begun: time.Now(), limit: c.limit}
			err := s.do(t.Context(), "count", c.step)
			require.Contains(t, out.String(), c.line)
			if c.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.err)
		})
	}
}

// TestStepThatMindsNothing hangs for ever, whatever its context says.
func TestStepThatMindsNothing(t *testing.T) {
	t.Parallel()
	s := steps{out: &bytes.Buffer{}, begun: time.Now(), limit: time.Millisecond}
	begun := time.Now()
	err := s.do(t.Context(), "hang", func(context.Context) (string, error) { select {} })
	require.ErrorContains(t, err, "it took longer than")
	require.Less(t, time.Since(begun), farewell+30*time.Second)
}

// TestInterruptedStep: an interruption is no step that took too long.
func TestInterruptedStep(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := steps{out: &bytes.Buffer{}, begun: time.Now(), limit: time.Hour}
	err := s.do(ctx, "wait", func(ctx context.Context) (string, error) { return "", ctx.Err() })
	require.ErrorIs(t, err, context.Canceled)
}

func TestLimitGrowsWithTheSchool(t *testing.T) {
	t.Parallel()
	require.Less(t, limit(400), 3*time.Minute)
	require.Greater(t, limit(20000), 30*time.Minute)
}
