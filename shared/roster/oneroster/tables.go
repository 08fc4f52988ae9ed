package oneroster

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/school"
)

var (
	guid = regexp.MustCompile(`^[0-9A-Za-z.\-_/@]{1,255}$`)
	iso  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// id returns the id of a record, "" where it cannot be used.
func (r *reader) id(rec csvset.Record, seen func(string) bool) string {
	id := rec.Get("sourcedId")
	switch {
	case !guid.MatchString(id):
		r.add(rec, IDInvalid, "sourcedId")
		return ""
	case seen(id):
		r.add(rec, DuplicateID, "sourcedId")
		return ""
	}
	return id
}

// enum returns the cell of a column that holds one of words, in the standard's
// spelling; other is what stands there where it is none of them. From version
// 1.2 on a school may have words of its own, which begin with "ext:".
func (r *reader) enum(rec csvset.Record, column string, words ...string) string {
	cell := rec.Get(column)
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, cell) })
	switch {
	case i >= 0 && words[i] != cell:
		r.tell(rec, EnumCase, column)
		return words[i]
	case i >= 0:
		return cell
	case strings.HasPrefix(cell, "ext:") && r.version != "1.1":
		return cell
	default:
		r.add(rec, EnumUnknown, column)
		return ""
	}
}

// readOrgs finds the wanted school.
func (r *reader) readOrgs() error {
	type candidate struct{ id, identifier string }
	var schools []candidate
	err := r.Each(orgs(), func(rec csvset.Record) {
		id := r.id(rec, func(id string) bool { return r.orgs[id] })
		if id == "" {
			return
		}
		r.orgs[id] = true
		if !r.current(rec) {
			return
		}
		kind := r.enum(rec, "type", "department", "school", "district", "local", "state", "national")
		if kind == "school" {
			schools = append(schools, candidate{id, rec.Get("identifier")})
		}
	})
	if err != nil || r.Found.Stopped() {
		return err
	}
	for _, s := range schools {
		if code, ok := csvset.Code(s.identifier); ok && code == r.wanted.School {
			r.school = s.id
			return nil
		}
	}
	if len(schools) == 1 && schools[0].identifier == "" {
		r.school = schools[0].id
		r.stop(SchoolAssumed, "orgs.csv")
		return nil
	}
	r.stop(SchoolNotFound, "orgs.csv")
	return nil
}

// readSessions finds the school year: that of the session that runs today,
// else the last. OneRoster names a school year by the year in which it ends.
func (r *reader) readSessions() error {
	var last, running school.Year
	err := r.Each(academicSessions(), func(rec csvset.Record) {
		_, known := r.sessions[rec.Get("sourcedId")]
		id := r.id(rec, func(string) bool { return known })
		if id == "" || !r.current(rec) {
			return
		}
		r.enum(rec, "type", "gradingPeriod", "semester", "schoolYear", "term")
		ends, err := strconv.Atoi(rec.Get("schoolYear"))
		if err != nil || ends < 2000 || ends > 2200 {
			r.add(rec, YearInvalid, "schoolYear")
			return
		}
		year := school.Year(ends - 1)
		r.sessions[id], last = year, max(last, year)
		if begin, end := r.date(rec, "startDate"), r.date(rec, "endDate"); begin != "" && begin <= r.day && (end == "" || r.day < end) {
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

// date returns a date as YYYY-MM-DD, "" for none. A moment in time is taken as
// its day.
func (r *reader) date(rec csvset.Record, column string) string {
	cell := rec.Get(column)
	if cell == "" {
		return ""
	}
	day, _, moment := strings.Cut(cell, "T")
	if !iso.MatchString(day) {
		r.add(rec, DateInvalid, column)
		return ""
	}
	if moment {
		r.tell(rec, DateInvalid, column)
	}
	return day
}

// readClasses reads the classes of every school, to know what a reference may
// lead to, and keeps those of the wanted school and year.
func (r *reader) readClasses() error {
	return r.Each(classes(), func(rec csvset.Record) {
		id := r.id(rec, func(id string) bool { return r.classes[id] != nil })
		if id == "" {
			return
		}
		r.classes[id] = &class{}
		if !r.current(rec) {
			return
		}
		of := rec.Get("schoolSourcedId")
		if !r.orgs[of] {
			r.add(rec, Dangling, "schoolSourcedId")
			return
		}
		kind := r.enum(rec, "classType", "homeroom", "scheduled")
		c := &class{group: roster.Group{Key: id, Kind: roster.Lesson, Name: rec.Get("title")}}
		if kind == "homeroom" {
			c.group.Kind = roster.Class
		}
		c.here = of == r.school && r.taught(rec)
		if c.here {
			c.group.Year = r.grade(rec, "grades", rec.Get("grades"))
		}
		r.classes[id] = c
		if c.here {
			r.order = append(r.order, id)
		}
	})
}

// taught reports whether a class belongs to the roster's school year. A class
// without terms does.
func (r *reader) taught(rec csvset.Record) bool {
	terms := csvset.List(rec.Get("termSourcedIds"))
	if len(terms) == 0 || len(r.sessions) == 0 {
		return true
	}
	for _, term := range terms {
		year, ok := r.sessions[term]
		if !ok {
			r.add(rec, Dangling, "termSourcedIds")
			return false
		}
		if year == r.Roster.Year {
			return true
		}
	}
	return false
}

// grade returns the jaargroep code that a cell stands for.
func (r *reader) grade(rec csvset.Record, column, cell string) string {
	code, ok := csvset.Grade(cell, r.wanted.Sector)
	if !ok {
		r.add(rec, GradeUnknown, column)
	}
	return code
}
