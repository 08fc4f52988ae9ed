// Package guardian reads lists of the parents and guardians of pupils, as
// delimited text or as a workbook: a row for each guardian of each child.
//
// A guardian is known by the school's own key for them, or else by the child's
// number and by being its first or second guardian; never by name or address,
// which people share. The roster then holds guardians only, so that nobody
// else is taken to have left.
package guardian

import (
	"bytes"
	"fmt"
	"slices"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
)

// Format reads lists of guardians: see roster.Format.
type Format struct {
	// Rows bounds how many rows are read; 0 for the usual bound.
	Rows int
}

// mostRows is beyond the largest boards: several guardians for each pupil.
const mostRows = 1_000_000

// Name returns "guardian".
func (Format) Name() string { return "guardian" }

// Claims reports whether every file has headings that only lists of guardians
// have.
func (Format) Claims(files []roster.File) bool {
	for _, f := range files {
		if head := rows.Head(f); len(head) == 0 || bytes.HasPrefix(head, []byte("<")) || !claimed(f) {
			return false
		}
	}
	return len(files) > 0
}

func claimed(f roster.File) bool {
	source, err := rows.Open(f, rows.Usual(), table.ListsGuardians)
	if err != nil {
		return false
	}
	for row, err := range source.Rows() {
		if err != nil {
			return false
		}
		if !row.Blank() {
			return table.ListsGuardians(row.Cells)
		}
	}
	return false
}

// Read reads the lists: see roster.Format.
func (f Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	r := &reader{
		format: f, wanted: w, found: found, people: map[string]int{}, slots: map[string]uint16{}, once: map[string]bool{}, words: map[string]title{},
		roster: &roster.Roster{Format: "guardians csv", School: w.School, Year: w.YearOf(), LeftOut: map[string]int{}},
	}
	for i, file := range files {
		name := roster.TablePlace(i, files)
		if err := r.list(file, name); err != nil {
			if problem, ok := rows.Finding(err, name); ok {
				found.Add(problem)
				continue
			}
			return r.roster, fmt.Errorf("read guardians: %w", err)
		}
	}
	return r.roster, nil
}

// list reads one file.
func (r *reader) list(file roster.File, name string) error {
	s, err := inspect(file, r.wanted)
	if err != nil {
		return err
	}
	s.file = roster.SheetPlace(name, s.source.Sheet)
	if s.source.Excel {
		r.roster.Format = "guardians excel"
	}
	if !s.report(r.found) {
		for i, c := range s.columns {
			if n := s.values[i].Count(); c.counted != "" && n > 0 {
				r.roster.LeftOut[c.counted] += n
			}
		}
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
		if r.rows++; r.rows > r.limit() {
			r.found.Add(roster.Finding{Code: TooMany, Severity: severity(TooMany), File: s.file, Line: row.Line})
			return nil
		}
		r.row(s, row)
	}
	return nil
}

// room makes room for the guardians of a sheet.
func (r *reader) room(s *sheet) {
	n := min(s.rows, ahead)
	r.roster.People = slices.Grow(r.roster.People, n)
	if len(r.people) == 0 {
		r.people, r.slots = make(map[string]int, n), make(map[string]uint16, n)
	}
	for i, c := range s.columns {
		if c.counted != "" {
			s.left.Watch(i)
		}
	}
}

// ahead is for how many guardians room is made before they are read: more only
// as they come, since not every row is somebody.
const ahead = 1 << 16

func (r *reader) limit() int {
	if r.format.Rows > 0 {
		return r.format.Rows
	}
	return mostRows
}
