package event_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/topic"
)

// aged wraps a body as a push delivery of that age and attempt does.
func aged(id string, age time.Duration, attempt int) string {
	return fmt.Sprintf(`{"message":{"data":%q,"messageId":%q,"publishTime":%q},"deliveryAttempt":%d}`,
		base64.StdEncoding.EncodeToString([]byte(`{"tenant":"bestuur","import":"i1"}`)), id, time.Now().Add(-age).UTC().Format(time.RFC3339Nano), attempt)
}

// TestNoMessageComesBackForEver expects a handler that is told of lost messages
// to be told at last, whatever goes wrong, and no earlier.
func TestNoMessageComesBackForEver(t *testing.T) {
	t.Parallel()
	broken, busy := errors.New("broken"), fault.New(fault.Busy, "later")
	for name, c := range map[string]struct {
		err     error
		age     time.Duration
		attempt int
		dropped bool
	}{
		"done":                   {nil, 100 * time.Hour, 99, false},
		"never possible":         {fault.New(fault.NotFound, ""), 0, 1, true},
		"broken once":            {broken, 0, 1, false},
		"broken, not counted":    {broken, 59 * time.Minute, 0, false},
		"broken twenty times":    {broken, time.Minute, 20, true},
		"broken for an hour":     {broken, 61 * time.Minute, 0, true},
		"waiting":                {busy, 19 * time.Hour, 99, false},
		"waiting for ever":       {busy, 21 * time.Hour, 0, true},
		"contended for ever":     {fault.New(fault.Conflict, ""), 21 * time.Hour, 0, true},
		"contended for a moment": {fault.New(fault.Conflict, ""), 2 * time.Hour, 30, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told []error
			h := event.Handler(topic.RosterReceived,
				func(context.Context, received) error { return c.err },
				func(_ context.Context, m received, cause error) error {
					require.EqualValues(t, "i1", m.Body.Import)
					told = append(told, cause)
					return nil
				})
			w := deliver(t, h, aged("drop-"+strings.ReplaceAll(name, " ", "-"), c.age, c.attempt))
			if c.dropped {
				require.Equal(t, []error{c.err}, told)
			} else {
				require.Empty(t, told)
			}
			gone := c.err == nil || c.dropped
			require.Equal(t, map[bool]int{true: http.StatusNoContent, false: http.StatusServiceUnavailable}[gone], w.Code)
		})
	}
}

func TestAPanicIsAFailure(t *testing.T) {
	t.Parallel()
	var told error
	h := event.Handler(topic.RosterReceived,
		func(context.Context, received) error { panic("Sanne de Vries") },
		func(_ context.Context, _ received, cause error) error {
			told = cause
			return nil
		})
	require.Equal(t, http.StatusServiceUnavailable, deliver(t, h, aged("panic-once", 0, 1)).Code)
	require.NoError(t, told)
	require.Equal(t, http.StatusNoContent, deliver(t, h, aged("panic-again", 2*time.Hour, 9)).Code)
	require.ErrorContains(t, told, "drop_test.go", "where it was")
	for _, line := range append(lines.With("panic-once"), lines.With("panic-again")...) {
		require.NotContains(t, line, "Vries", "a value may be somebody's")
	}
}

// TestWhereDroppingFails expects a message whose end could not be told to come
// back, and one that nobody can read to be gone.
func TestWhereDroppingFails(t *testing.T) {
	t.Parallel()
	h := event.Handler(topic.RosterReceived,
		func(context.Context, received) error { return fault.New(fault.NotFound, "") },
		func(context.Context, received, error) error { return fault.New(fault.Busy, "the database is down") })
	require.Equal(t, http.StatusServiceUnavailable, deliver(t, h, aged("drop-fails", 0, 1)).Code)
	require.Equal(t, http.StatusNoContent, deliver(t, h, envelope("drop-unread", "no JSON")).Code)
}

// TestWithoutDropNothingIsGivenUp leaves a failing message to its subscription.
func TestWithoutDropNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	h := event.Handler(topic.RosterReceived, func(context.Context, received) error { return errors.New("broken") })
	require.Equal(t, http.StatusServiceUnavailable, deliver(t, h, aged("no-drop", 100*time.Hour, 99)).Code)
}
