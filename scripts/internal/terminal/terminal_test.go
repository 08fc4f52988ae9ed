package terminal_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/terminal"
)

func TestConsentIsTheWholeWord(t *testing.T) {
	t.Parallel()
	for typed, consents := range map[string]bool{
		"golfbreker\n": true, " golfbreker \n": true, "golfbreker": true,
		"": false, "\n": false, "yes\n": false, "golf\n": false, "golfbreker2\n": false, "no\ngolfbreker\n": false,
	} {
		var out bytes.Buffer
		at := terminal.Terminal{In: strings.NewReader(typed), Out: &out}
		at.Say("%d people", 2)
		require.Equal(t, consents, at.Confirm("golfbreker"), "%q", typed)
		require.Contains(t, out.String(), "2 people\n")
		require.Contains(t, out.String(), "Type golfbreker")
	}
}
