package csvset

import (
	"slices"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// Table says what is read of one file.
type Table struct {
	Name     string   // "users.csv"
	Columns  []string // in the order of the standard
	Required []string // a file without one of them is refused
	Filled   []string // columns whose cells may not be empty
	Standard []string // columns that the standard requires and fills always; what we do not need of them is told only
	Whole    bool     // the standard wants every column to be there
	Extends  bool     // the standard allows columns of one's own, metadata.x, behind the others
	Bound    []string // columns that are read; what stands in the others is counted
	Counted  []string // columns that are counted under their own name
	Optional bool     // the file may be absent, and may be without rows
	Most     int      // rows beyond those of the largest boards; 0 for rows.Usual
}

// needed returns what it does that the table holds nothing.
func (t Table) needed() roster.Severity {
	if t.Optional {
		return roster.Warning
	}
	return roster.Stop
}

// headings finds the columns of a table in its first row.
func (s *Set) headings(r *Record, t Table) bool {
	r.at, r.Columns = &index{}, map[string]bool{}
	last, ordered, own := -1, true, false
	for i, cell := range r.row.Cells {
		place := func(code string, severity roster.Severity) {
			s.Add(roster.Finding{Code: code, Severity: severity, File: t.Name, Line: r.row.Line, Column: r.row.Columns[i]})
		}
		heading := rows.Trim(cell)
		j := slices.IndexFunc(t.Columns, func(c string) bool { return strings.EqualFold(c, heading) })
		switch {
		case heading == "":
			place(BlankHeading, roster.Warning)
			continue
		case j < 0 && t.Extends && strings.HasPrefix(heading, "metadata."):
			own = true
			continue
		case j < 0:
			place(UnknownColumn, roster.Warning)
			continue
		}
		name := t.Columns[j]
		if heading != name {
			place(ColumnCase, roster.Warning)
		}
		if r.Columns[name] {
			place(DuplicateColumn, roster.Stop)
			return false
		}
		r.at.put(name, i)
		r.Columns[name] = true
		ordered, last = ordered && j > last && !own, j
	}
	if !ordered {
		s.Add(roster.Finding{Code: ColumnOrder, Severity: s.Slight(), File: t.Name, Line: r.row.Line})
	}
	return s.complete(r, t)
}

// complete reports whether every column is there that is needed.
func (s *Set) complete(r *Record, t Table) bool {
	ok := true
	for _, column := range t.Columns {
		if r.Columns[column] {
			continue
		}
		f := roster.Finding{Code: MissingColumn, File: t.Name, Line: r.row.Line, Field: column}
		switch {
		case slices.Contains(t.Required, column):
			f.Severity, ok = roster.Stop, false
		case slices.Contains(t.Standard, column):
			f.Severity = roster.Warning
		case t.Whole && (s.Strict || s.First(AbsentColumn+" "+t.Name)):
			f.Code, f.Severity = AbsentColumn, s.Slight()
		default:
			continue
		}
		s.Add(f)
	}
	return ok
}

// unknown counts the values of columns that no standard names.
const unknown = "unknown"

// counter is a column that is not bound, with the name under which it is
// counted.
type counter struct {
	at   int
	name string
}

// expect notes which cells of the rows may not be empty.
func (r *Record) expect(t Table) {
	r.filled, r.told = nil, nil
	for _, column := range t.Filled {
		r.filled = append(r.filled, r.at.of(column))
	}
	for _, column := range t.Standard {
		if r.Columns[column] && !slices.Contains(t.Filled, column) {
			r.told = append(r.told, r.at.of(column))
		}
	}
}

// leftOut returns the columns that are not bound.
func leftOut(r *Record, t Table) []counter {
	bound := map[int]bool{}
	for _, column := range t.Bound {
		if i := r.at.of(column); i >= 0 {
			bound[i] = true
		}
	}
	var list []counter
	for i, cell := range r.row.Cells {
		if bound[i] {
			continue
		}
		c := counter{i, unknown}
		for _, column := range t.Columns {
			if strings.EqualFold(column, rows.Trim(cell)) {
				c.name = column
			}
		}
		if c.name == unknown || slices.Contains(t.Counted, c.name) { // others are structure of the standard: nobody's data
			list = append(list, c)
		}
	}
	return list
}
