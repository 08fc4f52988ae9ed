package synthetic_test

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/format"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

// expected is the table that TestFindings prints: what every format finds in
// every defect that it can have.
//
//go:embed testdata/findings.txt
var expected string

// unprinted expects none of the values in what came of a file.
func unprinted(t *testing.T, values []string, list *roster.Roster, found roster.Findings) {
	t.Helper()
	printed := fmt.Sprintf("%+v %+v", list, found)
	for _, v := range values {
		require.NotContains(t, printed, v)
	}
}

// place is where a finding stands: "users.csv:2:7", "3:9"; "-" for the file as
// a whole.
func place(f roster.Finding) string {
	text := f.File
	for _, n := range []int{f.Line, f.Column} {
		if n > 0 {
			text += fmt.Sprintf(":%d", n)
		}
	}
	if text = strings.TrimPrefix(text, ":"); text == "" {
		return "-"
	}
	return text
}

// cell is what one file gives: each code once, with where it is met first.
func cell(found roster.Findings) string {
	var list []string
	seen := map[string]bool{}
	for _, f := range found.List {
		if !seen[f.Code] {
			seen[f.Code] = true
			list = append(list, fmt.Sprintf("%s (%s, %s)", f.Code, f.Severity, place(f)))
		}
	}
	if len(list) == 0 {
		return "read without a finding"
	}
	return strings.Join(list, ", ")
}

// TestFindings writes a school in every format, as it should be and with every
// defect, and prints what is found: a table that scripts/test shows.
func TestFindings(t *testing.T) {
	t.Parallel()
	messages, err := format.Messages()
	require.NoError(t, err)
	s := synthetic.Generate(rich())
	var b strings.Builder
	row := func(f synthetic.Format, name, text string) { fmt.Fprintf(&b, "%-13s  %-18s  %s\n", f, name, text) }
	row("FORMAT", "DEFECT", "FINDINGS (what they do, file:line:column)")
	for _, f := range synthetic.Formats() {
		_, found := read(t, s, f)
		require.Empty(t, found.List, f)
		row(f, "none", cell(found))
		for _, d := range f.Defects() {
			list, found := read(t, s, f, d)
			row(f, string(d), cell(found))
			require.Equal(t, d != synthetic.ByteOrderMark, len(found.List) > 0, "%s %s", f, d)
			unprinted(t, s.Planted(), list, found)
			for _, x := range found.List {
				require.Contains(t, messages["nl"], x.Code)
			}
		}
	}
	t.Log("\n" + b.String())
	want, got := strings.Split(expected, "\n"), strings.Split(b.String(), "\n")
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i])
	}
	require.Len(t, got, len(want))
}

// TestWhicheverFileOfASetIsEmpty: it is named, as its standard does or else by
// its place.
func TestWhicheverFileOfASetIsEmpty(t *testing.T) {
	t.Parallel()
	s := synthetic.Generate(rich())
	for _, f := range synthetic.Formats() {
		files, err := s.Files(f)
		require.NoError(t, err)
		for i := range files {
			if len(files) == 1 {
				continue
			}
			spoilt := slices.Clone(files)
			spoilt[i].Body = nil
			var found roster.Findings
			_, _, err := format.Read(handed(spoilt), roster.Wanted{School: s.Options.Code, Sector: school.PO}, &found)
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(found.List, func(x roster.Finding) bool {
				return x.Code == format.EmptyFile && x.File == roster.TablePlace(i, handed(files)) ||
					x.File == files[i].Name && (x.Code == rows.Empty || x.Code == csvset.NoRows)
			}), "%s without %s: %+v", f, files[i].Name, found.List)
		}
	}
}

// TestDefectsTogether puts in several at once, each of which is found.
func TestDefectsTogether(t *testing.T) {
	t.Parallel()
	s := synthetic.Generate(rich())
	_, found := read(t, s, synthetic.SOMtoday, synthetic.UnknownCode, synthetic.LostZeros, synthetic.Wide, synthetic.InvalidEmail)
	require.Contains(t, cell(found), "table.too_wide")
	_, found = read(t, s, synthetic.SOMtoday, synthetic.UnknownCode, synthetic.LostZeros, synthetic.InvalidEmail)
	for _, code := range []string{"table.unknown_year", "table.ilt_padded", "table.email_invalid"} {
		require.Contains(t, cell(found), code)
	}
	_, found = read(t, s, synthetic.EDEXML21, synthetic.DuplicateKey, synthetic.InvalidECKiD, synthetic.Truncated)
	for _, code := range []string{"edexml.duplicate_key", "edexml.eckid_invalid", "edexml.truncated"} {
		require.Contains(t, cell(found), code)
	}
}

// TestEveryTwoDefects puts in every two, and all at once: none of them gets in
// the way of another.
func TestEveryTwoDefects(t *testing.T) {
	t.Parallel()
	o := rich()
	o.Pupils = 2
	s := synthetic.Generate(o)
	for _, f := range synthetic.Formats() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			all := f.Defects()
			require.NotPanics(t, func() {
				_, err := s.Files(f, all...)
				require.NoError(t, err)
			})
			for i, one := range all {
				for _, other := range all[i+1:] {
					_, err := s.Files(f, other, one)
					require.NoError(t, err, "%s and %s", one, other)
				}
			}
		})
	}
	o.Pupils = 1
	_, err := synthetic.Generate(o).Files(synthetic.CSV, synthetic.DuplicateKey)
	require.EqualError(t, err, "a school with defects has at least 2 pupils")
}
