package provisiongoogle_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/google"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
)

// total counts all calls.
func (s *stage) total() int {
	n := 0
	for _, times := range s.fake.Counts() {
		n += times
	}
	return n
}

// TestDelegationIsWithdrawnAndMended: the connection says so, few calls are
// made meanwhile, and no message is lost.
func TestDelegationIsWithdrawnAndMended(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(sanne), pupil(tim))
	s.done(sanne)
	s.fake.Revoke("C1")
	s.change(sanne, func(a *account.Account) { a.Source.Name.Call = "Sien" })
	s.done(sanne)
	require.Equal(t, connection.Denied, s.connection().Trouble)
	require.Equal(t, s.clock.Now().Add(10*time.Minute), s.connection().Rests)
	knocked := s.total()
	for range 3 {
		s.done(tim) // kept without a call
	}
	require.Equal(t, knocked, s.total())
	require.Empty(t, s.letters(), "they are posted at once")

	s.clock.Advance(10*time.Minute + time.Second)
	due := s.letters()
	require.Len(t, due, 4)
	for _, m := range due {
		require.Equal(t, http.StatusNoContent, s.deliver(m))
	}
	require.LessOrEqual(t, s.total(), knocked+2, "every message knocks at a closed door")
	require.Equal(t, connection.Denied, s.connection().Trouble)

	s.fake.Restore("C1")
	s.clock.Advance(10*time.Minute + time.Second)
	due = s.letters()
	require.Len(t, due, 4)
	for _, m := range due {
		require.Equal(t, http.StatusNoContent, s.deliver(m))
	}
	require.Empty(t, s.connection().Trouble)
	require.Len(t, s.fake.Users(), 2)
	require.Equal(t, "Sien", s.fake.Users()["sanne@"+domain].Given)
	s.clock.Advance(time.Hour)
	require.Empty(t, s.letters())
}

func TestKeyThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*stage, *connection.Connection){
		"missing": func(_ *stage, c *connection.Connection) { c.Secret = "unknown" },
		"no key": func(s *stage, c *connection.Connection) {
			c.Secret = "spoilt"
			s.secrets.Put("spoilt", []byte("{}"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, google.Options{})
			s.save(pupil(sanne))
			c := s.connection()
			spoil(s, &c)
			require.NoError(t, s.db.Connections().Set(t.Context(), board, link, c))
			s.done(sanne)
			c = s.connection()
			require.Equal(t, connection.Unusable, c.Trouble)
			c.Secret = keyName // a person mends it
			require.NoError(t, s.db.Connections().Set(t.Context(), board, link, c))
			s.clock.Advance(10*time.Minute + time.Second)
			for _, m := range s.letters() {
				require.Equal(t, http.StatusNoContent, s.deliver(m))
			}
			require.Empty(t, s.connection().Trouble)
			s.stands(sanne, connection.Linked, "")
		})
	}
}

// TestGoogleSaysHowLongToWait: nothing is called before, and the message then
// comes back.
func TestGoogleSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(sanne), pupil(tim))
	s.done() // opens the connection
	s.fake.Fail(google.Fault{
		Method: "directory.users.insert", Status: http.StatusTooManyRequests, Reason: "rateLimitExceeded", Times: 1, RetryAfter: 5 * time.Minute,
	})
	s.done(sanne)
	require.Equal(t, s.clock.Now().Add(5*time.Minute), s.connection().Rests)
	require.Empty(t, s.connection().Trouble, "patience is no trouble")
	called := s.total()
	s.done(tim)
	require.Equal(t, called, s.total())
	require.Empty(t, s.letters())
	s.clock.Advance(5*time.Minute + time.Second)
	for _, m := range s.letters() {
		require.Equal(t, http.StatusNoContent, s.deliver(m))
	}
	require.Len(t, s.fake.Users(), 2)
}

// TestShortTroubleComesBack: without a word from Google the message is
// delivered again.
func TestShortTroubleComesBack(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(sanne))
	s.fake.Fail(google.Fault{Method: "directory.users.insert", Status: http.StatusServiceUnavailable, Reason: "backendError", Times: 1})
	s.again(sanne)
	s.done(sanne)
	s.stands(sanne, connection.Linked, "")
}
