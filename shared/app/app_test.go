package app_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

func TestFor(t *testing.T) {
	t.Parallel()
	in := func(kind person.Kind, state account.State, left bool, groups ...group.ID) account.Account {
		return account.Account{Kind: kind, State: state, Memberships: []account.Membership{{School: "s1", Groups: groups, Left: left}}}
	}
	pupils, both := []person.Kind{person.Pupil}, []person.Kind{person.Pupil, person.Staff}
	for name, c := range map[string]struct {
		app  app.App
		who  account.Account
		want bool
	}{
		"every pupil":            {app.App{Kinds: pupils}, in(person.Pupil, account.Active, false), true},
		"no staff":               {app.App{Kinds: pupils}, in(person.Staff, account.Active, false), false},
		"staff too":              {app.App{Kinds: both}, in(person.Staff, account.Active, false), true},
		"no guardian":            {app.App{Kinds: both}, in(person.Guardian, account.Active, false), false},
		"for no kind":            {app.App{}, in(person.Pupil, account.Active, false), false},
		"of the group":           {app.App{Kinds: pupils, Groups: []group.ID{"g1", "g2"}}, in(person.Pupil, account.Active, false, "g2"), true},
		"of another group":       {app.App{Kinds: pupils, Groups: []group.ID{"g1"}}, in(person.Pupil, account.Active, false, "g2"), false},
		"of no group":            {app.App{Kinds: pupils, Groups: []group.ID{"g1"}}, in(person.Pupil, account.Active, false), false},
		"group of a former year": {app.App{Kinds: pupils, Groups: []group.ID{"g1"}}, in(person.Pupil, account.Active, true, "g1"), false},
		"group, not the kind":    {app.App{Kinds: pupils, Groups: []group.ID{"g1"}}, in(person.Staff, account.Active, false, "g1"), false},
		"blocked":                {app.App{Kinds: pupils}, in(person.Pupil, account.Blocked, false), false},
		"left":                   {app.App{Kinds: pupils}, in(person.Pupil, account.Left, false), false},
		"prepared":               {app.App{Kinds: pupils}, in(person.Pupil, account.Prepared, false), false},
	} {
		require.Equal(t, c.want, c.app.For(c.who), name)
	}
}

func TestClientSecret(t *testing.T) {
	t.Parallel()
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex.EncodeToString(app.HashSecret("abc")))
	confidential := app.Client{SecretHash: app.HashSecret("abc")}
	require.True(t, confidential.Matches("abc"))
	for _, wrong := range []string{"", "ab", "abcd", "ABC", string(app.HashSecret("abc"))} {
		require.False(t, confidential.Matches(wrong), "%q", wrong)
	}
	for _, public := range []app.Client{{}, {SecretHash: []byte{}}} {
		require.False(t, public.Matches(""), "a public client has no secret, not an empty one")
		require.False(t, public.Matches("abc"))
	}
}

func TestParseClientID(t *testing.T) {
	t.Parallel()
	owner, id, err := app.ParseClientID(app.ClientID("bestuur", "rekenen"))
	require.NoError(t, err)
	require.Equal(t, tenant.ID("bestuur"), owner)
	require.Equal(t, app.ID("rekenen"), id)
	for _, bad := range []string{
		"", ".", "bestuur", "bestuur.", ".rekenen", "bestuur.a.b", "bestuur.a/b", "BESTUUR.rekenen", "be.rekenen", "../x.rekenen", "be stuur.a",
	} {
		owner, id, err := app.ParseClientID(bad)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%q", bad)
		require.Empty(t, string(owner)+string(id), "%q", bad)
	}
}

func FuzzParseClientID(f *testing.F) {
	f.Add("bestuur.rekenen")
	f.Add("bestuur./..")
	f.Fuzz(func(t *testing.T, s string) {
		owner, id, err := app.ParseClientID(s)
		if err == nil {
			require.Equal(t, s, app.ClientID(owner, id))
			require.NotContains(t, string(id), "/")
		}
	})
}
