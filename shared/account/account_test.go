package account_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

func nobody(string) bool { return false }

func TestUsername(t *testing.T) {
	t.Parallel()
	for want, name := range map[string]person.Name{
		"sanne.vanderberg":      {Call: "Sanne", Infix: "van der", Surname: "Berg"},
		"zoe.dancona":           {Call: "Zoë", Infix: "d'", Surname: "Ancona"},
		"jan-willem.tjong":      {Call: "Jan-Willem", Surname: "Tjong"},
		"bjorn.osterstrasse":    {Call: "Bjørn", Surname: "Österstraße"},
		"lukasz.zolc":           {Call: "Łukasz", Surname: "Żółć"},
		"annemarie.dejong-smit": {Call: "Anne Marie", Infix: "de", Surname: "Jong-Smit"},
		"maria.bakker":          {FirstNames: "Maria Johanna", Surname: "Bakker"},
		"ab.thart":              {Initials: "A.B.", Infix: "'t", Surname: "Hart"},
		"madonna":               {Call: "Madonna"},
		"visser":                {Surname: "Visser"},
		"account":               {Call: "王", Surname: "芳"},
		"admin2":                {Call: "Admin"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, account.Username(name, nobody))
		})
	}
}

func TestUsernamesThatMeet(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{}
	for _, want := range []string{"sanne.berg", "sanne.berg2", "sanne.berg3"} {
		got := account.Username(person.Name{Call: "Sanne", Surname: "Berg"}, func(s string) bool { return taken[s] })
		require.Equal(t, want, got)
		taken[got] = true
	}
}

// anyName draws names of every script and of any length.
func anyName() *rapid.Generator[person.Name] {
	return rapid.Custom(func(t *rapid.T) person.Name {
		part := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-zé'. -]{0,90}`))
		return person.Name{Call: part.Draw(t, "call"), Infix: part.Draw(t, "infix"), Surname: part.Draw(t, "surname")}
	})
}

func TestUsernamesAreAlwaysValidAndFree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		taken := map[string]bool{}
		for _, n := range rapid.SliceOfN(anyName(), 1, 20).Draw(t, "names") {
			for range 3 {
				got := account.Username(n, func(s string) bool { return taken[s] })
				require.False(t, taken[got], "never a name that is in use")
				require.True(t, account.ValidUsername(got), "%q", got)
				require.Equal(t, strings.ToLower(got), got)
				taken[got] = true
			}
		}
	})
}

func FuzzValidUsername(f *testing.F) {
	for _, seed := range []string{"sanne.berg", ".a", "a..b", "admin", "a@b", "é", strings.Repeat("a", 65)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, local string) {
		if account.ValidUsername(local) {
			require.LessOrEqual(t, len(local), 64)
			require.NotContains(t, local, "..")
			require.NotContains(t, local, "@")
			require.NotRegexp(t, `[^a-z0-9._'-]`, local)
		}
	})
}

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
