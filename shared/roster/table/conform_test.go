package table_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/conform"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// TestConforms runs what every format must satisfy: a list of one's own, those
// of two systems, and a workbook.
func TestConforms(t *testing.T) {
	t.Parallel()
	const magister = "Stamnummer;Klas;Roepnaam;Tussenvoegsel;Achternaam;Studie;Geboortedatum;BSN\n123;H3b;Zoë;van der;Berg;HAVO;x;x\n124;V4a;Daan;;Vries;VWO;x;x\n"
	const somtoday = "leerlingnummer;roepnaam;voorvoegsel;achternaam;stamgroep;leerjaar;opleidingcode;geboortedatum;BSN\n123;Zoë;van der;Berg;H3b;3;0300;x;x\n124;Daan;;Vries;V4a;4;0170;x;x\n"
	const own = "Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam;Klas;Leerjaar;Geboortedatum;BSN\n123;Zoë;van der;Berg;H3b;3;x;x\n124;Daan;;Vries;V4a;4;x;x\n"
	for name, text := range map[string]string{"own": own, "Magister": magister, "SOMtoday": somtoday} {
		for excel, kind := range map[bool]string{false: " as text", true: " as a workbook"} {
			t.Run(name+kind, func(t *testing.T) {
				t.Parallel()
				written := func(text string) string {
					if !excel {
						return text
					}
					return bytesOf(t, text)
				}
				conform.Run(t, conform.Case{
					Format: table.Format{}, Wanted: wanted(school.VO), Codes: append(table.Codes(), rows.Codes()...),
					Files: map[string]string{"": written(text)}, People: 2, Closed: excel, Binary: excel,
					Twice: func(string) string { return written(strings.Replace(text, "\n124;", "\n123;", 1)) },
					Plant: func(_, value string) string {
						return written(strings.ReplaceAll(text, ";x;x\n", ";"+value+";"+value+"\n"))
					},
					Text: func(_, value string) string { return written(strings.Replace(text, "Zoë", value, 1)) },
					One: func(_ map[string]string, bsn string) map[string]string {
						return map[string]string{"": written(strings.Replace(text, "\n124;", "\n"+bsn+";", 1))}
					},
					Keys: func(map[string]string) map[string]string {
						lines := strings.SplitAfter(text, "\n")
						body := lines[0]
						for i, number := range []string{"999000007", "999000019", "999000020", "999000032"} {
							body += number + lines[1+i%2][len("123"):]
						}
						return map[string]string{"": written(body)}
					},
				})
			})
		}
	}
}

// bytesOf returns a workbook with the rows of a text.
func bytesOf(t *testing.T, text string) string {
	t.Helper()
	r, err := book(t, text, nil).Open()
	require.NoError(t, err)
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(body)
}
