package rows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// TestEveryCodeHasItsMessages expects both languages to say of each problem
// what to do, and of nothing else.
func TestEveryCodeHasItsMessages(t *testing.T) {
	t.Parallel()
	all, err := rows.Messages()
	require.NoError(t, err)
	require.Len(t, all, 2)
	for _, texts := range all {
		require.Len(t, texts, len(rows.Codes()))
		for _, code := range rows.Codes() {
			require.Positive(t, strings.Count(texts[code], ". ")+strings.Count(texts[code], "; "), code)
			require.True(t, strings.HasSuffix(texts[code], "."), code)
		}
	}
	require.NotEqual(t, all["nl"], all["en"])
}

func TestHeading(t *testing.T) {
	t.Parallel()
	for heading, folded := range map[string]string{
		"Leerling-nummer": "leerlingnummer", "geb_datum_str": "gebdatumstr", "Land___Nationaliteit.Land": "landnationaliteitland", "M/V": "mv",
		"\ufeffE-mail (school)": "emailschool", "É é": "ee", "Klas\u00a01": "klas1", "--": "", "": "",
	} {
		require.Equal(t, folded, rows.Heading(heading))
	}
}

// TestHarmlessHeadings are not refused, though parts of them are.
func TestHarmlessHeadings(t *testing.T) {
	t.Parallel()
	for _, heading := range []string{
		"emailadres", "mailadres", "stamnr", "llnr", "nummer", "personeelsnr", "klas", "filosofie", "vestigingsplaats", "telt", "",
	} {
		_, refused := rows.Refused(heading)
		require.False(t, refused, heading)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]bool{
		"1.23E+05": true, "1,23457E+08": true, "1E+10": true, "-1E+5": true, "123": false, "1E5": false, "V1E+5": false, "": false, "12E+5": false,
	} {
		require.Equal(t, want, rows.Scientific(cell), cell)
	}
	for cell, want := range map[string]string{`="0123"`: "0123", "'0123": "0123", "0123": "0123", `=""`: "", "=1+1": "=1+1"} {
		require.Equal(t, want, rows.Number(cell), cell)
	}
	for number, want := range map[string]string{"0012": "12", "12": "12", "000": "0", "": "", "A012": "A012", "0a": "0a"} {
		require.Equal(t, want, roster.PlainNumber(number), number)
	}
	for cell, want := range map[string]bool{
		"123456782": true, "12345672": true, "012345672": true, "123456783": false, "000000000": false, "00000000": false, "1234567": false,
		"12345678a": false, "1234567820": false, "": false,
	} {
		require.Equal(t, want, rows.Eleven(cell), cell)
	}
}

// TestElevens: a few that all pass, or most of many.
func TestElevens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		passed, failed, empty int
		want                  bool
	}{
		"none":              {0, 0, 9, false},
		"three":             {3, 0, 0, false},
		"four":              {4, 0, 9, true},
		"four of five":      {4, 1, 0, false},
		"eight of ten":      {8, 2, 0, true},
		"seven of ten":      {7, 3, 0, false},
		"ninety of hundred": {90, 10, 5, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var e rows.Elevens
			for cell, n := range map[string]int{"1234.56.782": c.passed, "123456783": c.failed, "": c.empty} {
				for range n {
					e.Add(cell)
				}
			}
			require.Equal(t, c.want, e.BSN())
			require.Equal(t, c.passed+c.failed, e.Count())
			require.Equal(t, e.Count() > 0, e.Filled())
		})
	}
}

// TestOpen reads a text twice, from its beginning.
func TestOpen(t *testing.T) {
	t.Parallel()
	f := roster.File{Open: of("\ufeff\n a;b\n1;2\n")}
	require.Equal(t, "a;b\n1;2\n", string(rows.Head(f)))
	source, err := rows.Open(f, rows.Usual(), nil)
	require.NoError(t, err)
	require.False(t, source.Excel)
	for range 2 {
		n := 0
		for row, err := range source.Rows() {
			require.NoError(t, err)
			require.Len(t, row.Cells, 2)
			n++
		}
		require.Equal(t, 2, n)
	}
}
