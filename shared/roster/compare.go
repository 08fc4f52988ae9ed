package roster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// Compare plans what makes the stored state agree with r. A roster of the
// school year to come is prepared beside the present one. Findings of the
// severity Stop refuse the file; the plan is then to be thrown away.
func Compare(r *Roster, k Known, found *Findings) Plan {
	c := begin(k, found)
	c.roster, c.people, c.groups = r, r.People, r.Groups
	if !c.fits() {
		return Plan{}
	}
	c.plan.Prepares = r.Year > k.School.YearAt(k.Now)
	c.locate()
	c.lead()
	c.join()
	c.planGroups()
	c.calls.read(c.people)
	matches := c.matchAll()
	for i, p := range c.people {
		if p.Kind != person.Guardian {
			c.person(p, matches[i])
		}
	}
	c.guardians(matches)
	c.twice(matches)
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
	now := s.YearAt(c.known.Now)
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
	people []Person // of the roster, those of this school
	groups []Group
	known  Known
	found  *Findings
	plan   Plan
	bounds school.Bounds

	family    string // of the roster's format
	roles     map[person.Kind]role
	groupsLed bool // the source says which groups there are

	byKey    map[string]int        // keyed hash at this school → index in known.Accounts
	sameKey  map[string][]int      // keyed hash at this school → indexes, where a key was given again
	byECK    map[string]int        // keyed hash → index
	sameECK  map[string][]int      // keyed hash → indexes, where several accounts have it
	byNumber map[string]int        // administration number at this school → index
	byLike   map[string][]int      // folded name, or address, → indexes; nil until somebody asks
	ids      map[account.ID]int    // id → index; nil until somebody asks
	numbered map[string]account.ID // administration number in the roster → who it is, or will be
	calls    *calling              // what everybody is called
	names    map[group.ID]string
	classes  map[group.ID]bool

	claimed map[int]bool        // indexes of accounts that surely are somebody of the roster
	seen    map[int]bool        // indexes of accounts that are, or may be, somebody of the roster
	also    map[string][]string // a guardian's key → keyed hashes of the other rows that tell of the same one
	parents []parent            // guardians whom no key finds
	matched map[person.Kind]int
	swaps   map[person.Kind]int // of those, with another surname and call name
	renamed map[account.ID]bool
	other   map[account.ID]bool // the key is another person's now
	moved   map[account.ID]bool
	rekeyed map[account.ID]bool   // known by something else than the source's key
	wasIn   map[account.ID]string // the class that each leaver was in
	tallies map[Tally]*Tally      // by kind and class
	rows    []AccountRow          // creations and changes, before bounds
	rowOf   map[account.ID]int    // index in rows
	leave   []AccountRow
	matches []AccountRow
	asked   map[account.ID]account.Account // who is called otherwise, where somebody says so
	renames []AccountRow
}

func begin(k Known, found *Findings) *comparison {
	c := &comparison{
		known: k, found: found, bounds: k.School.BoundsAt(k.Now), plan: Plan{Rows: map[Phase][]AccountRow{}}, roles: map[person.Kind]role{},
		byKey: map[string]int{}, sameKey: map[string][]int{}, byECK: map[string]int{}, sameECK: map[string][]int{}, byNumber: map[string]int{}, numbered: map[string]account.ID{},
		calls: callings(&k), asked: map[account.ID]account.Account{}, names: map[group.ID]string{}, classes: map[group.ID]bool{},
		claimed: map[int]bool{}, seen: map[int]bool{}, also: map[string][]string{}, matched: map[person.Kind]int{}, swaps: map[person.Kind]int{},
		renamed: map[account.ID]bool{}, other: map[account.ID]bool{}, moved: map[account.ID]bool{}, rekeyed: map[account.ID]bool{},
		wasIn: map[account.ID]string{}, tallies: map[Tally]*Tally{}, rowOf: map[account.ID]int{},
	}
	for i := range k.Accounts {
		c.index(i)
	}
	for _, g := range k.Groups {
		c.names[g.ID], c.classes[g.ID] = g.Name, g.Kind == group.Class
	}
	return c
}

// index makes account i findable. Where two could be found, it is the one that
// is at this school now.
func (c *comparison) index(i int) {
	a := c.known.Accounts[i]
	if eck := a.Source.ECK.Hash; eck != "" {
		if had, twice := c.byECK[eck]; twice {
			c.sameECK[eck] = append(c.sameECK[eck], had, i)
		}
		c.prefer(c.byECK, eck, i)
	}
	m, here := a.At(c.known.School.ID)
	next, prepared := a.Prepared(c.known.School.ID)
	if !here && !prepared {
		return
	}
	for _, key := range slices.Concat([]string{m.Key, next.Key}, m.Keys, next.Keys) {
		if key == "" {
			continue
		}
		if had, twice := c.byKey[key]; twice && had != i {
			c.sameKey[key] = append(c.sameKey[key], had, i)
		}
		c.prefer(c.byKey, key, i)
	}
	if a.Kind == person.Pupil && a.Source.Number != "" {
		c.prefer(c.byNumber, PlainNumber(a.Source.Number), i)
	}
}

// prefer puts account i in an index, unless one that is more surely at this
// school stands there.
func (c *comparison) prefer(in map[string]int, key string, i int) {
	if had, ok := in[key]; !ok || c.rank(i) > c.rank(had) {
		in[key] = i
	}
}

// rank says how surely account i is one of this school's: in the bin, living,
// or here.
func (c *comparison) rank(i int) int {
	switch {
	case c.here(i):
		return 2
	case c.known.Accounts[i].Day == "":
		return 1
	default:
		return 0
	}
}

// here reports whether account i is at this school, or prepared for it.
func (c *comparison) here(i int) bool {
	a := c.known.Accounts[i]
	m, ok := a.At(c.known.School.ID)
	_, prepared := a.Prepared(c.known.School.ID)
	return ok && !m.Left || prepared
}

// PlainNumber is an administration number without leading zeros, which
// spreadsheets take away, where it is digits only.
func PlainNumber(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return s
		}
	}
	for len(s) > 1 && s[0] == '0' {
		s = s[1:]
	}
	return s
}

// person plans one person of the roster.
func (c *comparison) person(p Person, m match) {
	switch {
	case !c.roles[p.Kind].leads:
		c.supplement(p, m)
	case m.sure:
		c.seen[m.who[0]] = true
		have := c.known.Accounts[m.who[0]]
		if p.Left {
			c.depart(have, "source_says_left")
			return
		}
		c.matched[p.Kind]++
		c.number(p, have.ID)
		c.change(have, p, m)
	case p.Left:
		// never here, or not surely: nothing to do
	case len(m.who) > 0:
		c.propose(p, m)
	default:
		c.number(p, c.create(p, m, "new_in_source"))
	}
}

// number notes who has an administration number in this roster.
func (c *comparison) number(p Person, id account.ID) {
	if p.Kind == person.Pupil && p.Number != "" {
		c.numbered[PlainNumber(p.Number)] = id
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
