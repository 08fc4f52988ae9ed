package sweep_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// lives stores an account.
func (s *stage) lives(owner tenant.ID, id account.ID, change func(*account.Account)) {
	s.t.Helper()
	a := account.Account{ID: id, Kind: person.Staff, State: account.Active, Address: string(id) + "@school.example"}
	change(&a)
	require.NoError(s.t, s.db.Accounts().Create(s.t.Context(), owner, id, a))
}

// binned returns why an account lies in the bin, "" where it does not.
func (s *stage) binned(owner tenant.ID, id account.ID) bin.Reason {
	s.t.Helper()
	e, err := s.db.Bin().Get(s.t.Context(), owner, id)
	if fault.KindOf(err) == fault.NotFound {
		return ""
	}
	require.NoError(s.t, err)
	return e.Why
}

func TestLivesThatAreOver(t *testing.T) {
	t.Parallel()
	s := begin(t)
	now := s.clock.Now()
	s.lives(ours, "stays", func(*account.Account) {})
	s.lives(ours, "grace", func(a *account.Account) { a.State, a.LeaveAt = account.Left, now })
	s.lives(theirs, "substitute", func(a *account.Account) { a.Until = now.Add(-time.Hour) })
	s.lives(ours, "later", func(a *account.Account) { a.Until = now.Add(time.Hour) })
	for range 2 {
		require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
		require.Equal(t, bin.GraceEnded, s.binned(ours, "grace"))
		require.Equal(t, bin.Ended, s.binned(theirs, "substitute"))
		require.Empty(t, s.binned(ours, "stays"))
		require.Empty(t, s.binned(ours, "later"))
	}
	for range 90 {
		s.clock.Advance(24 * time.Hour)
		emulators.Advance(t, s.key, 24*time.Hour)
		require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
	}
	require.Empty(t, s.binned(ours, "grace"))
	n := 0
	for e, err := range s.db.Receipts().All(t.Context(), ours) {
		require.NoError(t, err)
		require.True(t, e.Value.Clean())
		n += len(e.Value.Accounts)
	}
	require.Equal(t, 1, n)
	require.NotEmpty(t, s.binned(ours, "later"), "whoever left a day later is kept a day longer")
}

// TestAClockThatJumpsStopsTheKeysAndNothingElse: the machine's clock is months
// ahead.
func TestAClockThatJumpsStopsTheKeysAndNothingElse(t *testing.T) {
	t.Parallel()
	s := begin(t)
	gone := s.expiring(s.clock.Now().Add(time.Hour))
	s.clock.Advance(100 * 24 * time.Hour)
	require.Equal(t, http.StatusServiceUnavailable, s.tick(topic.Day), "nobody hears of it")
	for name, there := range gone {
		require.False(t, there(), name)
	}
}
