package vault_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

func TestRoundTripIntoAnEmptyInstitution(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.fill(ours)
	for _, id := range []account.ID{sanne, tim} {
		s.add(ours, id)
		s.add(theirs, "b"+id)
	}
	_, err := s.keeper.Bin(t.Context(), ours, []account.ID{tim}, byHand)
	require.NoError(t, err)
	s.forward(1)
	s.add(ours, "alotte")
	want := s.holds(s.keeper, ours, copied)
	id := s.make(ours)
	require.Empty(t, s.holds(scratch(s), ours, copied), "something stays in the scratch database")

	list, err := s.List(t.Context(), ours)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, list[0].Err)
	require.Equal(t, len(want), list[0].Manifest.Documents())
	require.Len(t, list[0].Manifest.Days, 2, "what lies in the bin keeps its day")

	target, _ := s.empty()
	done, err := s.Restore(t.Context(), ours, id, target)
	require.NoError(t, err)
	require.Zero(t, done.Over)
	got := s.holds(target.Keeper, ours, copied)
	for path, line := range want {
		require.Equal(t, line, got[path], path)
		delete(got, path)
	}
	require.Equal(t, 1, len(got), "but for the log entry that says so: %v", paths(got))
	require.Empty(t, s.holds(target.Keeper, theirs, copied), "of another institution")
	c, err := target.Keeper.Credentials.Credentials().Get(t.Context(), ours, sanne)
	require.NoError(t, err)
	require.Empty(t, c.Verifier, "a backup holds what verifies people")
	require.False(t, c.Issued.IsZero())
	e, err := target.Keeper.DB.Bin().Get(t.Context(), ours, tim)
	require.NoError(t, err)
	_, err = target.Keeper.Open(t.Context(), ours, e)
	require.NoError(t, err)
}

// scratch returns a keeper of the scratch database.
func scratch(s *stage) (k erase.Keeper) {
	k = s.keeper
	k.DB, k.Credentials = s.Scratch, s.Scratch
	return k
}

// TestRestoringOverWhatIsThere needs leave, keeps what the present knows better,
// and replaces the rest.
func TestRestoringOverWhatIsThere(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, sanne)
	id := s.make(ours)
	s.add(ours, tim)
	before := s.holds(s.keeper, ours, func(c store.Copy) bool { return c.Treatment == store.Added })
	target := vault.Target{Keeper: s.keeper}
	_, err := s.Restore(t.Context(), ours, id, target)
	require.ErrorIs(t, err, vault.ErrOccupied)
	target.Empty = true
	_, err = s.Restore(t.Context(), ours, id, target)
	require.NoError(t, err)
	_, err = s.DB.Accounts().Get(t.Context(), ours, tim)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	c, err := s.Credentials.Credentials().Get(t.Context(), ours, sanne)
	require.NoError(t, err)
	require.NotEmpty(t, c.Verifier, "people lose their passwords")
	after := s.holds(s.keeper, ours, func(c store.Copy) bool { return c.Treatment == store.Added })
	for path := range before {
		require.Contains(t, after, path)
	}
	mark, err := s.DB.Restores().Get(t.Context(), ours, store.LastRestore)
	require.NoError(t, err)
	require.False(t, mark.Unfinished())
	require.Equal(t, id, mark.Backup)
}
