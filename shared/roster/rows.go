package roster

import (
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// create plans a new account and returns its id.
func (c *comparison) create(p Person, m match, reason string) account.ID {
	row := c.creation(p, m, reason)
	c.add(row)
	c.plan.Counts.Create++
	return row.Account.ID
}

func (c *comparison) creation(p Person, m match, reason string) AccountRow {
	a := account.Account{
		ID: account.NewID(), Kind: p.Kind, State: account.Active, Version: 1, Epoch: 1, Created: c.known.Now, Changed: c.known.Now,
	}
	if c.plan.Prepares {
		a.State = account.Prepared
	}
	a = c.name(c.imported(a, p, m), p)
	a.Digest = a.Imported()
	return AccountRow{Action: Create, Reason: reason, Account: a, Claims: a.Names()}
}

// change plans what differs between a stored account and p.
func (c *comparison) change(have KnownAccount, p Person, m match) {
	row, changed := c.changed(have, p, m)
	c.ask(have, row, changed)
	if !changed {
		c.plan.Counts.Unchanged++
		return
	}
	c.note(have, row, p, m)
	c.add(row)
	switch row.Action {
	case Return:
		c.plan.Counts.Return++
	case Move:
		c.plan.Counts.Move++
	case Prepare:
		c.plan.Counts.Prepare++
	default:
		c.plan.Counts.Change++
	}
}

// changed returns the row that brings have to what p says.
func (c *comparison) changed(have KnownAccount, p Person, m match) (AccountRow, bool) {
	a := c.follow(have, c.imported(have.Account, p, m))
	row := AccountRow{Action: Change, Reason: m.reason, Written: have.Written, Was: have.Digest}
	switch {
	case c.plan.Prepares:
		row.Action, row.Reason = Prepare, "prepared"
		if have.State == account.Left {
			a = returned(a, account.Prepared)
		}
	case !c.roles[p.Kind].leads:
		// it tells of people who are there, not who is
	case have.State == account.Left:
		a, row.Action, row.Reason = returned(a, have.Back()), Return, "back_in_source"
	case have.State == account.Prepared:
		a.State = account.Active
	}
	if c.roles[p.Kind].leads && !c.plan.Prepares {
		a.Until = time.Time{} // whose source delivers them stays for as long as it does
	}
	a.Digest = a.Imported()
	same := a.Address == have.Address && a.Renamed == have.Renamed && a.Until.Equal(have.Until)
	if same && a.Digest == have.Digest && a.State == have.State {
		return row, false
	}
	c.keep(have, &row)
	if row.Action == Change && c.class(have.Account) != "" && c.class(have.Account) != c.class(a) {
		row.Action = Move
	}
	a.Version, a.Changed = have.Version+1, c.known.Now
	row.Account, row.Changes, row.Claims = a, c.differences(have.Account, a), claims(have.Account, a)
	return row, true
}

// row returns the row that makes have into a.
func (c *comparison) row(have KnownAccount, a account.Account, what Action, reason string) AccountRow {
	a.Digest = a.Imported()
	a.Version, a.Changed = have.Version+1, c.known.Now
	row := AccountRow{
		Action: what, Reason: reason, Account: a, Written: have.Written, Was: have.Digest, Changes: c.differences(have.Account, a),
	}
	c.keep(have, &row)
	return row
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

// add keeps a row and tells it in the tally of its kind and class.
func (c *comparison) add(row AccountRow) {
	c.rowOf[row.Account.ID] = len(c.rows)
	c.rows = append(c.rows, row)
	c.tally(row, c.class(row.Account))
}

// planned returns an account as the rows before this one leave it.
func (c *comparison) planned(have KnownAccount) KnownAccount {
	if i, ok := c.rowOf[have.ID]; ok {
		return KnownAccount{Account: c.rows[i].Account, Written: unseen()}
	}
	return have
}

func (c *comparison) tally(row AccountRow, class string) {
	at := Tally{Kind: row.Account.Kind, Class: class}
	t, ok := c.tallies[at]
	if !ok {
		t = &at
		c.tallies[Tally{Kind: at.Kind, Class: at.Class}] = t
	}
	switch row.Action {
	case Create:
		t.Create++
	case Move:
		t.Move++
	case Return:
		t.Return++
	case Depart:
		t.Leave++
	default:
		t.Change++
	}
}

// class returns the name of the account's class at the school, "" for none:
// of the prepared year where the plan prepares one.
func (c *comparison) class(a account.Account) string {
	m, _ := a.At(c.known.School.ID)
	if c.plan.Prepares {
		m, _ = a.Prepared(c.known.School.ID)
	}
	for _, id := range m.Groups {
		if c.classes[id] {
			return c.names[id]
		}
	}
	return ""
}

func (c *comparison) domain(k person.Kind) string { return c.calls.domain(k) }
