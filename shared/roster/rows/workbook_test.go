package rows_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// workbook returns a workbook with the cells of its first sheet, after edit.
func workbook(t testing.TB, cells [][]any, edit func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range cells {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", at, &row))
	}
	if edit != nil {
		edit(f)
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

// repack writes a workbook's parts anew, each as change returns it; added are
// parts beyond them.
func repack(t testing.TB, body []byte, change func(name, part string) string, added map[string]string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	require.NoError(t, err)
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	put := func(name, part string) {
		w, err := out.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, part)
		require.NoError(t, err)
	}
	for _, f := range in.File {
		r, err := f.Open()
		require.NoError(t, err)
		part, err := io.ReadAll(r)
		require.NoError(t, err)
		text := string(part)
		if change != nil {
			text = change(f.Name, text)
		}
		put(f.Name, text)
	}
	for name, part := range added {
		put(name, part)
	}
	require.NoError(t, out.Close())
	return b.Bytes()
}

// sheet changes the first sheet of a workbook.
func sheet(t testing.TB, change func(part string) string) []byte {
	return repack(t, workbook(t, list(), nil), func(name, part string) string {
		if name != "xl/worksheets/sheet1.xml" {
			return part
		}
		changed := change(part)
		require.NotEqual(t, part, changed)
		return changed
	}, nil)
}

func list() [][]any {
	return [][]any{{"Leerlingnummer", "Roepnaam"}, {"0012", "Zoë"}, {13, "Bo"}}
}

// readBook returns the cells of every row, with the lines where they stand.
func readBook(body []byte, heading func([]string) bool) (cells [][]string, lines []int, _ error) {
	f := roster.File{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}
	source, err := rows.Open(f, rows.Usual(), heading)
	if err != nil {
		return nil, nil, err
	}
	for row, err := range source.Rows() {
		if err != nil {
			return cells, lines, err
		}
		cells, lines = append(cells, append([]string{}, row.Cells...)), append(lines, row.Line)
	}
	return cells, lines, nil
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	body := workbook(t, [][]any{
		{"Leerlingnummer", "Roepnaam", "Datum"}, {}, {"0012", " Zoë\u00a0", time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)}, {13, nil, true}, {nil, "x"}, {""},
	}, nil)
	cells, lines, err := readBook(body, nil)
	require.NoError(t, err)
	require.Equal(t, []int{1, 3, 4, 5}, lines)
	require.Equal(t, []string{"Leerlingnummer", "Roepnaam", "Datum"}, cells[0])
	require.Equal(t, []string{"0012", "Zoë"}, cells[1][:2])
	require.Equal(t, []string{"13", "", "TRUE"}, cells[2])
	require.Equal(t, []string{"", "x"}, cells[3])
}

// TestWorkbooksAreReadTwice, from the beginning each time.
func TestWorkbooksAreReadTwice(t *testing.T) {
	t.Parallel()
	body := workbook(t, list(), nil)
	source, err := rows.Open(roster.File{Open: of(string(body))}, rows.Usual(), nil)
	require.NoError(t, err)
	require.True(t, source.Excel)
	for range 2 {
		n := 0
		for row, err := range source.Rows() {
			require.NoError(t, err)
			require.Equal(t, []int{1, 2}, row.Columns)
			n++
		}
		require.Equal(t, 3, n)
	}
	for range source.Rows() {
		break
	}
}

// TestFormats reads numbers as the sheet shows them, dates by year, month and
// day.
func TestFormats(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		value  any
		format string
		id     int
		want   string
	}{
		"leading zeros":      {300, "0000", 0, "0300"},
		"whole number":       {123456789, "", 1, "123456789"},
		"long number":        {123456789012, "", 0, "123456789012"},
		"short date":         {day, "", 14, "2026-08-01"},
		"Dutch date":         {day, "dd-mm-yyyy", 0, "01-08-2026"},
		"scientific":         {123456, "0.00E+00", 0, "1.23E+05"},
		"as Java writes it":  {1.2345678e7, "", 0, "12345678"},
		"text that looks so": {"1,23E+05", "", 0, "1,23E+05"},
		"text":               {"0012", "", 49, "0012"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := workbook(t, [][]any{{"x"}}, func(f *excelize.File) {
				style := &excelize.Style{NumFmt: c.id}
				if c.format != "" {
					style.CustomNumFmt = &c.format
				}
				id, err := f.NewStyle(style)
				require.NoError(t, err)
				require.NoError(t, f.SetCellValue("Sheet1", "A2", c.value))
				require.NoError(t, f.SetCellStyle("Sheet1", "A2", "A2", id))
			})
			cells, _, err := readBook(body, nil)
			require.NoError(t, err)
			require.Equal(t, c.want, cells[1][0])
			require.Equal(t, strings.Contains(c.want, "E+"), rows.Scientific(c.want))
		})
	}
}

// TestWhichSheet: the first visible one with a heading, else the first that
// holds anything.
func TestWhichSheet(t *testing.T) {
	t.Parallel()
	heading := func(cells []string) bool { return cells[0] == "Leerlingnummer" }
	second := func(f *excelize.File) {
		_, err := f.NewSheet("Leerlingen")
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Leerlingen", "A1", &[]any{"Leerlingnummer", "2"}))
	}
	for name, c := range map[string]struct {
		cells [][]any
		edit  func(f *excelize.File)
		want  string
	}{
		"the only one":        {list(), nil, "Roepnaam"},
		"the first of two":    {list(), second, "Roepnaam"},
		"behind a cover":      {[][]any{{"Toelichting"}}, second, "2"},
		"behind an empty one": {nil, second, "2"},
		"a cover only":        {[][]any{{"Toelichting", "x"}}, nil, "x"},
		"behind a hidden one": {list(), func(f *excelize.File) {
			second(f)
			f.SetActiveSheet(1)
			require.NoError(t, f.SetSheetVisible("Sheet1", false))
		}, "2"},
		"behind a very hidden one": {list(), func(f *excelize.File) {
			second(f)
			f.SetActiveSheet(1)
			require.NoError(t, f.SetSheetVisible("Sheet1", false, true))
		}, "2"},
		"formulas elsewhere": {list(), func(f *excelize.File) {
			second(f)
			require.NoError(t, f.SetCellFormula("Leerlingen", "A2", "1+1"))
		}, "Roepnaam"},
		"merged cells": {list(), func(f *excelize.File) { require.NoError(t, f.MergeCell("Sheet1", "A2", "B3")) }, "Roepnaam"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cells, _, err := readBook(workbook(t, c.cells, c.edit), heading)
			require.NoError(t, err)
			require.Equal(t, c.want, cells[0][1])
		})
	}
}

func TestWorkbookProblems(t *testing.T) {
	t.Parallel()
	good := workbook(t, list(), nil)
	replace := func(old, new string) []byte {
		return sheet(t, func(part string) string { return strings.Replace(part, old, new, 1) })
	}
	for name, c := range map[string]struct {
		body         []byte
		code         string
		line, column int
	}{
		"nothing in it":          {workbook(t, nil, nil), rows.Empty, 0, 0},
		"a formula":              {workbook(t, list(), func(f *excelize.File) { require.NoError(t, f.SetCellFormula("Sheet1", "B3", "A1&A2")) }), rows.Formula, 3, 2},
		"a formula, no value":    {workbook(t, list(), func(f *excelize.File) { require.NoError(t, f.SetCellFormula("Sheet1", "D9", "1/0")) }), rows.Formula, 9, 4},
		"a number too long":      {workbook(t, [][]any{{"x"}, {"y", 1234567890123456789}}, nil), rows.NumberLost, 2, 2},
		"a number with E":        {replace("<v>13</v>", "<v>1.23E+18</v>"), rows.NumberLost, 3, 1},
		"old Excel":              {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 512)), rows.OldExcel, 0, 0},
		"a zip of another kind":  {repack(t, good, nil, nil)[:0], rows.Empty, 0, 0},
		"no workbook":            {zipped(t, map[string]string{"content.xml": "<a/>"}), rows.NotWorkbook, 0, 0},
		"a beginning":            {good[:len(good)/2], rows.DamagedWorkbook, 0, 0},
		"path traversal":         {repack(t, good, nil, map[string]string{"../../etc/passwd": "x"}), rows.UnsafeWorkbook, 0, 0},
		"traversal by backslash": {repack(t, good, nil, map[string]string{`xl\..\..\x`: "x"}), rows.UnsafeWorkbook, 0, 0},
		"an absolute path":       {repack(t, good, nil, map[string]string{"/etc/passwd": "x"}), rows.UnsafeWorkbook, 0, 0},
		"a drive":                {repack(t, good, nil, map[string]string{"C:/x": "x"}), rows.UnsafeWorkbook, 0, 0},
		"a part twice":           {repack(t, good, nil, map[string]string{"XL/worksheets/Sheet1.xml": "<a/>"}), rows.UnsafeWorkbook, 0, 0},
		"a document type":        {replace("<worksheet", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet`), rows.UnsafeWorkbook, 0, 0},
		"an entity":              {replace("<sheetData>", "<sheetData>&a;"), rows.DamagedWorkbook, 0, 0},
		"broken XML":             {replace("</sheetData>", "</shetData>"), rows.DamagedWorkbook, 0, 0},
		"cut XML":                {sheet(t, func(part string) string { return part[:len(part)/2] }), rows.DamagedWorkbook, 0, 0},
		"NUL":                    {replace("<sheetData>", "<sheetData>\x00"), rows.DamagedWorkbook, 0, 0},
		"NUL by escape":          {replace("</row>", `<c r="C1" t="inlineStr"><is><t>a_x0000_b</t></is></c></row>`), rows.NotText, 1, 3},
		"cells out of order":     {replace(`r="B2"`, `r="A2"`), rows.DamagedWorkbook, 2, 1},
		"a cell of another row":  {replace(`r="B2"`, `r="B7"`), rows.DamagedWorkbook, 2, 2},
		"rows out of order":      {replace(`<row r="3"`, `<row r="1"`), rows.DamagedWorkbook, 1, 0},
		"a text that is not":     {replace("<v>3</v>", "<v>999</v>"), rows.DamagedWorkbook, 2, 2},
		"an impossible row":      {replace(`<row r="3"`, `<row r="9999999"`), rows.DamagedWorkbook, 9999999, 1},
		"nested too deep":        {replace("<sheetData>", "<sheetData>"+strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)), rows.TooLarge, 0, 0},
		"ten thousand columns": {workbook(t, nil, func(f *excelize.File) {
			row := make([]any, 10_000)
			for i := range row {
				row[i] = "x"
			}
			require.NoError(t, f.SetSheetRow("Sheet1", "A1", &row))
		}), rows.TooManyColumns, 1, 0},
		"a long row": {workbook(t, [][]any{{strings.Repeat("x", 30_000), strings.Repeat("y", 30_000), strings.Repeat("z", 30_000)}}, nil), rows.RecordTooLong, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readBook(c.body, nil)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			found, ok := rows.Finding(err, "")
			require.True(t, ok, "%v", err)
			want := roster.Finding{Code: c.code, Severity: roster.Stop, Line: c.line, Column: c.column}
			if c.line > 0 {
				want.File = "sheet 1"
			}
			require.Equal(t, want, found)
		})
	}
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	return repack(t, []byte("PK\x05\x06"+strings.Repeat("\x00", 18)), nil, parts)
}
