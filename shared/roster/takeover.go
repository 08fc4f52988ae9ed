package roster

import (
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// Pair says under which key an administration system knows somebody, and under
// which key the system after it does.
type Pair struct {
	Kind person.Kind
	Old  string
	New  string
	Line int // where it stands in the mapping file
}

// Rekey plans a change of administration system: everybody in pairs is known
// by the new key from then on. Accounts, addresses and subjects stay. A pair
// that names nobody, or a key that somebody else has, stops the file.
func Rekey(pairs []Pair, k Known, found *Findings) Plan {
	c := begin(k, found)
	c.roster = &Roster{School: k.School.Code, Year: k.School.LastYear}
	given := map[string]bool{}
	for _, p := range pairs {
		was, is := k.KeyOf(p.Kind, p.Old), k.KeyOf(p.Kind, p.New)
		i, ok := c.byKey[was]
		_, taken := c.byKey[is]
		switch {
		case !ok && !taken:
			found.Add(Finding{Code: "plan.key_unknown", Severity: Stop, Line: p.Line})
		case given[is], c.seen[i]:
			found.Add(Finding{Code: "plan.key_twice", Severity: Stop, Line: p.Line})
		case !ok || was == is:
			c.plan.Counts.Unchanged++ // mapped before
		case taken && !c.mapped(pairs, is):
			found.Add(Finding{Code: "plan.key_taken", Severity: Stop, Line: p.Line})
		default:
			c.seen[i] = true
			c.rekey(k.Accounts[i], is)
		}
		given[is] = true
	}
	return c.finish()
}

// mapped reports whether the person who holds key gives it up in pairs.
func (c *comparison) mapped(pairs []Pair, key string) bool {
	for _, p := range pairs {
		if c.known.KeyOf(p.Kind, p.Old) == key {
			return true
		}
	}
	return false
}

func (c *comparison) rekey(have KnownAccount, key string) {
	a := have.Account
	if m, ok := a.At(c.known.School.ID); ok {
		m.Key = key
		a = a.With(m)
	}
	if m, ok := a.Prepared(c.known.School.ID); ok {
		m.Key = key
		a = a.Preparing(m)
	}
	c.add(c.row(have, a, Change, "key_mapped"))
	c.plan.Counts.Change++
}

// Merge plans that the school from goes up in the known one: everybody who
// belongs to it belongs to this one, its groups are this one's. Accounts,
// addresses and subjects stay, and so do the keys: see Known.FormerKeysOf.
func Merge(from school.ID, k Known, found *Findings) Plan {
	c := begin(k, found)
	c.roster = &Roster{School: k.School.Code, Year: k.School.LastYear}
	for _, g := range k.Groups {
		if g.School == from {
			moved := g.Group
			moved.School = k.School.ID
			c.names[g.ID] = g.Name
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Change, Group: moved, Written: g.Written})
		}
	}
	for _, have := range k.Accounts {
		a, moved := have.Account, false
		if m, ok := have.At(from); ok {
			a, moved = transfer(a, m, k.School.ID), true
		}
		if m, ok := have.Prepared(from); ok {
			m.School = k.School.ID
			a, moved = a.Preparing(m), true
		}
		if !moved {
			continue
		}
		a = a.Without(from)
		c.add(c.row(have, a, Change, "schools_merged"))
		c.plan.Counts.Change++
	}
	return c.finish()
}

// transfer gives a the membership m at another school. Who belongs to both
// keeps what that school says, and the groups of both.
func transfer(a account.Account, m account.Membership, to school.ID) account.Account {
	if at, ok := a.At(to); ok && !at.Left {
		at.Groups = append(append(at.Groups[:0:0], at.Groups...), m.Groups...)
		return a.With(at)
	}
	m.School = to
	return a.With(m)
}
