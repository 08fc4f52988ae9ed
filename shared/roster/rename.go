package roster

import (
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
)

// follow returns a, whose imported fields are new, with the names that follow
// from them. A change of name in the source makes another address where the
// rule of its school says so; where somebody is to be asked, the account waits
// with its old one. Nobody is named otherwise because a rule has changed.
func (c *comparison) follow(have KnownAccount, a account.Account) account.Account {
	was, is := have.Source, a.Source
	same := was.Name == is.Name && was.Number == is.Number && was.Email == is.Email
	if c.plan.Prepares || same && !have.Renamed {
		return a
	}
	a.Renamed = false
	n := c.calls.namer(a)
	said := c.calls.said(have.Account, a)
	if n.Renames() == naming.Never || said == "" && !have.Renamed && c.calls.alikeBy(n, have.Account, a) {
		return a
	}
	called, other := c.calls.again(a, said)
	switch {
	case !other:
	case n.Renames() == naming.Automatic && !fixed(a):
		c.renamed[a.ID] = true
		called.Traces = traced(called.Traces, account.Trace{At: c.known.Now, By: account.ByRule})
		return called
	default:
		a.Renamed = true
		c.asked[a.ID] = called
	}
	return a
}

// said returns the local part of the address that the source gives now and did
// not give before, "" for none.
func (c *calling) said(was, is account.Account) string {
	if is.Source.Email == was.Source.Email && !was.Renamed {
		return ""
	}
	return c.own(is.Kind, is.Source.Email)
}

// alikeBy reports whether the rule names a as it was and as it is alike.
func (c *calling) alikeBy(n naming.Namer, was, is account.Account) bool {
	was.Main = is.Main
	before, _ := n.Stems(c.subject(was))
	now, _ := n.Stems(c.subject(is))
	if len(before) != len(now) {
		return false
	}
	for i := range before {
		if before[i] != now[i] || n.Local(c.subject(was), before[i]) != n.Local(c.subject(is), now[i]) {
			return false
		}
	}
	return true
}

// again returns what a is to be called by what is known of it now, and whether
// that is something else. Names that the rule could have given stay, with their
// counter; so does the address that the source gives.
func (c *calling) again(a account.Account, said string) (account.Account, bool) {
	local := naming.Local(a.Address)
	if own := c.own(a.Kind, a.Source.Email); own != "" && own == local {
		return a, false
	}
	var offered []string
	if naming.Fit(said) {
		offered = append(offered, said)
	}
	w, mailbox := c.wish(a, offered)
	if w.Have == local || w.Have == "" && c.fits(a, w.Subject) {
		return a, false
	}
	called := c.call(a, w, mailbox)
	return called, called.Address != a.Address || called.Username != a.Username
}

// fits reports whether a's names are by its rule. Who was prepared for a school
// year to come was named by that year.
func (c *calling) fits(a account.Account, s naming.Subject) bool {
	n, local := c.namer(a), naming.Local(a.Address)
	if n.Fits(s, a.Username, local) {
		return true
	}
	s.Year++
	return n.Fits(s, a.Username, local)
}

// fixed reports whether somebody at the school gave a its address.
func fixed(a account.Account) bool { return a.Traces[namedBy].By == account.ByHand }

// ask proposes another address for somebody whose name has changed. The row
// expects what the row before it, if any, leaves behind.
func (c *comparison) ask(have KnownAccount, row AccountRow, changed bool) {
	called, ok := c.asked[have.ID]
	if !ok || row.FromBin {
		return
	}
	base := have
	if changed {
		base = KnownAccount{Account: row.Account, Written: unseen()}
	}
	base.Renamed = false
	next := base.Account.Called(called.Username, called.Address)
	next.Traces = traced(next.Traces, account.Trace{At: c.known.Now, By: account.ByRule})
	to, stay := c.calls.row(base, next), c.calls.row(base, base.Account)
	to.Action, to.Reason = Rename, "name_changed"
	stay.Action, stay.Reason = Change, "address_stays"
	to.Changes = c.differences(base.Account, next)
	to.Or = &stay
	c.renames = append(c.renames, to)
}

// putRenames keeps the proposals of those whose new name is taken in now. The
// others are asked about when theirs is.
func (c *comparison) putRenames() {
	for _, row := range c.renames {
		if _, ok := c.asked[row.Account.ID]; ok {
			c.plan.Rows[Renames] = append(c.plan.Rows[Renames], row)
			c.plan.Counts.Rename++
		}
	}
}

// row returns a row that makes base, which is stored by then, into a.
func (c *calling) row(base KnownAccount, a account.Account) AccountRow {
	before := base.Account
	before.Renamed = true
	a.Version, a.Changed = base.Version+1, c.known.Now
	return AccountRow{Account: a, Written: base.Written, Was: base.Digest, Before: &before, Claims: claims(before, a)}
}

// claims returns the names that now has and was has not.
func claims(was, now account.Account) []string {
	had := naming.List{}
	for _, name := range was.Names() {
		had[name] = true
	}
	var fresh []string
	for _, name := range now.Names() {
		if !had[name] {
			fresh = append(fresh, name)
		}
	}
	return fresh
}

// Renaming is what a rule does to one person who has an account.
type Renaming struct {
	Have  KnownAccount
	Now   account.Account // as it would be
	Given naming.Given    // how it got its names; zero where it keeps them
	Kept  bool            // the source or somebody at the school gave the address: it stays
	Fits  bool            // the names are by the rule
	Made  bool            // the rule makes something of the name
}

// Changes reports whether the person is called otherwise by the rule.
func (r Renaming) Changes() bool { return !r.Kept && !r.Fits }

// Renamings returns what the rule of the known school does to everybody of a
// kind whose main school it is, in the order of the accounts. People who have
// left keep what they are called.
func Renamings(kind person.Kind, k Known) []Renaming {
	calls := callings(&k)
	var list []Renaming
	for _, have := range k.Accounts {
		if have.Kind != kind || have.Main != k.School.ID || have.State == account.Left || have.Day != "" || have.Limit.Holds() {
			continue
		}
		r := Renaming{Have: have, Now: have.Account}
		_, r.Made = calls.namer(have.Account).Stems(calls.subject(have.Account))
		own := calls.own(kind, have.Source.Email)
		w, mailbox := calls.wish(have.Account, nil)
		switch {
		case own != "" && own == naming.Local(have.Address), fixed(have.Account):
			r.Kept = true
		case mailbox && w.Have == naming.Local(have.Address):
			r.Kept = true
		case !mailbox && calls.fits(have.Account, w.Subject):
			r.Fits = true
		default:
			r.Given = calls.book.Give(calls.namer(have.Account), w)
			r.Now = have.Called(r.Given.Username, r.Given.Local+"@"+calls.domain(kind))
			r.Now.Renamed = false
			r.Now.Traces = traced(have.Traces, account.Trace{At: k.Now, By: account.ByRule})
		}
		list = append(list, r)
	}
	return list
}

// RenameAll plans that everybody of a kind whose main school is the known one
// is called by the school's rule. Beyond the bound on other names, the whole of
// it waits for a person.
func RenameAll(kind person.Kind, k Known, found *Findings) Plan {
	c := begin(k, found)
	c.roster = &Roster{School: k.School.Code, Year: k.School.LastYear}
	people, phase := 0, People
	var rows []AccountRow
	for _, r := range Renamings(kind, k) {
		people++
		if !r.Changes() {
			c.plan.Counts.Unchanged++
			continue
		}
		row := c.row(r.Have, r.Now, Rename, "by_rule")
		row.Claims = claims(r.Have.Account, r.Now)
		rows = append(rows, row)
		c.tally(row, c.class(row.Account))
	}
	c.plan.Counts.Rename = len(rows)
	p := c.finish()
	if c.bounds.Names.Exceeded(len(rows), people) {
		phase = Renames
		found.Add(Finding{Code: "plan.renames_bound", Severity: Warning})
		p.Held, p.Counts.Findings = []Phase{Renames}, p.Counts.Findings+1
	}
	if len(rows) > 0 {
		p.Rows[phase] = rows
	}
	return p
}
