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

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/school"
)

// Format reads SDS sets: see roster.Format.
type Format struct{}

// Name returns "sds".
func (Format) Name() string { return "sds" }

// Claims reports whether files look like a set of version 2, which has no
// manifest, or of version 1, whose files have other names.
func (Format) Claims(files []roster.File) bool {
	s := csvset.Set{Files: files}
	return s.Has("orgs.csv") && s.Has("users.csv") && !s.Has("manifest.csv") || old(s)
}

func old(s csvset.Set) bool { return s.Has("School.csv") && s.Has("Student.csv") }

// Read reads a set: see roster.Format.
func (Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	list := &roster.Roster{Format: "sds 2.1", School: w.School, LeftOut: map[string]int{}}
	r := &reader{
		Set: &csvset.Set{Files: files, Strict: w.Strict, Found: found, Roster: list}, wanted: w, day: w.Today.Format(time.DateOnly),
		orgs: map[string]bool{}, classes: map[string]*class{}, users: map[string]*user{},
	}
	steps := []func() error{r.readOrgs, r.readSessions, r.readUsers, r.readRoles, r.readClasses, r.readDemographics}
	if r.Has("classes.csv") {
		steps = append(steps, r.readEnrollments)
	}
	if old(*r.Set) {
		r.stop(Version1, "")
	}
	for _, step := range steps {
		if found.Stopped() {
			return list, nil
		}
		if err := step(); err != nil {
			return list, fmt.Errorf("read sds: %w", err)
		}
	}
	if !found.Stopped() {
		r.finish()
	}
	return list, nil
}

// reader is one set while it is read.
type reader struct {
	*csvset.Set
	wanted  roster.Wanted
	day     string
	orgs    map[string]bool
	school  string // sourcedId of the wanted one
	classes map[string]*class
	order   []string // of the school's classes
	users   map[string]*user
	people  []string
	keys    csvset.Column
	sex     bool
	mail    bool
}

type class struct {
	group roster.Group
	here  bool
}

type user struct {
	person  roster.Person
	record  csvset.Record
	ended   bool
	going   bool
	classes []string
}

var (
	id  = regexp.MustCompile(`^[^\s,;"]{1,255}$`)
	iso = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
)

func (r *reader) add(rec csvset.Record, code, column string) { rec.Add(code, severity(code), column) }

func (r *reader) stop(code, file string) {
	r.Set.Add(roster.Finding{Code: code, Severity: severity(code), File: file})
}

// key returns the id of a record, "" where it cannot be used.
func (r *reader) key(rec csvset.Record, known bool) string {
	cell := rec.Get("sourcedId")
	switch {
	case !id.MatchString(cell):
		r.add(rec, IDInvalid, "sourcedId")
		return ""
	case known:
		r.add(rec, DuplicateID, "sourcedId")
		return ""
	}
	return cell
}

// readOrgs finds the wanted school: by its BRIN as id, else the only one.
func (r *reader) readOrgs() error {
	var schools []string
	err := r.Each(orgs(), func(rec csvset.Record) {
		key := r.key(rec, r.orgs[rec.Get("sourcedId")])
		if key == "" {
			return
		}
		r.orgs[key] = true
		if strings.EqualFold(rec.Get("type"), "school") {
			schools = append(schools, key)
		}
	})
	if err != nil || r.Found.Stopped() {
		return err
	}
	coded := false
	for _, key := range schools {
		code, ok := csvset.Code(key)
		coded = coded || ok
		if ok && code == r.wanted.School {
			r.school = key
			return nil
		}
	}
	if len(schools) == 1 && !coded {
		r.school = schools[0]
		r.stop(SchoolAssumed, "orgs.csv")
		return nil
	}
	r.stop(SchoolNotFound, "orgs.csv")
	return nil
}

// readSessions finds the school year by the days of the sessions: what
// suppliers write as schoolYear is now the first year, now the second.
func (r *reader) readSessions() error {
	var last, running school.Year
	err := r.Each(sessions(), func(rec csvset.Record) {
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
func (r *reader) date(rec csvset.Record, column string) string {
	cell := rec.Get(column)
	if cell == "" {
		return ""
	}
	if day := iso.FindString(cell); day != "" {
		return day
	}
	r.add(rec, DateInvalid, column)
	return ""
}

func (r *reader) readUsers() error {
	return r.Each(users(), func(rec csvset.Record) {
		key := r.key(rec, r.users[rec.Get("sourcedId")] != nil)
		if key == "" {
			return
		}
		u := &user{record: rec.Place(), person: roster.Person{Key: key, Line: rec.Line()}}
		u.person.Name = person.Name{Call: rec.Get("givenName"), Surname: rec.Get("familyName")}
		u.person.Email = r.email(rec)
		r.users[key] = u
		r.people = append(r.people, key)
	})
}

// email returns the e-mail address, else the username, which is one.
func (r *reader) email(rec csvset.Record) string {
	for _, column := range []string{"email", "username"} {
		cell := strings.ToLower(rec.Get(column))
		if csvset.Address(cell) {
			r.mail = true
			return cell
		}
		if cell != "" && column == "email" {
			r.add(rec, EmailInvalid, column)
			r.Roster.LeftOut[column]++
		}
	}
	return ""
}

func (r *reader) readRoles() error {
	return r.Each(roles(), func(rec csvset.Record) {
		u, known := r.users[rec.Get("userSourcedId")]
		switch {
		case !known:
			r.add(rec, Dangling, "userSourcedId")
			return
		case !r.orgs[rec.Get("orgSourcedId")]:
			r.add(rec, Dangling, "orgSourcedId")
			return
		case rec.Get("orgSourcedId") != r.school:
			return
		}
		role := strings.ToLower(rec.Get("role"))
		code, works := staff()[role]
		switch {
		case role == "student":
			u.person.Kind = person.Pupil
			grade, ok := csvset.Grade(rec.Get("grade"), r.wanted.Sector)
			if !ok {
				r.add(rec, GradeUnknown, "grade")
			}
			u.person.Year = grade
		case works && u.person.Kind != person.Pupil:
			u.person.Kind = person.Staff
			if code != "" && !slices.Contains(u.person.Roles, code) {
				u.person.Roles = append(u.person.Roles, code)
			}
		case role == "alumni", role == "other":
			r.Roster.LeftOut["role"]++
			r.add(rec, RoleLeftOut, "role")
			return
		case !works:
			r.add(rec, EnumUnknown, "role")
			return
		}
		if end := r.date(rec, "roleEndDate"); end != "" && end < r.day {
			u.ended = true
		} else {
			u.going = true
		}
	})
}
