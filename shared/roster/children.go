package roster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/account"
)

// children returns the children of guardian a once the school has told of its
// own: those of other schools stay as their schools tell.
func (c *comparison) children(a account.Account, p Person, m match) []account.Child {
	list := slices.DeleteFunc(slices.Clone(a.Source.Children), func(x account.Child) bool { return !m.adds && c.speaksOf(a, x.Account) })
	for _, x := range p.Children {
		id, ok := c.childOf(x)
		if !ok {
			continue
		}
		is := func(y account.Child) bool { return y.Account == id }
		switch i := slices.IndexFunc(list, is); {
		case i < 0:
			list = append(list, account.Child{Account: id, Slot: x.Slot, Receives: x.Receives})
		case c.speaksOf(a, id):
			list[i].Slot, list[i].Receives = x.Slot, x.Receives
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(x, y account.Child) int { return strings.Compare(string(x.Account), string(y.Account)) })
	return list
}

// speaksOf reports whether it is this school that says whether guardian a is
// one of that child: it is the child's main school, or the one there does not
// know the guardian.
func (c *comparison) speaksOf(a account.Account, child account.ID) bool {
	i, ok := c.byID()[child]
	if !ok {
		return true // new with this roster, or gone
	}
	main := c.known.Accounts[i].Main
	if main == c.known.School.ID {
		return true
	}
	at, knows := a.At(main)
	return c.here(i) && !(knows && !at.Left && delivered(at))
}

// byID finds the accounts by their ids.
func (c *comparison) byID() map[account.ID]int {
	if c.ids == nil {
		c.ids = map[account.ID]int{}
		for i, a := range c.known.Accounts {
			c.ids[a.ID] = i
		}
	}
	return c.ids
}

// childOf finds a guardian's child among the pupils of the school: as this
// roster numbers them, else as they are stored.
func (c *comparison) childOf(x Child) (account.ID, bool) {
	number := PlainNumber(x.Number)
	if id, ok := c.numbered[number]; ok {
		return id, true
	}
	i, ok := c.byNumber[number]
	if !ok {
		return "", false
	}
	return c.known.Accounts[i].ID, true
}

// childless reports whether the source tells whose guardian p is, and the
// school knows none of them.
func (c *comparison) childless(p Person) bool {
	return p.Fields.Has(Children) && !slices.ContainsFunc(p.Children, func(x Child) bool { _, ok := c.childOf(x); return ok })
}

// unknownChildren tells of the children of p that the school does not know.
func (c *comparison) unknownChildren(p Person) {
	for _, x := range p.Children {
		if _, ok := c.childOf(x); !ok {
			c.found.Add(Finding{Code: "plan.unknown_child", Severity: Warning, Line: p.Line})
		}
	}
}
