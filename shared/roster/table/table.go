// Package table reads the lists of pupils and staff that schools make
// themselves, as delimited text or as a workbook: free columns, known by their
// headings. The exports of Magister and SOMtoday are lists of this kind with
// ways of their own.
//
// Only columns that are bound to a field ever become values. What may not be
// kept is skipped and counted, and findings tell a place, never a value.
package table

import (
	"bytes"
	"fmt"
	"slices"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// Format reads free tables: see roster.Format.
type Format struct {
	// Pilot accepts ECK iDs of the chain's test environment, which in
	// production name nobody.
	Pilot bool
	// People bounds how many rows are read; 0 for the usual bound.
	People int
}

// mostPeople is beyond the largest boards, with several rows for each pupil.
const mostPeople = 500_000

// Name returns "table".
func (Format) Name() string { return "table" }

// Claims reports whether files are text or workbooks. Of several, one must
// have headings that are known.
func (Format) Claims(files []roster.File) bool {
	for _, f := range files {
		head := rows.Head(f)
		if len(head) == 0 {
			return false
		}
		for _, xml := range []string{"<", "\xff\xfe<\x00", "\xfe\xff\x00<"} { // XML, in UTF-16 too
			if bytes.HasPrefix(head, []byte(xml)) {
				return false
			}
		}
	}
	return len(files) == 1 || slices.ContainsFunc(files, headed)
}

// headed reports whether a file begins with headings that are known.
func headed(f roster.File) bool {
	source, err := rows.Open(f, rows.Usual(), func(cells []string) bool { return known(cells, nil) })
	if err != nil {
		return false
	}
	for row, err := range source.Rows() {
		if err != nil {
			return false
		}
		if !row.Blank() {
			return known(row.Cells, nil)
		}
	}
	return false
}

// Read reads the tables: see roster.Format. One set may hold lists of pupils
// and lists of staff.
func (f Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	r := &reader{
		format: f, wanted: w, found: found, people: map[person.Kind]map[string]int{}, chains: map[string]bool{}, once: map[string]bool{},
		roster: &roster.Roster{Format: "csv", School: w.School, Year: w.YearOf(), LeftOut: map[string]int{}},
	}
	r.days()
	for i, file := range files {
		name := roster.TablePlace(i, files)
		if err := r.table(file, name); err != nil {
			if problem, ok := rows.Finding(err, name); ok {
				found.Add(problem)
				continue
			}
			return r.roster, fmt.Errorf("read table: %w", err)
		}
	}
	r.finish()
	return r.roster, nil
}

// table reads one file.
func (r *reader) table(file roster.File, name string) error {
	s, err := inspect(file, r.wanted)
	if err != nil {
		return err
	}
	s.file = roster.SheetPlace(name, s.source.Sheet)
	if s.source.Excel {
		r.roster.Format = "excel"
	}
	r.presets = append(r.presets, s.preset)
	if s.recognised {
		r.columns(s)
	}
	if !s.report(r.found) {
		r.leaveAll(s)
		return nil
	}
	r.room(s)
	defer r.leftOut(s)
	for row, err := range s.source.Rows() {
		if err != nil {
			return err
		}
		if row.Line <= s.line || row.Blank() {
			continue
		}
		if len(r.rest) >= r.limit() {
			r.found.Add(roster.Finding{Code: TooMany, Severity: severity(TooMany), File: s.file, Line: row.Line})
			return nil
		}
		r.row(s, row)
	}
	return nil
}

// room makes room for the people of a sheet.
func (r *reader) room(s *sheet) {
	n := min(s.rows, ahead)
	r.roster.People, r.rest = slices.Grow(r.roster.People, n), slices.Grow(r.rest, n)
	if r.people[s.kind] == nil {
		r.people[s.kind] = make(map[string]int, n)
	}
	s.met = r.people[s.kind]
	for i, c := range s.columns {
		if c.leftAs() != "" {
			s.left.Watch(i)
		}
	}
}

// ahead is for how many people room is made before they are read: more only as
// they come, since not every row is somebody.
const ahead = 1 << 16

func (r *reader) limit() int {
	if r.format.People > 0 {
		return r.format.People
	}
	return mostPeople
}

// columns keeps what was made of the headings.
func (r *reader) columns(s *sheet) {
	for _, c := range s.shown() {
		r.roster.Columns = append(r.roster.Columns, roster.Column{File: s.file, Place: c.Place, Heading: c.Heading, Field: c.Field, How: string(c.How)})
	}
}

// leaveAll counts what a refused table holds that may not be kept.
func (r *reader) leaveAll(s *sheet) {
	for i, c := range s.columns {
		if n := s.values[i].Count(); c.counted != "" && n > 0 {
			r.roster.LeftOut[c.counted] += n
		}
	}
}
