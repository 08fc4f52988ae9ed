package provision_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/provision"
	"cool.example/sync/shared/store"
)

// class saves n pupils without groups.
func (s *stage) class(prefix string, n int) []account.ID {
	s.t.Helper()
	ids := make([]account.ID, n)
	for i := range ids {
		a := pupil(account.ID(fmt.Sprintf("%s%02d", prefix, i)))
		a.Memberships = nil
		ids[i] = s.save(a).ID
	}
	return ids
}

// ahead returns how far a budget is spoken for.
func (s *stage) ahead(b store.Budget) time.Duration {
	s.t.Helper()
	free, err := s.db.Budgets(link).Get(s.t.Context(), board, b)
	require.NoError(s.t, err)
	return free.Sub(s.clock.Now())
}

// begins returns when each call of op came, after the first.
func (m *memory) begins(op string) []time.Duration {
	var at []time.Time
	for _, c := range m.calls {
		if c.op == op {
			at = append(at, c.at)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	out := make([]time.Duration, len(at))
	for i := range at {
		out[i] = at[i].Sub(at[0])
	}
	return out
}

// TestPaceHoldsOverTwoWorkers: 100 creates a second, of which bulk may use 80.
func TestPaceHoldsOverTwoWorkers(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.Pace = provision.Pace{Creates: 100, Calls: 1e6}
	var workers sync.WaitGroup
	for _, ids := range [][]account.ID{s.class("a", 8), s.class("b", 8)} {
		workers.Go(func() { require.NoError(t, s.bring(ids...)) })
	}
	workers.Wait()
	require.Equal(t, 16*12500*time.Microsecond, s.ahead("bulk"))
	begins := s.target.begins("create")
	require.Len(t, begins, 16)
	// Each create has its turn; some of the first's lateness is forgiven.
	require.Greater(t, begins[15], 15*12500*time.Microsecond-100*time.Millisecond)
}

func TestSingleChangesNeedNotWaitForBulk(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.Pace = provision.Pace{Creates: 100, Calls: 1e6}
	require.NoError(t, s.db.Budgets(link).Set(t.Context(), board, "bulk", s.clock.Now().Add(3*time.Minute+59*time.Second+951*time.Millisecond)))
	s.busy(s.class("bulk", 4)...) // one more than fits ahead of its deadline
	require.Empty(t, s.target.users)
	single := s.class("single", 3)
	s.brought(single...)
	require.Len(t, s.target.users, 3)
	require.Equal(t, 150*time.Millisecond, s.ahead("single"), "a fifth of the quota is theirs")
}

func TestBudgetThatIsSpokenFor(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ids := s.class("a", 1)
	require.NoError(t, s.db.Budgets(link).Set(t.Context(), board, "single", s.clock.Now().Add(4*time.Minute)))
	s.busy(ids...)
	require.Equal(t, 4*time.Minute, s.ahead("single"), "a message that was put back has taken a part")
	_, err := s.db.Links(link).Get(t.Context(), board, ids[0])
	require.Error(t, err, "an account is held that waits for its turn")
	s.clock.Advance(4 * time.Minute)
	s.brought(ids...)
	require.Len(t, s.target.users, 1)
	require.Empty(t, s.brought(ids...))
	require.Less(t, s.ahead("single"), time.Millisecond, "a message without work takes a part")
}

// TestCallsCountBesideCreates: memberships take of the quota too.
func TestCallsCountBesideCreates(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.Pace = provision.Pace{Creates: 1e6, Calls: 100}
	s.save(pupil(anna))
	s.brought(anna)
	require.Equal(t, 100*time.Millisecond, s.ahead("single"), "an account and a membership at 20 a second")
}
