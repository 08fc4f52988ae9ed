package pull_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/school"
)

// TestATimeOfDay expects a connection to be pulled each night at the time that
// the school has set, whenever the last pull was.
func TestATimeOfDay(t *testing.T) {
	t.Parallel()
	s := sound()
	s.At, s.Every = "02:30", 0
	require.NoError(t, s.Check("golfbreker"))
	for name, c := range map[string]struct{ at, want string }{
		"in winter, by day":          {"2026-11-24T14:00:00Z", "2026-11-25T01:30:00Z"},
		"in winter, just before":     {"2026-11-24T01:29:59Z", "2026-11-24T01:30:00Z"},
		"in winter, at that moment":  {"2026-11-24T01:30:00Z", "2026-11-25T01:30:00Z"},
		"in summer":                  {"2026-06-24T14:00:00Z", "2026-06-25T00:30:00Z"},
		"into summer time":           {"2026-03-28T14:00:00Z", "2026-03-29T01:30:00Z"},
		"out of summer time":         {"2026-10-24T14:00:00Z", "2026-10-25T01:30:00Z"},
		"at the end of the year":     {"2026-12-31T14:00:00Z", "2027-01-01T01:30:00Z"},
		"just after midnight, Dutch": {"2026-11-23T23:05:00Z", "2026-11-24T01:30:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		next := pull.Connection{School: "s1"}.With(s, at).Begin(at).End(at, pull.NoChanges).State.Next
		require.Equal(t, c.want, next.Format(time.RFC3339), name)
	}
	at := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	c := pull.Connection{School: "s1"}.With(s, at).Begin(at)
	require.Equal(t, 5*time.Minute, c.End(at, pull.Slow).State.Next.Sub(at), "a failure that passes is tried again soon")
	for range 20 {
		c = c.End(at, pull.Slow)
	}
	require.Equal(t, 24*time.Hour, c.State.Next.Sub(at), "and then each day")
	for _, wrong := range []string{"2:3", "25:00", "half drie", "02:30:00"} {
		s.At = wrong
		require.Error(t, s.Check("golfbreker"), wrong)
	}
}

func TestWhenTheYearToComeIsAskedFor(t *testing.T) {
	t.Parallel()
	on := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 6, 0, 0, 0, time.UTC)
	}
	s := sound()
	_, due := s.AheadYear(on(2027, time.June, 20), 2026)
	require.False(t, due, "unless the school says from when")
	s.Ahead = on(2027, time.June, 15)
	for name, c := range map[string]struct {
		now     time.Time
		present school.Year
		due     bool
	}{
		"before that day":              {on(2027, time.June, 14), 2026, false},
		"from that day":                {on(2027, time.June, 15), 2026, true},
		"until the year begins":        {on(2027, time.July, 31), 2026, true},
		"also where it begins late":    {on(2027, time.August, 10), 2026, true},
		"no longer when it has begun":  {on(2027, time.August, 10), 2027, false},
		"nor where it has begun early": {on(2027, time.July, 10), 2027, false},
		"nor a year later":             {on(2028, time.June, 20), 2027, false},
	} {
		year, due := s.AheadYear(c.now, c.present)
		require.Equal(t, c.due, due, name)
		require.Equal(t, school.Year(2027), year)
	}
}

func TestStopped(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	c := pull.Connection{School: "s1"}.With(sound(), now)
	for result, stopped := range map[pull.Result]bool{
		pull.Received: false, pull.NoChanges: false, pull.NoData: false, pull.Slow: false, "Server.InterneFout": false,
		"Client.AutorisatieOngeldig": true, pull.SecretMissing: true, pull.CertRefused: true,
	} {
		after := c.Begin(now).End(now, result)
		require.Equal(t, stopped, after.Stopped(), result)
		require.False(t, after.With(sound(), now).Stopped(), "somebody has acted")
		require.False(t, after.Off().Stopped())
	}
}
