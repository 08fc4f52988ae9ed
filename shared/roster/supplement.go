package roster

import (
	"slices"

	"cool.example/sync/shared/account"
)

// supplement plans what a source that is not the school's main one says of a
// person: what the main source does not deliver. It makes nobody, ends nobody,
// and changes no key by which the main source knows somebody.
func (c *comparison) supplement(p Person, m match) {
	switch {
	case p.Left:
		// who leaves is the main source's to say
	case !m.sure:
		c.found.Add(Finding{Code: "plan.not_in_main_source", Severity: Warning, Line: p.Line})
	default:
		c.seen[m.who[0]] = true
		c.matched[p.Kind]++
		c.number(p, c.known.Accounts[m.who[0]].ID)
		c.change(c.known.Accounts[m.who[0]], p, m)
	}
}

// supplemented returns the membership old with what p adds to it.
func supplemented(old account.Membership, p Person, m match) account.Membership {
	take(&old.Grade, p.Year, p.Fields.Has(Grade))
	take(&old.ILT, p.ILT, p.Fields.Has(ILT))
	take(&old.Roles, p.Roles, p.Fields.Has(Roles))
	old.Keys = withKeys(old, m.key)
	return old
}

// mostKeys bounds by how many further keys one person is known at a school.
const mostKeys = 16

// withKeys returns the further keys of a membership with more of them.
func withKeys(m account.Membership, more ...string) []string {
	keys := slices.Clone(m.Keys)
	for _, key := range more {
		if key != m.Key && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if len(keys) == 0 {
		return nil
	}
	return keys[:min(len(keys), mostKeys)]
}
