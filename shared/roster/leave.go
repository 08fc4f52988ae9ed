package roster

import (
	"slices"
	"time"

	"cool.example/sync/shared/account"
)

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

// keep notes in a row what have was, and whether it comes out of the bin: what
// the plan holds of it may then be readable no longer than the bin is.
func (c *comparison) keep(have KnownAccount, row *AccountRow) {
	if have.Day == "" {
		before := have.Account
		row.Before = &before
		return
	}
	row.FromBin = true
	if !slices.Contains(c.plan.Days, have.Day) {
		c.plan.Days = append(c.plan.Days, have.Day)
	}
}
