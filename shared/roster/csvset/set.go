// Package csvset reads a set of CSV files whose columns a standard names, as
// OneRoster and School Data Sync have them: each file a table, joined by ids.
// A cell is bound only where its column is asked for; the others are counted.
package csvset

import (
	"embed"
	"slices"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// The codes of findings that every set shares.
const (
	MissingFile     = "set.missing_file"
	MissingColumn   = "set.missing_column"
	DuplicateColumn = "set.duplicate_column"
	ColumnCase      = "set.column_case"   // a heading in other capitals than the standard's
	ColumnOrder     = "set.column_order"  // not in the order of the standard
	BlankHeading    = "set.blank_heading" // a column without a heading
	NoRows          = "set.no_rows"
	MissingValue    = "set.missing_value"
	WidthDiffers    = "set.width_differs" // a row with more or fewer cells than headings
	Unexpected      = "set.unexpected_file"
)

// Codes returns every code of this package.
func Codes() []string {
	return []string{
		MissingFile, MissingColumn, DuplicateColumn, ColumnCase, ColumnOrder, BlankHeading, NoRows, MissingValue, WidthDiffers, Unexpected,
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }

// Set is the files of one delivery.
type Set struct {
	Files  []roster.File
	Strict bool // every deviation from the standard stops the set
	Found  *roster.Findings
	Roster *roster.Roster // whose LeftOut counts what is not bound
}

// Add adds a finding with the severity that it has where not all is strict.
func (s *Set) Add(f roster.Finding) {
	if s.Strict && f.Severity == roster.Warning {
		f.Severity = roster.Stop
	}
	s.Found.Add(f)
}

// Has reports whether the set holds a file of that name, whatever its case.
func (s *Set) Has(name string) bool {
	return slices.ContainsFunc(s.Files, func(f roster.File) bool { return strings.EqualFold(f.Name, name) })
}

// Table says what is read of one file.
type Table struct {
	Name     string   // "users.csv"
	Columns  []string // in the order of the standard
	Required []string // a file without one of them is refused
	Filled   []string // required columns whose cells may not be empty
	Bound    []string // columns that are read; what stands in the others is counted
	Counted  []string // columns that are counted under their own name
	Optional bool     // the file may be absent, and may be without rows
}

// Record is one row.
type Record struct {
	set     *Set
	file    string
	at      map[string]int
	row     rows.Row
	Columns map[string]bool // that the file has
}

// Get returns the cell of a column that Table.Bound names, "" where the file
// has none.
func (r Record) Get(column string) string {
	if i, ok := r.at[column]; ok && i < len(r.row.Cells) {
		return strings.Clone(rows.Trim(r.row.Cells[i]))
	}
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

// Each reads the rows of a table; do is called for every row that is whole.
// A table that is at fault becomes a finding; an error means that it could not
// be read.
func (s *Set) Each(t Table, do func(Record)) error {
	i := slices.IndexFunc(s.Files, func(f roster.File) bool { return strings.EqualFold(f.Name, t.Name) })
	if i < 0 {
		if !t.Optional {
			s.Found.Add(roster.Finding{Code: MissingFile, Severity: roster.Stop, File: t.Name})
		}
		return nil
	}
	err := s.read(s.Files[i], t, do)
	if f, ok := rows.Finding(err, t.Name); ok {
		if f.Code == rows.Empty && t.Optional {
			return nil
		}
		s.Found.Add(f)
		return nil
	}
	return err
}

func (s *Set) read(file roster.File, t Table, do func(Record)) error {
	dialect, err := rows.Detect(file.Open, rows.Usual())
	if err != nil {
		return err
	}
	record := Record{set: s, file: t.Name}
	var width, n int
	var counted map[int]string
	for row, err := range (rows.Text{Open: file.Open, Limits: rows.Usual(), Dialect: dialect, Strict: s.Strict}).Rows() {
		if err != nil {
			return err
		}
		record.row = row
		if record.at == nil {
			if !s.headings(&record, t) {
				return nil
			}
			width, counted = len(row.Cells), leftOut(record, t)
			continue
		}
		if row.Blank() {
			continue
		}
		n++
		s.count(row, counted)
		if len(row.Cells) != width {
			record.Add(WidthDiffers, roster.Warning, "")
		}
		if whole(record, t) {
			do(record)
		}
	}
	if n == 0 && !t.Optional {
		s.Found.Add(roster.Finding{Code: NoRows, Severity: roster.Stop, File: t.Name})
	}
	return nil
}

// whole reports whether every cell that may not be empty holds something.
func whole(r Record, t Table) bool {
	ok := true
	for _, column := range t.Filled {
		if r.Get(column) == "" {
			r.Add(MissingValue, roster.Stop, column)
			ok = false
		}
	}
	return ok
}

// headings finds the columns of a table in its first row.
func (s *Set) headings(r *Record, t Table) bool {
	r.at, r.Columns = map[string]int{}, map[string]bool{}
	last, ordered := -1, true
	for i, cell := range r.row.Cells {
		place := func(code string, severity roster.Severity) {
			s.Add(roster.Finding{Code: code, Severity: severity, File: t.Name, Line: r.row.Line, Column: r.row.Columns[i]})
		}
		heading := rows.Trim(cell)
		if heading == "" {
			place(BlankHeading, roster.Warning)
			continue
		}
		j := slices.IndexFunc(t.Columns, func(c string) bool { return strings.EqualFold(c, heading) })
		if j < 0 {
			continue // an extension: counted, not read
		}
		name := t.Columns[j]
		if heading != name {
			place(ColumnCase, roster.Warning)
		}
		if _, twice := r.at[name]; twice {
			place(DuplicateColumn, roster.Stop)
			return false
		}
		r.at[name], r.Columns[name] = i, true
		ordered, last = ordered && j > last, j
	}
	if !ordered {
		s.Add(roster.Finding{Code: ColumnOrder, Severity: severityOfOrder(s.Strict), File: t.Name, Line: r.row.Line})
	}
	ok := true
	for _, column := range t.Required {
		if !r.Columns[column] {
			s.Found.Add(roster.Finding{Code: MissingColumn, Severity: roster.Stop, File: t.Name, Line: r.row.Line, Field: column})
			ok = false
		}
	}
	return ok
}

// severityOfOrder says that another order of columns harms nobody who does not
// ask for the standard's.
func severityOfOrder(strict bool) roster.Severity {
	if strict {
		return roster.Stop
	}
	return roster.Note
}

// unknown counts the values of columns that no standard names.
const unknown = "unknown"

// leftOut returns under which name each column that is not bound is counted.
func leftOut(r Record, t Table) map[int]string {
	bound := map[int]bool{}
	for _, column := range t.Bound {
		if i, ok := r.at[column]; ok {
			bound[i] = true
		}
	}
	names := map[int]string{}
	for i, cell := range r.row.Cells {
		if bound[i] {
			continue
		}
		names[i] = unknown
		for _, column := range t.Columns {
			if strings.EqualFold(column, rows.Trim(cell)) {
				names[i] = column
			}
		}
		if !slices.Contains(t.Counted, names[i]) && names[i] != unknown {
			delete(names, i) // structure of the standard: nobody's data
		}
	}
	return names
}

func (s *Set) count(row rows.Row, names map[int]string) {
	for i, name := range names {
		if i < len(row.Cells) && row.Cells[i] != "" {
			s.Roster.LeftOut[name]++
		}
	}
}
