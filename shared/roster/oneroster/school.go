package oneroster

import (
	"strconv"

	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/school"
)

// candidate is a school of the set.
type candidate struct{ id, identifier string }

// readOrgs finds the wanted school.
func (r *reader) readOrgs() error {
	var schools []candidate
	var parents []reference
	err := r.Each(orgs(), func(rec *csvset.Record) {
		id := r.id(rec, func(id string) bool { return r.orgs[id] })
		if id == "" {
			return
		}
		r.orgs[id] = true
		parents = r.refer(parents, rec, "parentSourcedId", r.org)
		if !r.current(rec) {
			return
		}
		kind := r.enum(rec, "type", "department", "school", "district", "local", "state", "national")
		if kind == "school" {
			schools = append(schools, candidate{id, rec.Get("identifier")})
		}
	})
	r.lost(parents, r.org)
	if err == nil && !r.Found.Stopped() {
		r.choose(schools)
	}
	return err
}

func (r *reader) org(id string) bool { return r.orgs[id] }

// choose takes the school that has the wanted BRIN, else the only one, where it
// has none.
func (r *reader) choose(schools []candidate) {
	for _, s := range schools {
		code, ok := csvset.Code(s.identifier)
		switch {
		case !ok || code != r.wanted.School:
		case r.school != "":
			r.stop(SchoolTwice, "orgs.csv")
		default:
			r.school = s.id
		}
	}
	switch {
	case r.school != "":
	case len(schools) == 1 && schools[0].identifier == "":
		r.school = schools[0].id
		r.stop(SchoolAssumed, "orgs.csv")
	default:
		r.stop(SchoolNotFound, "orgs.csv")
	}
}

// readSessions finds the school year: that of the session that runs today,
// else the last. OneRoster names a school year by the year in which it ends.
func (r *reader) readSessions() error {
	var last, running school.Year
	var parents []reference
	seen := map[string]bool{}
	known := func(id string) bool { return seen[id] }
	err := r.Each(academicSessions(), func(rec *csvset.Record) {
		id := r.id(rec, known)
		seen[id] = true
		if id == "" || !r.current(rec) {
			return
		}
		parents = r.refer(parents, rec, "parentSourcedId", known)
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
	r.lost(parents, known)
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
