package erase_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/ledger"
)

// TestABlockEndsEverythingAtOnceAndOutlivesACopy: the epoch, which every session
// and token carries, is raised, and the ledger knows.
func TestABlockEndsEverythingAtOnceAndOutlivesACopy(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	was := s.add(pupil(sanne, "1"))
	copied := was
	n, err := s.Block(ctx, board, []account.ID{sanne, "aniemand", sanne}, byHand)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	is, err := s.DB.Accounts().Get(ctx, board, sanne)
	require.NoError(t, err)
	require.Equal(t, account.Blocked, is.State)
	require.Greater(t, is.Epoch, was.Epoch)
	require.False(t, is.MaySignIn())
	n, err = s.Block(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	require.Zero(t, n, "it is stopped already")

	require.NoError(t, s.DB.Accounts().Set(ctx, board, sanne, copied)) // an older copy of the database
	_, err = s.Replay(ctx, board)
	require.NoError(t, err)
	is, err = s.DB.Accounts().Get(ctx, board, sanne)
	require.NoError(t, err)
	require.Equal(t, account.Blocked, is.State)

	s.clock.Advance(time.Second)
	n, err = s.Unblock(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	var entries []ledger.Entry
	for e, err := range s.Ledger.Ledger().All(ctx, board) {
		require.NoError(t, err)
		entries = append(entries, e.Value)
	}
	require.False(t, ledger.Standings(entries)[sanne].Blocked)
}
