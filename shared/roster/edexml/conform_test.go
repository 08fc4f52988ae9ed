package edexml_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/conform"
	"cool.example/sync/shared/roster/edexml"
)

// TestConforms runs what every format must satisfy, in each version.
func TestConforms(t *testing.T) {
	t.Parallel()
	oldest := file(`<school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode><xsdversie>1.03</xsdversie></school>`,
		`<groepen><groep key="g4"><naam>4a</naam><jaargroep>4</jaargroep></groep></groepen>`,
		`<leerlingen><leerling key="1001"><achternaam>Berg</achternaam><roepnaam>Bo</roepnaam><groep key="g4"/></leerling>`+
			`<leerling key="1002"><achternaam>Kok</achternaam><roepnaam>Daan</roepnaam><jaargroep>5</jaargroep></leerling></leerlingen>`,
		`<leerkrachten><leerkracht key="M1"><achternaam>Smit</achternaam><groepen><groep key="g4"/></groepen></leerkracht></leerkrachten>`)
	second := strings.Replace(strings.Replace(whole, "2.1<", "2.0<", 1), ` eckid="https://ketenid.nl/201703/`+hex128+`"`, "", 1)
	for version, c := range map[string]struct {
		text   string
		people int
	}{"1.03": {oldest, 3}, "2.0": {strings.TrimPrefix(second, "\ufeff"), 5}, "2.1": {strings.TrimPrefix(whole, "\ufeff"), 5}} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			conform.Run(t, conform.Case{
				Format: edexml.Format{}, Wanted: roster.Wanted{Today: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}, Codes: edexml.Codes(),
				Files: map[string]string{"": c.text}, People: c.people, Closed: true,
				Twice: func(text string) string { return strings.Replace(text, `key="1002"`, `key="1001"`, 1) },
				Plant: func(text, value string) string {
					inside := fmt.Sprintf("<bsn>%[1]s</bsn><geboortedatum>%[1]s</geboortedatum><fax>%[1]s</fax><toevoegingen><blok>%[1]s</blok></toevoegingen>", value)
					return strings.ReplaceAll(strings.ReplaceAll(text, "</leerling>", inside+"</leerling>"), "</leerkracht>", inside+"</leerkracht>")
				},
				Text: func(text, value string) string {
					return strings.Replace(text, "<achternaam>Berg</achternaam>", "<achternaam>Berg</achternaam><voornamen>"+value+"</voornamen>", 1)
				},
				One: func(files map[string]string, bsn string) map[string]string {
					files[""] = strings.Replace(files[""], `key="1002"`, `key="`+bsn+`"`, 1)
					return files
				},
				Keys: func(files map[string]string) map[string]string {
					var all strings.Builder
					for i := range 20 {
						fmt.Fprintf(&all, `<leerling key="%d"><roepnaam>Bo</roepnaam></leerling>`, passing(i))
					}
					files[""] = regexp.MustCompile(`(?s)<leerlingen>.*</leerlingen>`).ReplaceAllString(files[""], "<leerlingen>"+all.String()+"</leerlingen>")
					return files
				},
			})
		})
	}
}
