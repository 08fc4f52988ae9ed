package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
)

// decide returns a run with a decision on the row "new" and the rest of phases.
func decide(said roster.Decision, rest ...roster.Phase) roster.Run {
	return roster.Run{Rest: rest, Decisions: map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: {"new": said}}}
}

// rowOf is a row about one account.
func rowOf(id account.ID) roster.AccountRow {
	return roster.AccountRow{Account: account.Account{ID: id}}
}

// TestWhoeverDecidesSaysWhichNamesake expects each decision on a proposal to
// do just what it says.
func TestWhoeverDecidesSaysWhichNamesake(t *testing.T) {
	t.Parallel()
	proposal := rowOf("new")
	first := rowOf("jan1")
	first.With = []roster.AccountRow{rowOf("jan1-twice")}
	proposal.Or, proposal.Others = &first, []roster.AccountRow{rowOf("jan2")}
	step := roster.Step{Accounts: []roster.AccountRow{rowOf("sure"), proposal}}
	for said, want := range map[roster.Decision][]account.ID{
		"":                    {"sure"},
		roster.Same:           {"sure", "jan1", "jan1-twice"},
		roster.SameAs("jan1"): {"sure", "jan1", "jan1-twice"},
		roster.SameAs("jan2"): {"sure", "jan2"},
		roster.SameAs("jan3"): {"sure"},
		roster.Other:          {"sure", "new"},
	} {
		var got []account.ID
		for _, row := range decide(said, roster.Matches).Decided(roster.Matches, step).Accounts {
			require.Nil(t, row.Or)
			require.Empty(t, append(row.Others, row.With...))
			got = append(got, row.Account.ID)
		}
		require.Equal(t, want, got, said)
	}
	require.Empty(t, decide("").Decided(roster.Matches, step).Accounts, "nobody approved the sure one either")
	require.Len(t, proposal.Candidates(), 2)
	require.Empty(t, rowOf("sure").Candidates())
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	row, first := rowOf("new"), rowOf("a1")
	row.Or, row.Others = &first, []roster.AccountRow{rowOf("a2")}
	for said, takes := range map[roster.Decision]bool{
		roster.Same: true, roster.Other: true, roster.SameAs("a1"): true, roster.SameAs("a2"): true, "": true,
		roster.SameAs("a3"): false, "same:": false, "Same": false, "others": false,
	} {
		require.Equal(t, takes, row.Takes(said), said)
		require.False(t, rowOf("sure").Takes(said), "nothing is asked of it")
	}
}

// TestAddressesThatFollowNames expects who is not decided on to be renamed only
// where the rest was approved, and nobody to be asked where a rule names all.
func TestAddressesThatFollowNames(t *testing.T) {
	t.Parallel()
	asked, stays := rowOf("new"), rowOf("new")
	stays.Reason = "address_stays"
	asked.Or = &stays
	for said, want := range map[roster.Decision][2]int{"": {0, 1}, roster.Same: {1, 1}, roster.Other: {1, 1}} {
		step := roster.Step{Accounts: []roster.AccountRow{asked}}
		for i, rest := range [][]roster.Phase{nil, {roster.Renames}} {
			r := roster.Run{Rest: rest, Decisions: map[roster.Phase]map[account.ID]roster.Decision{roster.Renames: {"new": said}}}
			rows := r.Decided(roster.Renames, step).Accounts
			require.Len(t, rows, want[i], said)
			for _, row := range rows {
				require.Nil(t, row.Or)
				require.Equal(t, said == roster.Same, row.Reason == "address_stays")
			}
		}
	}
	everybody := roster.Step{Accounts: []roster.AccountRow{rowOf("a1"), rowOf("a2")}}
	require.Equal(t, everybody, roster.Run{Kind: roster.Naming}.Decided(roster.Renames, everybody))
	require.False(t, roster.Run{Kind: roster.Naming}.Asks(roster.Renames))
}

func TestWhatNobodyDecided(t *testing.T) {
	t.Parallel()
	r := roster.Run{Counts: roster.Counts{Match: 3}, Rows: map[roster.Phase]int{roster.Matches: 5}}
	require.Equal(t, 2, r.Sure())
	require.Equal(t, 5, r.Undecided())
	r.Rest = []roster.Phase{roster.Matches}
	require.Equal(t, 3, r.Undecided())
	r.Decisions = map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: {"a": roster.Same, "b": roster.Other, "c": roster.Same}}
	require.Zero(t, r.Undecided())
}
