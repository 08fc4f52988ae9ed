package roster

import (
	"slices"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// sourceBound is how many people may turn up under another key: beyond it the
// school has changed its administration system, which somebody confirms.
func sourceBound() school.Bound { return school.Bound{Count: 5, Percent: 10} }

// note remembers what the bounds look at in a row.
func (c *comparison) note(have KnownAccount, row AccountRow, p Person, m match) {
	before, after := have.Source.Name, row.Account.Source.Name
	surname := Fold(before.Surname) != Fold(after.Surname)
	given := Fold(before.Given()) != Fold(after.Given())
	if surname || given {
		c.renamed[have.ID] = true
	}
	if surname && given {
		c.swaps++
	}
	if other := have.Source.ECK.Hash; surname && given && other != "" && other != row.Account.Source.ECK.Hash {
		c.other[have.ID] = true
		c.found.Add(Finding{Code: "plan.other_person", Severity: Warning, Line: p.Line})
	}
	if row.Action == Move {
		c.moved[have.ID] = true
	}
	if was, ok := have.At(c.known.School.ID); ok && was.Key != "" && m.reason != bySource {
		c.rekeyed[have.ID] = true
	}
}

// hold sorts the rows into phases. A bound holds back only its own kind: what
// is beyond it waits for a person, the others go on.
func (c *comparison) hold() {
	matched := 0
	for _, n := range c.matched {
		matched += n
	}
	names := c.bounds.Names.Exceeded(len(c.renamed), matched)
	source := sourceBound().Exceeded(len(c.rekeyed), matched)
	moves := c.bounds.Moves.Exceeded(len(c.moved), c.matched[person.Pupil])
	for _, row := range c.rows {
		id, phase := row.Account.ID, People
		switch {
		case source && c.rekeyed[id]:
			phase = Matches
		case c.other[id], names && c.renamed[id]:
			phase = Names
		case moves && c.moved[id]:
			phase = Moves
		}
		c.plan.Rows[phase] = append(c.plan.Rows[phase], row)
	}
	c.put(Matches, append(c.plan.Rows[Matches], c.matches...))
	c.put(Leave, c.leave)
	c.heldBack(Names, len(c.plan.Rows[Names]) > 0, "plan.names_held")
	c.heldBack(Moves, moves, "plan.moves_held")
	if source {
		c.found.Add(Finding{Code: "plan.source_changed", Severity: Warning})
	}
	c.heldBack(Matches, len(c.plan.Rows[Matches]) > 0, "plan.matches_held")
	c.heldBack(Leave, c.tooManyLeave(), "plan.leavers_held")
}

func (c *comparison) put(phase Phase, rows []AccountRow) {
	if len(rows) > 0 {
		c.plan.Rows[phase] = rows
	}
}

func (c *comparison) heldBack(phase Phase, held bool, code string) {
	if held {
		c.plan.Held = append(c.plan.Held, phase)
		c.found.Add(Finding{Code: code, Severity: Warning})
	}
}

// leavers plans the departure of everybody whom this source once delivered
// and who is not in it now. A kind of person that the roster does not hold at
// all was not delivered, and nobody of it leaves.
func (c *comparison) leavers() {
	for i, a := range c.known.Accounts {
		m, ok := a.At(c.known.School.ID)
		if ok && m.Key != "" && !m.Left && !m.Kept && c.kinds[a.Kind] && !c.seen[i] {
			c.depart(a, "absent_from_source")
		}
	}
}

// depart plans that a person leaves the school; the account leaves with its
// last one.
func (c *comparison) depart(have KnownAccount, reason string) {
	m, ok := have.At(c.known.School.ID)
	if !ok || m.Left {
		return
	}
	m.Left, m.Groups = true, nil
	a := have.With(m)
	gone := (a.State == account.Active || a.State == account.Blocked) && !a.Present()
	if gone {
		a = c.left(a)
	}
	row := c.row(have, a, Depart, reason)
	row.Bin = gone && a.LeaveAt.IsZero()
	c.leave = append(c.leave, row)
	c.tally(row, c.class(have.Account))
	c.plan.Counts.Leave++
}

// tooManyLeave reports whether more people of one kind, or of one class, leave
// than the bounds let go.
func (c *comparison) tooManyLeave() bool {
	present, classes := map[person.Kind]int{}, map[string]int{}
	for _, a := range c.known.Accounts {
		if m, ok := a.At(c.known.School.ID); ok && !m.Left {
			present[a.Kind]++
			if a.Kind == person.Pupil {
				classes[c.class(a.Account)]++
			}
		}
	}
	leaving := map[person.Kind]int{}
	for _, row := range c.leave {
		leaving[row.Account.Kind]++
	}
	for kind, n := range leaving {
		if c.bounds.Leavers.Exceeded(n, present[kind]) {
			return true
		}
	}
	return slices.ContainsFunc(c.tallied(), func(t Tally) bool {
		return t.Kind == person.Pupil && t.Class != "" && c.bounds.Class.Exceeded(t.Leave, classes[t.Class])
	})
}

func (c *comparison) tallied() []Tally {
	var list []Tally
	for _, t := range c.tallies {
		list = append(list, *t)
	}
	return list
}

// swapped stops a file in which the keys belong to other people than before.
func (c *comparison) swapped() {
	matched := 0
	for _, n := range c.matched {
		matched += n
	}
	if c.swaps > swapCount && c.swaps*100 > swapPercent*matched {
		c.found.Add(Finding{Code: "plan.keys_swapped", Severity: Stop, Field: "key"})
	}
}
