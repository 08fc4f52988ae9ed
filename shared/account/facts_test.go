package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
)

func TestFactsAreOfThePresent(t *testing.T) {
	t.Parallel()
	a := account.Account{
		Kind: person.Pupil, State: account.Blocked, Own: account.Own{Groups: []group.ID{"gm"}, Ruled: []group.ID{"gr"}},
		Memberships: []account.Membership{
			{School: "duin", Grade: "4", Groups: []group.ID{"g1"}, Left: true},
			{School: "zee", Grade: "5", ILT: "0170", Groups: []group.ID{"g2"}, Roles: []string{"LRK"}},
		},
		Next: []account.Membership{{School: "berg", Groups: []group.ID{"g3"}}},
	}
	require.Equal(t, group.Facts{
		Kind: person.Pupil, Here: true, Groups: []group.ID{"gm"},
		Places: []group.Place{{School: "zee", Grade: "5", ILT: "0170", Groups: []group.ID{"g2"}, Roles: []string{"LRK"}}},
	}, a.Facts(), "neither the past nor what is prepared, and no group that follows from these facts")
	for state, here := range map[account.State]bool{account.Active: true, account.Blocked: true, account.Left: false, account.Prepared: false} {
		a.State = state
		require.Equal(t, here, a.Facts().Here, state)
	}
}

func TestBandOfAPupil(t *testing.T) {
	t.Parallel()
	class := func(id group.ID, band group.Band) group.Group {
		return group.Group{ID: id, Kind: group.Class, Band: band}
	}
	a := account.Account{Main: "zee", Memberships: []account.Membership{
		{School: "berg", Grade: "8", Groups: []group.ID{"gold"}, Left: true},
		{School: "duin", Grade: "8", Groups: []group.ID{"g8"}},
		{School: "zee", Grade: "2", Groups: []group.ID{"g2"}},
	}}
	require.Equal(t, group.Young, a.BandIn(), "the main school's year")
	groups := []group.Group{class("gold", group.Older), class("other", group.Older), class("g8", group.Middle)}
	require.Equal(t, group.Middle, a.BandIn(groups...), "a class that has one")
	require.Equal(t, group.Older, a.BandIn(append(groups, class("g2", group.Older))...), "the main school's class before another")
	a.Own.Band = group.Young
	require.Equal(t, group.Young, a.BandIn(groups...))
}
