package table_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// book returns a workbook with the rows of a text on its second sheet, behind
// a cover, and with further cells.
func book(t testing.TB, text string, cells map[string]any) roster.File {
	t.Helper()
	f := excelize.NewFile()
	require.NoError(t, f.SetCellStr("Sheet1", "A1", "Toelichting"))
	_, err := f.NewSheet("Lijst")
	require.NoError(t, err)
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		values := strings.Split(strings.TrimSpace(line), ";")
		require.NoError(t, f.SetSheetRow("Lijst", at, &values))
	}
	for at, value := range cells {
		require.NoError(t, f.SetCellValue("Lijst", at, value))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return roster.File{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }}
}

// TestExcelIsAsText: the same list gives the same roster.
func TestExcelIsAsText(t *testing.T) {
	t.Parallel()
	excel := book(t, pupils, nil)
	require.True(t, table.Format{}.Claims([]roster.File{excel}))
	list, found := readAs(t, wanted(school.VO), excel)
	require.Equal(t, []roster.Finding{{Code: table.ILTPadded, Severity: roster.Warning, File: "sheet 2", Line: 3, Column: 9, Field: "iltcode"}}, found.List)
	text, _ := read(t, pupils)
	require.Equal(t, "excel", list.Format)
	list.Format = "csv"
	for i := range list.Columns {
		require.Equal(t, "sheet 2", list.Columns[i].File)
		list.Columns[i].File = ""
	}
	require.Equal(t, text, list)
	maps, err := table.Map([]roster.File{excel}, wanted(school.VO))
	require.NoError(t, err)
	require.Len(t, maps[0].Columns, 11)
	require.Equal(t, "sheet 2", maps[0].File)
}

func TestExcelFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells map[string]any
		want  roster.Finding
	}{
		"number as text, shortened": {map[string]any{"A2": "1,23E+05"}, roster.Finding{Code: table.Shortened, Line: 2, Column: 1, Field: "leerlingnummer"}},
		"long number":               {map[string]any{"A2": 1234567890123456789}, roster.Finding{Code: rows.NumberLost, Line: 2, Column: 1}},
		"number with a comma":       {map[string]any{"A3": 124.5}, roster.Finding{Code: table.NumberInvalid, Line: 3, Column: 1, Field: "leerlingnummer"}},
		"no number":                 {map[string]any{"A3": nil}, roster.Finding{Code: table.MissingNumber, Line: 3, Column: 1, Field: "leerlingnummer"}},
		"beyond the headings":       {map[string]any{"N3": "x"}, roster.Finding{Code: table.TooWide, Line: 3, Column: 14}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := readAs(t, wanted(school.VO), book(t, strings.ReplaceAll(pupils, ";170;", ";0170;"), c.cells))
			c.want.Severity, c.want.File = roster.Stop, "sheet 2"
			require.Equal(t, []roster.Finding{c.want}, found.List)
		})
	}
}

// TestExcelPreset names both: how the list is written, and whose it is.
func TestExcelPreset(t *testing.T) {
	t.Parallel()
	list, found := readAs(t, wanted(school.VO), book(t, "leerlingnummer;roepnaam;voorvoegsel;achternaam;stamgroep;opleidingcode;vertrekdatum\n1;Zoë;;Berg;H3b;;\n",
		map[string]any{"F2": 170, "G2": "2025-07-31"}))
	require.Len(t, found.List, 1)
	require.Equal(t, table.ILTPadded, found.List[0].Code)
	require.Equal(t, "excel somtoday", list.Format)
	require.Equal(t, "0170", list.People[0].ILT)
	require.True(t, list.People[0].Left)
}
