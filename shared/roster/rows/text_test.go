package rows_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/rows"
)

func of(body string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
}

// read returns the cells of every row.
func read(body string) (cells [][]string, _ rows.Dialect, _ error) {
	d, err := rows.Detect(of(body), rows.Usual())
	if err != nil {
		return nil, d, err
	}
	for row, err := range (rows.Text{Open: of(body), Limits: rows.Usual(), Dialect: d}).Rows() {
		if err != nil {
			return cells, d, err
		}
		cells = append(cells, append([]string{}, row.Cells...))
	}
	return cells, d, nil
}

func TestDialects(t *testing.T) {
	t.Parallel()
	want := [][]string{{"Stamnummer", "Roepnaam"}, {"1", "Zoë"}}
	for name, body := range map[string]string{
		"comma":                   "Stamnummer,Roepnaam\n1,Zoë\n",
		"semicolon and CRLF":      "Stamnummer;Roepnaam\r\n1;Zoë\r\n",
		"tab, no last line end":   "Stamnummer\tRoepnaam\n1\tZoë",
		"byte order mark":         "\ufeffStamnummer;Roepnaam\n1;Zoë\n",
		"Windows-1252":            "Stamnummer;Roepnaam\n1;Zo\xeb\n",
		"sep line":                "sep=;\nStamnummer;Roepnaam\n1;Zoë\n",
		"quoted sep line":         "\"sep=;\"\nStamnummer;Roepnaam\n1;Zoë\n",
		"UTF-16, little endian":   utf16("Stamnummer;Roepnaam\n1;Zoë\n", false),
		"UTF-16, big endian":      utf16("Stamnummer;Roepnaam\n1;Zoë\n", true),
		"quoted, with delimiters": "\"Stamnummer\",\"Roepnaam\"\n\"1\",\" Zoë\u00a0\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := read(body)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func utf16(s string, big bool) string {
	var b strings.Builder
	for _, c := range "\ufeff" + s {
		high, low := byte(c>>8), byte(c)
		if big {
			b.Write([]byte{high, low})
		} else {
			b.Write([]byte{low, high})
		}
	}
	return b.String()
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, code string
		line       int
	}{
		"nothing":              {"", rows.Empty, 0},
		"white space":          {" \r\n\t\n", rows.Empty, 0},
		"NUL bytes":            {"a;b\n1;\x00\n", rows.NotText, 2},
		"two encodings":        {"a;b\n1;Zoë\n2;Zo\xeb\n", rows.MixedEncoding, 3},
		"unclosed quotation":   {"a;b\n1;\"" + strings.Repeat("x\n", 60_000), rows.RecordTooLong, 2},
		"never closed":         {"a;b\n1;2\n3;\"x\n4;5\n", rows.Damaged, 3},
		"never closed, at end": {"a;b\n1;2\n3;\"", rows.Damaged, 3},
		"half a row":           {"a;b;c\n1;2;3\n4;5", rows.Truncated, 3},
		"half of the first":    {"a;b;c\n1;2", rows.Truncated, 2},
		"ten thousand columns": {strings.Repeat("a;", 10_000) + "\n", rows.TooManyColumns, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(c.body)
			found, ok := rows.Finding(err, "leerlingen.csv")
			require.True(t, ok, "%v", err)
			require.Equal(t, c.code, found.Code)
			require.Equal(t, c.line, found.Line)
		})
	}
}

// TestEnds: a last line needs no end where it is whole, and where empty cells
// at the ends of rows are not written.
func TestEnds(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no end":                "a;b;c\n1;2;3\n4;5;6",
		"a return only":         "a;b;c\n1;2;3\n4;5;6\r",
		"an end":                "a;b;c\n1;2;3\n4;5\n",
		"empty cells left away": "a;b;c\n1;2;3\n4;5\n1;2;3\n4;5",
		"wider than headings":   "a;b\n1;2;3",
		"blank at the end":      "a;b\n1;2\n\n",
		"white space at end":    "a\n1\n ",
	} {
		_, _, err := read(body)
		require.NoError(t, err, name)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"a;b\n1;2\n", "sep=,\na,b\n", "\xff\xfea\x00", "a\n\"", "a;b\n\xeb;ë\n", "\ufeff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		_, _, err := read(body)
		if err != nil {
			_, ok := rows.Finding(err, "")
			require.True(t, ok, "%v", err)
		}
	})
}
