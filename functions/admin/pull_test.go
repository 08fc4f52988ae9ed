package admin_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/pull"
)

// connected is the form of a sound connection with something otherwise.
func connected(otherwise ...string) url.Values {
	f := url.Values{
		"say": {"save"}, "url": {"https://las.example/uwlr"}, "operation": {"staged"}, "version": {"2.2"}, "set": {"Smalle-set-PO"}, "hours": {"12"},
	}
	for i := 0; i < len(otherwise); i += 2 {
		f.Set(otherwise[i], otherwise[i+1])
	}
	return f
}

func (s *stage) connection() pull.Connection {
	s.t.Helper()
	c, err := s.deps.DB.Pulls().Get(s.t.Context(), ours, zeester)
	require.NoError(s.t, err)
	return c
}

const pullPage = "/admin/schools/" + string(zeester) + "/pull"

func TestConnection(t *testing.T) {
	t.Parallel()
	s := begin(t)
	require.Contains(t, text(s.show(s.admin, pullPage)), "De koppeling staat uit.")
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/pull", connected()).status)
	c := s.connection()
	require.True(t, c.On)
	require.True(t, c.Due(s.clock.Now()))
	require.Equal(t, pull.Settings{
		URL: "https://las.example/uwlr", Operation: pull.Staged, Version: "2.2", Set: "Smalle-set-PO", Every: 12 * time.Hour,
		Secrets: pull.SecretsOf(ours, zeester),
	}, c.Settings)
	require.Equal(t, audit.SchoolSet, all(t, s.deps.DB.Log())[0].Action)
	require.Contains(t, text(s.show(s.admin, pullPage)), "binnen enkele minuten")

	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/pull", connected("at", "02:30", "ahead", "2027-06-15", "hours", "24")).status)
	c = s.connection()
	require.Equal(t, "02:30", c.Settings.At)
	require.Equal(t, time.Date(2027, time.June, 15, 0, 0, 0, 0, time.UTC), c.Settings.Ahead)
	c.State.Ahead.Result = pull.NoData
	c = c.Begin(s.clock.Now()).End(s.clock.Now(), "Client.AutorisatieOngeldig")
	require.NoError(t, s.deps.DB.Pulls().Set(t.Context(), ours, zeester, c))
	shown := text(s.show(s.admin, pullPage))
	require.Contains(t, shown, "De autorisatiesleutel klopt niet")
	require.Contains(t, shown, "Client.AutorisatieOngeldig")
	require.Contains(t, shown, "Niet, tot je iets wijzigt")
	require.Contains(t, shown, "Volgend schooljaar: Het administratiesysteem heeft geen gegevens")
	require.Contains(t, shown, s.clock.Now().In(time.FixedZone("", 3600)).Format("02-01-2006 15:04"))

	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/pull", url.Values{"say": {"now"}}).status)
	require.True(t, s.connection().Due(s.clock.Now()))
	require.Greater(t, s.connection().State.Turn, c.State.Turn)
	require.Equal(t, http.StatusSeeOther, s.post(s.admin, "/pull", url.Values{"say": {"off"}}).status)
	require.False(t, s.connection().On)
	require.Equal(t, "https://las.example/uwlr", s.connection().Settings.URL)
}

func TestConnectionsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	s := begin(t)
	before := s.traces()
	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"http":         {connected("url", "http://las.example/"), "begint"},
		"no address":   {connected("url", ""), "begint"},
		"version 2.1":  {connected("version", "2.1"), "versie 2.2 of 2.3"},
		"no operation": {connected("operation", "all"), "alles-in-één of getrapt"},
		"every minute": {connected("hours", "0"), "tussen één uur"},
		"no time":      {connected("at", "half drie"), "een tijd in als 02:30"},
		"no number":    {connected("hours", "x"), "tussen één uur"},
		"nothing":      {url.Values{}, ""},
		"now, unknown": {url.Values{"say": {"now"}}, ""},
		"off, unknown": {url.Values{"say": {"off"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.in(t).post(s.admin, "/pull", c.form)
			require.Equal(t, http.StatusUnprocessableEntity, got.status)
			require.Contains(t, got.body, c.says)
		})
	}
	everyone := everybody(s)
	for i, want := range []int{http.StatusUnauthorized, 403, 403, 403, http.StatusNotFound} {
		who := everyone.list()[i]
		require.Equal(t, want, s.post(who.session, "/pull", connected()).status, who.name)
		if who.session != "" {
			require.NotEqual(t, http.StatusOK, s.do(call{method: "GET", path: pullPage, session: who.session}).status, who.name)
		}
	}
	require.Equal(t, before.runs, s.traces().runs)
	_, err := s.deps.DB.Pulls().Get(t.Context(), ours, zeester)
	require.Error(t, err, "nothing was stored")
}
