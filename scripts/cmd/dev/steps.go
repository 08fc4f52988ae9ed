package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// steps prints what is done, with its time.
type steps struct {
	out   io.Writer
	live  bool // a terminal, where a line can be written over
	begun time.Time
	limit time.Duration // for one step
}

// limit returns how long a step may take for a school of this size: many times
// what it takes, so that only a step that hangs reaches it.
func limit(pupils int) time.Duration {
	return 2*time.Minute + time.Duration(pupils)*100*time.Millisecond
}

// farewell is how long a step that was cut off may take to end.
const farewell = 5 * time.Second

// do runs one step and prints its line. A step that takes longer than it may is
// cut off, whether or not it minds its context.
func (s *steps) do(ctx context.Context, name string, step func(context.Context) (string, error)) error {
	begun := time.Now()
	if s.live {
		fmt.Fprintf(s.out, "  … %s", name)
	}
	what, err := s.bounded(ctx, step)
	mark := "✓"
	if err != nil {
		mark = "✗"
	}
	if s.live {
		fmt.Fprint(s.out, "\r")
	}
	fmt.Fprintf(s.out, "  %s %s: %s (%.1f s)\n", mark, name, what, time.Since(begun).Seconds())
	if err != nil {
		return fmt.Errorf("%s: %w; the log is %s", name, err, filepath.Join(local, "dev.log"))
	}
	return nil
}

// outcome is what a step came to.
type outcome struct {
	what string
	err  error
}

func (s *steps) bounded(ctx context.Context, step func(context.Context) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.limit, fmt.Errorf("it took longer than %.0f s", s.limit.Seconds()))
	defer cancel()
	ended := make(chan outcome, 1)
	go func() {
		what, err := step(ctx)
		ended <- outcome{what, err}
	}()
	select {
	case o := <-ended:
		return o.what, s.reason(ctx, o.err)
	case <-ctx.Done():
	}
	select {
	case o := <-ended:
		return o.what, s.reason(ctx, o.err)
	case <-time.After(farewell):
		return "", context.Cause(ctx)
	}
}

// reason returns err, or why the step was cut off where that is what it says.
func (s *steps) reason(ctx context.Context, err error) error {
	if err != nil && errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
