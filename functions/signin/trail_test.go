package signin_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
)

// origins returns from where each action of that kind was done.
func (f *fixture) origins(what audit.Action) (found []audit.Origin) {
	f.t.Helper()
	for _, e := range f.entries(what) {
		s, err := f.db.Private().Get(f.t.Context(), board, e.ID)
		require.NoError(f.t, err, "%s %s has no private part", e.Action, e.Reason)
		require.Equal(f.t, e.At.Add(90*24*time.Hour), s.ExpireAt)
		o, err := f.trail.Open(f.t.Context(), board, e, s)
		require.NoError(f.t, err)
		found = append(found, o)
	}
	return found
}

func TestItIsKeptFromWhereSomebodyCame(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.signIn("sanne@leerling.example", "fout")
	c := cookie(f.signIn("sanne@leerling.example", password))
	f.post("/password", url.Values{"old": {password}, "new": {"nieuw-en-lang-genoeg-77"}, "again": {"nieuw-en-lang-genoeg-77"}}, c)
	here := audit.Origin{Address: "192.0.2.1"} // as httptest says
	require.Equal(t, []audit.Origin{here}, f.origins(audit.SignInFailed))
	require.Equal(t, []audit.Origin{here, here}, f.origins(audit.SignedIn), "a new password begins a new session")
	require.Equal(t, []audit.Origin{here}, f.origins(audit.PasswordSet))

	in := f.entries(audit.SignedIn)[0].ID
	f.clock.Advance(90 * 24 * time.Hour)
	_, err := f.db.Private().Get(t.Context(), board, in)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestNoAddressOfGuardiansAndOfWhoIsNotKnown(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.person("els", func(a *account.Account) { a.Kind = person.Guardian })
	f.signIn("els@leerling.example", "fout")
	f.signIn("els@leerling.example", password)
	f.signIn("niemand@leerling.example", password)
	require.Equal(t, []audit.Origin{{}, {}}, f.origins(audit.SignInFailed))
	require.Equal(t, []audit.Origin{{}}, f.origins(audit.SignedIn))
}
