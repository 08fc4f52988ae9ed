package table

import (
	"slices"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// sheet is one table: what its headings mean, and whom it lists.
type sheet struct {
	file       string // its name within a set, for findings
	source     rows.Source
	line       int // of the headings
	columns    []column
	values     []rows.Elevens // of each column
	rows       int            // below the headings
	recognised bool           // the first row is a heading
	structure  bool           // see StructureFile
	suspects   []int          // columns that look like BSNs
	twice      []int          // columns that mean what another means
	kind       person.Kind
	unclear    string
	preset     string
	places     []int          // see rows.Places; nil until they are decided on
	met        map[string]int // how many rows each person of its kind has
	left       rows.Tally     // of columns whose values are left out, or only used while reading
}

// inspect reads a table once, to know its headings and what the columns are
// like. Nothing of a first row that is no heading is kept.
func inspect(f roster.File, w roster.Wanted) (*sheet, error) {
	own := map[string]string{}
	for heading, field := range w.Columns {
		own[rows.Heading(heading)] = field
	}
	source, err := rows.Open(f, rows.Usual(), func(cells []string) bool { return known(cells, own) })
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
			s.begin(row, own)
		case !s.recognised:
			s.structure = s.structure && structural(row.Cells)
			return s, nil
		default:
			s.count(row)
		}
	}
	if s.line == 0 {
		return s, &rows.Problem{Code: rows.Empty}
	}
	s.decide(w)
	s.settle()
	return s, nil
}

// begin takes the headings, where row holds them.
func (s *sheet) begin(row rows.Row, own map[string]string) {
	s.line = row.Line
	s.structure = structural(row.Cells)
	if s.recognised = known(row.Cells, own); !s.recognised {
		return
	}
	s.structure = false
	for i, cell := range row.Cells {
		c := bind(cell, own)
		c.at = row.Columns[i]
		s.columns = append(s.columns, c)
	}
	s.values = make([]rows.Elevens, len(s.columns))
}

// count looks at the values of a row.
func (s *sheet) count(row rows.Row) {
	s.rows++
	for i, cell := range row.Cells {
		if i < len(s.values) {
			s.values[i].Add(cell)
		}
	}
}

// knownHeadings is how many headings must be known for a row to be one of
// headings.
const knownHeadings = 2

// known reports whether cells are headings.
func known(cells []string, own map[string]string) bool {
	n := 0
	for _, cell := range cells {
		if c := bind(cell, own); c.how != NotDecided {
			n++
		}
	}
	return n >= knownHeadings && !structural(cells)
}

// structural reports whether a row is one of SOMtoday's structure file, whose
// first cell says what the row is about and whose second is an abbreviation.
func structural(cells []string) bool {
	const width = 5
	if len(cells) != width {
		return false
	}
	if _, _, heading := meaning(rows.Heading(cells[1])); heading {
		return false
	}
	return slices.Contains([]string{"Vestiging", "Opleiding", "Vak", "Stamgroep", "Medewerker"}, cells[0])
}

// report adds what is wrong with the table as a whole, and reports whether its
// rows are worth reading.
func (s *sheet) report(found *roster.Findings) bool {
	stopped := false
	add := func(code string, i int) {
		f := roster.Finding{Code: code, Severity: severity(code), File: s.file, Line: s.line}
		if i >= 0 {
			f.Column, f.Field = s.columns[i].at, s.columns[i].name()
		}
		found.Add(f)
		stopped = stopped || f.Severity == roster.Stop
	}
	switch {
	case s.structure:
		add(StructureFile, -1)
		return false
	case !s.recognised:
		add(NoHeading, -1)
		return false
	}
	for _, i := range s.suspects {
		add(ColumnLikeBSN, i)
	}
	for i, c := range s.columns {
		if rows.HoldsBSN(c.text) {
			add(BSNInText, i)
		}
	}
	for _, i := range s.twice {
		add(DuplicateHeading, i)
	}
	if s.guardians() {
		add(Guardians, -1)
	} else if s.unclear != "" {
		add(s.unclear, -1)
	}
	key := s.place(number)
	switch {
	case key < 0:
		add(NoNumber, -1)
	case s.values[key].BSN():
		add(NumberIsBSN, key)
	}
	if !slices.ContainsFunc([]field{callName, firstNames, surname, wholeName}, s.has) {
		add(NoName, -1)
	}
	if s.rows == 0 {
		add(NoRows, -1)
	}
	return !stopped
}

// guardians reports whether the table lists guardians.
func (s *sheet) guardians() bool {
	var list []string
	for _, c := range s.columns {
		list = append(list, c.text)
	}
	return ListsGuardians(list)
}
