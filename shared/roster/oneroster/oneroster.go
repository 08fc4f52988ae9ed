// Package oneroster reads OneRoster CSV files in bulk, versions 1.1 and 1.2
// (1EdTech, "OneRoster CSV Binding"): a set of tables joined by ids, of one
// institution. Of its schools one is wanted.
//
// In strict mode every deviation from the standard refuses the set. Otherwise
// what is meant is taken, with a warning; a reference that leads nowhere is
// never taken. Only named columns ever become values; findings tell a place.
package oneroster

import (
	"fmt"
	"time"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

// Format reads OneRoster sets: see roster.Format.
type Format struct {
	// Pilot accepts ECK iDs of the chain's test environment, which in
	// production name nobody.
	Pilot bool
}

// Name returns "oneroster".
func (Format) Name() string { return "oneroster" }

// Claims reports whether files look like a OneRoster set: they have its
// manifest, or the seven files of version 1.0, which had none.
func (Format) Claims(files []roster.File) bool {
	s := csvset.Set{Files: files}
	return s.Has("manifest.csv") || first(s)
}

// first reports whether files are a set of version 1.0.
func first(s csvset.Set) bool {
	for _, name := range []string{"academicSessions.csv", "classes.csv", "courses.csv", "demographics.csv", "enrollments.csv", "orgs.csv", "users.csv"} {
		if !s.Has(name) {
			return false
		}
	}
	return len(s.Files) == 7
}

// Read reads a set: see roster.Format.
func (f Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	list := &roster.Roster{Format: "oneroster", School: w.School, LeftOut: map[string]int{}}
	r := &reader{
		Set: &csvset.Set{Files: files, Strict: w.Strict, Found: found, Roster: list}, format: f, wanted: w,
		day: w.Today.Format(time.DateOnly), orgs: map[string]bool{}, sessions: map[string]school.Year{},
		courses: map[string]bool{}, classes: map[string]*class{}, users: map[string]*user{}, chains: map[string]bool{},
	}
	for _, step := range []func() error{
		r.manifest, r.readOrgs, r.readSessions, r.readCourses, r.readClasses, r.readUsers, r.countProfiles, r.readRoles, r.readDemographics,
		r.readEnrollments, r.finish,
	} {
		if err := step(); err != nil {
			return list, fmt.Errorf("read oneroster: %w", err)
		}
		if found.Stopped() {
			list.Groups, list.People = nil, nil
			return list, nil
		}
	}
	return list, nil
}

// reader is one set while it is read.
type reader struct {
	*csvset.Set
	format  Format
	wanted  roster.Wanted
	day     string // today, YYYY-MM-DD
	version string

	files    map[string]string // what the manifest says of each file
	orgs     map[string]bool   // every org
	school   string            // sourcedId of the wanted one
	sessions map[string]school.Year
	courses  map[string]bool
	classes  map[string]*class
	order    []string // of the school's classes
	users    map[string]*user
	people   []string // ids of users, in the order of the file
	free     []user   // room for those to come
	chains   map[string]bool
	numbers  rows.Elevens
	keys     rows.Elevens
	has      map[string]bool // columns of users.csv
	sex      bool            // demographics say something
}

type class struct {
	group roster.Group
	of    string // sourcedId of its school
	here  bool   // of the wanted school and year
}

// user is a person while the set is read.
type user struct {
	person   roster.Person
	place    csvset.Place // in users.csv
	kind     person.Kind  // "" while no role says it
	guardian bool
	gone     bool   // marked as deleted
	ended    bool   // a role at the school has
	going    bool   // another one has not
	home     string // key of the homeroom
	lessons  []string
}

// weight is what a finding does in the mode that is asked for.
func (r *reader) weight(code string) roster.Severity {
	if slight(code) {
		return r.Slight()
	}
	return severity(code)
}

// add adds a finding at a column of a record.
func (r *reader) add(rec *csvset.Record, code, column string) { rec.Add(code, r.weight(code), column) }

// tell adds a finding once for a whole file and column.
func (r *reader) tell(rec *csvset.Record, code, column string) {
	rec.Tell(code, r.weight(code), column)
}

func (r *reader) stop(code, file string) {
	r.Set.Add(roster.Finding{Code: code, Severity: r.weight(code), File: file})
}
