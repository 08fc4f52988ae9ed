package roster

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// leavers plans the departure of everybody whom this source once delivered
// and who is not in it now. A kind of person that the roster does not hold at
// all was not delivered, and nobody of it leaves; nor does anybody where the
// source only supplements another.
func (c *comparison) leavers() {
	for i, a := range c.known.Accounts {
		m, ok := a.At(c.known.School.ID)
		if ok && delivered(m) && !m.Left && !m.Kept && c.roles[a.Kind].leads && !c.seen[i] {
			c.depart(a, "absent_from_source")
		}
	}
}

// delivered reports whether a source knows the membership: it is no work of
// somebody's hand.
func delivered(m account.Membership) bool { return m.Key != "" || len(m.Keys) > 0 }

// depart plans that a person leaves the school; the account leaves with its
// last one.
func (c *comparison) depart(have KnownAccount, reason string) {
	m, ok := have.At(c.known.School.ID)
	if !ok || m.Left {
		return
	}
	m.Left, m.Groups = true, nil
	row := c.leaving(have, have.With(m), reason)
	c.leave = append(c.leave, row)
	c.wasIn[have.ID] = c.class(have.Account)
	c.tally(row, c.wasIn[have.ID])
	c.plan.Counts.Leave++
}

// leaving returns the row that makes have into a, which has lost a membership:
// with its last one the account is gone.
func (c *comparison) leaving(have KnownAccount, a account.Account, reason string) AccountRow {
	gone := (a.State == account.Active || a.State == account.Blocked) && !a.Present()
	if gone {
		a = c.left(a)
	}
	row := c.row(have, a, Depart, reason)
	row.Bin = gone && a.LeaveAt.IsZero()
	return row
}

// left returns a as one that has left its last school: within the grace that
// the school sets it can still be found among the living, without one it goes to
// the recycle bin at once. A block outlives the absence.
func (c *comparison) left(a account.Account) account.Account {
	a.Rest, a.State, a.Epoch = a.State, account.Left, a.Epoch+1
	if grace := c.known.School.Grace; grace > 0 {
		a.LeaveAt = c.known.Now.Add(grace)
	}
	return a
}

// returned returns a as one that is back, in a state.
func returned(a account.Account, to account.State) account.Account {
	a.State, a.Rest, a.LeaveAt = to, "", time.Time{}
	a.Epoch++
	return a
}

// holdLeavers sorts those who leave: of a kind of person, and of a class, of
// whom more leave than the bounds let go, everybody waits. The others go.
func (c *comparison) holdLeavers() {
	kinds, classes := c.tooManyLeave()
	var held, free []AccountRow
	for _, row := range c.leave {
		kind := row.Account.Kind
		if kinds[kind] || kind == person.Pupil && classes[c.wasIn[row.Account.ID]] {
			held = append(held, row)
		} else {
			free = append(free, row)
		}
	}
	if len(held) == 0 {
		c.put(Leave, free)
		return
	}
	c.put(Gone, free)
	c.put(Leave, held)
	c.heldBack(Leave, "plan.leavers_held")
}

// tooManyLeave returns the kinds of person, and the classes, of whom more leave
// than the bounds let go.
func (c *comparison) tooManyLeave() (map[person.Kind]bool, map[string]bool) {
	present, classes := map[person.Kind]int{}, map[string]int{}
	for _, a := range c.known.Accounts {
		if m, ok := a.At(c.known.School.ID); ok && !m.Left {
			present[a.Kind]++
			if a.Kind == person.Pupil {
				classes[c.class(a.Account)]++
			}
		}
	}
	leaving, ofClass := map[person.Kind]int{}, map[string]int{}
	for _, row := range c.leave {
		leaving[row.Account.Kind]++
		if row.Account.Kind == person.Pupil {
			ofClass[c.wasIn[row.Account.ID]]++
		}
	}
	kindHeld, classHeld := map[person.Kind]bool{}, map[string]bool{}
	for kind, n := range leaving {
		kindHeld[kind] = c.bounds.Leavers.Exceeded(n, present[kind])
	}
	for class, n := range ofClass {
		classHeld[class] = class != "" && c.bounds.Class.Exceeded(n, classes[class])
	}
	return kindHeld, classHeld
}
