package edexml_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// samples returns files to read: those that stand here, and where the
// environment variable EDEXML_SAMPLES names a folder, the XML files in it.
func samples(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"whole": whole, "least": file("", "", "", "")}
	folder := os.Getenv("EDEXML_SAMPLES")
	if folder == "" {
		return all
	}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".xml") {
			return err
		}
		raw, err := os.ReadFile(path)
		all[path] = string(raw)
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 2, "no XML file in EDEXML_SAMPLES")
	return all
}

// TestSamples expects good files to be read whole, and those of Flanders to
// be refused as such and for nothing else.
func TestSamples(t *testing.T) {
	t.Parallel()
	for name, text := range samples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
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
