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
	at      *index
	filled  []int // columns whose cells may not be empty
	told    []int // columns of the standard that are told of once where they are empty
	ahead   int   // rows that are likely to come
	row     rows.Row
	Columns map[string]bool // that the file has
}

// Get returns a copy of the cell of a column that Table.Bound names, "" where
// the file has none. A line break in it is a space.
func (r *Record) Get(column string) string { return r.set.copies.Of(r.Look(column)) }

// Look is as Get, for what is only looked at: it is part of its row, which may
// not be kept.
func (r *Record) Look(column string) string {
	i := r.at.of(column)
	if i < 0 || i >= len(r.row.Cells) {
		return ""
	}
	cell := rows.Trim(r.row.Cells[i])
	if r.row.Breaks && broken(cell) {
		return strings.Join(strings.FieldsFunc(cell, func(c rune) bool { return c == '\r' || c == '\n' }), " ")
	}
	return cell
}

// longest is how many characters every system supports, by OneRoster.
const longest = 255

// Text returns the cell of a column that people read; "", with a finding, where
// it is too long, or holds a character that nobody sees or a citizen service
// number (BSN).
func (r *Record) Text(column string) string {
	text := r.sound(column)
	if rows.HoldsBSN(text) {
		r.Add(BSNInText, roster.Warning, column)
		r.set.Roster.LeftOut["bsn"]++
		return ""
	}
	return r.set.copies.Of(text)
}

// Word returns the cell of a column that holds an address or a name of an
// account, of which a number may be part; see Text.
func (r *Record) Word(column string) string { return r.set.copies.Of(r.sound(column)) }

func (r *Record) sound(column string) string {
	cell := r.Look(column)
	switch {
	case rows.Printable(cell) && len(cell) <= longest:
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

// Place is where a record stands, for findings about it later on.
type Place struct {
	of      *Record
	line    int
	columns []uint32
}

// Place returns where r stands.
func (r *Record) Place() Place {
	n := len(r.row.Columns)
	if cap(r.set.places)-len(r.set.places) < n {
		r.set.places = make([]uint32, 0, max(n, roomOfPlaces))
	}
	from := len(r.set.places)
	for _, column := range r.row.Columns {
		r.set.places = append(r.set.places, uint32(column)) // within a record, which is bounded
	}
	return Place{r, r.row.Line, r.set.places[from : from+n : from+n]}
}

// Record returns the record that stood there, without its cells.
func (p Place) Record() *Record {
	r := *p.of
	r.row = rows.Row{Line: p.line}
	for _, column := range p.columns {
		r.row.Columns = append(r.row.Columns, int(column))
	}
	return &r
}

// roomOfPlaces is for how many cells room is made at once.
const roomOfPlaces = 4096

// Ahead returns for how many records to make room: about as many as there are.
func (r *Record) Ahead() int { return r.ahead }

// Line returns the line of the record.
func (r *Record) Line() int { return r.row.Line }

// Add adds a finding at the place of a column in the record.
func (r *Record) Add(code string, severity roster.Severity, column string) {
	f := roster.Finding{Code: code, Severity: severity, File: r.file, Line: r.row.Line, Field: column}
	if i := r.at.of(column); i >= 0 && i < len(r.row.Columns) {
		f.Column = r.row.Columns[i]
	}
	r.set.Add(f)
}

// Tell adds a finding once for the whole file and column.
func (r *Record) Tell(code string, severity roster.Severity, column string) {
	if r.set.First(code + " " + r.file + " " + column) {
		r.Add(code, severity, column)
	}
}

// whole reports whether every cell that may not be empty holds something.
func (r *Record) whole(t Table, width int) bool {
	if len(r.row.Cells) != width {
		r.Add(WidthDiffers, roster.Warning, "")
	}
	if r.row.Breaks {
		if i := slices.IndexFunc(r.row.Cells, broken); i >= 0 {
			r.set.Add(roster.Finding{Code: LineBreak, Severity: roster.Warning, File: r.file, Line: r.row.Line, Column: r.row.Columns[i]})
		}
	}
	ok := true
	for i, at := range r.filled {
		if r.empty(at) {
			r.Add(MissingValue, roster.Stop, t.Filled[i])
			ok = false
		}
	}
	for _, at := range r.told {
		if r.empty(at) {
			r.Tell(MissingValue, roster.Warning, r.at.nameOf(at))
		}
	}
	return ok
}

// broken reports whether a cell has a line break.
func broken(cell string) bool {
	return strings.IndexByte(cell, '\n') >= 0 || strings.IndexByte(cell, '\r') >= 0
}

// empty reports whether the cell at that place holds nothing.
func (r *Record) empty(at int) bool {
	return at < 0 || at >= len(r.row.Cells) || rows.Trim(r.row.Cells[at]) == ""
}
