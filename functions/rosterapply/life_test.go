package rosterapply_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
)

// read returns the stored account and the moment of its last write.
func (f *fixture) read(id account.ID) store.Entry[account.ID, account.Account] {
	f.t.Helper()
	e, err := f.db.Accounts().Read(f.t.Context(), board, id)
	require.NoError(f.t, err)
	return e
}

// row returns the row that makes an account into what change makes of it.
func (f *fixture) row(id account.ID, what roster.Action, change func(*account.Account)) roster.AccountRow {
	f.t.Helper()
	e := f.read(id)
	before, after := e.Value, e.Value
	change(&after)
	after.Version++
	after.Digest = after.Imported()
	return roster.AccountRow{Action: what, Account: after, Before: &before, Written: e.Written, Was: e.Value.Digest, Reason: "absent_from_source"}
}

func (f *fixture) leaver(id account.ID) roster.AccountRow {
	row := f.row(id, roster.Depart, func(a *account.Account) {
		a.State, a.Rest = account.Left, a.State
		a.Memberships = []account.Membership{{School: place, Key: a.Memberships[0].Key, Year: 2026, Left: true}}
	})
	row.Bin = true
	return row
}

// plan applies rows of a phase.
func (f *fixture) plan(run roster.RunID, phase roster.Phase, rows ...roster.AccountRow) {
	f.t.Helper()
	f.clock.Advance(time.Second)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{phase: rows}}, run)
	f.drain(2, false)
}

// logged returns whom a run's entries are about, by what they say was done.
func (f *fixture) logged(run roster.RunID) map[audit.Action][]account.ID {
	f.t.Helper()
	done := map[audit.Action][]account.ID{}
	for e, err := range f.db.Log().All(f.t.Context(), board) {
		require.NoError(f.t, err)
		if e.Value.Object == string(run) {
			done[e.Value.Action] = append(done[e.Value.Action], e.Value.Subjects...)
		}
	}
	return done
}

// standing returns what the ledger says of an account.
func (f *fixture) standing(id account.ID) ledger.Standing {
	f.t.Helper()
	var entries []ledger.Entry
	for e, err := range f.keeper.Ledger.Ledger().All(f.t.Context(), board) {
		require.NoError(f.t, err)
		require.NotEqual(f.t, ledger.Begun, e.Value.State, "an entry was never settled")
		entries = append(entries, e.Value)
	}
	return ledger.Standings(entries)[id]
}

func TestLeaversLieSealedInTheBinAndComeBack(t *testing.T) {
	t.Parallel()
	f := begin(t)
	ctx := t.Context()
	f.plan("r1", roster.People, people(3)...)
	was := f.read("a0").Value
	f.plan("r2", roster.Leave, f.leaver("a0"))
	require.Len(t, f.accounts(), 2)
	entry, err := f.db.Bin().Get(ctx, board, "a0")
	require.NoError(t, err)
	require.Equal(t, bin.AbsentFromSource, entry.Why)
	logged := f.logged("r2")
	require.Equal(t, []account.ID{"a0"}, logged[audit.Binned], "a deletion is called one")
	require.Empty(t, logged[audit.ImportApplied])
	require.Equal(t, entry.Binned.Add(account.Kept), entry.Deadline)
	kept, err := f.keeper.Open(ctx, board, entry)
	require.NoError(t, err)
	require.Equal(t, was, kept, "the bin keeps the account as it was")
	holder, err := f.db.Names().Get(ctx, board, store.NameID(f.index.Of(board, "address", was.Address)))
	require.NoError(t, err)
	require.Equal(t, was.ID, holder, "somebody else could get the name")
	require.Equal(t, ledger.Deleted, f.standing("a0").Gone)

	back := kept
	back.Version, back.Epoch = back.Version+2, back.Epoch+1
	f.plan("r3", roster.People, roster.AccountRow{Action: roster.Return, Account: back, FromBin: true, Was: kept.Digest})
	require.Equal(t, back, f.read("a0").Value)
	_, err = f.db.Bin().Get(ctx, board, "a0")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Empty(t, f.standing("a0").Gone)
}

// TestTheBinKeepsWhatTheSchoolAddedMeanwhile: somebody changed the account
// after the plan was made.
func TestTheBinKeepsWhatTheSchoolAddedMeanwhile(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.plan("r1", roster.People, people(2)...)
	row := f.leaver("a0")
	a := f.read("a0").Value
	a.Own.Groups, a.State = append(a.Own.Groups, "schaakclub"), account.Blocked
	require.NoError(t, f.db.Accounts().Set(t.Context(), board, "a0", a))
	f.plan("r2", roster.Leave, row)
	entry, err := f.db.Bin().Get(t.Context(), board, "a0")
	require.NoError(t, err)
	kept, err := f.keeper.Open(t.Context(), board, entry)
	require.NoError(t, err)
	require.Equal(t, a, kept)
}

func TestWhoeverChangedAfterThePlanIsNotDeleted(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.plan("r1", roster.People, people(2)...)
	row := f.leaver("a0")
	a := f.read("a0").Value
	a.Source.Name.Surname = "Anders"
	a.Digest = a.Imported()
	require.NoError(t, f.db.Accounts().Set(t.Context(), board, "a0", a))
	f.plan("r2", roster.Leave, row)
	require.Equal(t, a, f.read("a0").Value)
	require.Empty(t, f.standing("a0").Gone, "the ledger would delete somebody who is there")
}

func TestChangesAreSealedAsRevisions(t *testing.T) {
	t.Parallel()
	f := begin(t)
	ctx := t.Context()
	f.plan("r1", roster.People, people(3)...)
	found, err := f.db.RevisionsOf(ctx, board, "a1")
	require.NoError(t, err)
	require.Empty(t, found, "of one that was made nothing was before")
	row := f.row("a1", roster.Change, func(a *account.Account) { a.Source.Name.Surname = "Nieuw" })
	f.plan("r2", roster.People, row)
	found, err = f.db.RevisionsOf(ctx, board, "a1")
	require.NoError(t, err)
	require.Len(t, found, 1)
	r := found[0].Value
	require.Equal(t, "r2", r.Object)
	require.WithinDuration(t, time.Now().Add(account.Kept), r.ExpireAt, time.Hour)
	key, err := f.shelf.Keys.Unwrap(ctx, r.Batch)
	require.NoError(t, err)
	change, err := r.Open(key, board, "a1")
	require.NoError(t, err)
	require.Equal(t, *row.Before, *change.Before)
	require.Equal(t, f.read("a1").Value, *change.After)
	_, err = r.Open(key, board, "a2")
	require.Error(t, err)
}
