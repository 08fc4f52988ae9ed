package vault_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

// readable reports whether anything that can be read of a backup, with every key
// that is left, names a person, and whether it can be read at all.
func (s *stage) readable(id backup.ID, name string) (names, opens bool) {
	s.t.Helper()
	m, err := s.Open(s.t.Context(), ours, id)
	if err != nil {
		require.ErrorIs(s.t, err, backup.ErrUnreadable)
		return false, false
	}
	target, _ := s.empty()
	_, err = s.Restore(s.t.Context(), ours, m.ID, target)
	require.NoError(s.t, err)
	onPurpose := []string{"log", "receipts", "links"} // of links the provisioner is told
	for path, line := range s.holds(target.Keeper, ours, func(c store.Copy) bool { return c.Copied() && !slices.Contains(onPurpose, c.Collection) }) {
		names = names || strings.Contains(path+line, name)
	}
	return names, true
}

// TestBackedUpOnDay30RestoredOnDay60NothingOnDay95: a person who was deleted on
// day 0 lies in a backup of day 30, comes back with a restoration on day 60, and
// on day 95 nothing holds a copy that opens.
func TestBackedUpOnDay30RestoredOnDay60NothingOnDay95(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.forward(1)
	was := s.add(ours, sanne)
	s.add(ours, tim)
	before := s.make(ours)
	_, err := s.keeper.Bin(ctx, ours, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	deadline := s.clock.Now().Add(account.Kept)

	s.forward(30)
	thirty := s.make(ours)
	s.forward(30)
	target, _ := s.empty()
	done, err := s.Restore(ctx, ours, thirty, target)
	require.NoError(t, err)
	require.Zero(t, done.Over)
	e, err := target.Keeper.DB.Bin().Get(ctx, ours, sanne)
	require.NoError(t, err)
	require.WithinDuration(t, deadline, e.Deadline, time.Second, "the bin's 90 days begin anew")
	a, err := target.Keeper.Open(ctx, ours, e)
	require.NoError(t, err)
	require.Equal(t, was.Source, a.Source)
	names, opens := s.readable(before, string(sanne))
	require.True(t, names && opens)
	sixty := s.make(ours)

	s.forward(35)
	for _, k := range []erase.Keeper{s.keeper, target.Keeper} {
		e, err := k.DB.Bin().Get(ctx, ours, sanne) // which the day's sweep would have erased
		require.NoError(t, err)
		_, err = k.Open(ctx, ours, e)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	}
	s.refused(s.Vault, ours, before, backup.ErrUnreadable)
	for _, id := range []backup.ID{thirty, sixty} {
		m, err := s.Open(ctx, ours, id)
		require.NoError(t, err)
		found, err := s.Check(ctx, m)
		require.NoError(t, err)
		require.GreaterOrEqual(t, found.Over, 2, "what was deleted, and the revision of it")
		names, opens := s.readable(id, string(sanne))
		require.True(t, opens, "those who were there can be restored")
		require.False(t, names)
	}
	today := s.make(ours)
	m, err := s.Open(ctx, ours, today)
	require.NoError(t, err)
	require.Positive(t, m.LeftOut, "what nobody can open is copied on and on")

	s.forward(27)
	_, opens = s.readable(thirty, string(tim))
	require.False(t, opens, "a backup opens longer than 90 days")
}

// TestABackupOlderThanDeletions: what was done since is done again.
func TestABackupOlderThanDeletions(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	const lotte, emre = account.ID("alotte"), account.ID("aemre")
	for _, id := range []account.ID{sanne, tim, lotte, emre, "ajoost"} {
		s.add(ours, id)
	}
	s.forward(1)
	_, err := s.keeper.Bin(ctx, ours, []account.ID{emre}, byHand)
	require.NoError(t, err)
	id := s.make(ours)
	s.forward(10)
	deleted := s.clock.Now()
	_, err = s.keeper.Bin(ctx, ours, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	ordered := erase.Order{Actor: byHand.Actor, Why: bin.OnOrder, Ref: "order-1"}
	_, err = s.keeper.Erase(ctx, ours, []account.ID{tim}, ordered)
	require.NoError(t, err)
	require.NoError(t, s.keeper.Restrict(ctx, ours, lotte, ordered))
	_, err = s.keeper.Restore(ctx, ours, []account.ID{emre}, byHand)
	require.NoError(t, err)
	s.forward(20)

	over := vault.Target{Keeper: s.keeper, Empty: true}
	elsewhere, _ := s.empty()
	for name, target := range map[string]vault.Target{"into the empty": elsewhere, "over what is there": over} {
		k := target.Keeper
		done, err := s.Restore(ctx, ours, id, target)
		require.NoError(t, err, name)
		require.Equal(t, erase.Replayed{Binned: 1, Erased: 1, Restored: 1, Changed: 1, Dropped: done.Replayed.Dropped}, done.Replayed, name)
		for _, gone := range []account.ID{sanne, tim} {
			_, err = k.DB.Accounts().Get(ctx, ours, gone)
			require.Equal(t, fault.NotFound, fault.KindOf(err), "%s: %s", name, gone)
		}
		e, err := k.DB.Bin().Get(ctx, ours, sanne)
		require.NoError(t, err, name)
		require.WithinDuration(t, deleted.Add(account.Kept), e.Deadline, time.Second, name)
		_, err = k.DB.Bin().Get(ctx, ours, tim)
		require.Equal(t, fault.NotFound, fault.KindOf(err), name)
		a, err := k.DB.Accounts().Get(ctx, ours, lotte)
		require.NoError(t, err)
		require.True(t, a.Limit.Holds(), name)
		_, err = k.DB.Accounts().Get(ctx, ours, emre)
		require.NoError(t, err, name)
	}
}

// TestARestrictionInTheBin is held again by restoring, and ends with its day in
// every backup.
func TestARestrictionInTheBin(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.forward(1)
	s.add(ours, sanne)
	require.NoError(t, s.keeper.Restrict(ctx, ours, sanne, erase.Order{Actor: byHand.Actor, Why: bin.OnOrder, Ref: "order-1"}))
	_, err := s.keeper.Bin(ctx, ours, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	s.forward(10)
	id := s.make(ours)
	target, _ := s.empty()
	_, err = s.Restore(ctx, ours, id, target)
	require.NoError(t, err)
	s.forward(85)
	e, err := target.Keeper.DB.Bin().Get(ctx, ours, sanne)
	require.NoError(t, err)
	_, err = target.Keeper.Open(ctx, ours, e)
	require.NoError(t, err, "the restriction was lost by restoring")
	names, opens := s.readable(id, "Roepnaam"+string(sanne))
	require.True(t, opens)
	require.False(t, names, "a backup holds a person beyond the day, whom nobody can free there")
}

// TestRestrictionsThatWereLifted hold nobody back whom the copy knows restricted
// and who was erased since, whether living or in the bin.
func TestRestrictionsThatWereLifted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	const lotte, emre = account.ID("alotte"), account.ID("aemre")
	all := []account.ID{sanne, tim, lotte, emre}
	ordered := erase.Order{Actor: byHand.Actor, Why: bin.OnOrder, Ref: "order-1"}
	s.forward(1)
	for _, id := range all {
		s.add(ours, id)
		require.NoError(t, s.keeper.Restrict(ctx, ours, id, ordered))
	}
	_, err := s.keeper.Bin(ctx, ours, []account.ID{tim, emre}, byHand)
	require.NoError(t, err)
	id := s.make(ours)
	s.clock.Advance(time.Hour)
	for _, id := range all {
		require.NoError(t, s.keeper.Lift(ctx, ours, id, ordered))
	}
	_, err = s.keeper.Erase(ctx, ours, []account.ID{sanne, tim}, ordered)
	require.NoError(t, err)
	s.clock.Advance(time.Hour)

	elsewhere, _ := s.empty()
	for name, target := range map[string]vault.Target{"into the empty": elsewhere, "over what is there": {Keeper: s.keeper, Empty: true}} {
		k := target.Keeper
		done, err := s.Restore(ctx, ours, id, target)
		require.NoError(t, err, name)
		require.Positive(t, done.Replayed.Erased, name)
		for _, gone := range []account.ID{sanne, tim} {
			_, err = k.DB.Accounts().Get(ctx, ours, gone)
			require.Equal(t, fault.NotFound, fault.KindOf(err), "%s: %s lives", name, gone)
			_, err = k.DB.Bin().Get(ctx, ours, gone)
			require.Equal(t, fault.NotFound, fault.KindOf(err), "%s: %s lies in the bin", name, gone)
		}
		a, err := k.DB.Accounts().Get(ctx, ours, lotte)
		require.NoError(t, err, name)
		require.False(t, a.Limit.Holds(), name)
		e, err := k.DB.Bin().Get(ctx, ours, emre)
		require.NoError(t, err, name)
		require.False(t, e.Held(), name)
		require.Empty(t, e.Envelope.Hold, name)
	}
}

// TestWhatStandsOfThoseWhoComeBack: the copy has them in the bin, and they were
// restored, and blocked or restricted, since.
func TestWhatStandsOfThoseWhoComeBack(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.forward(1)
	for _, id := range []account.ID{sanne, tim} {
		s.add(ours, id)
	}
	_, err := s.keeper.Bin(ctx, ours, []account.ID{sanne, tim}, byHand)
	require.NoError(t, err)
	id := s.make(ours)
	s.clock.Advance(time.Hour)
	_, err = s.keeper.Restore(ctx, ours, []account.ID{sanne, tim}, byHand)
	require.NoError(t, err)
	s.clock.Advance(time.Hour)
	_, err = s.keeper.Block(ctx, ours, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	require.NoError(t, s.keeper.Restrict(ctx, ours, tim, erase.Order{Actor: byHand.Actor, Why: bin.OnOrder, Ref: "order-1"}))
	target, _ := s.empty()
	_, err = s.Restore(ctx, ours, id, target)
	require.NoError(t, err)
	a, err := target.Keeper.DB.Accounts().Get(ctx, ours, sanne)
	require.NoError(t, err)
	require.Equal(t, account.Blocked, a.State)
	a, err = target.Keeper.DB.Accounts().Get(ctx, ours, tim)
	require.NoError(t, err)
	require.Equal(t, "order-1", a.Limit.Order)
}

// TestTheNumberOfOneWhoWasDeletedSince is free for one who came back, wherever
// the two stand in the ledger.
func TestTheNumberOfOneWhoWasDeletedSince(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	back := s.add(ours, "a000")
	_, err := s.keeper.Bin(ctx, ours, []account.ID{back.ID}, byHand)
	require.NoError(t, err)
	var others []account.ID
	for i := range 120 { // more than are replayed at once
		id := account.ID(fmt.Sprintf("a%03d", 100+i))
		require.NoError(t, s.DB.Accounts().Create(ctx, ours, id, account.Account{ID: id, Kind: person.Pupil, State: account.Active}))
		others = append(others, id)
	}
	newer := s.add(ours, "azz")
	newer.Source.Number = back.Source.Number
	require.NoError(t, s.DB.Accounts().Set(ctx, ours, newer.ID, newer))
	id := s.make(ours)
	s.clock.Advance(time.Hour)
	_, err = s.keeper.Bin(ctx, ours, append(others, newer.ID), byHand)
	require.NoError(t, err)
	s.clock.Advance(time.Hour)
	_, err = s.keeper.Restore(ctx, ours, []account.ID{back.ID}, byHand)
	require.NoError(t, err)
	target, _ := s.empty()
	done, err := s.Restore(ctx, ours, id, target)
	require.NoError(t, err)
	require.Equal(t, 1, done.Replayed.Restored)
	require.Equal(t, len(others)+1, done.Replayed.Binned)
}
