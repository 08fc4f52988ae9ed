package sds

import (
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

// readCourses reads only what courses there are: nothing is made of them.
func (r *reader) readCourses() error {
	return r.Each(courses(), func(rec *csvset.Record) {
		r.courses[r.key(rec, r.courses[rec.Look("sourcedId")])] = true
		r.refer(rec, "orgSourcedId", r.orgs)
		r.refer(rec, "schoolYearSourcedId", r.sessions)
	})
}

func (r *reader) readClasses() error {
	return r.Each(classes(), func(rec *csvset.Record) {
		key := r.key(rec, r.classes[rec.Look("sourcedId")] != nil)
		if key == "" {
			return
		}
		of := rec.Look("orgSourcedId")
		if !r.orgs[of] {
			r.add(rec, Dangling, "orgSourcedId")
			return
		}
		r.refer(rec, "sessionSourcedIds", r.sessions)
		r.refer(rec, "courseSourcedId", r.courses)
		r.classes[key] = &class{group: roster.Group{Key: key, Name: rec.Text("title")}, here: of == r.school}
		if of == r.school {
			r.order = append(r.order, key)
		}
	})
}

func (r *reader) readEnrollments() error {
	if !r.Has("classes.csv") {
		return nil
	}
	return r.Each(enrollments(), func(rec *csvset.Record) {
		c, class := r.classes[rec.Look("classSourcedId")]
		u, known := r.users[rec.Look("userSourcedId")]
		switch {
		case !class:
			r.add(rec, Dangling, "classSourcedId")
		case !known:
			r.add(rec, Dangling, "userSourcedId")
		case !c.here || u.person.Kind == "":
		case !r.fits(rec, u):
			r.add(rec, RoleConflict, "role")
		case !slices.Contains(u.classes, c.group.Key):
			u.classes = append(u.classes, c.group.Key)
		}
	})
}

// fits reports whether somebody is enrolled as what the roles say.
func (r *reader) fits(rec *csvset.Record, u *user) bool {
	role := strings.ToLower(rec.Look("role"))
	if _, works := r.works[role]; !works && role != "student" {
		rec.Tell(EnumUnknown, roster.Warning, "role")
		return true
	}
	return (role == "student") == (u.person.Kind == person.Pupil)
}

// countRefused counts what may not be kept.
func (r *reader) countRefused() error {
	for _, t := range refused() {
		if err := r.Each(t, func(*csvset.Record) {}); err != nil {
			return err
		}
	}
	return nil
}

// readDemographics reads the one column of them that may be kept.
func (r *reader) readDemographics() error {
	var seen csvset.Seen
	return r.Each(demographics(), func(rec *csvset.Record) {
		if seen.Again(rec.Look("userSourcedId")) {
			r.add(rec, DuplicateID, "userSourcedId")
			return
		}
		r.sex = r.sex || rec.Columns["sex"]
		u, known := r.users[rec.Look("userSourcedId")]
		if !known {
			r.add(rec, Dangling, "userSourcedId")
			return
		}
		switch strings.ToLower(rec.Look("sex")) {
		case "":
		case "male":
			u.person.Gender = person.Male
		case "female":
			u.person.Gender = person.Female
		case "other", "unspecified":
			u.person.Gender = person.Unspecified
		default:
			r.add(rec, EnumUnknown, "sex")
		}
	})
}

// finish makes the roster of who has a role at the school.
func (r *reader) finish() error {
	kind := r.kindOfClasses()
	for _, key := range r.order {
		g := r.classes[key].group
		g.Kind = kind
		r.Roster.Groups = append(r.Roster.Groups, g)
	}
	pupils := false
	r.Roster.People = make([]roster.Person, 0, len(r.people))
	for _, key := range r.people {
		if u := r.users[key]; u.person.Kind != "" {
			r.admit(u)
			pupils = pupils || u.person.Kind == person.Pupil
		}
	}
	if !pupils {
		r.stop(NoPupils, "users.csv")
	}
	if r.keys.BSN() {
		r.Set.Add(roster.Finding{Code: KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "sourcedId"})
	}
	return nil
}

// kindOfClasses decides what the classes are, which SDS does not say: where
// every pupil is in one at most they are the school's classes, else lesson
// groups.
func (r *reader) kindOfClasses() roster.GroupKind {
	for _, u := range r.users {
		if u.person.Kind == person.Pupil && len(u.classes) > 1 {
			return roster.Lesson
		}
	}
	return roster.Class
}

func (r *reader) admit(u *user) {
	p := &u.person
	r.keys.Add(p.Key)
	switch {
	case p.Name.Call == "" && p.Name.Surname == "":
		r.add(u.place.Record(), MissingName, "familyName")
		return
	case p.Name.Call == "":
		r.add(u.place.Record(), MissingGiven, "givenName")
	}
	slices.Sort(u.classes)
	slices.Sort(p.Roles)
	p.Left, p.Groups = u.ended && !u.going, u.classes
	p.Fields = roster.CallName | roster.Surname
	deliver := func(field roster.Fields, there bool) {
		if there {
			p.Fields |= field
		}
	}
	deliver(roster.InGroups, r.Has("classes.csv"))
	deliver(roster.Email, r.mail)
	deliver(roster.Gender, r.sex)
	deliver(roster.Grade, p.Kind == person.Pupil)
	deliver(roster.Roles, p.Kind == person.Staff)
	if p.Kind == person.Pupil {
		p.Roles = nil
	}
	r.Roster.People = append(r.Roster.People, *p)
}
