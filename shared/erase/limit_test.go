package erase_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
)

// TestARestrictionComesBackAsItIs: what was set or lifted while somebody lay in
// the bin holds after they came out of it.
func TestARestrictionComesBackAsItIs(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	s.add(pupil(tim, "2"))
	require.NoError(t, s.Restrict(ctx, board, tim, ordered))
	_, err := s.Bin(ctx, board, []account.ID{sanne, tim}, byHand)
	require.NoError(t, err)
	require.NoError(t, s.Restrict(ctx, board, sanne, ordered))
	require.NoError(t, s.Lift(ctx, board, tim, ordered))
	_, err = s.Restore(ctx, board, []account.ID{sanne, tim}, byHand)
	require.NoError(t, err)
	for id, holds := range map[account.ID]bool{sanne: true, tim: false} {
		a, err := s.DB.Accounts().Get(ctx, board, id)
		require.NoError(t, err)
		require.Equal(t, holds, a.Limit.Holds(), id)
	}
}
