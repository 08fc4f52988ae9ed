package roster

import (
	"time"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// The bound on changed people: where more than this many and this share of
// those matched by key have another surname and another call name, the keys
// were given to other people and nothing in the file can be trusted.
const (
	swapCount   = 5
	swapPercent = 20
)

// sourceBound is how many people of one kind may turn up under another key:
// beyond it the school has changed its administration system, which somebody
// confirms.
func sourceBound() school.Bound { return school.Bound{Count: 5, Percent: 10} }

// freshBound is how many people of one kind may be new while as many leave:
// beyond it the school has changed its administration system without saying
// so, and everybody would get a second account. In the weeks in which school
// years turn, a year group leaves and another one comes.
func freshBound(now time.Time) school.Bound {
	if school.Turning(now) {
		return school.Bound{Count: 5, Percent: 35}
	}
	return school.Bound{Count: 5, Percent: 20}
}

// note remembers what the bounds look at in a row.
func (c *comparison) note(have KnownAccount, row AccountRow, p Person, m match) {
	before, after, role := have.Source.Name, row.Account.Source.Name, c.roles[p.Kind]
	surname := Fold(before.Surname) != Fold(after.Surname)
	given := Fold(before.Given()) != Fold(after.Given())
	if surname || given {
		c.renamed[have.ID] = true
	}
	if surname && given {
		c.swaps[p.Kind]++
	}
	if other := have.Source.ECK.Hash; surname && given && other != "" && other != row.Account.Source.ECK.Hash {
		c.other[have.ID] = true
		c.found.Add(Finding{Code: "plan.other_person", Severity: Warning, Line: p.Line})
	}
	if row.Action == Move {
		c.moved[have.ID] = true
	}
	replaced := role.leads && !role.foreign && !role.changing // a change that was announced needs no guess
	if was, ok := have.At(c.known.School.ID); ok && was.Key != "" && m.reason != bySource && replaced {
		c.rekeyed[have.ID] = true
	}
}

// hold sorts the rows into phases. A bound holds back only its own kind, of
// that kind of person: what is beyond it waits for a person, the others go on.
func (c *comparison) hold() {
	renamed, rekeyed := map[person.Kind]int{}, map[person.Kind]int{}
	for _, row := range c.rows {
		if c.renamed[row.Account.ID] {
			renamed[row.Account.Kind]++
		}
		if c.rekeyed[row.Account.ID] {
			rekeyed[row.Account.Kind]++
		}
	}
	source, fresh := false, c.tooManyFresh()
	moves := c.bounds.Moves.Exceeded(len(c.moved), c.matched[person.Pupil])
	for _, row := range c.rows {
		id, kind, phase := row.Account.ID, row.Account.Kind, People
		switch {
		case c.rekeyed[id] && sourceBound().Exceeded(rekeyed[kind], c.matched[kind]):
			phase, source = Matches, true
		case c.other[id], c.renamed[id] && c.bounds.Names.Exceeded(renamed[kind], c.matched[kind]):
			phase = Names
		case moves && c.moved[id]:
			phase = Moves
		case row.Action == Create && fresh[kind]:
			phase = Fresh
		}
		c.plan.Rows[phase] = append(c.plan.Rows[phase], row)
		if phase != People { // a name that waits itself asks nothing yet
			delete(c.asked, id)
		}
	}
	c.put(Matches, append(c.plan.Rows[Matches], c.matches...))
	c.heldBack(Names, "plan.names_held")
	c.heldBack(Moves, "plan.moves_held")
	if source {
		c.found.Add(Finding{Code: "plan.source_changed", Severity: Warning})
	}
	c.heldBack(Matches, "plan.matches_held")
	c.putRenames()
	c.heldBack(Renames, "plan.renames_held")
	c.heldBack(Fresh, "plan.fresh_held")
	c.holdLeavers()
}

func (c *comparison) put(phase Phase, rows []AccountRow) {
	if len(rows) > 0 {
		c.plan.Rows[phase] = rows
	}
}

// heldBack leaves what a phase has to somebody's approval.
func (c *comparison) heldBack(phase Phase, code string) {
	if len(c.plan.Rows[phase]) > 0 {
		c.plan.Held = append(c.plan.Held, phase)
		c.found.Add(Finding{Code: code, Severity: Warning})
	}
}

// tooManyFresh returns the kinds of person of whom a large share would leave
// while a comparable number would be new.
func (c *comparison) tooManyFresh() map[person.Kind]bool {
	present, leave, fresh := map[person.Kind]int{}, map[person.Kind]int{}, map[person.Kind]int{}
	for i, a := range c.known.Accounts {
		if c.here(i) {
			present[a.Kind]++
		}
	}
	for _, row := range c.leave {
		leave[row.Account.Kind]++
	}
	for _, row := range c.rows {
		if row.Action == Create {
			fresh[row.Account.Kind]++
		}
	}
	held, bound := map[person.Kind]bool{}, freshBound(c.known.Now)
	for kind, n := range leave {
		held[kind] = bound.Exceeded(n, present[kind]) && bound.Exceeded(fresh[kind], present[kind])
	}
	return held
}

// swapped stops a file in which the keys belong to other people than before:
// those of one kind, or of all together.
func (c *comparison) swapped() {
	matched, swaps := 0, 0
	stop := false
	for kind, n := range c.matched {
		matched, swaps = matched+n, swaps+c.swaps[kind]
		stop = stop || tooManySwaps(c.swaps[kind], n)
	}
	if stop || tooManySwaps(swaps, matched) {
		c.found.Add(Finding{Code: "plan.keys_swapped", Severity: Stop, Field: "key"})
	}
}

func tooManySwaps(n, of int) bool { return n > swapCount && n*100 > swapPercent*of }
