package erase_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
)

// copied returns what puts the main database back as it is now.
func (s *stage) copied(ids ...account.ID) (restore func()) {
	s.t.Helper()
	ctx := s.t.Context()
	living, err := s.DB.Accounts().GetMany(ctx, board, ids)
	require.NoError(s.t, err)
	binned, err := s.DB.Bin().GetMany(ctx, board, ids)
	require.NoError(s.t, err)
	return func() {
		for _, id := range ids {
			require.NoError(s.t, s.DB.Accounts().Delete(ctx, board, id))
			require.NoError(s.t, s.DB.Bin().Delete(ctx, board, id))
			if e, ok := living[id]; ok {
				require.NoError(s.t, s.DB.Accounts().Set(ctx, board, id, e.Value))
			}
			if e, ok := binned[id]; ok {
				require.NoError(s.t, s.DB.Bin().Set(ctx, board, id, e.Value))
			}
		}
	}
}

// TestARestoredCopyForgetsNothingThatWasDeleted: the database goes back to
// before deletions, an erasure, a restoration and a restriction.
func TestARestoredCopyForgetsNothingThatWasDeleted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	const lotte, emre, joost = account.ID("alotte"), account.ID("aemre"), account.ID("ajoost")
	for i, id := range []account.ID{sanne, tim, lotte, emre, joost} {
		s.add(pupil(id, string(rune('1'+i))))
	}
	_, err := s.Bin(ctx, board, []account.ID{lotte}, byHand)
	require.NoError(t, err)
	restore := s.copied(sanne, tim, lotte, emre, joost)

	s.forward(10)
	deleted := s.clock.Now()
	_, err = s.Bin(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	_, err = s.Erase(ctx, board, []account.ID{tim}, ordered)
	require.NoError(t, err)
	_, err = s.Restore(ctx, board, []account.ID{lotte}, byHand)
	require.NoError(t, err)
	require.NoError(t, s.Restrict(ctx, board, emre, ordered))
	s.forward(20)

	restore()
	for range 2 { // repeated, it changes nothing
		_, err = s.Replay(ctx, board)
		require.NoError(t, err)
		entry, err := s.DB.Bin().Get(ctx, board, sanne)
		require.NoError(t, err)
		require.WithinDuration(t, deleted.Add(account.Kept), entry.Deadline, time.Minute, "the deadline is the original one")
		require.Subset(t, []string{"log", "receipts", "ledger", "links"}, s.naming(tim))
		_, err = s.DB.Accounts().Get(ctx, board, lotte)
		require.NoError(t, err)
		limited, err := s.DB.Accounts().Get(ctx, board, emre)
		require.NoError(t, err)
		require.True(t, limited.Limit.Holds())
		whole, err := s.DB.Accounts().Get(ctx, board, joost)
		require.NoError(t, err)
		require.Equal(t, account.Active, whole.State)
		_, err = s.DB.Sessions().Get(ctx, board, "sajoost")
		require.Equal(t, fault.NotFound, fault.KindOf(err), "a session of the copy is still good")
	}
	done, err := s.Replay(ctx, board)
	require.NoError(t, err)
	require.Equal(t, erase.Replayed{}, done)

	entry, err := s.DB.Bin().Get(ctx, board, sanne)
	require.NoError(t, err)
	s.forward(71)
	_, err = s.Open(ctx, board, entry)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "deleted again, it can be opened for longer: %v", err)
}

// TestACopyOlderThanTheDeadline: the person's time was over before the copy was
// restored.
func TestACopyOlderThanTheDeadline(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	restore := s.copied(sanne)
	_, err := s.Bin(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	s.forward(95)
	restore()
	done, err := s.Replay(ctx, board)
	require.NoError(t, err)
	require.Equal(t, 1, done.Erased)
	require.Subset(t, []string{"log", "receipts", "ledger", "links"}, s.naming(sanne))
}

// TestARestrictionHoldsWhomItHeld beyond the deadline, whose day key is
// destroyed, also where the ledger has forgotten since when.
func TestARestrictionHoldsWhomItHeld(t *testing.T) {
	t.Parallel()
	for name, forgotten := range map[string]bool{"known": false, "forgotten": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			ctx := t.Context()
			s.add(pupil(sanne, "1"))
			require.NoError(t, s.Restrict(ctx, board, sanne, ordered))
			restore := s.copied(sanne)
			_, err := s.Bin(ctx, board, []account.ID{sanne}, byHand)
			require.NoError(t, err)
			s.forward(95)
			restore()
			for e, err := range s.Ledger.Ledger().All(ctx, board) {
				require.NoError(t, err)
				if forgotten && e.Value.Kind == ledger.Restricted {
					require.NoError(t, s.Ledger.Ledger().Delete(ctx, board, e.ID))
				}
			}
			_, err = s.Replay(ctx, board)
			require.NoError(t, err)
			_, err = s.DB.Accounts().Get(ctx, board, sanne)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
			entry, err := s.DB.Bin().Get(ctx, board, sanne)
			require.NoError(t, err)
			require.True(t, entry.Held())
			_, err = s.Open(ctx, board, entry)
			require.NoError(t, err)
		})
	}
}
