package roster

import (
	"cmp"
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// mostCandidates bounds whom one person of the roster is proposed to be.
const mostCandidates = 5

// likely returns whom p may be by name or address, the likeliest first.
func (c *comparison) likely(p *Person) []int {
	var found []int
	for _, i := range c.alike(p) {
		if !slices.Contains(found, i) && c.resembles(i, p) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(x, y int) int {
		return cmp.Or(
			cmp.Compare(c.likeness(y, p), c.likeness(x, p)),
			cmp.Compare(c.known.Accounts[x].ID, c.known.Accounts[y].ID),
		)
	})
	return found[:min(len(found), mostCandidates)]
}

// resembles reports whether account i may be p without a key that says so: a
// member of staff of another school with the same address or name; somebody
// whom the school added by hand, with the same name; and where the
// administration system changes, whoever of the school has the name. A guardian
// is one with the same name, and the same address or child.
func (c *comparison) resembles(i int, p *Person) bool {
	a := c.known.Accounts[i]
	if a.Kind != p.Kind || a.State == account.Left {
		return false
	}
	m, here := a.At(c.known.School.ID)
	same := Fold(p.Name.Surname) != "" && Fold(a.Source.Name.Display()) == Fold(p.Name.Display())
	if p.Kind == person.Guardian {
		return same && (p.Email != "" && strings.EqualFold(p.Email, a.Source.Email) || c.shares(a.Account, p))
	}
	changing := c.roles[p.Kind].changing
	if c.claimed[i] || here && !m.Left && m.Key != "" && !changing {
		return false // the source knows that person by another key
	}
	if p.Kind == person.Pupil {
		return here && !m.Left && same
	}
	address := p.Email != "" && (strings.EqualFold(p.Email, a.Address) || strings.EqualFold(p.Email, a.Source.Email))
	return same || address
}

// likeness says how much account i is like p, among those that resemble it.
func (c *comparison) likeness(i int, p *Person) int {
	a := c.known.Accounts[i]
	m, _ := a.At(c.known.School.ID)
	n := 0
	if p.Email != "" && (strings.EqualFold(p.Email, a.Address) || strings.EqualFold(p.Email, a.Source.Email)) {
		n += 8
	}
	if class := c.className(p); class != "" && Fold(class) == Fold(c.class(a.Account)) {
		n += 4
	}
	if p.Year != "" && p.Year == m.Grade {
		n += 2
	}
	if c.here(i) {
		n++
	}
	return n
}

// className returns the name of the class that the roster puts p in.
func (c *comparison) className(p *Person) string {
	for _, key := range p.Groups {
		i := slices.IndexFunc(c.groups, func(g Group) bool { return g.Key == key && g.Kind == Class })
		if i >= 0 {
			return c.groups[i].Name
		}
	}
	return ""
}

// propose plans a match that a person decides on: until then nothing happens.
func (c *comparison) propose(p Person, m match) {
	row := c.creation(p, m, m.reason)
	var candidates []AccountRow
	for _, i := range m.who {
		c.seen[i] = true // who may be in the roster is not a leaver
		candidates = append(candidates, c.candidate(c.known.Accounts[i], p, m))
	}
	c.offer(row, candidates)
}

// offer keeps a proposal.
func (c *comparison) offer(row AccountRow, candidates []AccountRow) {
	for _, x := range candidates {
		row.Account.Apart = append(row.Account.Apart, x.Account.ID) // so that who is another one is not proposed again
	}
	row.Account.Digest = row.Account.Imported()
	row.Or, row.Others = &candidates[0], candidates[1:]
	if len(row.Others) == 0 {
		row.Others = nil
	}
	c.matches = append(c.matches, row)
	c.plan.Counts.Match++
}

// candidate returns what happens where p is somebody who is known.
func (c *comparison) candidate(have KnownAccount, p Person, m match) AccountRow {
	or, _ := c.changed(have, p, m)
	or.Reason = m.reason
	if or.Account.ID == "" { // nothing differs; still the rows must name somebody
		or.Account, or.Changes = have.Account, nil
	}
	return or
}
