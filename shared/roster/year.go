package roster

import (
	"slices"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// unprepared takes back what an earlier file prepared for people who are not
// in this one.
func (c *comparison) unprepared() {
	here := c.known.School.ID
	for i, have := range c.known.Accounts {
		if _, ok := have.Prepared(here); !ok || c.seen[i] || !c.roles[have.Kind].leads {
			continue
		}
		a := have.Account
		a.Next = slices.DeleteFunc(slices.Clone(a.Next), func(m account.Membership) bool { return m.School == here })
		gone := a.State == account.Prepared && len(a.Next) == 0 && !a.Present()
		if gone {
			a.Rest, a.State = a.State, account.Left
		}
		row := c.row(have, a, Prepare, "no_longer_prepared")
		row.Bin = gone // nobody has used the account
		c.add(row)
		c.plan.Counts.Prepare++
	}
}

// SwitchYear plans that the prepared school year takes the place of the
// present one: prepared memberships begin, people of the prepared kinds who
// have none leave, and the groups of earlier years end. The bounds of the
// rollover hold, whatever the day.
func SwitchYear(k Known, found *Findings) Plan {
	c := begin(k, found)
	c.bounds = school.UsualRollover()
	if k.School.Rollover != nil {
		c.bounds = *k.School.Rollover
	}
	year, here := k.School.Prepared.Year, k.School.ID
	c.roster = &Roster{School: k.School.Code, Year: year}
	for _, g := range k.Groups {
		if g.School == here && g.Year < year && g.Imported() {
			c.end(g)
		}
	}
	for i, have := range k.Accounts {
		next, ok := have.Prepared(here)
		if !ok {
			continue
		}
		c.seen[i], c.roles[have.Kind] = true, role{leads: true}
		c.matched[have.Kind]++
		c.begins(have, next)
	}
	c.leavers()
	return c.finish()
}

// begins plans that a prepared membership becomes the present one.
func (c *comparison) begins(have KnownAccount, next account.Membership) {
	a := have.Account
	a.Next = slices.DeleteFunc(slices.Clone(a.Next), func(m account.Membership) bool { return m.School == next.School })
	a = a.With(next)
	row := c.row(have, a, Change, "year_begins")
	switch have.State {
	case account.Prepared:
		row.Account.State = account.Active
	case account.Left:
		row.Account, row.Action = returned(row.Account, have.Back()), Return
	}
	c.add(row)
	if row.Action == Return {
		c.plan.Counts.Return++
	} else {
		c.plan.Counts.Change++
	}
}

// Lapses returns who leaves when the prepared year begins.
func (p Plan) Lapses(k person.Kind) int {
	n := 0
	for _, row := range slices.Concat(p.Rows[Gone], p.Rows[Leave]) {
		if row.Account.Kind == k {
			n++
		}
	}
	return n
}
