package roster

import (
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Known is what is stored before an import: the institution, the school that
// the roster is for, and every account and group of the institution.
type Known struct {
	Tenant   tenant.Tenant
	School   school.School
	Schools  map[school.ID]school.School // all of the institution
	Accounts []KnownAccount
	Groups   []KnownGroup
	Now      time.Time
	// KeyOf returns the keyed hash under which a source key is remembered.
	KeyOf func(kind person.Kind, key string) string
	// FormerKeysOf returns the hashes of a source key at the schools that went
	// up in this one; nil where none did.
	FormerKeysOf func(kind person.Kind, key string) []string
	// ECKOf returns the keyed hash under which an ECK-iD is found.
	ECKOf func(eck string) string
	// SealECK seals an ECK-iD for its account.
	SealECK func(owner account.ID, eck string) []byte
}

// KnownAccount is a stored account with the moment of its last write.
type KnownAccount struct {
	account.Account
	Written time.Time
	// Day is the key that sealed the account, where it lies in the recycle bin;
	// "" for one that lives. One in the bin is known as one that has left.
	Day string
}

// KnownGroup is a stored group with the moment of its last write.
type KnownGroup struct {
	group.Group
	Written time.Time
}

// The bound on changed people: where more than this many and this share of
// those matched by key have another surname and another call name, the keys
// were given to other people and nothing in the file can be trusted.
const (
	swapCount   = 5
	swapPercent = 20
)

// Compare plans what makes the stored state agree with r. A roster of the
// school year to come is prepared beside the present one. Findings of the
// severity Stop refuse the file; the plan is then to be thrown away.
func Compare(r *Roster, k Known, found *Findings) Plan {
	c := begin(k, found)
	c.roster = r
	if !c.fits() {
		return Plan{}
	}
	c.plan.Prepares = r.Year > school.YearAt(k.Now)
	c.planGroups()
	for _, p := range r.People {
		c.kinds[p.Kind] = true
	}
	c.claim()
	for _, p := range r.People {
		c.person(p)
	}
	if c.plan.Prepares {
		c.unprepared()
	} else {
		c.leavers()
	}
	c.swapped()
	for _, n := range r.LeftOut {
		c.plan.Counts.LeftOut += n
	}
	return c.finish()
}

// fits checks that the roster is this school's, and of a year that can be.
func (c *comparison) fits() bool {
	r, s := c.roster, c.known.School
	now := school.YearAt(c.known.Now)
	if r.School != s.Code {
		c.found.Add(Finding{Code: "plan.wrong_brin", Severity: Stop, Field: "brincode"})
	}
	switch {
	case r.Year < s.LastYear:
		c.found.Add(Finding{Code: "plan.older_year", Severity: Stop, Field: "schooljaar"})
	case r.Year > now+1:
		c.found.Add(Finding{Code: "plan.year_too_far", Severity: Stop, Field: "schooljaar"})
	case r.Year < now:
		c.found.Add(Finding{Code: "plan.past_year", Severity: Warning, Field: "schooljaar"})
	}
	return !c.found.Stopped()
}

// comparison is one plan while it is made.
type comparison struct {
	roster *Roster
	known  Known
	found  *Findings
	plan   Plan
	bounds school.Bounds

	byKey    map[string]int   // keyed hash at this school → index in known.Accounts
	byECK    map[string]int   // keyed hash → index
	byNumber map[string]int   // administration number at this school → index
	byLike   map[string][]int // folded name, or address, → indexes; nil until somebody asks
	taken    map[string]bool  // usernames in use
	names    map[group.ID]string
	classes  map[group.ID]bool

	kinds   map[person.Kind]bool
	claimed map[int]bool // indexes of accounts that the roster names by key
	seen    map[int]bool // indexes of accounts that the roster holds
	matched map[person.Kind]int
	swaps   int // of those, with another surname and call name
	renamed map[account.ID]bool
	other   map[account.ID]bool // the key is another person's now
	moved   map[account.ID]bool
	rekeyed map[account.ID]bool // known by something else than the source's key
	tallies map[Tally]*Tally    // by kind and class
	rows    []AccountRow        // creations and changes, before bounds
	leave   []AccountRow
	matches []AccountRow
}

func begin(k Known, found *Findings) *comparison {
	c := &comparison{
		known: k, found: found, bounds: k.School.BoundsAt(k.Now), plan: Plan{Rows: map[Phase][]AccountRow{}},
		byKey: map[string]int{}, byECK: map[string]int{}, byNumber: map[string]int{}, taken: map[string]bool{},
		names: map[group.ID]string{}, classes: map[group.ID]bool{},
		kinds: map[person.Kind]bool{}, claimed: map[int]bool{}, seen: map[int]bool{}, matched: map[person.Kind]int{},
		renamed: map[account.ID]bool{}, other: map[account.ID]bool{}, moved: map[account.ID]bool{}, rekeyed: map[account.ID]bool{}, tallies: map[Tally]*Tally{},
	}
	for i, a := range k.Accounts {
		c.taken[a.Username] = true
		if a.Source.ECK.Hash != "" {
			c.byECK[a.Source.ECK.Hash] = i
		}
		m, ok := a.At(k.School.ID)
		if next, prepared := a.Prepared(k.School.ID); !ok && prepared {
			m, ok = next, true
		}
		if !ok {
			continue
		}
		if m.Key != "" {
			c.byKey[m.Key] = i
		}
		if a.Kind == person.Pupil && a.Source.Number != "" {
			c.byNumber[PlainNumber(a.Source.Number)] = i
		}
	}
	for _, g := range k.Groups {
		c.names[g.ID], c.classes[g.ID] = g.Name, g.Kind == group.Class
	}
	return c
}

// PlainNumber is an administration number without leading zeros, which
// spreadsheets take away, where it is digits only.
func PlainNumber(s string) string {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return s
	}
	if short := strings.TrimLeft(s, "0"); short != "" {
		return short
	}
	return "0"
}

// planGroups plans the groups of the roster, and ends those of the same or an
// earlier year that it does not hold. Where it prepares a year, the groups of
// the present one stay. A roster without groups says nothing of them.
func (c *comparison) planGroups() {
	stored := map[group.ID]KnownGroup{}
	for _, g := range c.known.Groups {
		if g.School == c.known.School.ID {
			stored[g.ID] = g
		}
	}
	for _, g := range c.roster.Groups {
		want := group.Group{
			ID: group.IDOf(c.known.School.ID, c.roster.Year, g.Key), School: c.known.School.ID, Year: c.roster.Year,
			Key: g.Key, Kind: group.Kind(g.Kind), Name: g.Name, Grade: g.Year,
		}
		c.names[want.ID], c.classes[want.ID] = want.Name, want.Kind == group.Class
		have, ok := stored[want.ID]
		delete(stored, want.ID)
		switch {
		case !ok:
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Create, Group: want})
		case have.Group != want:
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Change, Group: want, Written: have.Written})
		}
	}
	if len(c.roster.Groups) == 0 {
		return
	}
	for _, have := range c.known.Groups {
		_, gone := stored[have.ID]
		if gone && (have.Year == c.roster.Year || (!c.plan.Prepares && have.Year < c.roster.Year)) {
			c.end(have)
		}
	}
}

// end plans the end of a group; it can be read after that, not changed.
func (c *comparison) end(have KnownGroup) {
	if have.Ended {
		return
	}
	ended := have.Group
	ended.Ended = true
	c.plan.Ends = append(c.plan.Ends, GroupRow{Action: End, Group: ended, Written: have.Written})
}

// person plans one person of the roster.
func (c *comparison) person(p Person) {
	m := c.match(p)
	switch {
	case m.found && m.sure:
		c.seen[m.index] = true
		have := c.known.Accounts[m.index]
		if p.Left {
			c.depart(have, "source_says_left")
			return
		}
		c.matched[p.Kind]++
		c.change(have, p, m)
	case p.Left:
		// never here, or not surely: nothing to do
	case m.found:
		c.seen[m.index] = true // who may be in the roster is not a leaver
		c.propose(p, m)
	default:
		c.create(p, m.key, "new_in_source")
	}
}

// create plans a new account.
func (c *comparison) create(p Person, key, reason string) {
	c.add(c.creation(p, key, reason))
	c.plan.Counts.Create++
}

func (c *comparison) creation(p Person, key, reason string) AccountRow {
	a := account.Account{
		ID: account.NewID(), Kind: p.Kind, State: account.Active, Version: 1, Epoch: 1, Created: c.known.Now, Changed: c.known.Now,
	}
	a.Username = c.username(p)
	a.Address = a.Username + "@" + c.domain(p.Kind)
	c.taken[a.Username] = true
	if c.plan.Prepares {
		a.State = account.Prepared
	}
	a = c.imported(a, p, key)
	a.Digest = a.Imported()
	return AccountRow{Action: Create, Reason: reason, Account: a}
}

// change plans what differs between a stored account and p.
func (c *comparison) change(have KnownAccount, p Person, m match) {
	row, changed := c.changed(have, p, m)
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
	a := c.imported(have.Account, p, m.key)
	row := AccountRow{Action: Change, Reason: m.reason, Written: have.Written, Was: have.Digest}
	switch {
	case c.plan.Prepares:
		row.Action, row.Reason = Prepare, "prepared"
		if have.State == account.Left {
			a = returned(a, account.Prepared)
		}
	case have.State == account.Left:
		a, row.Action, row.Reason = returned(a, have.Back()), Return, "back_in_source"
	case have.State == account.Prepared:
		a.State = account.Active
	}
	a.Digest = a.Imported()
	if a.Digest == have.Digest && a.State == have.State {
		return row, false
	}
	c.keep(have, &row)
	if row.Action == Change && c.class(have.Account) != "" && c.class(have.Account) != c.class(a) {
		row.Action = Move
	}
	a.Version, a.Changed = have.Version+1, c.known.Now
	row.Account, row.Changes = a, c.differences(have.Account, a)
	return row, true
}

// add keeps a row and tells it in the tally of its kind and class.
func (c *comparison) add(row AccountRow) {
	c.rows = append(c.rows, row)
	c.tally(row, c.class(row.Account))
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

// username takes the local part of the address that the source delivers under
// the institution's own domain, else the name of the account in the source,
// else proposes one.
func (c *comparison) username(p Person) string {
	address, _, _ := strings.Cut(p.Email, "@")
	if tenant.DomainOf(p.Email) != c.domain(p.Kind) {
		address = ""
	}
	name, domain, _ := strings.Cut(p.Username, "@")
	if domain != "" && tenant.DomainOf(p.Username) != c.domain(p.Kind) {
		name = ""
	}
	for _, proposed := range []string{strings.ToLower(address), strings.ToLower(name)} {
		if account.ValidUsername(proposed) && !c.taken[proposed] {
			return proposed
		}
	}
	return account.Username(p.Name, func(name string) bool { return c.taken[name] })
}

func (c *comparison) domain(k person.Kind) string {
	switch k {
	case person.Pupil:
		return c.known.Tenant.Domains.Pupils
	case person.Guardian:
		return c.known.Tenant.Domains.Guardians
	default:
		return c.known.Tenant.Domains.Staff
	}
}

// finish sorts the rows into phases, and counts.
func (c *comparison) finish() Plan {
	if !c.found.Stopped() {
		c.hold()
	}
	for _, t := range c.tallies {
		c.plan.Tallies = append(c.plan.Tallies, *t)
	}
	slices.SortFunc(c.plan.Tallies, func(x, y Tally) int {
		return strings.Compare(string(x.Kind)+"\x00"+x.Class, string(y.Kind)+"\x00"+y.Class)
	})
	c.plan.Counts.Groups = len(c.plan.Groups) + len(c.plan.Ends)
	c.plan.Counts.Findings = len(c.found.List) + c.found.Dropped
	return c.plan
}
