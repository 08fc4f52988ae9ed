// Package sds reads Microsoft School Data Sync CSV files, version 2.1: a set
// of tables joined by ids (learn.microsoft.com, "SDS v2.1 CSV file format").
// Ids are compared as they stand, words without regard to case. Of the set's
// schools one is wanted. Findings tell a place, never a value.
package sds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

// Format reads SDS sets: see roster.Format.
type Format struct{}

// Name returns "sds".
func (Format) Name() string { return "sds" }

// Claims reports whether files look like a set of version 2, which has no
// manifest, also where one of its files is missing, or of version 1, whose
// files have other names.
func (Format) Claims(files []roster.File) bool {
	s := csvset.Set{Files: files}
	n := 0
	for _, name := range []string{"orgs.csv", "users.csv", "roles.csv"} {
		if s.Has(name) {
			n++
		}
	}
	return n > 1 && !s.Has("manifest.csv") || old(s)
}

func old(s csvset.Set) bool { return s.Has("School.csv") && s.Has("Student.csv") }

// second reports whether the set is one of version 2, in which users.csv holds
// the roles.
func second(s csvset.Set) (bool, error) {
	if s.Has("roles.csv") {
		return false, nil
	}
	headings, err := s.Headings("users.csv")
	return slices.Contains(headings, "role"), err
}

// Read reads a set: see roster.Format.
func (Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	list := &roster.Roster{Format: "sds 2.1", School: w.School, LeftOut: map[string]int{}}
	r := &reader{
		Set: &csvset.Set{Files: files, Strict: w.Strict, Found: found, Roster: list}, wanted: w, day: w.Today.Format(time.DateOnly),
		orgs: map[string]bool{}, sessions: map[string]bool{}, courses: map[string]bool{}, classes: map[string]*class{}, users: map[string]*user{},
		works: staff(),
	}
	for _, step := range []func() error{
		r.version, r.readOrgs, r.readSessions, r.readCourses, r.readUsers, r.readRoles, r.readClasses, r.readDemographics, r.readEnrollments,
		r.countRefused, r.finish,
	} {
		if err := step(); err != nil {
			return list, fmt.Errorf("read sds: %w", err)
		}
		if found.Stopped() {
			list.Groups, list.People = nil, nil
			return list, nil
		}
	}
	return list, nil
}

// version refuses sets of other versions, and such as lack a file.
func (r *reader) version() error {
	if old(*r.Set) {
		r.stop(Version1, "")
		return nil
	}
	if yes, err := second(*r.Set); yes || err != nil {
		r.stop(Version2, "users.csv")
		return err
	}
	r.Check(names())
	needed := []string{"orgs.csv", "users.csv", "roles.csv"}
	switch {
	case r.Has("classes.csv"):
		needed = append(needed, "enrollments.csv")
	case r.Has("enrollments.csv"):
		needed = append(needed, "classes.csv")
	}
	for _, name := range needed {
		if !r.Has(name) {
			r.Set.Add(roster.Finding{Code: csvset.MissingFile, Severity: roster.Stop, File: name})
		}
	}
	return nil
}

// reader is one set while it is read.
type reader struct {
	*csvset.Set
	wanted roster.Wanted
	day    string
	orgs   map[string]bool
	school string // sourcedId of the wanted one

	sessions map[string]bool
	courses  map[string]bool
	classes  map[string]*class
	order    []string // of the school's classes
	users    map[string]*user
	people   []string
	free     []user            // room for users to come
	works    map[string]string // see staff
	keys     rows.Elevens
	sex      bool
	mail     bool
}

type class struct {
	group roster.Group
	here  bool
}

type user struct {
	person  roster.Person
	place   csvset.Place
	ended   bool
	going   bool
	last    string // end and grade of the role that Year is of
	classes []string
}

var iso = regexp.MustCompile(`^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?)?$`)

// weight is what a finding does in the mode that is asked for.
func (r *reader) weight(code string) roster.Severity {
	if code == MissingGiven {
		return r.Slight()
	}
	return severity(code)
}

func (r *reader) add(rec *csvset.Record, code, column string) { rec.Add(code, r.weight(code), column) }

// tell adds a finding once for a whole file and column.
func (r *reader) tell(rec *csvset.Record, code, column string) {
	rec.Tell(code, r.weight(code), column)
}

func (r *reader) stop(code, file string) {
	r.Set.Add(roster.Finding{Code: code, Severity: r.weight(code), File: file})
}

// word checks a column that holds one of words, without regard to case.
func (r *reader) word(rec *csvset.Record, column string, words ...string) {
	cell := rec.Look(column)
	if cell != "" && !slices.Contains(words, cell) && !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, cell) }) {
		rec.Tell(EnumUnknown, roster.Warning, column)
	}
}

// refer tells of a reference that leads nowhere, to what is not needed.
func (r *reader) refer(rec *csvset.Record, column string, known map[string]bool) {
	cell := rec.Look(column)
	if cell == "" || known[cell] {
		return
	}
	for _, id := range csvset.List(cell) {
		if !known[id] {
			r.tell(rec, ReferenceLost, column)
		}
	}
}

// longest is how many characters an id may have.
const longest = 255

// sound reports whether a cell may be an id: it has no white space and nothing
// that divides cells.
func sound(cell string) bool {
	return cell != "" && !strings.ContainsAny(cell, " \t\n\f\r,;\"") && utf8.RuneCountInString(cell) <= longest
}

// key returns the id of a record, "" where it cannot be used.
func (r *reader) key(rec *csvset.Record, known bool) string {
	cell := rec.Look("sourcedId")
	switch {
	case !sound(cell):
		r.add(rec, IDInvalid, "sourcedId")
		return ""
	case known:
		r.add(rec, DuplicateID, "sourcedId")
		return ""
	}
	return rec.Get("sourcedId")
}

// readOrgs finds the wanted school: by its BRIN as id, else the only one.
func (r *reader) readOrgs() error {
	var schools []string
	parents := map[string]csvset.Place{}
	err := r.Each(orgs(), func(rec *csvset.Record) {
		key := r.key(rec, r.orgs[rec.Look("sourcedId")])
		if key == "" {
			return
		}
		r.orgs[key] = true
		r.word(rec, "type", kinds()...)
		if up := rec.Get("parentSourcedId"); up != "" && !r.orgs[up] {
			parents[up] = rec.Place()
		}
		if strings.EqualFold(rec.Look("type"), "school") {
			schools = append(schools, key)
		}
	})
	for up, at := range parents {
		if !r.orgs[up] {
			r.tell(at.Record(), ReferenceLost, "parentSourcedId")
		}
	}
	if err == nil && !r.Found.Stopped() {
		r.choose(schools)
	}
	return err
}

// choose takes the school whose id is the wanted BRIN, else the only one, where
// its id is no BRIN.
func (r *reader) choose(schools []string) {
	coded := false
	for _, key := range schools {
		code, ok := csvset.Code(key)
		coded = coded || ok
		if ok && code == r.wanted.School {
			if r.school != "" {
				r.stop(SchoolTwice, "orgs.csv")
			}
			r.school = key
		}
	}
	switch {
	case r.school != "":
	case len(schools) == 1 && !coded:
		r.school = schools[0]
		r.stop(SchoolAssumed, "orgs.csv")
	default:
		r.stop(SchoolNotFound, "orgs.csv")
	}
}

// readSessions finds the school year by the days of the sessions: what
// suppliers write as schoolYear is now the first year, now the second.
func (r *reader) readSessions() error {
	var last, running school.Year
	err := r.Each(sessions(), func(rec *csvset.Record) {
		key := r.key(rec, r.sessions[rec.Look("sourcedId")])
		r.sessions[key] = true
		r.word(rec, "type", "schoolYear", "semester", "term", "gradingPeriod", "quarter")
		begin, end := r.date(rec, "startDate"), r.date(rec, "endDate")
		if begin == "" {
			return
		}
		at, err := time.Parse(time.DateOnly, begin)
		if err != nil {
			r.add(rec, DateInvalid, "startDate")
			return
		}
		year := school.YearAt(at)
		last = max(last, year)
		if begin <= r.day && r.day <= end {
			running = max(running, year)
		}
	})
	switch {
	case running != 0:
		r.Roster.Year = running
	case last != 0:
		r.Roster.Year = last
	default:
		r.Roster.Year = r.wanted.YearOf()
		r.stop(NoYear, "academicSessions.csv")
	}
	return err
}

// date returns a date, of a moment its day, "" for none.
func (r *reader) date(rec *csvset.Record, column string) string {
	cell := rec.Look(column)
	if cell == "" {
		return ""
	}
	if m := iso.FindStringSubmatch(cell); m != nil {
		return m[1]
	}
	r.add(rec, DateInvalid, column)
	return ""
}
