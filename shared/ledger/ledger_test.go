package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/ledger"
)

func TestStandings(t *testing.T) {
	t.Parallel()
	at := func(minute int, kind ledger.Kind, state ledger.State) ledger.Entry {
		e := ledger.New(kind, time.Date(2026, 11, 26, 9, minute, 0, 0, time.UTC), "a1")
		e.State = state
		return e
	}
	for name, c := range map[string]struct {
		entries []ledger.Entry
		gone    ledger.Kind
		blocked bool
	}{
		"nothing":                    {nil, "", false},
		"deleted":                    {[]ledger.Entry{at(1, ledger.Deleted, ledger.Done)}, ledger.Deleted, false},
		"deleted and restored":       {[]ledger.Entry{at(2, ledger.Restored, ledger.Done), at(1, ledger.Deleted, ledger.Done)}, "", false},
		"at one moment":              {[]ledger.Entry{at(1, ledger.Deleted, ledger.Done), at(1, ledger.Restored, ledger.Done)}, ledger.Deleted, false},
		"a process died":             {[]ledger.Entry{at(1, ledger.Deleted, ledger.Begun)}, ledger.Deleted, false},
		"it did not happen":          {[]ledger.Entry{at(1, ledger.Deleted, ledger.Void)}, "", false},
		"erased after a restoration": {[]ledger.Entry{at(1, ledger.Restored, ledger.Done), at(2, ledger.Erased, ledger.Done)}, ledger.Erased, false},
		"blocked":                    {[]ledger.Entry{at(1, ledger.Blocked, ledger.Done)}, "", true},
		"blocked and unblocked":      {[]ledger.Entry{at(1, ledger.Blocked, ledger.Done), at(2, ledger.Unblocked, ledger.Done)}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 20 { // ids are random
				got := ledger.Standings(c.entries)[account.ID("a1")]
				require.Equal(t, c.gone, got.Gone)
				require.Equal(t, c.blocked, got.Blocked)
			}
		})
	}
}
