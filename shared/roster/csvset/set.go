package csvset

import (
	"slices"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// Set is the files of one delivery.
type Set struct {
	Files  []roster.File
	Strict bool // every deviation from the standard stops the set
	Found  *roster.Findings
	Roster *roster.Roster // whose LeftOut counts what is not bound
	told   map[string]bool
	copies rows.Copies
	places []uint32 // room for the places of cells: see Record.Place
}

// Add adds a finding with the severity that it has where not all is strict.
func (s *Set) Add(f roster.Finding) {
	if s.Strict && f.Severity == roster.Warning {
		f.Severity = roster.Stop
	}
	s.Found.Add(f)
}

// Slight returns the severity of a deviation that harms nobody who does not
// ask for the standard's.
func (s *Set) Slight() roster.Severity {
	if s.Strict {
		return roster.Stop
	}
	return roster.Note
}

// First reports whether it is asked for the first time whether what says is
// told: of what is wrong in every row, one finding is enough.
func (s *Set) First(what string) bool {
	if s.told == nil {
		s.told = map[string]bool{}
	}
	again := s.told[what]
	s.told[what] = true
	return !again
}

// Has reports whether the set holds a file of that name, whatever its case.
func (s *Set) Has(name string) bool { return s.index(name) >= 0 }

func (s *Set) index(name string) int {
	return slices.IndexFunc(s.Files, func(f roster.File) bool { return strings.EqualFold(f.Name, name) })
}

// Check compares the names of the files with those that the standard knows.
func (s *Set) Check(known []string) {
	for i, f := range s.Files {
		j := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, f.Name) })
		switch {
		case j < 0:
			s.Add(roster.Finding{Code: Unexpected, Severity: s.Slight()}) // its name may be somebody's
		case s.index(f.Name) < i:
			s.Add(roster.Finding{Code: DuplicateFile, Severity: roster.Stop, File: known[j]})
		case known[j] != f.Name:
			s.Add(roster.Finding{Code: FileCase, Severity: roster.Warning, File: known[j]})
		}
	}
}

// Headings returns the first row of a file, nil where there is none.
func (s *Set) Headings(name string) ([]string, error) {
	i := s.index(name)
	if i < 0 {
		return nil, nil
	}
	dialect, err := rows.Detect(s.Files[i].Open, rows.Usual())
	if err == nil {
		for row, err := range (rows.Text{Open: s.Files[i].Open, Limits: rows.Usual(), Dialect: dialect}).Rows() {
			return slices.Clone(row.Cells), err
		}
	}
	if _, ok := rows.Finding(err, name); ok {
		return nil, nil // Each tells of it
	}
	return nil, err
}

// Each reads the rows of a table; do is called for every row that is whole.
// A table that is at fault becomes a finding; an error means that it could not
// be read.
func (s *Set) Each(t Table, do func(*Record)) error {
	i := s.index(t.Name)
	if i < 0 {
		if !t.Optional {
			s.Add(roster.Finding{Code: MissingFile, Severity: roster.Stop, File: t.Name})
		}
		return nil
	}
	err := s.read(s.Files[i], t, do)
	f, ok := rows.Finding(err, t.Name)
	switch {
	case ok && f.Code == rows.Empty && t.Optional:
		s.Add(roster.Finding{Code: NoRows, Severity: roster.Warning, File: t.Name})
		return nil
	case ok:
		s.Add(f)
		return nil
	}
	return err
}

// mostAhead is for how many rows room is made before they are read.
const mostAhead = 1 << 16

func (s *Set) read(file roster.File, t Table, do func(*Record)) error {
	limits := rows.Usual()
	if t.Most > 0 {
		limits.Rows = t.Most
	}
	dialect, err := rows.Detect(file.Open, limits)
	if err != nil {
		return err
	}
	s.dialect(dialect, t)
	record := &Record{set: s, file: t.Name, ahead: min(dialect.Lines, mostAhead)}
	var width, n int
	var counted []counter
	for row, err := range (rows.Text{Open: file.Open, Limits: limits, Dialect: dialect, Strict: s.Strict}).Rows() {
		if err != nil {
			return err
		}
		record.row = row
		if record.at == nil {
			if !s.headings(record, t) {
				return nil
			}
			width, counted = len(row.Cells), leftOut(record, t)
			record.expect(t)
			continue
		}
		if row.Blank() {
			continue
		}
		n++
		s.count(row, counted)
		if record.whole(t, width) {
			do(record)
		}
	}
	if n == 0 {
		s.Add(roster.Finding{Code: NoRows, Severity: t.needed(), File: t.Name})
	}
	return nil
}

// dialect compares how a file is written with what the standards ask.
func (s *Set) dialect(d rows.Dialect, t Table) {
	if d.Encoding != "utf-8" {
		s.Add(roster.Finding{Code: Encoding, Severity: roster.Warning, File: t.Name})
	}
	if d.Delimiter != ',' || d.Declared {
		s.Add(roster.Finding{Code: Delimiter, Severity: roster.Warning, File: t.Name, Line: 1})
	}
}

func (s *Set) count(row rows.Row, counted []counter) {
	for _, c := range counted {
		if c.at < len(row.Cells) && row.Cells[c.at] != "" {
			s.Roster.LeftOut[c.name]++
		}
	}
}
