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
	"strings"
	"time"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
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

// names are the files of OneRoster that School Data Sync has not.
func names() []string { return []string{"manifest.csv"} }

// Claims reports whether files look like a OneRoster set: they have its
// manifest, or the seven files of version 1.0, which had none.
func (Format) Claims(files []roster.File) bool {
	s := csvset.Set{Files: files}
	for _, name := range names() {
		if s.Has(name) {
			return true
		}
	}
	return first(s)
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
		classes: map[string]*class{}, users: map[string]*user{}, chains: map[string]bool{}, once: map[string]bool{},
	}
	for _, step := range []func() error{
		r.manifest, r.readOrgs, r.readSessions, r.readClasses, r.readUsers, r.readRoles, r.readDemographics, r.readEnrollments,
	} {
		if err := step(); err != nil {
			return list, fmt.Errorf("read oneroster: %w", err)
		}
		if found.Stopped() {
			return list, nil
		}
	}
	r.finish()
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
	classes  map[string]*class
	order    []string // of the school's classes
	users    map[string]*user
	people   []string // ids of users, in the order of the file
	chains   map[string]bool
	once     map[string]bool // what is said once for a set
	numbers  csvset.Column
	keys     csvset.Column
	has      map[string]bool // columns of users.csv
	sex      bool            // demographics say something
}

type class struct {
	group roster.Group
	here  bool // of the wanted school and year
}

// user is a person while the set is read.
type user struct {
	person   roster.Person
	record   csvset.Record // its place in users.csv
	kind     person.Kind   // "" while no role says it
	guardian bool
	gone     bool   // marked as deleted
	home     string // key of the homeroom
	lessons  []string
}

// add adds a finding at a column of a record.
func (r *reader) add(rec csvset.Record, code, column string) { rec.Add(code, severity(code), column) }

// tell adds a finding once for the whole set.
func (r *reader) tell(rec csvset.Record, code, column string) {
	if !r.once[code+column] {
		r.once[code+column] = true
		r.add(rec, code, column)
	}
}

func (r *reader) stop(code, file string) {
	r.Set.Add(roster.Finding{Code: code, Severity: severity(code), File: file})
}

// manifest reads manifest.csv, which says what the set holds.
func (r *reader) manifest() error {
	if !r.Has("manifest.csv") {
		r.stop(NoManifest, "")
		return nil
	}
	r.files = map[string]string{}
	version := ""
	table := csvset.Table{
		Name: "manifest.csv", Columns: []string{"propertyName", "value"}, Required: []string{"propertyName", "value"},
		Filled: []string{"propertyName"}, Bound: []string{"propertyName", "value"},
	}
	err := r.Each(table, func(rec csvset.Record) {
		name, value := rec.Get("propertyName"), rec.Get("value")
		if file, ok := strings.CutPrefix(name, "file."); ok {
			r.files[strings.ToLower(file+".csv")] = strings.ToLower(value)
			if strings.EqualFold(value, "delta") {
				r.add(rec, Delta, "value")
			}
		}
		if name == "oneroster.version" {
			version = value
		}
	})
	if err != nil || r.Found.Stopped() {
		return err
	}
	switch version {
	case "1.1", "1.2":
		r.version, r.Roster.Format = version, "oneroster "+version
	default:
		r.stop(VersionUnknown, "manifest.csv")
		return nil
	}
	if len(r.Files) == 1 {
		r.stop(NothingNew, "manifest.csv")
	}
	r.against()
	return nil
}

// against compares the files with what the manifest says of them. Where they
// disagree, the files count.
func (r *reader) against() {
	needed := []string{"academicSessions.csv", "orgs.csv", "classes.csv", "courses.csv", "users.csv", "enrollments.csv"}
	if r.version == "1.2" {
		needed = append(needed, "roles.csv")
	}
	for _, name := range needed {
		if r.files[strings.ToLower(name)] == "" {
			r.stop(ManifestLacks, name)
		}
	}
	for _, f := range r.Files {
		if r.files[strings.ToLower(f.Name)] == "absent" {
			r.stop(NotInManifest, "manifest.csv")
		}
	}
	if !r.Has("courses.csv") && r.files["courses.csv"] == "bulk" {
		r.Set.Add(roster.Finding{Code: csvset.MissingFile, Severity: roster.Warning, File: "courses.csv"})
	}
}

// current reports whether a record counts: bulk files carry no status, but
// some systems write one all the same.
func (r *reader) current(rec csvset.Record) bool {
	status := rec.Get("status")
	if status == "" && rec.Get("dateLastModified") == "" {
		return true
	}
	r.tell(rec, StatusInBulk, "status")
	switch strings.ToLower(status) {
	case "", "active":
		return true
	case "tobedeleted", "inactive":
		return false
	default:
		r.add(rec, StatusUnknown, "status")
		return false
	}
}
