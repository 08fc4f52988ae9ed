package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
)

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
		for _, row := range step.Decided(map[account.ID]roster.Decision{"new": said}, true).Accounts {
			require.Nil(t, row.Or)
			require.Empty(t, append(row.Others, row.With...))
			got = append(got, row.Account.ID)
		}
		require.Equal(t, want, got, said)
	}
	require.Empty(t, step.Decided(nil, false).Accounts, "nobody approved the sure one either")
	require.Len(t, proposal.Candidates(), 2)
	require.Empty(t, rowOf("sure").Candidates())
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	for said, valid := range map[roster.Decision]bool{
		roster.Same: true, roster.Other: true, roster.SameAs("a1"): true, "": false, "same:": false, "Same": false, "others": false,
	} {
		require.Equal(t, valid, said.Valid(), said)
	}
}
