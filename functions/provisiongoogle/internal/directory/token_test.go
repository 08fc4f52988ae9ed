package directory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/google"
	"cool.example/sync/functions/provisiongoogle/internal/directory"
	"cool.example/sync/shared/fault"
)

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	id := r.made(t, "sanne@"+domain)
	r.fake.Fail(google.Fault{Status: 401, Reason: "authError", Times: 1})
	_, err := r.User(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, 2, r.fake.Counts()[google.Count{Method: "token", Status: 200}])
	r.fake.Fail(google.Fault{Status: 401, Reason: "authError", Times: 2})
	_, err = r.User(t.Context(), id)
	refused(t, err, directory.Denied, fault.Forbidden)
	require.Empty(t, r.waits)
}

func TestWithdrawnDelegationIsDenied(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	r.made(t, "sanne@"+domain)
	r.fake.Revoke("C1")
	_, err := r.CreateUser(t.Context(), person("b@"+domain))
	refused(t, err, directory.Denied, fault.Forbidden)
	require.Empty(t, r.waits)
}

func TestNewActsAsTheAdministrator(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	client, err := directory.New(t.Context(), r.creds, directory.Config{Customer: "C1"})
	require.NoError(t, err)
	require.NoError(t, client.EnsureOrgUnit(t.Context(), "Medewerkers"))
	r.creds.Admin = "nobody@" + domain
	stranger, err := directory.New(t.Context(), r.creds, directory.Config{Customer: "C1"})
	require.NoError(t, err)
	refused(t, stranger.EnsureOrgUnit(t.Context(), "Medewerkers"), directory.Denied, fault.Forbidden)
}

func TestKeyFileIsChecked(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	good := string(r.creds.KeyFile)
	fake := r.fake.URL() + "/token"
	for name, c := range map[string]struct {
		file string
		ok   bool
	}{
		"good":              {good, true},
		"Google's own":      {strings.Replace(good, fake, "https://oauth2.googleapis.com/token", 1), true},
		"stranger's tokens": {strings.Replace(good, fake, "https://collector.example/token", 1), false},
		"other scheme":      {strings.Replace(good, "http://", "gopher://", 1), false},
		"no JSON":           {"{", false},
		"another kind":      {`{"type":"authorized_user"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := directory.TokenSource(t.Context(), directory.Credentials{BaseURL: r.fake.URL(), Admin: boss, KeyFile: []byte(c.file)})
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			require.NotContains(t, err.Error(), "collector")
		})
	}
}

func TestUnreachableServiceIsRetried(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	r.made(t, "sanne@"+domain) // so that there is a token
	signed, err := directory.NewHTTP(t.Context(), r.creds)
	require.NoError(t, err)
	nowhere := directory.Config{BaseURL: "http://127.0.0.1:1", HTTP: signed, Pause: r.pause}.Client()
	_, err = nowhere.CreateUser(t.Context(), person("b@"+domain))
	refused(t, err, directory.Transient, fault.Busy)
	require.Len(t, r.waits, 4, "nothing was sent, so it is safe to try again")
	require.GreaterOrEqual(t, r.waits[3], 8*time.Second)
}
