package link

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// Finder finds the staff of pupils. It never changes, so that a pupil's links
// follow from what is known and from nothing else.
type Finder struct {
	rules    []Rule
	groups   group.Book
	byID     map[account.ID]colleague
	byGroup  map[group.ID][]account.ID
	bySchool map[school.ID][]account.ID
}

// colleague is what rules look at in a member of staff.
type colleague struct {
	word  string                 // the function in the school's own words
	roles map[school.ID][]string // functions by school that was not left
}

// NewFinder returns a finder by these rules. It keeps of staff only what
// rules look at; others among them are passed over.
func NewFinder(rules []Rule, groups group.Book, staff []account.Account) *Finder {
	f := &Finder{
		rules: slices.Clone(rules), groups: groups,
		byID: map[account.ID]colleague{}, byGroup: map[group.ID][]account.ID{}, bySchool: map[school.ID][]account.ID{},
	}
	slices.SortFunc(f.rules, func(x, y Rule) int { return strings.Compare(string(x.ID), string(y.ID)) })
	for _, a := range staff {
		if a.Kind != person.Staff || !a.Here() {
			continue
		}
		facts, c := a.Facts(), colleague{word: a.Own.Function, roles: map[school.ID][]string{}}
		for _, p := range facts.Places {
			c.roles[p.School] = p.Roles
			f.bySchool[p.School] = append(f.bySchool[p.School], a.ID)
		}
		for _, g := range f.within(facts) {
			f.byGroup[g] = append(f.byGroup[g], a.ID)
		}
		f.byID[a.ID] = c
	}
	return f
}

// within returns the groups that hold somebody now, each once.
func (f *Finder) within(facts group.Facts) []group.ID {
	ids := slices.Concat(f.groups.Manual(facts.Groups), f.groups.Ruled(facts))
	for _, p := range facts.Places {
		for _, id := range p.Groups {
			if g, ok := f.groups.Group(id); ok && !g.Ended {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Digest returns a digest of the staff whom rules find by group or by name, and
// of what they do where, "" where no rule does. They may supervise pupils of
// any school, so that another digest concerns them all.
func (f *Finder) Digest() string {
	h, any := sha256.New(), false
	for _, r := range f.rules {
		var ids []account.ID
		switch r.Staff.By {
		case InGroup:
			ids = slices.Sorted(slices.Values(f.byGroup[r.Staff.Group]))
		case ByPerson:
			ids = []account.ID{r.Staff.Person}
		default:
			continue
		}
		any = true
		for _, id := range ids {
			c, here := f.byID[id]
			fmt.Fprintf(h, "%q %q %v %q", r.ID, id, here, c.word)
			for _, s := range slices.Sorted(maps.Keys(c.roles)) {
				fmt.Fprintf(h, " %q %q", s, c.roles[s])
			}
		}
	}
	if !any {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Of returns what the rules give a pupil for school s: nothing for anybody
// who is no pupil there now.
func (f *Finder) Of(p account.Account, s school.ID) Part {
	part := Part{School: s}
	if p.Kind != person.Pupil || !p.Here() {
		return part
	}
	m, ok := p.At(s)
	if !ok || m.Left {
		return part
	}
	within := f.within(p.Facts())
	for _, r := range f.rules {
		if !means(r.Pupils, m, within) {
			continue
		}
		links := f.staff(r, m)
		if len(links) > MostStaff {
			links, part.Cut = links[:MostStaff], true
		}
		part.Links = append(part.Links, links...)
	}
	return part
}

// means reports whether p means the pupil with membership m who is in these groups.
func means(p Pupils, m account.Membership, within []group.ID) bool {
	return (p.School == "" || p.School == m.School) && (p.Grade == "" || p.Grade == m.Grade) &&
		(p.ILT == "" || p.ILT == m.ILT) && (p.Group == "" || named(within, p.Group))
}

// staff returns the links of rule r for membership m: by member of staff,
// each once, by the first of the facts that fit.
func (f *Finder) staff(r Rule, m account.Membership) []Link {
	found := map[account.ID]Fact{}
	add := func(ids []account.ID, fact Fact) {
		for _, id := range ids {
			have, ok := found[id]
			if f.does(id, r.Staff.Function, m.School) && (!ok || fact.Value < have.Value) {
				found[id] = fact
			}
		}
	}
	switch r.Staff.By {
	case OfClass, OfLesson:
		for _, id := range m.Groups {
			if g, ok := f.groups.Group(id); ok && !g.Ended && string(g.Kind) == string(r.Staff.By) {
				add(f.byGroup[id], Fact{r.Staff.By, string(id)})
			}
		}
	case AtSchool:
		add(f.bySchool[m.School], Fact{AtSchool, r.Staff.Function})
	case InGroup:
		add(f.byGroup[r.Staff.Group], Fact{InGroup, string(r.Staff.Group)})
	case ByPerson:
		if _, ok := f.byID[r.Staff.Person]; ok {
			add([]account.ID{r.Staff.Person}, Fact{By: ByPerson})
		}
	}
	links := make([]Link, 0, len(found))
	for id, fact := range found {
		links = append(links, Link{id, Why{Rule: r.ID, Fact: fact, From: r.From, Until: r.Until}})
	}
	slices.SortFunc(links, func(x, y Link) int { return strings.Compare(string(x.Staff), string(y.Staff)) })
	return links
}

// does reports whether a member of staff has a function at school s.
func (f *Finder) does(id account.ID, function string, s school.ID) bool {
	c := f.byID[id]
	is := func(role string) bool { return strings.EqualFold(role, function) }
	return function == "" || is(c.word) || slices.ContainsFunc(c.roles[s], is)
}
