package roster

import (
	"slices"

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
	t := takeover{comparison: c, given: map[string]bool{}, freed: map[int]bool{}}
	for _, p := range pairs {
		if i, ok := t.holder(p); ok {
			t.freed[i] = true
		}
	}
	for _, p := range pairs {
		t.pair(p)
	}
	return c.finish()
}

// takeover is a change of keys while it is planned.
type takeover struct {
	*comparison
	given map[string]bool // new keys that were given
	freed map[int]bool    // indexes of accounts that give up their key
}

// holder finds who has the old key of a pair: as it stands there, or without
// the zeros that spreadsheets take away.
func (t takeover) holder(p Pair) (int, bool) {
	for _, key := range []string{p.Old, PlainNumber(p.Old)} {
		if i, ok := t.byKey[t.known.KeyOf(p.Kind, key)]; ok {
			return i, true
		}
	}
	return 0, false
}

// newKeys returns the hashes of a pair's new key: as it stands there, and as a
// table would have it.
func (t takeover) newKeys(p Pair) (key, plain string) {
	of := t.known.KeyOf
	if t.changes(p.Kind) {
		of = t.known.NewKeyOf
	}
	return of(p.Kind, p.New), of(p.Kind, PlainNumber(p.New))
}

// changes reports whether the keys are those of a system that the school has
// said it changes to.
func (t takeover) changes(kind person.Kind) bool {
	return t.known.NewKeyOf != nil && kind != person.Guardian
}

// pair plans that one person is known by another key.
func (t takeover) pair(p Pair) {
	is, plain := t.newKeys(p)
	i, ok := t.holder(p)
	has, taken := t.byKey[is]
	switch {
	case !ok && !taken:
		t.found.Add(Finding{Code: "plan.key_unknown", Severity: Stop, Line: p.Line})
	case t.given[is], ok && t.seen[i]:
		t.found.Add(Finding{Code: "plan.key_twice", Severity: Stop, Line: p.Line})
	case !ok || taken && has == i:
		t.plan.Counts.Unchanged++ // mapped before
	case taken && !t.freed[has]:
		t.found.Add(Finding{Code: "plan.key_taken", Severity: Stop, Line: p.Line})
	default:
		t.seen[i] = true
		if _, held := t.byKey[plain]; held || t.given[plain] {
			plain = is
		}
		t.rekey(t.known.Accounts[i], is, plain)
	}
	t.given[is], t.given[plain] = true, true
	if t.changes(p.Kind) {
		t.plan.Space = t.known.School.System.Space()
		if !slices.Contains(t.plan.Switched, p.Kind) {
			t.plan.Switched = append(t.plan.Switched, p.Kind)
		}
	}
}

// rekey plans that somebody is known by key, and by it without zeros.
func (t takeover) rekey(have KnownAccount, key, plain string) {
	a := have.Account
	renamed := func(m account.Membership) account.Membership {
		m.Keys = slices.DeleteFunc(slices.Clone(m.Keys), func(k string) bool { return k == key })
		m.Key = key
		m.Keys = withKeys(m, plain)
		return m
	}
	if m, ok := a.At(t.known.School.ID); ok {
		a = a.With(renamed(m))
	}
	if m, ok := a.Prepared(t.known.School.ID); ok {
		a = a.Preparing(renamed(m))
	}
	t.add(t.row(have, a, Change, "key_mapped"))
	t.plan.Counts.Change++
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
