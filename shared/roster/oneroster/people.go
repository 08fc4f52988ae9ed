package oneroster

import (
	"regexp"
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

var eckid = regexp.MustCompile(`^https://ketenid\.nl/(\d{6}|pilot)/[0-9a-f]{128}$`)

// readUsers reads every user; whose they are shows from their roles.
func (r *reader) readUsers() error {
	return r.Each(users(r.version), func(rec csvset.Record) {
		r.has = rec.Columns
		id := r.id(rec, func(id string) bool { return r.users[id] != nil })
		if id == "" {
			return
		}
		u := &user{record: rec.Place(), person: roster.Person{Key: id, Line: rec.Line()}, gone: !r.current(rec)}
		r.users[id] = u
		if u.gone {
			return // what refers to it leads somewhere still
		}
		r.people = append(r.people, id)
		r.name(u, rec)
		u.person.Left = r.disabled(rec)
		u.person.Number = rec.Get("identifier")
		if mail := rec.Get("email"); csvset.Address(mail) {
			u.person.Email = mail
		} else if mail != "" {
			r.add(rec, EmailInvalid, "email")
			r.Roster.LeftOut["email"]++
		}
		u.person.ECK = rec.Get("userMasterIdentifier")
		u.person.Year = rec.Get("grades")
		if r.version == "1.1" {
			r.inFile(u, rec)
		}
	})
}

func (r *reader) name(u *user, rec csvset.Record) {
	n := &u.person.Name
	n.Call, n.Surname = rec.Get("givenName"), rec.Get("familyName")
	if preferred := rec.Get("preferredGivenName"); preferred != "" {
		n.Call, n.FirstNames = preferred, n.Call
	}
}

// disabled reads enabledUser; without a value a user is enabled.
func (r *reader) disabled(rec csvset.Record) bool {
	switch cell := rec.Get("enabledUser"); cell {
	case "", "true":
		return false
	case "false":
		return true
	default:
		switch strings.ToLower(cell) {
		case "true", "1", "yes":
			r.tell(rec, BoolCase, "enabledUser")
			return false
		case "false", "0", "no":
			r.tell(rec, BoolCase, "enabledUser")
			return true
		}
		r.add(rec, BoolInvalid, "enabledUser")
		return false
	}
}

// inFile gives a user of version 1.1 the role that its own row names.
func (r *reader) inFile(u *user, rec csvset.Record) {
	role := r.enum(rec, "role", "administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
	for _, org := range csvset.List(rec.Get("orgSourcedIds")) {
		if !r.orgs[org] {
			r.add(rec, Dangling, "orgSourcedIds")
			continue
		}
		if org == r.school {
			r.plays(u, role)
		}
	}
}

// readRoles reads the roles of version 1.2. A role that has ended makes the
// person one who has left.
func (r *reader) readRoles() error {
	if r.version == "1.1" {
		return nil
	}
	ended, going := map[*user]bool{}, map[*user]bool{}
	err := r.Each(roles(), func(rec csvset.Record) {
		if !r.current(rec) {
			return
		}
		role := r.enum(rec, "role", "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
			"siteAdministrator", "student", "systemAdministrator", "teacher")
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
		r.plays(u, role)
		if end := r.date(rec, "endDate"); end != "" && end <= r.day {
			ended[u] = true
		} else {
			going[u] = true
		}
	})
	for u := range ended {
		u.person.Left = u.person.Left || !going[u]
	}
	return err
}

// plays notes a role at the wanted school. Who is pupil and something else is
// a pupil.
func (r *reader) plays(u *user, role string) {
	if u.gone {
		return
	}
	switch role {
	case "":
	case "student":
		u.kind = person.Pupil
	case "guardian", "parent", "relative":
		u.guardian = true
	default:
		if u.kind == "" {
			u.kind = person.Staff
		}
		if code := function(role); code != "" && !slices.Contains(u.person.Roles, code) {
			u.person.Roles = append(u.person.Roles, code)
		}
	}
}

// function returns the code of EDEXML's list that a role stands for.
func function(role string) string {
	switch role {
	case "teacher":
		return "LRK"
	case "principal":
		return "DIR"
	case "aide":
		return "OWA"
	case "counselor":
		return "IB"
	case "administrator", "siteAdministrator", "districtAdministrator":
		return "ADM"
	case "systemAdministrator":
		return "ICT"
	case "proctor":
		return "TAL"
	}
	return ""
}

// readDemographics reads the one column of them that may be kept.
func (r *reader) readDemographics() error {
	return r.Each(demographics(), func(rec csvset.Record) {
		r.sex = r.sex || rec.Columns["sex"]
		if !r.current(rec) || rec.Get("sex") == "" {
			return
		}
		u, known := r.users[rec.Get("sourcedId")]
		if !known {
			r.add(rec, Dangling, "sourcedId")
			return
		}
		switch r.enum(rec, "sex", "male", "female", "other", "unspecified") {
		case "male":
			u.person.Gender = person.Male
		case "female":
			u.person.Gender = person.Female
		case "other", "unspecified":
			u.person.Gender = person.Unspecified
		}
	})
}

// readEnrollments puts people into classes.
func (r *reader) readEnrollments() error {
	return r.Each(enrollments(), func(rec csvset.Record) {
		if !r.current(rec) {
			return
		}
		c, class := r.classes[rec.Get("classSourcedId")]
		u, who := r.users[rec.Get("userSourcedId")]
		switch {
		case !class:
			r.add(rec, Dangling, "classSourcedId")
			return
		case !who:
			r.add(rec, Dangling, "userSourcedId")
			return
		case !c.here || u.kind == "":
			return
		}
		role := r.enum(rec, "role", "administrator", "proctor", "student", "teacher")
		if role != "" && (role == "student") != (u.kind == person.Pupil) {
			r.add(rec, RoleConflict, "role")
			return
		}
		if end := r.date(rec, "endDate"); end != "" && end <= r.day {
			return
		}
		r.enrol(rec, u, c)
	})
}

func (r *reader) enrol(rec csvset.Record, u *user, c *class) {
	key := c.group.Key
	switch {
	case slices.Contains(u.lessons, key), u.home == key:
	case c.group.Kind == roster.Lesson:
		u.lessons = append(u.lessons, key)
	case u.home == "":
		u.home = key
	case u.kind == person.Staff:
		u.lessons = append(u.lessons, key) // a teacher has several
	default:
		r.add(rec, SecondHomeroom, "classSourcedId")
	}
}

// finish makes the roster of who has a role at the school.
func (r *reader) finish() {
	for _, id := range r.order {
		r.Roster.Groups = append(r.Roster.Groups, r.classes[id].group)
	}
	pupils := false
	for _, id := range r.people {
		u := r.users[id]
		switch {
		case u.kind == "" && u.guardian:
			r.Roster.LeftOut["guardian"]++
			r.tell(u.record, GuardianLeftOut, "role")
		case u.kind != "":
			r.admit(u)
			pupils = pupils || u.kind == person.Pupil
		}
	}
	if !pupils {
		r.stop(NoPupils, "users.csv")
	}
	if r.numbers.OfBSNs() {
		r.Set.Add(roster.Finding{Code: KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "identifier"})
	}
	if r.keys.OfBSNs() {
		r.Set.Add(roster.Finding{Code: KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "sourcedId"})
	}
}

func (r *reader) admit(u *user) {
	p := &u.person
	p.Kind = u.kind
	r.keys.See(p.Key)
	switch {
	case p.Name.Call == "" && p.Name.Surname == "":
		r.add(u.record, MissingName, "familyName")
		return
	case p.Name.Call == "":
		r.add(u.record, MissingGiven, "givenName")
	}
	if u.home != "" {
		p.Groups = append(p.Groups, u.home)
	}
	p.Groups = append(p.Groups, u.lessons...)
	p.Fields = roster.CallName | roster.Surname | roster.InGroups
	for column, field := range map[string]roster.Fields{"preferredGivenName": roster.FirstNames, "email": roster.Email} {
		if r.has[column] {
			p.Fields |= field
		}
	}
	if r.sex {
		p.Fields |= roster.Gender
	}
	if u.kind == person.Pupil {
		r.pupil(u)
	} else {
		r.member(u)
	}
	r.Roster.People = append(r.Roster.People, *p)
}

// pupil settles what only pupils have.
func (r *reader) pupil(u *user) {
	p := &u.person
	p.Roles = nil
	p.Year = r.grade(u.record, "grades", p.Year)
	r.numbers.See(p.Number)
	for column, field := range map[string]roster.Fields{"identifier": roster.Number, "userMasterIdentifier": roster.ECK, "grades": roster.Grade} {
		if r.has[column] {
			p.Fields |= field
		}
	}
	if p.ECK == "" {
		return
	}
	m := eckid.FindStringSubmatch(p.ECK)
	if m == nil || (m[1] == "pilot" && !r.format.Pilot) {
		r.add(u.record, ECKiDInvalid, "userMasterIdentifier")
		r.Roster.LeftOut["userMasterIdentifier"]++
		p.ECK = ""
		return
	}
	if r.chains[p.ECK] {
		r.add(u.record, DuplicateECKiD, "userMasterIdentifier")
	}
	r.chains[p.ECK] = true
}

// member settles what the annex does not allow of staff: a number and an
// ECK-iD are left out and counted.
func (r *reader) member(u *user) {
	p := &u.person
	for column, value := range map[string]string{"identifier": p.Number, "userMasterIdentifier": p.ECK} {
		if value != "" {
			r.Roster.LeftOut[column]++
		}
	}
	p.Number, p.ECK, p.Year = "", "", ""
	p.Fields |= roster.Roles
}
