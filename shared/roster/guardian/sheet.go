package guardian

import (
	"slices"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// column is a column while the list is read.
type column struct {
	heading string // folded
	at      int    // its column in the file, for findings
	field   field  // what it is read as
	counted string // the name under which its values are left out, "" for none
	rank    int
	name    string // what findings call it: never a heading of the school's own
	known   bool
}

// sheet is one list.
type sheet struct {
	file       string
	source     rows.Source
	line       int // of the headings
	columns    []column
	values     []rows.Elevens
	rows       int
	recognised bool
	suspects   []int      // columns that look like BSNs
	twice      []int      // columns that mean what another means
	places     []int      // see rows.Places; nil until they are decided on
	left       rows.Tally // of columns whose values are left out
}

// bind decides on one column by itself.
func bind(text string, own map[string]string) column {
	c := column{heading: strings.Clone(rows.Heading(text)), counted: unknown} // the rest of the list is not kept
	if name, refused := rows.Refused(c.heading); refused {
		c.counted, c.known = name, true
		return c
	}
	if said, ok := own[c.heading]; ok && c.heading != "" {
		c.known = true
		if f := owned(said); f != none {
			c.field, c.counted, c.rank, c.name = f, "", -1, f.name()
		}
		return c
	}
	if f, rank, ok := meaning(c.heading); ok {
		c.field, c.counted, c.rank, c.known, c.name = f, "", rank, true, c.heading
	}
	return c
}

// inspect reads a list once, to know its headings and what the columns are
// like. Nothing of a first row that is no heading is kept.
func inspect(f roster.File, w roster.Wanted) (*sheet, error) {
	own := map[string]string{}
	for heading, field := range w.Columns {
		own[rows.Heading(heading)] = field
	}
	source, err := rows.Open(f, rows.Usual(), func(cells []string) bool { return recognised(cells, own) })
	if err != nil {
		return nil, err
	}
	s := &sheet{source: source}
	for row, err := range source.Rows() {
		switch {
		case err != nil:
			return s, err
		case row.Blank():
		case s.line == 0:
			s.line = row.Line
			if s.recognised = recognised(row.Cells, own); !s.recognised {
				return s, nil
			}
			s.begin(row, own)
		default:
			s.count(row)
		}
	}
	if s.line == 0 {
		return s, &rows.Problem{Code: rows.Empty}
	}
	s.decide()
	s.settle()
	return s, nil
}

func (s *sheet) begin(row rows.Row, own map[string]string) {
	for i, cell := range row.Cells {
		c := bind(cell, own)
		c.at = row.Columns[i]
		s.columns = append(s.columns, c)
	}
	s.values = make([]rows.Elevens, len(s.columns))
}

func (s *sheet) count(row rows.Row) {
	s.rows++
	for i, cell := range row.Cells {
		if i < len(s.values) {
			s.values[i].Add(cell)
		}
	}
}

// recognised reports whether at least two headings are known.
func recognised(cells []string, own map[string]string) bool {
	n := 0
	for _, cell := range cells {
		if bind(cell, own).known {
			n++
		}
	}
	return n >= 2
}

// decide decides on the columns together. The order in which they stand does
// not matter.
func (s *sheet) decide() {
	for i := range s.columns {
		c := &s.columns[i]
		refused := c.known && c.field == none && c.counted != unknown
		if c.field != child && c.field != key && !refused && s.values[i].BSN() {
			c.field, c.counted, c.name = none, bsn, ""
			s.suspects = append(s.suspects, i)
		}
	}
	s.childs()
	for _, f := range fields() {
		s.choose(f)
	}
	if s.has(surname) {
		s.drop(wholeName)
	}
}

// childs leaves out the child's own name and gender: those of columns which do
// not say to be a guardian's, beside names that do.
func (s *sheet) childs() {
	name := func(c column) bool { return worded(c.field) }
	if !slices.ContainsFunc(s.columns, func(c column) bool { return name(c) && c.rank >= 0 && c.rank < plain }) {
		return
	}
	for i := range s.columns {
		if c := &s.columns[i]; (name(*c) || c.field == gender) && c.rank >= plain {
			c.field, c.counted = none, c.field.name()
		}
	}
}

// choose keeps the likeliest column of a field. Of two that are as likely
// nobody knows which counts.
func (s *sheet) choose(f field) {
	best := -1
	for i, c := range s.columns {
		switch {
		case c.field != f:
		case best < 0 || c.rank < s.columns[best].rank:
			best = i
		case c.rank == s.columns[best].rank:
			s.twice = append(s.twice, i)
		}
	}
	for i := range s.columns {
		if c := &s.columns[i]; c.field == f && c.rank > s.columns[best].rank {
			c.field, c.counted = none, f.name()
		}
	}
}

func (s *sheet) drop(f field) {
	for i := range s.columns {
		if c := &s.columns[i]; c.field == f {
			c.field, c.counted = none, f.name()
		}
	}
}

func (s *sheet) has(f field) bool { return s.place(f) >= 0 }

// place returns the index of the column of a field, -1 for none.
func (s *sheet) place(f field) int {
	if s.places != nil {
		return s.places[f] - 1
	}
	for i, c := range s.columns {
		if c.field == f && f != none {
			return i
		}
	}
	return -1
}

// first returns the first of fields that has a column.
func (s *sheet) first(fields ...field) field {
	for _, f := range fields {
		if s.has(f) {
			return f
		}
	}
	return none
}

// report adds what is wrong with the list as a whole, and reports whether its
// rows are worth reading.
func (s *sheet) report(found *roster.Findings) bool {
	stopped := false
	add := func(code string, i int) {
		f := roster.Finding{Code: code, Severity: severity(code), File: s.file, Line: s.line}
		if i >= 0 {
			f.Column, f.Field = s.columns[i].at, s.columns[i].name
		}
		found.Add(f)
		stopped = stopped || f.Severity == roster.Stop
	}
	if !s.recognised {
		add(NoHeading, -1)
		return false
	}
	for _, i := range s.suspects {
		add(ColumnLikeBSN, i)
	}
	for _, i := range s.twice {
		add(DuplicateHeading, i)
	}
	for _, f := range []field{child, key} {
		if i := s.place(f); i >= 0 && s.values[i].BSN() {
			add(NumberIsBSN, i)
		}
	}
	if !s.has(child) {
		add(NoChild, -1)
	}
	if s.first(callName, firstNames, initials, surname, wholeName) == none {
		add(NoName, -1)
	}
	if s.rows == 0 {
		add(NoRows, -1)
	}
	if !stopped && !s.has(slot) && !s.has(key) {
		add(NoSlot, -1)
	}
	if !stopped && !s.has(receives) {
		add(NoReceives, -1)
	}
	return !stopped
}
