package edexml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/samples"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// published returns files to read: those that stand here, and the standard's
// own examples where this machine has them.
func published(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"whole": whole, "least": file("", "", "", "")}
	found := samples.Files(t, "edexml", "*.xml")
	for name, body := range found {
		all[name] = string(body)
	}
	if len(found) > 0 {
		require.Contains(t, found, "EDEXML.Voorbeeld.2.0.xml")
		require.Contains(t, found, "EDEXML.Voorbeeld.2.1.xml")
	}
	return all
}

// TestSamples expects good files to be read whole, and those of Flanders to
// be refused as such and for nothing else.
func TestSamples(t *testing.T) {
	t.Parallel()
	for name, text := range published(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, text)
			var stops []string
			for _, f := range found.List {
				if f.Severity == roster.Stop {
					stops = append(stops, f.Code)
				}
			}
			if strings.Contains(text, "<instellingsnummer>") {
				require.Equal(t, []string{edexml.Flemish}, stops)
			} else {
				require.Empty(t, stops)
				require.NotZero(t, list.Year)
			}
			require.Equal(t, strings.Count(text, "<leerling ")+strings.Count(text, "<leerkracht "), len(list.People))
			require.Equal(t, strings.Count(text, "<bsn>"), list.LeftOut["bsn"])
		})
	}
}
