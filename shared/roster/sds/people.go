package sds

import (
	"cmp"
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster/csvset"
)

func (r *reader) readUsers() error {
	return r.Each(users(), func(rec *csvset.Record) {
		if len(r.users) == 0 {
			r.users, r.people = make(map[string]*user, rec.Ahead()), make([]string, 0, rec.Ahead())
		}
		key := r.key(rec, r.users[rec.Look("sourcedId")] != nil)
		if key == "" {
			return
		}
		u := r.newUser()
		u.place, u.person.Key, u.person.Line = rec.Place(), key, rec.Line()
		u.person.Name = person.Name{Call: rec.Text("givenName"), Surname: rec.Text("familyName")}
		u.person.Email = r.email(rec)
		r.users[key] = u
		r.people = append(r.people, key)
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

// email returns the e-mail address, else the username, which is one.
func (r *reader) email(rec *csvset.Record) string {
	for _, column := range []string{"email", "username"} {
		cell := strings.ToLower(rec.Word(column))
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
	return r.Each(roles(), func(rec *csvset.Record) {
		r.refer(rec, "sessionSourcedId", r.sessions)
		r.date(rec, "roleStartDate")
		if cell := rec.Look("isPrimary"); cell != "" && !strings.EqualFold(cell, "true") && !strings.EqualFold(cell, "false") {
			r.tell(rec, BoolInvalid, "isPrimary")
		}
		u, known := r.users[rec.Look("userSourcedId")]
		switch {
		case !known:
			r.add(rec, Dangling, "userSourcedId")
			return
		case !r.orgs[rec.Look("orgSourcedId")]:
			r.add(rec, Dangling, "orgSourcedId")
			return
		case rec.Look("orgSourcedId") != r.school:
			return
		}
		end := r.date(rec, "roleEndDate")
		role, over := strings.ToLower(rec.Look("role")), end != "" && end < r.day
		code, works := r.works[role]
		switch {
		case role == "student":
			u.person.Kind = person.Pupil
			grade, ok := csvset.Grade(rec.Look("grade"), r.wanted.Sector)
			if !ok {
				r.add(rec, GradeUnknown, "grade")
			}
			if last := cmp.Or(end, "9") + " " + grade; last > u.last { // of several roles the one that lasts longest
				u.last, u.person.Year = last, grade
			}
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
		u.ended, u.going = u.ended || over, u.going || !over
	})
}
