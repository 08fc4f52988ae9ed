package provision_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/topic"
)

// bin takes an account out of the living into the bin.
func (s *stage) bin(id account.ID, change func(*bin.Entry)) account.Account {
	s.t.Helper()
	a, err := s.db.Accounts().Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	e := bin.Of(a, s.clock.Now(), bin.AbsentFromSource)
	if change != nil {
		change(&e)
	}
	require.NoError(s.t, s.db.Bin().Set(s.t.Context(), board, id, e))
	require.NoError(s.t, s.db.Accounts().Delete(s.t.Context(), board, id))
	return a
}

func TestWhoLiesInTheBinIsSuspendedAndComesBack(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	was := s.bin(anna, nil)
	require.Equal(t, []string{"suspend", "leave"}, s.brought(anna))
	require.False(t, s.target.users["u1"].Active)
	require.Empty(t, s.target.members["rklas"])
	require.Empty(t, s.brought(anna), "a repeated message costs calls")

	was.Version += 2
	s.save(was)
	require.NoError(t, s.db.Bin().Delete(t.Context(), board, anna))
	require.Equal(t, []string{"update", "join"}, s.brought(anna))
	require.True(t, s.target.users["u1"].Active)
	require.Equal(t, []string{"u1"}, s.target.members["rklas"])
}

func TestWhatIsRestrictedIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.save(pupil(bram))
	s.brought(anna, bram)
	limit := account.Limit{Since: s.clock.Now(), Order: "2026-7"}
	s.bin(anna, func(e *bin.Entry) { e.Limit = limit })
	s.change(bram, func(a *account.Account) { a.State, a.Limit = account.Blocked, limit })
	require.Empty(t, s.brought(anna, bram))
	require.True(t, s.target.users["u1"].Active && s.target.users["u2"].Active)
}

// erased tells the engine of an erasure whose receipt waits for n accounts.
func (s *stage) erased(n int, ids ...account.ID) topic.Provision {
	s.t.Helper()
	for _, id := range ids {
		require.NoError(s.t, s.db.Bin().Delete(s.t.Context(), board, id))
	}
	proof := receipt.Receipt{
		ID: "bewijs", At: s.clock.Now(), Accounts: ids, Targets: map[connection.ID]receipt.Target{link: {Wanted: n}},
	}
	require.NoError(s.t, s.db.Receipts().Set(s.t.Context(), board, proof.ID, proof))
	return topic.Provision{Tenant: board, Connection: link, Accounts: ids, Receipt: proof.ID}
}

func (s *stage) proof() receipt.Target {
	s.t.Helper()
	r, err := s.db.Receipts().Get(s.t.Context(), board, "bewijs")
	require.NoError(s.t, err)
	return r.Targets[link]
}

func TestErasureAtTheTargetIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.save(pupil(bram))
	s.brought(anna, bram)
	s.bin(anna, nil)
	s.bin(bram, nil)
	m := s.erased(2, anna, bram)
	require.Equal(t, receipt.Pending, s.proof().State())

	s.target.before = func(_ context.Context, op string) error {
		if op == "delete" {
			return fault.As(fault.Busy, errors.New("the target is down"))
		}
		return nil
	}
	require.Equal(t, fault.Busy, fault.KindOf(s.Bring(t.Context(), m)))
	require.Equal(t, receipt.Pending, s.proof().State())

	s.target.before = nil
	s.clock.Advance(binned / 100)
	for range 2 {
		require.NoError(t, s.Bring(t.Context(), m))
		require.Empty(t, s.target.users)
		require.Equal(t, receipt.Target{Wanted: 2, Confirmed: 2, BinUntil: s.clock.Now().Add(binned)}, s.proof())
		require.Equal(t, receipt.Confirmed, s.proof().State())
		_, err := s.db.Links(link).Get(t.Context(), board, anna)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "what the target was told of the person is kept")
	}
}

func TestErasureThatTheTargetRefusesIsForSomebodyToLookAt(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	s.bin(anna, nil)
	m := s.erased(1, anna)
	s.target.before = func(context.Context, string) error { return fault.As(fault.Invalid, errors.New("never")) }
	require.NoError(t, s.Bring(t.Context(), m))
	require.Equal(t, receipt.Failed, s.proof().State())
}

func TestErasureOfWhatSomebodyRemovedAtTheTarget(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	s.bin(anna, nil)
	m := s.erased(1, anna)
	clear(s.target.users)
	require.NoError(t, s.Bring(t.Context(), m))
	require.Equal(t, receipt.Confirmed, s.proof().State())
}

// TestWhoIsMissingIsLeftAloneUnlessErased: neither an institution that is not
// there nor a missing document says that somebody was erased.
func TestWhoIsMissingIsLeftAloneUnlessErased(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	a := s.save(pupil(anna))
	s.brought(anna)
	s.change(anna, func(a *account.Account) { a.State = account.Blocked })
	institution, err := s.db.Tenants().Get(ctx, board, board)
	require.NoError(t, err)
	require.NoError(t, s.db.Tenants().Delete(ctx, board, board))
	s.target.ops()
	s.busy(anna) // there, and of a copy that nothing was replayed on yet
	require.NoError(t, s.db.Accounts().Delete(ctx, board, anna))
	s.busy(anna)
	erased := topic.Provision{Tenant: board, Connection: link, Erased: []account.ID{anna}}
	require.Equal(t, fault.Busy, fault.KindOf(s.Bring(ctx, erased)))
	require.Equal(t, fault.Busy, fault.KindOf(s.Bring(ctx, topic.Provision{Groups: []group.ID{klas}})))

	require.NoError(t, s.db.Tenants().Create(ctx, board, board, institution))
	require.NoError(t, s.bring(anna))
	require.Empty(t, s.target.ops())
	require.Equal(t, a.Address, s.target.users["u1"].Address)
	require.NoError(t, s.Bring(ctx, erased))
	require.Equal(t, []string{"delete"}, s.target.ops())
	require.NoError(t, s.Bring(ctx, erased))
	require.Empty(t, s.target.ops(), "a repeated message costs calls")
}
