// Package rows reads the tables that schools hand over: delimited text in the
// encodings and with the delimiters in use, and Excel workbooks, row by row,
// within bounds.
//
// A problem tells a place and a code, never what stands there.
package rows

import (
	"embed"
	"errors"
	"fmt"
	"iter"

	"cool.example/sync/shared/roster"
)

// Limits bound what is read, so that a hostile table costs little.
type Limits struct {
	Bytes   int64 // of the whole file, unpacked
	Record  int   // bytes of one row
	Rows    int   //
	Columns int   //
}

// Usual returns limits beyond those of the largest boards.
func Usual() Limits {
	return Limits{Bytes: 256 << 20, Record: 64 << 10, Rows: 2_000_000, Columns: 500}
}

// Row is one row of a table. Cells is valid until the next row is read.
type Row struct {
	Line  int // 1-based: the line where it begins, or the row of the sheet
	Cells []string
	// Columns are the places of the cells: 1-based bytes in their lines for
	// text, numbers of columns for a sheet.
	Columns []int
	// Breaks says that a cell may hold a line break: without it none does.
	Breaks bool
}

// Blank reports whether no cell holds anything.
func (r Row) Blank() bool {
	for _, c := range r.Cells {
		if c != "" {
			return false
		}
	}
	return true
}

// Rows are the rows of a table, the heading first. An error ends them: a
// *Problem where the table is at fault, else that of the reader.
type Rows = iter.Seq2[Row, error]

// The codes of problems with a table as a whole.
const (
	Empty          = "table.empty"          // nothing in it
	NotText        = "table.not_text"       // NUL bytes: not a table at all
	MixedEncoding  = "table.mixed_encoding" // UTF-8 and another encoding in one file
	Truncated      = "table.truncated"      // it ends in the middle of a row
	Damaged        = "table.damaged"        // an unclosed quotation mark, or one in the middle of a cell
	TooLarge       = "table.too_large"      // more bytes or rows than any school has
	TooManyColumns = "table.too_many_columns"
	RecordTooLong  = "table.row_too_long" // usually a quotation mark that is never closed
)

// The codes of problems with a workbook.
const (
	Formula         = "table.formula"          // the value of a cell may be stale
	NumberLost      = "table.number_lost"      // more digits than Excel keeps
	OldExcel        = "table.old_excel"        // .xls, or a workbook with a password
	NotWorkbook     = "table.not_workbook"     // a zip of another kind
	DamagedWorkbook = "table.damaged_workbook" //
	UnsafeWorkbook  = "table.unsafe_workbook"  // parts that lead out of the workbook, or stand in it twice
)

// Codes returns every code of a Problem.
func Codes() []string {
	return []string{
		Empty, NotText, MixedEncoding, Truncated, Damaged, TooLarge, TooManyColumns, RecordTooLong,
		Formula, NumberLost, OldExcel, NotWorkbook, DamagedWorkbook, UnsafeWorkbook,
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the problems: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }

// Problem is what is wrong with a table as a whole; it refuses the file.
type Problem struct {
	Code   string
	Sheet  int // of a workbook, 1-based; 0 for none
	Line   int // 1-based; 0 for none
	Column int // 1-based; 0 for none
}

// Error names the code and the place.
func (p *Problem) Error() string { return fmt.Sprintf("%s at %d:%d", p.Code, p.Line, p.Column) }

// Finding returns err as the finding that refuses file, where the table is at
// fault. It names the sheet where there are several.
func Finding(err error, file string) (roster.Finding, bool) {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		return roster.Finding{}, false
	}
	return roster.Finding{Code: p.Code, Severity: roster.Stop, File: roster.SheetPlace(file, p.Sheet), Line: p.Line, Column: p.Column}, true
}
