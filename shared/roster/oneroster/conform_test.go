package oneroster_test

import (
	"maps"
	"strings"
	"testing"

	"cool.example/sync/shared/roster/conform"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/oneroster"
	"cool.example/sync/shared/roster/rows"
)

// TestConforms runs what every format must satisfy, in both versions.
func TestConforms(t *testing.T) {
	t.Parallel()
	for version, c := range map[string]struct {
		files  set
		people int
	}{"1.1": {first(), 3}, "1.2": {good(), 4}} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			conform.Run(t, conform.Case{
				Format: oneroster.Format{}, Wanted: wanted(), Codes: append(append(oneroster.Codes(), csvset.Codes()...), rows.Codes()...),
				Files: maps.Clone(c.files), Main: "users.csv", People: c.people,
				Twice: func(text string) string { return strings.Replace(text, "\np2,", "\np1,", 1) },
				Text:  func(text, value string) string { return strings.Replace(text, ",Bram,", ",\""+value+"\",", 1) },
				One: func(files map[string]string, bsn string) map[string]string {
					for name, text := range files {
						files[name] = strings.ReplaceAll(text, "p2,", bsn+",")
					}
					return files
				},
				Plant: func(text, value string) string {
					lines := strings.SplitAfter(text, "\n")
					for i, end := range []string{",BSN,metadata.adres\n", "," + value + "," + value + "\n"} {
						lines[i] = strings.TrimSuffix(lines[i], "\n") + end
					}
					return strings.Join(lines, "")
				},
			})
		})
	}
}
