package roster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// parent is a guardian of the roster whom no key finds.
type parent struct {
	Person
	match
}

// guardians plans the guardians of the roster, once its pupils are known. One
// of whose children the school knows none gets no account, and where there is
// one it stays as it is.
func (c *comparison) guardians(matches []match) {
	for i, p := range c.people {
		if p.Kind != person.Guardian {
			continue
		}
		m := matches[i]
		c.unknownChildren(p)
		switch {
		case p.Left || !c.roles[p.Kind].leads || m.sure && !c.childless(p):
			c.person(p, m)
		case m.sure:
			c.seen[m.who[0]] = true
		case c.childless(p):
			c.found.Add(Finding{Code: "plan.guardian_without_child", Severity: Warning, Line: p.Line})
		default:
			m.who = c.likely(&p)
			c.parents = append(c.parents, parent{p, m})
		}
	}
	c.newParents()
}

// shares reports whether a guardian is known as that of one of p's children.
func (c *comparison) shares(a account.Account, p *Person) bool {
	return slices.ContainsFunc(p.Children, func(x Child) bool {
		child, ok := c.childOf(x)
		return ok && slices.ContainsFunc(a.Source.Children, func(y account.Child) bool { return y.Account == child })
	})
}

// newParents plans the guardians whom no key finds. Without a key of its own a
// guardian stands in a row for each child: rows with the same name and address
// may be one person, which somebody confirms. The first gets an account, or is
// somebody who is known; the others are proposed to be the same.
func (c *comparison) newParents() {
	var order []string
	rows := map[string][]parent{}
	for _, x := range c.parents {
		like := Fold(x.Name.Display()) + "\x00" + strings.ToLower(x.Email)
		if x.Email == "" || Fold(x.Name.Surname) == "" {
			like = "\x00" + x.Key
		}
		if len(rows[like]) == 0 {
			order = append(order, like)
		}
		rows[like] = append(rows[like], x)
	}
	for _, like := range order {
		c.siblings(rows[like])
	}
}

// siblings plans rows that may tell of one guardian.
func (c *comparison) siblings(list []parent) {
	var candidates []KnownAccount
	for _, x := range list {
		for _, i := range x.who {
			have := c.planned(c.known.Accounts[i])
			same := func(k KnownAccount) bool { return k.ID == have.ID }
			if !slices.ContainsFunc(candidates, same) && len(candidates) < mostCandidates {
				candidates = append(candidates, have)
			}
			c.seen[i] = true
		}
	}
	if len(candidates) == 0 {
		first := list[0]
		row := c.creation(first.Person, first.match, "new_in_source")
		c.add(row)
		c.plan.Counts.Create++
		candidates, list = append(candidates, KnownAccount{Account: row.Account, Written: unseen()}), list[1:]
	}
	if len(list) == 0 {
		return
	}
	row := c.creation(list[0].Person, list[0].match, "same_guardian")
	for _, x := range list[1:] {
		row.With = append(row.With, c.creation(x.Person, x.match, "new_in_source"))
	}
	one := list[0]
	one.adds, one.reason = true, "same_guardian"
	for _, x := range list[1:] {
		one.Children = append(slices.Clone(one.Children), x.Children...)
		one.also = append(one.also, x.key)
	}
	var rows []AccountRow
	for _, have := range candidates {
		rows = append(rows, c.candidate(have, one.Person, one.match))
	}
	c.offer(row, rows)
}

// join makes one row of those that tell of one guardian, as somebody confirmed
// before: each tells of another child.
func (c *comparison) join() {
	rows := map[int][]int{}
	for at, p := range c.people {
		if p.Kind != person.Guardian || !c.roles[p.Kind].leads {
			continue
		}
		if i, ok := c.keyed(&p, c.known.KeyOf(p.Kind, p.Key)); ok && !otherName(c.known.Accounts[i].Source.Name, p.Name) {
			rows[i] = append(rows[i], at)
		}
	}
	gone := map[int]bool{}
	people := c.people
	for i, at := range rows {
		if len(at) < 2 {
			continue
		}
		if len(gone) == 0 {
			people = slices.Clone(people)
		}
		base := c.base(i, at)
		for _, other := range at {
			if other == base {
				continue
			}
			gone[other] = true
			people[base].Children = append(slices.Clone(people[base].Children), people[other].Children...)
			c.also[people[base].Key] = append(c.also[people[base].Key], c.known.KeyOf(person.Guardian, people[other].Key))
		}
	}
	if len(gone) == 0 {
		return
	}
	c.people = nil
	for at, p := range people {
		if !gone[at] {
			c.people = append(c.people, p)
		}
	}
}

// base returns which of the rows of account i tells what is not of one child:
// that of the key by which it was made, else the first by key.
func (c *comparison) base(i int, rows []int) int {
	m, _ := c.known.Accounts[i].At(c.known.School.ID)
	best := rows[0]
	for _, at := range rows {
		if c.known.KeyOf(person.Guardian, c.people[at].Key) == m.Key {
			return at
		}
		if c.people[at].Key < c.people[best].Key {
			best = at
		}
	}
	return best
}
