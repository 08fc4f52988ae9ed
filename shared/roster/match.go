package roster

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// bySource is why most rows change: the source says something else.
const bySource = "differs_from_source"

// match is whom a person of the roster is among those known.
type match struct {
	key    string   // the keyed hash of the source key
	also   []string // keyed hashes of further keys of the same source: of a guardian who stands in several rows
	adds   bool     // the person is a further row of one who is known: what the other rows say stays
	who    []int    // in known.Accounts: nobody, the one, or whom the person may be, the likeliest first
	sure   bool     // false: somebody has to say so
	reason string
}

// step is one way to find who a person is.
type step func(p *Person, m *match)

// matchAll finds who everybody in the roster is: by the source's key, then by
// ECK-iD, then by administration number. Of a source that supplements another
// the keys come last, since they are its own. A name never suffices; it makes
// a proposal at most. Each step looks at everybody before the next begins, so
// that the order of the file decides nothing.
func (c *comparison) matchAll() []match {
	found := make([]match, len(c.people))
	for i := range c.people {
		p := &c.people[i]
		found[i] = match{key: c.known.KeyOf(p.Kind, p.Key), also: c.also[p.Key], reason: bySource}
	}
	leading, supplementing := [3]step{c.byItsKey, c.byItsECK, c.byItsNumber}, [3]step{c.byItsECK, c.byItsNumber, c.byItsKey}
	for n := range leading {
		for i := range c.people {
			p := &c.people[i]
			switch {
			case len(found[i].who) > 0:
			case c.roles[p.Kind].leads:
				leading[n](p, &found[i])
			default:
				supplementing[n](p, &found[i])
			}
		}
	}
	for i := range c.people {
		p, m := &c.people[i], &found[i]
		if !m.sure {
			m.who = slices.DeleteFunc(m.who, func(i int) bool { return c.claimed[i] })
		}
		if len(m.who) == 0 && c.roles[p.Kind].leads && p.Kind != person.Guardian {
			if m.who = c.likely(p); len(m.who) > 0 {
				m.reason = "same_name_or_address"
			}
		}
	}
	return found
}

// keyed finds p by the source's key, at this school or at one that went up in
// it. Of a key that was given again it is the one with p's name.
func (c *comparison) keyed(p *Person, key string) (int, bool) {
	keys := []string{key}
	if _, ok := c.byKey[key]; !ok && c.known.FormerKeysOf != nil {
		keys = c.known.FormerKeysOf(p.Kind, p.Key)
	}
	for _, k := range keys {
		i, ok := c.byKey[k]
		if !ok {
			continue
		}
		for _, j := range c.sameKey[k] {
			a, b := c.known.Accounts[i], c.known.Accounts[j]
			if otherName(a.Source.Name, p.Name) && !otherName(b.Source.Name, p.Name) {
				i = j
			}
		}
		return i, true
	}
	return 0, false
}

// byItsKey trusts the key of the source, save where it was given to somebody
// else: who has left and has another name than the person is another one. So
// is a guardian of another name where the key is only a place beside a child.
func (c *comparison) byItsKey(p *Person, m *match) {
	i, ok := c.keyed(p, m.key)
	if !ok {
		return
	}
	a := c.known.Accounts[i]
	switch stranger := otherName(a.Source.Name, p.Name); {
	case stranger && (!c.here(i) || p.Kind == person.Guardian && strings.Contains(p.Key, "/")):
		return
	case !c.roles[p.Kind].leads && (stranger || c.claimed[i] || !c.told(i)):
		return
	}
	m.who, m.sure = []int{i}, !c.claimed[i]
	c.claimed[i] = true
}

// byItsECK is sure of somebody with the same ECK-iD and surname. One with
// another surname waits for a person, unless nothing of who it is depends on it.
func (c *comparison) byItsECK(p *Person, m *match) {
	if p.ECK == "" || p.Kind != person.Pupil {
		return
	}
	i, ok := c.byECK[c.known.ECKOf(p.ECK)]
	if !ok || !c.free(i, p.Kind) {
		return
	}
	leads := c.roles[p.Kind].leads
	if !leads && !c.told(i) {
		return
	}
	m.who, m.reason = []int{i}, "same_eck_id"
	m.sure = !leads || Fold(c.known.Accounts[i].Source.Name.Surname) == Fold(p.Name.Surname)
	c.claimed[i] = m.sure
}

// byItsNumber is sure of somebody with the same administration number and name:
// schools give numbers again. Where the administration system has changed the
// numbers may be anybody's.
func (c *comparison) byItsNumber(p *Person, m *match) {
	i, ok := c.byNumber[PlainNumber(p.Number)]
	if !ok || p.Number == "" || p.Kind != person.Pupil || !c.free(i, p.Kind) {
		return
	}
	name, role := c.known.Accounts[i].Source.Name, c.roles[p.Kind]
	surname, given := Fold(name.Surname) == Fold(p.Name.Surname), Fold(name.Given()) == Fold(p.Name.Given())
	switch {
	case role.leads && role.changing && !(surname && given):
		return
	case role.leads:
		m.sure = surname && given
	case !c.told(i) || !surname && !given:
		return
	default:
		m.sure = true
	}
	m.who, m.reason = []int{i}, "same_number"
	c.claimed[i] = m.sure
}

// free reports whether nobody else in the roster surely is account i.
func (c *comparison) free(i int, k person.Kind) bool {
	return !c.claimed[i] && c.known.Accounts[i].Kind == k
}

// told reports whether a source that supplements another may tell of account
// i: it is at the school, in the year of the roster.
func (c *comparison) told(i int) bool {
	a := c.known.Accounts[i]
	if c.plan.Prepares {
		m, ok := a.Prepared(c.known.School.ID)
		return ok && m.Year == c.roster.Year
	}
	m, ok := a.At(c.known.School.ID)
	return ok && !m.Left
}

// otherName reports whether both the surname and the given name differ, where
// both are told.
func otherName(a, b person.Name) bool {
	return a.Surname != "" && b.Surname != "" && Fold(a.Surname) != Fold(b.Surname) &&
		a.Given() != "" && b.Given() != "" && Fold(a.Given()) != Fold(b.Given())
}

// alike returns the accounts with p's name or address.
func (c *comparison) alike(p *Person) []int {
	if c.byLike == nil {
		c.byLike = map[string][]int{}
		for i, a := range c.known.Accounts {
			for _, like := range likes(a.Account) {
				if list := c.byLike[like]; like != "" && (len(list) == 0 || list[len(list)-1] != i) {
					c.byLike[like] = append(list, i)
				}
			}
		}
	}
	found := c.byLike[Fold(p.Name.Display())]
	if p.Email != "" {
		found = append(slices.Clone(found), c.byLike[strings.ToLower(p.Email)]...)
	}
	return found
}

// likes returns what an account looks like to others.
func likes(a account.Account) []string {
	return []string{Fold(a.Source.Name.Display()), strings.ToLower(a.Address), strings.ToLower(a.Source.Email)}
}

// Fold returns s for comparing names: lower case, without marks, spaces,
// hyphens and apostrophes.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.IsSpace(r) || strings.ContainsRune("-'’`.", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}
