// Package csvset reads a set of CSV files whose columns a standard names, as
// OneRoster and School Data Sync have them: each file a table, joined by ids.
// A cell is bound only where its column is asked for; the others are counted.
package csvset

import (
	"embed"

	"cool.example/sync/shared/roster"
)

// The codes of findings that every set shares.
const (
	MissingFile      = "set.missing_file"
	DuplicateFile    = "set.duplicate_file"
	FileCase         = "set.file_case"       // a file's name in other capitals than the standard's
	Unexpected       = "set.unexpected_file" // not read
	Delimiter        = "set.delimiter"       // another than the comma
	Encoding         = "set.encoding"        // another than UTF-8
	MissingColumn    = "set.missing_column"  // one that the standard requires
	AbsentColumn     = "set.absent_column"   // one that is there always, and may be empty
	DuplicateColumn  = "set.duplicate_column"
	UnknownColumn    = "set.unknown_column" // none of the standard's, and no extension
	ColumnCase       = "set.column_case"    // a heading in other capitals than the standard's
	ColumnOrder      = "set.column_order"   // not in the order of the standard
	BlankHeading     = "set.blank_heading"  // a column without a heading
	NoRows           = "set.no_rows"
	WidthDiffers     = "set.width_differs" // a row with more or fewer cells than headings
	MissingValue     = "set.missing_value"
	LineBreak        = "set.line_break" // in a cell
	TooLong          = "set.too_long"
	BSNInText        = "set.bsn_in_text" // a citizen service number within a text, which is left out
	ControlCharacter = "set.control_character"
)

// Codes returns every code of this package.
func Codes() []string {
	return []string{
		MissingFile, DuplicateFile, FileCase, Unexpected, Delimiter, Encoding, MissingColumn, AbsentColumn, DuplicateColumn, UnknownColumn,
		ColumnCase, ColumnOrder, BlankHeading, NoRows, BSNInText, WidthDiffers, MissingValue, LineBreak, TooLong, ControlCharacter,
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
