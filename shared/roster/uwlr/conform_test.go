package uwlr_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/conform"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/roster/uwlr"
)

// TestConforms runs what every format must satisfy, in each version.
func TestConforms(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.2", "2.3"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			conform.Run(t, conform.Case{
				Format: uwlr.Format{}, Wanted: roster.Wanted{Today: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)},
				Codes: append(uwlr.Codes(), edexml.Codes()...), People: 3, Closed: true,
				Files: map[string]string{"": whole(version, pupil(`key="L21" eckid="`+eck(1)+`"`, "Zoë"), pupil(`key="L22"`, "Bo"))},
				Twice: func(text string) string { return strings.Replace(text, `key="L22"`, `key="L21"`, 1) },
				Plant: func(text, value string) string {
					inside := fmt.Sprintf("<le:bsn>%[1]s</le:bsn><le:geboortedatum>%[1]s</le:geboortedatum><le:toevoegingen><le:blok>%[1]s</le:blok></le:toevoegingen>", value)
					return strings.ReplaceAll(text, "</le:leerling>", inside+"</le:leerling>")
				},
				Text: func(text, value string) string { return strings.Replace(text, ">Zoë<", ">"+value+"<", 1) },
				One: func(files map[string]string, bsn string) map[string]string {
					files[""] = strings.Replace(files[""], `key="L22"`, `key="`+bsn+`"`, 1)
					return files
				},
			})
		})
	}
}
