package oneroster

import (
	"regexp"
	"slices"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

var (
	iso = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)

	moment = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$`)
)

// longest is how many characters an id may have.
const longest = 255

// guid reports whether a cell may be an id.
func guid(cell string) bool {
	for i := range len(cell) {
		c := cell[i]
		letter := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && strings.IndexByte(".-_/@", c) < 0 {
			return false
		}
	}
	return cell != "" && len(cell) <= longest
}

// id returns the id of a record, "" where it cannot be used.
func (r *reader) id(rec *csvset.Record, seen func(string) bool) string {
	if !r.usable(rec, seen) {
		return ""
	}
	return rec.Get("sourcedId")
}

// usable reports whether the id of a record can be used.
func (r *reader) usable(rec *csvset.Record, seen func(string) bool) bool {
	id := rec.Look("sourcedId")
	switch {
	case !guid(id):
		r.add(rec, IDInvalid, "sourcedId")
	case seen(id):
		r.add(rec, DuplicateID, "sourcedId")
	default:
		return true
	}
	return false
}

// enum returns the cell of a column that holds one of words, in the standard's
// spelling; other is what stands there where it is none of them. From version
// 1.2 on a school may have words of its own, which begin with "ext:".
func (r *reader) enum(rec *csvset.Record, column string, words ...string) string {
	cell := rec.Look(column)
	if i := slices.Index(words, cell); i >= 0 {
		return words[i]
	}
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, cell) })
	switch {
	case i >= 0:
		r.tell(rec, EnumCase, column)
		return words[i]
	case strings.HasPrefix(cell, "ext:") && r.version != "1.1":
		return cell
	default:
		r.add(rec, EnumUnknown, column)
		return ""
	}
}

// glance checks a column that holds one of words and that is not needed.
func (r *reader) glance(rec *csvset.Record, column string, words ...string) {
	cell := rec.Look(column)
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, cell) })
	switch {
	case cell == "":
	case i < 0:
		rec.Tell(EnumUnknown, roster.Warning, column)
	case words[i] != cell:
		r.tell(rec, EnumCase, column)
	}
}

// reference is one that may lead to a later row.
type reference struct {
	at         csvset.Place
	column, id string
}

// refer keeps the reference of a column to look at again, where it leads
// nowhere yet.
func (r *reader) refer(list []reference, rec *csvset.Record, column string, known func(string) bool) []reference {
	if id := rec.Look(column); id != "" && !known(id) {
		return append(list, reference{rec.Place(), column, rec.Get(column)})
	}
	return list
}

// lost tells of references that lead nowhere, to what is not needed.
func (r *reader) lost(list []reference, known func(string) bool) {
	for _, ref := range list {
		if !known(ref.id) {
			r.add(ref.at.Record(), ReferenceLost, ref.column)
		}
	}
}

// date returns a date as YYYY-MM-DD, "" for none. A moment in time is taken as
// its day.
func (r *reader) date(rec *csvset.Record, column string) string {
	cell := rec.Look(column)
	if cell == "" {
		return ""
	}
	day, _, timed := strings.Cut(cell, "T")
	if !iso.MatchString(day) {
		r.add(rec, DateInvalid, column)
		return ""
	}
	if timed {
		r.tell(rec, DateInvalid, column)
	}
	return day
}

// readCourses reads only what courses there are: nothing is made of them.
func (r *reader) readCourses() error {
	return r.Each(courses(), func(rec *csvset.Record) {
		id := r.id(rec, func(id string) bool { return r.courses[id] })
		if id == "" || !r.current(rec) {
			return
		}
		r.courses[id] = true
		r.lost(r.refer(nil, rec, "orgSourcedId", r.org), r.org)
		r.lost(r.refer(nil, rec, "schoolYearSourcedId", r.session), r.session)
		r.subjects(rec)
	})
}

func (r *reader) session(id string) bool {
	_, ok := r.sessions[id]
	return ok
}

// subjects compares the two lists that go together.
func (r *reader) subjects(rec *csvset.Record) {
	codes := csvset.List(rec.Look("subjectCodes"))
	if len(codes) > 0 && len(codes) != len(csvset.List(rec.Look("subjects"))) {
		r.tell(rec, ListsDiffer, "subjectCodes")
	}
}

// readClasses reads the classes of every school, to know what a reference may
// lead to, and keeps those of the wanted school and year.
func (r *reader) readClasses() error {
	return r.Each(classes(), func(rec *csvset.Record) {
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
		if course := rec.Look("courseSourcedId"); course != "" && !r.courses[course] {
			r.tell(rec, ReferenceLost, "courseSourcedId")
		}
		r.subjects(rec)
		c := &class{group: roster.Group{Key: id, Kind: roster.Lesson, Name: rec.Text("title")}, of: of}
		if kind == "homeroom" {
			c.group.Kind = roster.Class
		}
		c.here = of == r.school && r.taught(rec)
		if c.here {
			c.group.Year = r.grade(rec, "grades", rec.Look("grades"))
		}
		r.classes[id] = c
		if c.here {
			r.order = append(r.order, id)
		}
	})
}

// taught reports whether a class belongs to the roster's school year. A class
// without terms does.
func (r *reader) taught(rec *csvset.Record) bool {
	terms := csvset.List(rec.Look("termSourcedIds"))
	if len(terms) == 0 || len(r.sessions) == 0 { // no sessions: told already
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
func (r *reader) grade(rec *csvset.Record, column, cell string) string {
	code, ok := csvset.Grade(cell, r.wanted.Sector)
	if !ok {
		r.add(rec, GradeUnknown, column)
	}
	return code
}

// current reports whether a record counts: bulk files carry no status, but
// some systems write one all the same.
func (r *reader) current(rec *csvset.Record) bool {
	status, changed := rec.Look("status"), rec.Look("dateLastModified")
	if changed != "" && !moment.MatchString(changed) {
		r.tell(rec, DateInvalid, "dateLastModified")
	}
	if status == "" && changed == "" {
		return true
	}
	column := "status"
	if status == "" {
		column = "dateLastModified"
	}
	r.tell(rec, StatusInBulk, column)
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
