package roster

import (
	"slices"
	"strconv"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

// registered returns the field register's name of each field that a source may
// deliver of a kind of person.
func registered(k person.Kind) []struct {
	field Fields
	key   string
} {
	email := "school_email"
	if k == person.Guardian {
		email = "private_email"
	}
	return []struct {
		field Fields
		key   string
	}{
		{CallName, "call_name"},
		{FirstNames, "first_names"},
		{Initials, "initials"},
		{Infix, "infix"},
		{Surname, "surname"},
		{Salutation, "salutation"},
		{Gender, "gender"},
		{Email, email},
		{Number, "administration_number"},
		{ECK, "eck_id"},
		{Grade, "year"},
		{ILT, "ilt"},
		{InGroups, "class"},
		{Roles, "function"},
		{Children, "child"},
	}
}

// ColumnFields returns the fields that a column of a school's own table may
// hold, for Columns: those of the register that a source delivers as they are.
func ColumnFields() []string {
	var keys []string
	for _, f := range registered(person.Pupil) {
		keys = append(keys, f.key)
	}
	return append(keys, "private_email")
}

// Delivers returns which registered fields the roster delivers of each kind of
// person. A school cannot change those in COOL Sync: they come from its source.
func (r *Roster) Delivers() map[person.Kind][]string {
	all := map[person.Kind]Fields{}
	for _, p := range r.People {
		all[p.Kind] |= p.Fields
	}
	out := map[person.Kind][]string{}
	for kind, fields := range all {
		for _, f := range registered(kind) {
			if fields.Has(f.field) {
				out[kind] = append(out[kind], f.key)
			}
		}
	}
	return out
}

// imported returns a with the fields and the membership that p delivers. What
// the source does not deliver, or has no say on, keeps what is stored.
func (c *comparison) imported(a account.Account, p Person, m match) account.Account {
	p.Fields &^= c.roles[p.Kind].denied
	if !c.groupsLed {
		p.Fields &^= InGroups
	}
	if !c.plan.Prepares || a.Digest == "" {
		a.Source = c.source(a, p, m)
	}
	here := c.known.School.ID
	old, _ := a.At(here)
	if c.plan.Prepares {
		if next, ok := a.Prepared(here); ok {
			old = next
		}
		return a.Preparing(c.membership(old, p, m))
	}
	if next, ok := a.Prepared(here); ok && next.Year <= c.roster.Year && c.roles[p.Kind].leads {
		a.Next = slices.DeleteFunc(slices.Clone(a.Next), func(m account.Membership) bool { return m.School == here })
	}
	return a.With(c.membership(old, p, m))
}

// source returns the imported fields of a as p delivers them.
func (c *comparison) source(a account.Account, p Person, m match) account.Source {
	s, f := a.Source, p.Fields&^c.others(a)
	take(&s.Name.Call, p.Name.Call, f.Has(CallName))
	take(&s.Name.FirstNames, p.Name.FirstNames, f.Has(FirstNames))
	take(&s.Name.Initials, p.Name.Initials, f.Has(Initials))
	take(&s.Name.Infix, p.Name.Infix, f.Has(Infix))
	take(&s.Name.Surname, p.Name.Surname, f.Has(Surname))
	if f.Has(Surname) && !f.Has(Infix) && strings.HasPrefix(strings.ToLower(s.Name.Surname), strings.ToLower(s.Name.Infix)+" ") {
		s.Name.Infix = "" // a source that knows no infix writes it before the surname
	}
	take(&s.Salutation, p.Salutation, f.Has(Salutation) && p.Kind != person.Pupil)
	take(&s.Gender, p.Gender, f.Has(Gender))
	// Of pupils the annex allows the school's address only.
	take(&s.Email, p.Email, f.Has(Email) && (p.Kind != person.Pupil || p.Email == "" || tenant.DomainOf(p.Email) == c.domain(person.Pupil)))
	if p.Kind == person.Pupil {
		take(&s.Number, p.Number, f.Has(Number))
		if p.ECK != "" && f.Has(ECK) && s.ECK.Hash != c.known.ECKOf(p.ECK) {
			s.ECK = account.ECK{Hash: c.known.ECKOf(p.ECK), Sealed: c.known.SealECK(a.ID, p.ECK)}
		}
	}
	if p.Fields.Has(Children) { // each school tells of its own children
		s.Children = c.children(a, p, m)
	}
	return s
}

// others returns the fields that another school's sources have the say on:
// those that the main school of a delivers, then those of its other schools in
// the order of their ids, as far as they come before this one. So no two
// sources ever undo each other's work.
func (c *comparison) others(a account.Account) Fields {
	here := c.known.School.ID
	if a.Main == here {
		return 0
	}
	var fields Fields
	for _, m := range a.Memberships {
		if m.School != here && !m.Left && m.Key != "" && (m.School == a.Main || m.School < here) {
			fields |= fieldsOf(a.Kind, c.known.Schools[m.School].Delivers[string(a.Kind)])
		}
	}
	return fields
}

// take sets field to value where the source delivers it.
func take[T any](field *T, value T, delivered bool) {
	if delivered {
		*field = value
	}
}

// membership returns what p is to the school.
func (c *comparison) membership(old account.Membership, p Person, found match) account.Membership {
	if !c.roles[p.Kind].leads {
		return supplemented(old, p, found)
	}
	m := account.Membership{School: c.known.School.ID, Year: c.roster.Year, Grade: old.Grade, ILT: old.ILT, Roles: old.Roles}
	m.Key, m.Keys = c.keys(old, p.Kind, found)
	take(&m.Grade, p.Year, p.Fields.Has(Grade))
	take(&m.ILT, p.ILT, p.Fields.Has(ILT))
	take(&m.Roles, p.Roles, p.Fields.Has(Roles))
	if !p.Fields.Has(InGroups) {
		if old.Year == m.Year {
			m.Groups = old.Groups
		}
		return m
	}
	for _, g := range p.Groups {
		m.Groups = append(m.Groups, group.IDOf(m.School, m.Year, g))
	}
	return m
}

// keys returns by which keys a person is known from now on. The key of the main
// source stays as long as it names the person.
func (c *comparison) keys(old account.Membership, kind person.Kind, found match) (key string, further []string) {
	m := account.Membership{Key: old.Key, Keys: old.Keys}
	role := c.roles[kind]
	switch {
	case role.foreign, found.adds && old.Key != "":
		return m.Key, withKeys(m, append(slices.Clone(found.also), found.key)...)
	case old.Key == "" || role.changing || !slices.Contains(old.Keys, found.key):
		m.Key = found.key
		m.Keys = slices.DeleteFunc(slices.Clone(old.Keys), func(k string) bool { return k == m.Key })
	}
	return m.Key, withKeys(m, found.also...)
}

// differences tells field by field what a plan changes, for who reads it.
func (c *comparison) differences(old, now account.Account) []FieldChange {
	var list []FieldChange
	tell := func(field, before, after string) {
		if before != after {
			list = append(list, FieldChange{Field: field, Old: before, New: after})
		}
	}
	o, n := old.Source, now.Source
	tell("call_name", o.Name.Call, n.Name.Call)
	tell("first_names", o.Name.FirstNames, n.Name.FirstNames)
	tell("initials", o.Name.Initials, n.Name.Initials)
	tell("infix", o.Name.Infix, n.Name.Infix)
	tell("surname", o.Name.Surname, n.Name.Surname)
	tell("salutation", string(o.Salutation), string(n.Salutation))
	tell("gender", string(o.Gender), string(n.Gender))
	tell("email", o.Email, n.Email)
	tell("administration_number", o.Number, n.Number)
	tell("eck_id", hidden(o.ECK.Hash), hidden(n.ECK.Hash))
	tell("child", strconv.Itoa(len(o.Children)), strconv.Itoa(len(n.Children)))
	was, _ := old.At(c.known.School.ID)
	is, _ := now.At(c.known.School.ID)
	if c.plan.Prepares {
		is, _ = now.Prepared(c.known.School.ID)
	}
	tell("year", was.Grade, is.Grade)
	tell("ilt", was.ILT, is.ILT)
	tell("function", strings.Join(was.Roles, ", "), strings.Join(is.Roles, ", "))
	tell("class", c.namesOf(was.Groups), c.namesOf(is.Groups))
	tell("state", string(old.State), string(now.State))
	tell("username", old.Username, now.Username)
	tell("school_email", old.Address, now.Address)
	return list
}

// hidden stands for a value that is not shown; two of them differ still.
func hidden(hash string) string {
	if hash == "" {
		return ""
	}
	return "••" + hash[:min(4, len(hash))]
}

func (c *comparison) namesOf(ids []group.ID) string {
	var list []string
	for _, id := range ids {
		list = append(list, c.names[id])
	}
	return strings.Join(list, ", ")
}
