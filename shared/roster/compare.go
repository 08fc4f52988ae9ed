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
	Accounts []KnownAccount
	Groups   []KnownGroup
	Now      time.Time
	// KeyOf returns the keyed hash under which a source key is remembered.
	KeyOf func(kind person.Kind, key string) string
}

// KnownAccount is a stored account with the moment of its last write.
type KnownAccount struct {
	account.Account
	Written time.Time
}

// KnownGroup is a stored group with the moment of its last write.
type KnownGroup struct {
	group.Group
	Written time.Time
}

// The bound on leavers, per kind of person: more than this many and more than
// this share wait for somebody to approve them.
const (
	boundCount   = 5
	boundPercent = 10
)

// The bound on changed people: where more than this many and this share of
// those matched by key have another surname and another call name, the keys
// were given to other people and nothing in the file can be trusted.
const (
	swapCount   = 5
	swapPercent = 20
)

// Compare plans what makes the stored state agree with r. Findings of the
// severity Stop refuse the file; the plan is then to be thrown away.
func Compare(r *Roster, k Known, found *Findings) Plan {
	if !fits(r, k.School, found) {
		return Plan{}
	}
	c := &comparison{roster: r, known: k, found: found, byKey: map[string]int{}, taken: map[string]bool{}}
	c.index()
	c.groups()
	for _, p := range r.People {
		c.person(p)
	}
	c.leavers()
	c.swapped()
	c.plan.Counts.Groups = len(c.plan.Groups)
	for _, n := range r.LeftOut {
		c.plan.Counts.LeftOut += n
	}
	c.plan.Counts.Findings = len(found.List) + found.Dropped
	return c.plan
}

// fits checks that the roster is this school's and not older than the last.
func fits(r *Roster, s school.School, found *Findings) bool {
	if r.School != s.Code {
		found.Add(Finding{Code: "plan.wrong_brin", Severity: Stop, Field: "brincode"})
	}
	if r.Year < s.LastYear {
		found.Add(Finding{Code: "plan.older_year", Severity: Stop, Field: "schooljaar"})
	}
	return !found.Stopped()
}

type comparison struct {
	roster *Roster
	known  Known
	found  *Findings
	plan   Plan

	byKey   map[string]int  // keyed hash at this school → index in known.Accounts
	taken   map[string]bool // usernames in use
	seen    map[int]bool    // indexes of accounts that the roster holds
	matched int             // people found by key
	renamed int             // of those, with another surname and call name
	kinds   map[person.Kind]bool
}

func (c *comparison) index() {
	c.seen, c.kinds = map[int]bool{}, map[person.Kind]bool{}
	for i, a := range c.known.Accounts {
		c.taken[a.Username] = true
		if m, ok := a.At(c.known.School.ID); ok && m.Key != "" {
			c.byKey[m.Key] = i
		}
	}
	for _, p := range c.roster.People {
		c.kinds[p.Kind] = true
	}
}

// groups plans the groups of the roster, and ends those of the same or an
// earlier year that it does not hold.
func (c *comparison) groups() {
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
		have, ok := stored[want.ID]
		delete(stored, want.ID)
		switch {
		case !ok:
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Create, Group: want})
		case have.Group != want:
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Change, Group: want, Written: have.Written})
		}
	}
	for _, have := range c.known.Groups {
		if _, gone := stored[have.ID]; gone && !have.Ended && have.Year <= c.roster.Year {
			ended := have.Group
			ended.Ended = true
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: End, Group: ended, Written: have.Written})
		}
	}
}

// person plans one person of the roster.
func (c *comparison) person(p Person) {
	key := c.known.KeyOf(p.Kind, p.Key)
	i, ok := c.byKey[key]
	if !ok {
		if !p.Left {
			c.create(p, key)
		}
		return
	}
	c.seen[i] = true
	have := c.known.Accounts[i]
	if p.Left {
		c.leave(have, "source_says_left")
		return
	}
	c.matched++
	if have.Source.Name.Surname != p.Name.Surname && have.Source.Name.Given() != p.Name.Given() {
		c.renamed++
	}
	c.change(have, p, key)
}

func (c *comparison) create(p Person, key string) {
	a := account.Account{ID: account.NewID(), Kind: p.Kind, State: account.Active, Version: 1, Epoch: 1, Changed: c.known.Now}
	a.Username = c.username(p)
	a.Address = a.Username + "@" + c.domain(p.Kind)
	c.taken[a.Username] = true
	a = c.imported(a, p, key)
	a.Digest = a.Imported()
	c.plan.People = append(c.plan.People, AccountRow{Action: Create, Reason: "new_in_source", Account: a})
	c.plan.Counts.Create++
}

func (c *comparison) change(have KnownAccount, p Person, key string) {
	row := AccountRow{Action: Change, Reason: "differs_from_source", Written: have.Written, Was: have.Digest}
	a := have.Account
	if a.State == account.Left {
		a.State, row.Action, row.Reason = account.Active, Return, "back_in_source"
	}
	a = c.imported(a, p, key)
	a.Digest = a.Imported()
	if a.Digest == have.Digest {
		c.plan.Counts.Unchanged++
		return
	}
	a.Version, a.Changed = have.Version+1, c.known.Now
	row.Account = a
	c.plan.People = append(c.plan.People, row)
	if row.Action == Return {
		c.plan.Counts.Return++
	} else {
		c.plan.Counts.Change++
	}
}

// imported returns a with the fields and the membership that p delivers. A
// value that the source leaves open keeps what is stored.
func (c *comparison) imported(a account.Account, p Person, key string) account.Account {
	a.Source.Name = p.Name
	if p.Gender != "" {
		a.Source.Gender = p.Gender
	}
	if p.Email != "" && (p.Kind != person.Pupil || tenant.DomainOf(p.Email) == c.domain(person.Pupil)) {
		a.Source.Email = p.Email // of pupils the annex allows the school's address only
	}
	if p.Kind == person.Pupil {
		a.Source.Number = p.Key
	}
	m := account.Membership{School: c.known.School.ID, Key: key, Year: c.roster.Year, Grade: p.Year, Roles: p.Roles}
	for _, g := range p.Groups {
		m.Groups = append(m.Groups, group.IDOf(c.known.School.ID, c.roster.Year, g))
	}
	return a.With(m)
}

// username takes the local part of the address that the source delivers under
// the institution's own domain, else proposes one.
func (c *comparison) username(p Person) string {
	local, domain, _ := strings.Cut(strings.ToLower(p.Email), "@")
	if domain != "" && domain == c.domain(p.Kind) && account.ValidUsername(local) && !c.taken[local] {
		return local
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

// leavers plans the departure of everybody whom this source once delivered
// and who is not in it now. A kind of person that the roster does not hold at
// all was not delivered, and nobody of it leaves.
func (c *comparison) leavers() {
	present, leaving := map[person.Kind]int{}, map[person.Kind]int{}
	for i, a := range c.known.Accounts {
		m, ok := a.At(c.known.School.ID)
		if !ok || m.Key == "" || m.Left || !c.kinds[a.Kind] {
			continue
		}
		present[a.Kind]++
		if !c.seen[i] {
			c.leave(a, "absent_from_source")
			leaving[a.Kind]++
		}
	}
	for kind, n := range leaving {
		if n > boundCount && n*100 > boundPercent*present[kind] {
			c.plan.Held = true
		}
	}
	if c.plan.Held {
		c.found.Add(Finding{Code: "plan.leavers_held", Severity: Warning})
	}
}

func (c *comparison) leave(have KnownAccount, reason string) {
	m, ok := have.At(c.known.School.ID)
	if !ok || m.Left {
		return
	}
	a := have.Account
	m.Left = true
	m.Groups = nil
	a = a.With(m)
	if a.State == account.Active && !slices.ContainsFunc(a.Memberships, func(m account.Membership) bool { return !m.Left }) {
		a.State = account.Left // a blocked account stays blocked, also when the person comes back
		a.Epoch++
	}
	a.Digest = a.Imported()
	a.Version, a.Changed = have.Version+1, c.known.Now
	c.plan.Leave = append(c.plan.Leave, AccountRow{Action: Depart, Reason: reason, Account: a, Written: have.Written, Was: have.Digest})
	c.plan.Counts.Leave++
}

// swapped stops a file in which the keys belong to other people than before.
func (c *comparison) swapped() {
	if c.renamed > swapCount && c.renamed*100 > swapPercent*c.matched {
		c.found.Add(Finding{Code: "plan.keys_swapped", Severity: Stop, Field: "key"})
	}
}
