package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
)

func TestMemberships(t *testing.T) {
	t.Parallel()
	a := account.Account{}.
		With(account.Membership{School: "zee", Groups: []group.ID{"g2", "g1"}}).
		With(account.Membership{School: "duin", Groups: []group.ID{"g1", "g3"}})
	require.Equal(t, []group.ID{"g1", "g2", "g3"}, a.Groups())

	left := a.With(account.Membership{School: "zee", Left: true, Groups: []group.ID{"g2"}})
	require.Equal(t, []group.ID{"g1", "g3"}, left.Groups(), "a school that somebody left gives no groups")
	require.Equal(t, []group.ID{"g1", "g2", "g3"}, a.Groups(), "the account before is as it was")
	require.NotEqual(t, a.Imported(), left.Imported())

	_, ok := a.At("berg")
	require.False(t, ok)
	m, ok := left.At("zee")
	require.True(t, ok)
	require.True(t, m.Left)
}

func TestTheOrderOfSchoolsDoesNotMatter(t *testing.T) {
	t.Parallel()
	x, y := account.Membership{School: "x", Key: "1"}, account.Membership{School: "y", Key: "2"}
	require.Equal(t, account.Account{}.With(x).With(y).Memberships, account.Account{}.With(y).With(x).Memberships)
}

func TestTheMainSchool(t *testing.T) {
	t.Parallel()
	a := account.Account{}.With(account.Membership{School: "zee"}).With(account.Membership{School: "duin"})
	require.Equal(t, school.ID("zee"), a.Main, "the first school is the main one")
	a = a.With(account.Membership{School: "zee", Left: true})
	require.Equal(t, school.ID("duin"), a.Main, "until it is left")
	require.True(t, a.Present())
	a = a.With(account.Membership{School: "duin", Left: true})
	require.Equal(t, school.ID("duin"), a.Main, "who has left every school keeps the last")
	require.False(t, a.Present())
	require.Equal(t, school.ID("berg"), account.Account{}.Preparing(account.Membership{School: "berg"}).Main)
	require.Empty(t, a.Without("zee").Without("duin").Memberships)
}

func TestASealIsNoChange(t *testing.T) {
	t.Parallel()
	one := account.Account{Source: account.Source{ECK: account.ECK{Hash: "h", Sealed: []byte("1")}}}
	two := account.Account{Source: account.Source{ECK: account.ECK{Hash: "h", Sealed: []byte("2")}}}
	other := account.Account{Source: account.Source{ECK: account.ECK{Hash: "i", Sealed: []byte("1")}}}
	require.Equal(t, one.Imported(), two.Imported())
	require.NotEqual(t, one.Imported(), other.Imported())
}

func TestOnlyTheActiveSignIn(t *testing.T) {
	t.Parallel()
	for state, want := range map[account.State]bool{account.Active: true, account.Blocked: false, account.Left: false, "": false} {
		require.Equal(t, want, account.Account{State: state}.MaySignIn(), state)
		limit := account.Limit{Since: time.Unix(1, 0), Order: "A-1"}
		require.False(t, account.Account{State: state, Limit: limit}.MaySignIn(), "the processing of the data is restricted")
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	seen := map[account.ID]bool{}
	for range 1000 {
		id := account.NewID()
		require.Regexp(t, `^a[a-z2-7]{26}$`, string(id))
		require.False(t, seen[id])
		seen[id] = true
	}
}
