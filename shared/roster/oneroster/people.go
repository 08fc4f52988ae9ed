package oneroster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

// readUsers reads every user; whose they are shows from their roles.
func (r *reader) readUsers() error {
	return r.Each(users(r.version), func(rec *csvset.Record) {
		if r.has == nil {
			r.has, r.users, r.people = rec.Columns, make(map[string]*user, rec.Ahead()), make([]string, 0, rec.Ahead())
		}
		id := r.id(rec, func(id string) bool { return r.users[id] != nil })
		if id == "" {
			return
		}
		u := r.newUser()
		u.place, u.person.Key, u.person.Line, u.gone = rec.Place(), id, rec.Line(), !r.current(rec)
		r.users[id] = u
		if u.gone {
			return // what refers to it leads somewhere still
		}
		r.people = append(r.people, id)
		r.name(u, rec)
		u.person.Left = r.disabled(rec)
		u.person.Number = rec.Get("identifier")
		if mail := rec.Word("email"); csvset.Address(mail) {
			u.person.Email = mail
		} else if mail != "" {
			r.add(rec, EmailInvalid, "email")
			r.Roster.LeftOut["email"]++
		}
		u.person.ECK = rec.Get("userMasterIdentifier")
		u.person.Year = rec.Get("grades")
		r.lost(r.refer(nil, rec, "primaryOrgSourcedId", r.org), r.org)
		if r.version == "1.1" {
			r.inFile(u, rec)
		}
	})
}

// newUser returns an empty user. Room is made for many at once.
func (r *reader) newUser() *user {
	const many = 64
	if len(r.free) == 0 {
		r.free = make([]user, many)
	}
	u := &r.free[0]
	r.free = r.free[1:]
	return u
}

func (r *reader) name(u *user, rec *csvset.Record) {
	n := &u.person.Name
	n.Call, n.Surname = rec.Text("givenName"), rec.Text("familyName")
	if !rec.Columns["preferredGivenName"] {
		return
	}
	n.FirstNames = n.Call
	if preferred := rec.Text("preferredGivenName"); preferred != "" {
		n.Call = preferred
	}
}

// disabled reads enabledUser; without a value a user is enabled.
func (r *reader) disabled(rec *csvset.Record) bool {
	switch cell := rec.Look("enabledUser"); cell {
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
func (r *reader) inFile(u *user, rec *csvset.Record) {
	role := r.enum(rec, "role", "administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
	for _, org := range csvset.List(rec.Look("orgSourcedIds")) {
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
	var seen, primaries csvset.Seen
	err := r.Each(roles(), func(rec *csvset.Record) {
		r.once(rec, &seen)
		if !r.current(rec) {
			return
		}
		r.glance(rec, "roleType", "primary", "secondary")
		role := r.enum(rec, "role", "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
			"siteAdministrator", "student", "systemAdministrator", "teacher")
		u, known := r.users[rec.Look("userSourcedId")]
		switch {
		case !known:
			r.add(rec, Dangling, "userSourcedId")
			return
		case !r.orgs[rec.Look("orgSourcedId")]:
			r.add(rec, Dangling, "orgSourcedId")
			return
		}
		if strings.EqualFold(rec.Look("roleType"), "primary") && primaries.Again(rec.Look("userSourcedId"), rec.Look("orgSourcedId")) {
			r.add(rec, SecondPrimary, "roleType")
		}
		if rec.Look("orgSourcedId") != r.school {
			return
		}
		r.date(rec, "beginDate")
		if strings.HasPrefix(role, "ext:") {
			r.add(rec, RoleLeftOut, "role") // nobody becomes staff by a word that only the school knows
			r.Roster.LeftOut["role"]++
			return
		}
		r.plays(u, role)
		if end := r.date(rec, "endDate"); end != "" && end <= r.day {
			u.ended = true
		} else {
			u.going = true
		}
	})
	for _, u := range r.users {
		u.person.Left = u.person.Left || u.ended && !u.going
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
	case "student":
		u.kind = person.Pupil
	case "guardian", "parent", "relative":
		u.guardian = true
	case "":
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

// once checks the id of a record that nothing refers to.
func (r *reader) once(rec *csvset.Record, seen *csvset.Seen) {
	if rec.Look("sourcedId") != "" {
		r.usable(rec, func(id string) bool { return seen.Again(id) })
	}
}

// countProfiles counts what user profiles hold; nothing is kept of them.
func (r *reader) countProfiles() error {
	if !r.named("userProfiles.csv") {
		return nil
	}
	return r.Each(userProfiles(), func(*csvset.Record) {})
}

// readDemographics reads the one column of them that may be kept.
func (r *reader) readDemographics() error {
	if !r.named("demographics.csv") {
		return nil
	}
	words := []string{"male", "female"}
	if r.version != "1.1" {
		words = append(words, "other", "unspecified")
	}
	var seen csvset.Seen
	return r.Each(demographics(), func(rec *csvset.Record) {
		r.once(rec, &seen)
		r.sex = r.sex || rec.Columns["sex"]
		if !r.current(rec) || rec.Look("sex") == "" {
			return
		}
		u, known := r.users[rec.Look("sourcedId")]
		if !known {
			r.add(rec, Dangling, "sourcedId")
			return
		}
		switch r.enum(rec, "sex", words...) {
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
	var seen csvset.Seen
	return r.Each(enrollments(), func(rec *csvset.Record) {
		r.once(rec, &seen)
		if !r.current(rec) {
			return
		}
		c, class := r.classes[rec.Look("classSourcedId")]
		u, who := r.users[rec.Look("userSourcedId")]
		switch {
		case !class:
			r.add(rec, Dangling, "classSourcedId")
			return
		case !who:
			r.add(rec, Dangling, "userSourcedId")
			return
		}
		if at := rec.Look("schoolSourcedId"); at != "" && c.of != "" && at != c.of {
			r.tell(rec, ReferenceLost, "schoolSourcedId")
		}
		r.primary(rec)
		if !c.here || u.kind == "" {
			return
		}
		role := r.enum(rec, "role", "administrator", "proctor", "student", "teacher")
		if role != "" && (role == "student") != (u.kind == person.Pupil) {
			r.add(rec, RoleConflict, "role")
			return
		}
		r.date(rec, "beginDate")
		if end := r.date(rec, "endDate"); end != "" && end <= r.day {
			return
		}
		r.enrol(rec, u, c)
	})
}

// primary checks who is called a class's first teacher, of which nothing is
// made.
func (r *reader) primary(rec *csvset.Record) {
	r.glance(rec, "primary", "true", "false")
	if strings.EqualFold(rec.Look("primary"), "true") && !strings.EqualFold(rec.Look("role"), "teacher") {
		rec.Tell(EnumUnknown, roster.Warning, "primary")
	}
}

func (r *reader) enrol(rec *csvset.Record, u *user, c *class) {
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
