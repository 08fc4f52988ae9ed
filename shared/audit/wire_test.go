package audit_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
)

// seen is an entry of somebody who looked at two pupils, and themselves.
func seen() audit.Entry {
	at := time.Date(2026, time.November, 24, 8, 30, 0, 123456000, time.UTC)
	return audit.Entry{
		ID: "eaaaaaaaaaaaaaaaaaaaaaaaaa", At: at, Recorded: at.Add(40 * time.Millisecond), Actor: audit.Actor{Account: "amarijke"},
		Action: audit.Viewed, Subjects: []account.ID{"asanne", "abram", "amarijke"}, Object: "g4a", Reason: "plan",
		ExpireAt: at.Add(audit.Keep),
	}.Of("surname", "call_name", "surname")
}

// TestWire holds the wire form against what partners of the export read.
func TestWire(t *testing.T) {
	t.Parallel()
	at := seen().At
	released := audit.Entry{
		ID: "ebbbbbbbbbbbbbbbbbbbbbbbbb", At: at, Recorded: at, Actor: audit.Actor{System: "sso"}, Action: audit.Released,
		Subjects: []account.ID{"asanne"}, Object: "rekenen", Reason: "openid profile", ExpireAt: at.Add(audit.Keep / 2),
	}.Of("call_name")
	looked := audit.Entry{ID: "eccccccccccccccccccccccccc", At: at, Recorded: at, Actor: audit.Actor{Account: "amarijke"}, Action: audit.LogViewed, ExpireAt: at.Add(audit.Keep)}
	var got []audit.Wire
	for _, e := range []audit.Entry{seen(), released, looked} {
		got = append(got, e.Wire("golfbreker"))
	}
	body, err := json.MarshalIndent(got, "", "  ")
	require.NoError(t, err)
	want, err := os.ReadFile("testdata/wire.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(body)+"\n")
}

// TestWireHasWhatTheStandardDemands lists what it makes compulsory, and what we
// promise beyond it.
func TestWireHasWhatTheStandardDemands(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(seen().Wire("golfbreker"))
	require.NoError(t, err)
	var action map[string]any
	require.NoError(t, json.Unmarshal(body, &action))
	for _, name := range []string{
		"actieId", "vertrouwelijkheid", "tijdstip", "tijdstipRegistratie", "verwerkteObjecten",
		"actieNaam", "handelingNaam", "verwerkingId", "verwerkingsactiviteitId", "bewaartermijn", "uitvoerder", "systeem", "gebruiker", "gegevensbron",
	} {
		require.NotEmpty(t, action[name], name)
	}
	require.Contains(t, []string{"normaal", "vertrouwelijk", "opgeheven"}, action["vertrouwelijkheid"])
	objects := action["verwerkteObjecten"].([]any)
	require.Len(t, objects, 4)
	for _, o := range objects {
		for _, name := range []string{"verwerktObjectId", "objecttype", "soortObjectId", "objectId", "betrokkenheid", "verwerkteSoortenGegevens"} {
			require.Contains(t, o, name)
		}
	}
}

func TestExtractNamesNobodyElse(t *testing.T) {
	t.Parallel()
	e := seen()
	mine := e.Extract("abram")
	require.Equal(t, []account.ID{"abram"}, mine.Subjects)
	require.Len(t, e.Subjects, 3, "the entry itself is left alone")
	require.Empty(t, e.Extract("aniemand").Subjects)
	body, err := json.Marshal(mine.Wire("golfbreker"))
	require.NoError(t, err)
	require.NotContains(t, string(body), "asanne")
}
