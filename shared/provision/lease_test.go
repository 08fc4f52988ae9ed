package provision_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
)

// hang has the first call of op wait until it is let go, and says when it does.
func hang(op string) (before func(context.Context, string) error, waits, free chan struct{}) {
	waits, free = make(chan struct{}), make(chan struct{})
	var hung atomic.Bool
	return func(_ context.Context, called string) error {
		if called == op && hung.CompareAndSwap(false, true) {
			close(waits)
			<-free
		}
		return nil
	}, waits, free
}

func TestOneWorkerHasAnAccountToItself(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	var waits, free chan struct{}
	s.target.before, waits, free = hang("create")
	first := make(chan error)
	go func() { first <- s.bring(anna) }()
	<-waits
	require.Equal(t, s.clock.Now().Add(2*time.Minute), s.link(anna).Until)
	s.busy(anna)
	close(free)
	require.NoError(t, <-first)
	require.Len(t, s.target.users, 1)
	require.Empty(t, s.brought(anna))
}

// TestCrashedWorkerIsReplaced: a worker took the account and was never heard
// of again, before or after the target had done its work.
func TestCrashedWorkerIsReplaced(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bool{"before the call": false, "after the call": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			a := s.save(pupil(anna))
			if made {
				_, err := s.target.Create(t.Context(), wanted(a))
				require.NoError(t, err)
			}
			now := s.clock.Now()
			require.NoError(t, s.db.Links(link).Create(t.Context(), board, anna, connection.Link{
				State: connection.Creating, Until: now.Add(2 * time.Minute), Fence: 7, Begun: now,
			}))
			s.clock.Advance(2*time.Minute - time.Microsecond)
			s.busy(anna)
			s.clock.Advance(time.Microsecond)
			s.brought(anna)
			s.stands(anna, connection.Linked, "")
			require.EqualValues(t, 8, s.link(anna).Fence)
			require.Len(t, s.target.users, 1)
		})
	}
}

// TestLateWorkerWritesNothing: one whose lease ran out comes back to life
// after another has gone on with a newer version.
func TestLateWorkerWritesNothing(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	s.change(anna, func(a *account.Account) { a.Memberships[0].Groups = []group.ID{klas, plus} })
	var waits, free chan struct{}
	s.target.before, waits, free = hang("group")
	first := make(chan error)
	go func() { first <- s.bring(anna) }()
	<-waits
	s.clock.Advance(2 * time.Minute)
	s.change(anna, func(a *account.Account) { a.Source.Name.Call = "Newer" })
	s.brought(anna)
	newer := s.link(anna)
	close(free)
	require.Equal(t, fault.Busy, fault.KindOf(<-first))
	require.Equal(t, newer, s.link(anna))
	require.Equal(t, "Newer", s.target.users["u1"].Given)
	require.Empty(t, s.brought(anna))
}

// TestCallsEndBeforeTheLease: a call that hangs is given up before another
// worker takes over, so that it cannot overtake a later one.
func TestCallsEndBeforeTheLease(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.target.before = func(ctx context.Context, _ string) error {
		end, bounded := ctx.Deadline()
		if !bounded || time.Until(end) > 2*time.Minute-5*time.Second {
			return fmt.Errorf("a call may last until %s", end)
		}
		return nil
	}
	s.brought(anna)
}

func TestOlderVersionNeverOverwrites(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.change(anna, func(a *account.Account) { a.Source.Name.Call = "Newer" })
	s.brought(anna)
	s.save(pupil(anna)) // what a reader saw that was late
	require.Empty(t, s.brought(anna))
	require.Equal(t, "Newer", s.target.users["u1"].Given)
}

// TestManyWorkersAtOnce delivers every message several times side by side
// while the account changes. Each comes back until it succeeds.
func TestManyWorkersAtOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.save(pupil(bram))
	var workers sync.WaitGroup
	for round := range 3 {
		s.change(anna, func(a *account.Account) {
			a.Source.Name.Call = fmt.Sprint("Anna", round)
			a.Memberships[0].Groups = []group.ID{[]group.ID{klas, plus}[(round+1)%2]}
		})
		for range 2 {
			workers.Go(func() {
				for range 100 {
					if s.bring(anna, bram) == nil {
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
				t.Error("a message never succeeded")
			})
		}
	}
	workers.Wait()
	require.Len(t, s.target.users, 2)
	require.Equal(t, "Anna2", s.target.users[s.link(anna).Remote].Given)
	require.Equal(t, []string{s.link(anna).Remote}, s.target.members["rplus"])
	require.Equal(t, []string{s.link(bram).Remote}, s.target.members["rklas"])
	for _, id := range []account.ID{anna, bram} {
		s.stands(id, connection.Linked, "")
	}
}
