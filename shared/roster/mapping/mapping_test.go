package mapping_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/mapping"
	"cool.example/sync/shared/roster/rows"
)

func file(text string) []roster.File {
	return []roster.File{{Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}
}

func read(t require.TestingT, text string) ([]roster.Pair, []roster.Finding) {
	var found roster.Findings
	pairs, err := mapping.Read(file(text), &found)
	require.NoError(t, err)
	return pairs, found.List
}

func TestRead(t *testing.T) {
	t.Parallel()
	stop := func(code string, line int, field string) []roster.Finding {
		return []roster.Finding{{Code: code, Severity: roster.Stop, Line: line, Field: field}}
	}
	one := roster.Pair{Kind: person.Pupil, Old: "1", New: "2", Line: 2}
	for name, c := range map[string]struct {
		text  string
		pairs []roster.Pair
		found []roster.Finding
	}{
		"of every kind": {
			"Soort;Oude sleutel;Nieuwe sleutel\nleerling;1;2\ndocent;a;b\nOuder;x;y\n",
			[]roster.Pair{one, {Kind: person.Staff, Old: "a", New: "b", Line: 3}, {Kind: person.Guardian, Old: "x", New: "y", Line: 4}},
			nil,
		},
		"pupils where nothing says so":     {"oud;nieuw\n1;2\n", []roster.Pair{one}, nil},
		"commas, and other columns":        {"naam,nieuw,oud\nBo,2,1\n", []roster.Pair{one}, nil},
		"numbers that keep their zeros":    {"oud;nieuw\n=\"1\";'2\n", []roster.Pair{one}, nil},
		"blank rows":                       {"oud;nieuw\n1;2\n;\n\n", []roster.Pair{one}, nil},
		"a row that lacks a key":           {"oud;nieuw\n1;2\n3;\n", []roster.Pair{one}, stop(mapping.Incomplete, 3, "")},
		"a row of nobody":                  {"soort;oud;nieuw\nleerling;1;2\nhond;3;4\n", []roster.Pair{one}, stop(mapping.UnknownKind, 3, "soort")},
		"headings alone":                   {"oud;nieuw\n", []roster.Pair{}, stop(mapping.NoRows, 0, "")},
		"two encodings":                    {"oud;nieuw\nZo\xeb;Zoë\n", nil, stop(rows.MixedEncoding, 2, "")},
		"NUL bytes":                        {"oud;nieuw\n1;\x002\n", nil, stop(rows.NotText, 2, "")},
		"a quotation mark without another": {"oud;nieuw\n1;\"2\n", []roster.Pair{}, []roster.Finding{{Code: rows.Damaged, Severity: roster.Stop, Line: 2, Column: 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pairs, found := read(t, c.text)
			require.Equal(t, c.pairs, pairs)
			require.Equal(t, c.found, found)
		})
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	require.True(t, mapping.Claims(file("soort;oud;nieuw\n")))
	for _, text := range []string{"", "oud\n", "Leerlingnummer;Roepnaam\n", "<EDEX/>", "PK\x03\x04", "oud;nieuw\x00"} {
		require.False(t, mapping.Claims(file(text)), text)
	}
	require.False(t, mapping.Claims(append(file("oud;nieuw\n"), file("oud;nieuw\n")...)))
	broken := []roster.File{{Open: func() (io.ReadCloser, error) { return nil, errors.ErrUnsupported }}}
	require.False(t, mapping.Claims(broken))
	_, err := mapping.Read(broken, &roster.Findings{})
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestEveryCodeHasItsMessages(t *testing.T) {
	t.Parallel()
	messages, err := mapping.Messages()
	require.NoError(t, err)
	for _, lang := range []string{"nl", "en"} {
		require.Len(t, messages[lang], len(mapping.Codes()))
		for _, code := range mapping.Codes() {
			require.NotEmpty(t, messages[lang][code], code)
		}
	}
}

// FuzzRead reads anything: it never panics, and every pair is whole.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"soort;oud;nieuw\nleerling;1;2\nmedewerker;a;b\n", "oud,nieuw\n1,2", "oud;nieuw\n1;\n", "\ufeffold\tnew\n1\t2\n", "sep=;\noud;nieuw\n\"1;2", "oud;nieuw\nZo\xeb;Zoë\n",
		"", "\xff\xfeo\x00", "nieuw;oud\n=\"1\";'2\n",
	} {
		f.Add(seed)
	}
	codes := append(mapping.Codes(), rows.Codes()...)
	f.Fuzz(func(t *testing.T, text string) {
		mapping.Claims(file(text))
		pairs, found := read(t, text)
		for _, x := range found {
			require.True(t, slices.Contains(codes, x.Code))
		}
		for _, p := range pairs {
			require.NotEmpty(t, p.Old)
			require.NotEmpty(t, p.New)
			require.Positive(t, p.Line)
		}
		require.True(t, len(pairs) > 0 || len(found) > 0, "there are pairs, or a reason")
	})
}
