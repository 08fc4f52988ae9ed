package rows_test

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/rows"
)

// TestBombs are refused at little cost, and leave nothing on disk.
func TestBombs(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	good := workbook(t, list(), nil)
	row := strings.Repeat(`<row><c t="inlineStr"><is><t>xxxxxxxx</t></is></c></row>`, 20_000)
	for name, body := range map[string][]byte{
		"a sheet of 200 MB": repack(t, good, func(name, part string) string {
			if name == "xl/worksheets/sheet1.xml" {
				return strings.Replace(part, "<sheetData>", "<sheetData>"+strings.Repeat(row, 190), 1)
			}
			return part
		}, nil),
		"a picture of 80 MB": repack(t, good, nil, map[string]string{"xl/media/a.png": strings.Repeat("x", 80<<20)}),
		"styles of 9 MB": repack(t, good, func(name, part string) string {
			if name == "xl/styles.xml" {
				return strings.Replace(part, "</cellXfs>", strings.Repeat("<xf/>", 9<<20/5)+"</cellXfs>", 1)
			}
			return part
		}, nil),
		"a million texts": repack(t, good, func(name, part string) string {
			if name == "xl/sharedStrings.xml" {
				return strings.Replace(part, "</sst>", strings.Repeat("<si><t/></si>", 1_000_000)+"</sst>", 1)
			}
			return part
		}, nil),
		"many parts":   zipped(t, many(3000)),
		"40 MB packed": append([]byte("PK\x03\x04"), make([]byte, 40<<20)...),
	} {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := readBook(body, nil)
		runtime.ReadMemStats(&after)
		found, ok := rows.Finding(err, "")
		require.True(t, ok, "%s: %v", name, err)
		require.Equal(t, rows.TooLarge, found.Code, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(400<<20), name)
	}
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestLargeSheetsStayInMemory: also one beyond what the library would unpack
// to disk by itself.
func TestLargeSheetsStayInMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	row := `<row><c t="inlineStr"><is><t>xxxxxxxx</t></is></c><c t="inlineStr"><is><t>` + strings.Repeat("y", 9_000) + `</t></is></c></row>`
	body := sheet(t, func(part string) string {
		return strings.Replace(part, "</sheetData>", strings.Repeat(row, 2_000)+"</sheetData>", 1)
	})
	cells, _, err := readBook(body, nil)
	require.NoError(t, err)
	require.Len(t, cells, 2_003)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestAFormulaBehindTheRowsIsNoCells: it says which values a column may have.
func TestAFormulaBehindTheRowsIsNoCells(t *testing.T) {
	t.Parallel()
	body := sheet(t, func(part string) string {
		return strings.Replace(part, "</sheetData>", "</sheetData><extLst><ext><x><f>A1:A9</f></x></ext></extLst>", 1)
	})
	cells, _, err := readBook(body, nil)
	require.NoError(t, err)
	require.NotEmpty(t, cells)
}

func many(n int) map[string]string {
	parts := map[string]string{"xl/workbook.xml": "<workbook/>"}
	for i := range n {
		parts["x"+strings.Repeat("y", i%50)+time.Duration(i).String()] = ""
	}
	return parts
}

// FuzzWorkbook puts anything in the place of a sheet and of the texts: it
// never panics, and what fails is a problem of the table.
func FuzzWorkbook(f *testing.F) {
	good := workbook(f, list(), nil)
	var first, second string
	repack(f, good, func(name, part string) string {
		switch name {
		case "xl/worksheets/sheet1.xml":
			first = part
		case "xl/sharedStrings.xml":
			second = part
		}
		return part
	}, nil)
	f.Add(first, second)
	f.Add(strings.Replace(first, "<v>", "<f>1</f><v>", 1), "")
	f.Add("<worksheet><sheetData><row><c><v>1E9</v></c><c t=\"d\"><v>2026-08-01</v></c><c t=\"b\"><v>1</v></c></row></sheetData></worksheet>", second)
	f.Add("<worksheet><sheetData><row r=\"2\"><c r=\"XFD2\" t=\"s\" s=\"7\"><v>0</v></c></row></sheetData></worksheet>", "<sst><si><r><t>a</t></r></si></sst>")
	f.Fuzz(func(t *testing.T, worksheet, texts string) {
		body := repack(t, good, func(name, part string) string {
			switch name {
			case "xl/worksheets/sheet1.xml":
				return worksheet
			case "xl/sharedStrings.xml":
				return texts
			}
			return part
		}, nil)
		_, _, err := readBook(body, nil)
		if err != nil {
			_, ok := rows.Finding(err, "")
			require.True(t, ok, "%v", err)
		}
	})
}

// FuzzZip reads any bytes as a workbook.
func FuzzZip(f *testing.F) {
	f.Add(workbook(f, list(), nil))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _, err := readBook(append([]byte("PK\x03\x04"), bytes.TrimPrefix(body, []byte("PK\x03\x04"))...), nil)
		if err != nil {
			_, ok := rows.Finding(err, "")
			require.True(t, ok, "%v", err)
		}
	})
}
