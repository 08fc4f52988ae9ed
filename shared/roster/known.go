package roster

import (
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Known is what is stored before an import: the institution, the school that
// the roster is for, and every account and group of the institution.
type Known struct {
	Tenant   tenant.Tenant
	School   school.School
	Schools  map[school.ID]school.School // all of the institution
	Accounts []KnownAccount
	Groups   []KnownGroup
	Now      time.Time
	// KeyOf returns the keyed hash under which a key of the file's source is
	// remembered: see school.Source.
	KeyOf func(kind person.Kind, key string) string
	// NewKeyOf is KeyOf for the administration system that the school changes
	// to; nil where it changes to none.
	NewKeyOf func(kind person.Kind, key string) string
	// FormerKeysOf returns the hashes of a source key at the schools that went
	// up in this one; nil where none did.
	FormerKeysOf func(kind person.Kind, key string) []string
	// ECKOf returns the keyed hash under which an ECK-iD is found.
	ECKOf func(eck string) string
	// SealECK seals an ECK-iD for its account.
	SealECK func(owner account.ID, eck string) []byte
	// Mailboxes are addresses that exist already, and Used the names of people
	// who have been erased.
	Mailboxes naming.Mailboxes
	Used      naming.Held // nil for none
}

// KnownAccount is a stored account with the moment of its last write.
type KnownAccount struct {
	account.Account
	Written time.Time
	// Day is the key that sealed the account, where it lies in the recycle bin;
	// "" for one that lives. One in the bin is known as one that has left.
	Day string
}

// KnownGroup is a stored group with the moment of its last write.
type KnownGroup struct {
	group.Group
	Written time.Time
}

// unseen stands for the last write of an account as an earlier row of the plan
// will leave it. No write was at that moment: who applies the row has to look
// what the account has become, and whether that is what the plan foresaw.
func unseen() time.Time { return time.Unix(1, 0).UTC() }

// FamilyOf returns the family of a format: formats of one family carry the
// same keys. A change of family is a change of source.
func FamilyOf(format string) string {
	name, _, _ := strings.Cut(format, " ")
	switch name {
	case "uwlr": // EDEXML over the wire
		return "edexml"
	case "csv", "excel": // the key is the administration number
		return "table"
	default:
		return name
	}
}

// role is what the source of a roster is to the school, for one kind of person.
type role struct {
	leads    bool   // it says who is there; else it supplements the main source
	foreign  bool   // it leads though another is the main source: it loads a year that nobody has loaded
	changing bool   // it is of the administration system that the school changes to
	denied   Fields // what sources before it deliver
}

// lead finds out what the source is to the school.
func (c *comparison) lead() {
	c.family = FamilyOf(c.roster.Format)
	for _, p := range c.people {
		if _, ok := c.roles[p.Kind]; !ok {
			c.roles[p.Kind] = c.roleOf(p.Kind)
		}
	}
	c.groupsLed = c.roleOf(person.Pupil).leads
	c.plan.Supplement = len(c.roles) > 0
	for _, kind := range []person.Kind{person.Pupil, person.Staff, person.Guardian} {
		r := c.roles[kind]
		if r.leads {
			c.plan.Supplement = false
		}
		if r.changing {
			c.plan.Switched, c.plan.Space = append(c.plan.Switched, kind), c.known.School.System.Space()
		}
	}
}

func (c *comparison) roleOf(kind person.Kind) role {
	s := c.known.School
	switch {
	case s.Led(kind, c.family):
		return role{leads: true, changing: s.Changing(kind, c.family)}
	case c.plan.Prepares && (s.Prepared.Year != c.roster.Year || s.Prepared.Family == c.family):
		return role{leads: true, foreign: true}
	default:
		return role{denied: fieldsOf(kind, s.DeniedTo(kind, c.family))}
	}
}

// fieldsOf returns the fields of a kind with these names in the register.
func fieldsOf(kind person.Kind, names []string) Fields {
	var fields Fields
	for _, name := range names {
		for _, f := range registered(kind) {
			if f.key == name {
				fields |= f.field
			}
		}
	}
	return fields
}
