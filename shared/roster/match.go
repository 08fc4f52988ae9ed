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
	key    string // the keyed hash of the source key
	found  bool
	sure   bool // false: somebody has to say so
	index  int  // in known.Accounts
	reason string
}

// claim notes whom the roster names by key: nobody else can be them.
func (c *comparison) claim() {
	for _, p := range c.roster.People {
		if i, ok := c.keyed(p, c.known.KeyOf(p.Kind, p.Key)); ok {
			c.claimed[i] = true
		}
	}
}

// keyed finds p by the source's key, at this school or at one that went up in
// it.
func (c *comparison) keyed(p Person, key string) (int, bool) {
	if i, ok := c.byKey[key]; ok {
		return i, true
	}
	if c.known.FormerKeysOf != nil {
		for _, former := range c.known.FormerKeysOf(p.Kind, p.Key) {
			if i, ok := c.byKey[former]; ok {
				return i, true
			}
		}
	}
	return 0, false
}

// match finds who p is: by the source's key, then by ECK-iD, then by
// administration number. A name never suffices; it makes a proposal at most.
func (c *comparison) match(p Person) match {
	m := match{key: c.known.KeyOf(p.Kind, p.Key), reason: bySource}
	if i, ok := c.keyed(p, m.key); ok {
		m.index, m.found, m.sure = i, true, !c.seen[i]
		return m
	}
	if p.ECK != "" && p.Kind == person.Pupil {
		if i, ok := c.byECK[c.known.ECKOf(p.ECK)]; ok && c.free(i, p.Kind) {
			return c.weigh(m, p, i, "same_eck_id")
		}
	}
	if p.Kind == person.Pupil {
		if i, ok := c.byNumber[PlainNumber(p.Number)]; ok && p.Number != "" && c.free(i, p.Kind) {
			return c.weigh(m, p, i, "same_number")
		}
	}
	for _, i := range c.alike(p) {
		if c.free(i, p.Kind) && c.resembles(c.known.Accounts[i], p) {
			m.index, m.found, m.reason = i, true, "same_name_or_address"
			break
		}
	}
	return m
}

// alike returns the accounts with p's name or address.
func (c *comparison) alike(p Person) []int {
	if c.byLike == nil {
		c.byLike = map[string][]int{}
		for i, a := range c.known.Accounts {
			for _, like := range []string{Fold(a.Source.Name.Display()), strings.ToLower(a.Address), strings.ToLower(a.Source.Email)} {
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

// free reports whether nobody else in the roster is account i.
func (c *comparison) free(i int, k person.Kind) bool {
	return !c.claimed[i] && !c.seen[i] && c.known.Accounts[i].Kind == k
}

// weigh is sure of a match whose surname agrees; the others wait for a person.
func (c *comparison) weigh(m match, p Person, i int, reason string) match {
	m.index, m.found, m.reason = i, true, reason
	m.sure = Fold(c.known.Accounts[i].Source.Name.Surname) == Fold(p.Name.Surname)
	return m
}

// resembles reports whether a may be p without a key that says so: a member of
// staff of another school with the same address or name, or somebody whom the
// school added by hand with the same name.
func (c *comparison) resembles(a KnownAccount, p Person) bool {
	if a.Kind != p.Kind || p.Kind == person.Guardian || a.State == account.Left {
		return false
	}
	m, here := a.At(c.known.School.ID)
	if here && m.Key != "" {
		return false // the source knows that person by another key
	}
	same := Fold(a.Source.Name.Display()) == Fold(p.Name.Display()) && Fold(p.Name.Surname) != ""
	if p.Kind == person.Pupil {
		return here && same
	}
	address := p.Email != "" && (strings.EqualFold(p.Email, a.Address) || strings.EqualFold(p.Email, a.Source.Email))
	return same || address
}

// propose plans a match that a person decides on: until then nothing happens.
func (c *comparison) propose(p Person, m match) {
	row := c.creation(p, m.key, m.reason)
	have := c.known.Accounts[m.index]
	or, _ := c.changed(have, p, m)
	or.Reason = m.reason
	if or.Account.ID == "" { // nothing differs; still the rows must name somebody
		or.Account, or.Changes = have.Account, nil
	}
	row.Or = &or
	c.matches = append(c.matches, row)
	c.plan.Counts.Match++
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
