package oneroster

import (
	"slices"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

// finish makes the roster of who has a role at the school.
func (r *reader) finish() error {
	for _, id := range r.order {
		r.Roster.Groups = append(r.Roster.Groups, r.classes[id].group)
	}
	pupils := false
	r.Roster.People = make([]roster.Person, 0, len(r.people))
	for _, id := range r.people {
		u := r.users[id]
		switch {
		case u.kind == "" && u.guardian:
			r.Roster.LeftOut["guardian"]++
			r.tell(u.place.Record(), GuardianLeftOut, "role")
		case u.kind != "":
			r.admit(u)
			pupils = pupils || u.kind == person.Pupil
		}
	}
	if !pupils {
		r.stop(NoPupils, "users.csv")
	}
	if r.numbers.BSN() {
		r.Set.Add(roster.Finding{Code: KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "identifier"})
	}
	if r.keys.BSN() {
		r.Set.Add(roster.Finding{Code: KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "sourcedId"})
	}
	return nil
}

func (r *reader) admit(u *user) {
	p := &u.person
	p.Kind = u.kind
	r.keys.Add(p.Key)
	switch {
	case p.Name.Call == "" && p.Name.Surname == "":
		r.add(u.place.Record(), MissingName, "familyName")
		return
	case p.Name.Call == "":
		r.add(u.place.Record(), MissingGiven, "givenName")
	}
	if u.home != "" {
		p.Groups = append(p.Groups, u.home)
	}
	slices.Sort(u.lessons)
	slices.Sort(p.Roles)
	p.Groups = append(p.Groups, u.lessons...)
	p.Fields = roster.CallName | roster.Surname | roster.InGroups
	r.delivers(p, "preferredGivenName", roster.FirstNames)
	r.delivers(p, "email", roster.Email)
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

// delivers says that people have a field whose column is there.
func (r *reader) delivers(p *roster.Person, column string, field roster.Fields) {
	if r.has[column] {
		p.Fields |= field
	}
}

// pupil settles what only pupils have.
func (r *reader) pupil(u *user) {
	p := &u.person
	p.Roles = nil
	code, ok := csvset.Grade(p.Year, r.wanted.Sector)
	if p.Year = code; !ok {
		r.add(u.place.Record(), GradeUnknown, "grades")
	}
	r.numbers.Add(p.Number)
	r.delivers(p, "identifier", roster.Number)
	r.delivers(p, "userMasterIdentifier", roster.ECK)
	r.delivers(p, "grades", roster.Grade)
	if p.ECK == "" {
		return
	}
	eck, mended, ok := roster.ReadECK(p.ECK, r.format.Pilot)
	p.ECK = eck
	if !ok {
		r.add(u.place.Record(), ECKiDInvalid, "userMasterIdentifier")
		r.Roster.LeftOut["userMasterIdentifier"]++
		p.Fields &^= roster.ECK // what is stored stays
		return
	}
	if mended {
		r.add(u.place.Record(), ECKiDMended, "userMasterIdentifier")
	}
	if r.chains[p.ECK] {
		r.add(u.place.Record(), DuplicateECKiD, "userMasterIdentifier")
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
