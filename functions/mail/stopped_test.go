package mail_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/topic"
)

// stopped stores a connection whose turn ended with a result.
func (s *stage) stopped(r pull.Result) topic.Mailing {
	s.t.Helper()
	now := s.clock.Now()
	settings := pull.Settings{URL: "https://las.example/", Every: 24 * time.Hour, Operation: pull.Whole, Version: "2.3"}
	c := pull.Connection{School: zeester}.With(settings, now).Begin(now).End(now, r)
	require.NoError(s.t, s.db.Pulls().Set(s.t.Context(), owner, zeester, c))
	return topic.Stopped(topic.Pull{Tenant: owner, School: zeester, Turn: c.State.Turn})
}

func TestWhoManagesASchoolIsToldThatNothingIsFetched(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.person(owner, "zoe", account.Active, access.Signatory)
	s.person(other, "elders", account.Active, access.Admin)
	m := s.stopped("Client.AutorisatieOngeldig")
	for range 2 {
		require.Equal(t, http.StatusNoContent, s.send(m))
	}
	require.Equal(t, []string{"marijke@golfbreker.example"}, s.told(), "once, and nobody else")
	mail := s.fake.Mails()[0]
	golden(t, "stopped.txt", mail.Text)
	require.Contains(t, mail.HTML, "https://cool.example/admin/schools/zeester/pull")
	require.Equal(t, []string{"marijke pull-zeester-2 sent"}, s.logged())

	s.clock.Advance(time.Hour)
	later := s.stopped(pull.SecretMissing)
	later.Turn++ // of a turn that is not there
	require.Equal(t, http.StatusNoContent, s.send(later))
	require.Len(t, s.told(), 1)
}

func TestNobodyIsToldOfWhatIsMended(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c pull.Connection, now time.Time) pull.Connection{
		"set anew": func(c pull.Connection, now time.Time) pull.Connection { return c.With(c.Settings, now) },
		"off":      func(c pull.Connection, _ time.Time) pull.Connection { return c.Off() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			m := s.stopped("Client.AutorisatieOngeldig")
			c, err := s.db.Pulls().Get(t.Context(), owner, zeester)
			require.NoError(t, err)
			require.NoError(t, s.db.Pulls().Set(t.Context(), owner, zeester, change(c, s.clock.Now())))
			require.Equal(t, http.StatusNoContent, s.send(m))
			require.Empty(t, s.told())
		})
	}
}
