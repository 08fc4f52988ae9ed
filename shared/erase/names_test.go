package erase_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/tenant"
)

// TestNamesOfWhoWasErased are free again, unless the institution keeps them: then
// each stays as a hash, and says nothing but when.
func TestNamesOfWhoWasErased(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		s := begin(t)
		ctx := t.Context()
		require.NoError(t, s.DB.Tenants().Create(ctx, board, board, tenant.Tenant{ID: board, KeepNames: keeps}))
		s.add(pupil(sanne, "1"))
		a := s.add(pupil(tim, "2"))
		_, err := s.Bin(ctx, board, []account.ID{sanne}, byHand)
		require.NoError(t, err)
		_, err = s.Erase(ctx, board, []account.ID{sanne, tim}, ordered)
		require.NoError(t, err)
		for _, address := range append(a.Names(), string(sanne)+".oud@leerling.example") {
			_, err := s.DB.UsedNames().Get(ctx, board, naming.UsedID(s.Index.Of(board, "address", address)))
			require.Equal(t, keeps, err == nil, address)
			if !keeps {
				require.Equal(t, fault.NotFound, fault.KindOf(err))
			}
		}
	}
}

// TestTwoOfOneNumberDoNotBothComeBack: whoever restores a class decides which of
// two with one administration number it is.
func TestTwoOfOneNumberDoNotBothComeBack(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	_, err := s.Bin(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	s.add(pupil(tim, "1"))
	_, err = s.Bin(ctx, board, []account.ID{tim}, byHand)
	require.NoError(t, err)
	_, err = s.Restore(ctx, board, []account.ID{sanne, tim}, byHand)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	n, err := s.Restore(ctx, board, []account.ID{tim}, byHand)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = s.Restore(ctx, board, []account.ID{sanne}, byHand)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "somebody has the number")
}
