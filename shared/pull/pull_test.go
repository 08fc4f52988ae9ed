package pull_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster/uwlr"
	"cool.example/sync/shared/school"
)

func sound() pull.Settings {
	return pull.Settings{
		URL: "https://las.example/uwlr2.3.svc", Operation: pull.Whole, Version: "2.3", Set: "Smalle-set-VO", Every: 24 * time.Hour,
		Secrets: pull.SecretsOf("golfbreker", "zeester"),
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, sound().Check("golfbreker"))
	for name, c := range map[string]struct {
		spoil func(*pull.Settings)
		field string
	}{
		"http":             {func(s *pull.Settings) { s.URL = "http://las.example/" }, "url"},
		"no host":          {func(s *pull.Settings) { s.URL = "https:///x" }, "url"},
		"a password":       {func(s *pull.Settings) { s.URL = "https://a:b@las.example/" }, "url"},
		"a file":           {func(s *pull.Settings) { s.URL = "file:///etc/passwd" }, "url"},
		"no operation":     {func(s *pull.Settings) { s.Operation = "" }, "operation"},
		"version 2.1":      {func(s *pull.Settings) { s.Version = "2.1" }, "version"},
		"a long set":       {func(s *pull.Settings) { s.Set = string(make([]byte, 65)) }, "set"},
		"every minute":     {func(s *pull.Settings) { s.Every = time.Minute }, "every"},
		"every month":      {func(s *pull.Settings) { s.Every = 31 * 24 * time.Hour }, "every"},
		"no secret":        {func(s *pull.Settings) { s.Secrets.Key = "" }, "secrets"},
		"a path to secret": {func(s *pull.Settings) { s.Secrets.Client = "pull_golfbreker_/../index-key" }, "secrets"},
		"our own secret":   {func(s *pull.Settings) { s.Secrets.Key = "index-key" }, "secrets"},
		"another's secret": {func(s *pull.Settings) { s.Secrets.Key = "pull_golfbreker-2_zeester_key" }, "secrets"},
		"our private key":  {func(s *pull.Settings) { s.Secrets.Key = pull.SharedCertificate }, "secrets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sound()
			c.spoil(&s)
			err := s.Check("golfbreker")
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			fields, _ := fault.Fields(err)
			require.Len(t, fields, 1)
			require.Contains(t, fields, c.field)
			texts, err := i18n.Load()
			require.NoError(t, err)
			require.NotEmpty(t, texts[i18n.Dutch][fields[c.field]])
		})
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 24, 6, 0, 0, 0, time.UTC)
	c := pull.Connection{School: "s1"}.With(sound(), now)
	require.True(t, c.Due(now))
	c = c.Begin(now)
	require.True(t, c.State.Open)
	require.False(t, c.Due(now), "a turn under way is not begun again")
	require.True(t, c.Due(now.Add(pull.Hold)), "but one that died is")

	good := c.End(now, pull.Received)
	require.Equal(t, now.Add(24*time.Hour), good.State.Next)
	require.False(t, good.State.Open)
	require.Equal(t, now, good.State.Last)

	busy := c
	var pauses []time.Duration
	for range 11 {
		busy = busy.End(now, "Server.TijdelijkNietBeschikbaar")
		pauses = append(pauses, busy.State.Next.Sub(now))
	}
	require.Equal(t, []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute}, pauses[:4])
	require.Equal(t, 24*time.Hour, pauses[10], "never longer than the usual time")
	require.Zero(t, busy.End(now, pull.NoChanges).State.Failures)

	wrong := c.End(now, "Client.AutorisatieOngeldig")
	require.Equal(t, pull.Never(), wrong.State.Next, "a wrong key is not tried again and again")
	mended := wrong.With(sound(), now)
	require.True(t, mended.Due(now))
	require.Greater(t, mended.State.Turn, wrong.State.Turn, "the outcome of an older turn is refused")
	off := mended
	off.On = false
	require.False(t, off.Due(now))
}

func TestDigest(t *testing.T) {
	t.Parallel()
	code := school.Code{BRIN: "99XX", Location: "00"}
	one := sound().Digest(code, 2026)
	require.Equal(t, one, sound().Digest(code, 2026))
	require.NotEqual(t, one, sound().Digest(code, 2027))
	other := sound()
	other.Version = "2.2"
	require.NotEqual(t, one, other.Digest(code, 2026))
}

// TestResults expects every fault of UWLR to be a result with a text, and to
// be retried only where that may help.
func TestResults(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	require.NoError(t, err)
	for _, f := range uwlr.Faults() {
		require.Contains(t, pull.Results(), pull.Result(f))
		require.Equal(t, f.Passing(), pull.Result(f).Passing(), f)
		require.False(t, pull.Result(f).Good())
	}
	for _, r := range pull.Results() {
		for _, l := range i18n.Langs() {
			require.NotEmpty(t, texts[l]["pull.result."+string(r)], r)
		}
	}
}
