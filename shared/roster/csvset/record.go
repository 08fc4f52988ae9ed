package csvset

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// Record is one row.
type Record struct {
	set     *Set
	file    string
	at      map[string]int
	filled  []string // columns of the standard that the file has and that are told of once where they are empty
	row     rows.Row
	Columns map[string]bool // that the file has
}

// Get returns the cell of a column that Table.Bound names, "" where the file
// has none. A line break in it is a space.
func (r Record) Get(column string) string {
	i, ok := r.at[column]
	if !ok || i >= len(r.row.Cells) {
		return ""
	}
	cell := rows.Trim(r.row.Cells[i])
	if r.row.Breaks && broken(cell) {
		return strings.Join(strings.FieldsFunc(cell, func(c rune) bool { return c == '\r' || c == '\n' }), " ")
	}
	return strings.Clone(cell)
}

// longest is how many characters every system supports, by OneRoster.
const longest = 255

// Text returns the cell of a column that people read; "", with a finding, where
// it is too long, or holds a character that nobody sees or a citizen service
// number (BSN).
func (r Record) Text(column string) string {
	text := r.Word(column)
	if rows.HoldsBSN(text) {
		r.Add(BSNInText, roster.Warning, column)
		r.set.Roster.LeftOut["bsn"]++
		return ""
	}
	return text
}

// Word returns the cell of a column that holds an address or a name of an
// account, of which a number may be part; see Text.
func (r Record) Word(column string) string {
	cell := r.Get(column)
	switch {
	case rows.Plain(cell) && len(cell) <= longest:
		return cell
	case utf8.RuneCountInString(cell) > longest:
		r.Add(TooLong, roster.Warning, column)
	case strings.ContainsFunc(cell, unicode.IsControl):
		r.Add(ControlCharacter, roster.Warning, column)
	default:
		return cell
	}
	r.set.Roster.LeftOut[column]++
	return ""
}

// Place returns r without its cells, for findings about it later on.
func (r Record) Place() Record {
	r.row.Cells, r.row.Columns = nil, slices.Clone(r.row.Columns)
	return r
}

// Line returns the line of the record.
func (r Record) Line() int { return r.row.Line }

// Add adds a finding at the place of a column in the record.
func (r Record) Add(code string, severity roster.Severity, column string) {
	f := roster.Finding{Code: code, Severity: severity, File: r.file, Line: r.row.Line, Field: column}
	if i, ok := r.at[column]; ok && i < len(r.row.Columns) {
		f.Column = r.row.Columns[i]
	}
	r.set.Add(f)
}

// Tell adds a finding once for the whole file and column.
func (r Record) Tell(code string, severity roster.Severity, column string) {
	if r.set.First(code + " " + r.file + " " + column) {
		r.Add(code, severity, column)
	}
}

// whole reports whether every cell that may not be empty holds something.
func (r Record) whole(t Table, width int) bool {
	if len(r.row.Cells) != width {
		r.Add(WidthDiffers, roster.Warning, "")
	}
	if r.row.Breaks {
		if i := slices.IndexFunc(r.row.Cells, broken); i >= 0 {
			r.set.Add(roster.Finding{Code: LineBreak, Severity: roster.Warning, File: r.file, Line: r.row.Line, Column: r.row.Columns[i]})
		}
	}
	ok := true
	for _, column := range t.Filled {
		if r.empty(column) {
			r.Add(MissingValue, roster.Stop, column)
			ok = false
		}
	}
	for _, column := range r.filled {
		if r.empty(column) {
			r.Tell(MissingValue, roster.Warning, column)
		}
	}
	return ok
}

// broken reports whether a cell has a line break.
func broken(cell string) bool {
	return strings.IndexByte(cell, '\n') >= 0 || strings.IndexByte(cell, '\r') >= 0
}

func (r Record) empty(column string) bool {
	i, ok := r.at[column]
	return !ok || i >= len(r.row.Cells) || rows.Trim(r.row.Cells[i]) == ""
}
