package proof

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"cool.example/sync/shared/audit"
)

// entries compares every entry and every private part that is stored with what was
// signed.
func (c *check) entries(ctx context.Context) error {
	unsigned, err := c.match(c.Log.LogLeaves(ctx, c.owner), c.compare)
	if err != nil {
		return err
	}
	known := map[audit.ID]bool{}
	for _, l := range unsigned {
		known[l.ID] = true
		c.unsigned(l)
	}
	orphans, err := c.match(c.Log.PrivateLeaves(ctx, c.owner), c.beside)
	if err != nil {
		return err
	}
	for _, p := range orphans {
		if !known[p.ID] && !c.young(p.Created) {
			c.add(Finding{Kind: Private, At: p.Created, Place: c.place("private", p.ID), Note: "no entry vouches for it"})
		}
	}
	for id, l := range c.expected {
		if v := l.private; v != nil && !v.there && v.Until.After(c.Clock.Now()) {
			c.add(Finding{Kind: Private, At: v.created, Place: c.place("private", id), Note: fmt.Sprintf("it was to be kept until %s", day(v.Until))})
		}
	}
	return nil
}

// match has everything compared that was signed, and returns the rest.
func (c *check) match(stored iter.Seq2[audit.Leaf, error], compare func(audit.Leaf, *line) (signed bool)) (rest []audit.Leaf, err error) {
	for l, err := range stored {
		if err != nil {
			return nil, err
		}
		if want := c.expected[l.ID]; want == nil || !compare(l, want) {
			rest = append(rest, l)
		}
	}
	return rest, nil
}

// young reports whether what was made then may not be signed, or not have been
// there when the rest was read.
func (c *check) young(created time.Time) bool { return created.After(c.begun.Add(-grace)) }

// untold reports whether the manifests of then are gone or broken.
func (c *check) untold(created time.Time) bool {
	return slices.ContainsFunc(c.gaps, func(g gap) bool { return created.After(g.from) && created.Before(g.to) })
}

// unsigned notes an entry that no good manifest names.
func (c *check) unsigned(l audit.Leaf) {
	place := c.place("log", l.ID)
	switch {
	case c.young(l.Created):
		c.pending++
	case c.untold(l.Created):
		c.unproven++
	case l.Created.After(c.last.Made.Add(-behind)):
		c.add(Finding{Kind: Unsigned, At: l.Created, Place: place, Note: "the notary has signed nothing since it was made"})
	default:
		c.add(Finding{Kind: Added, At: l.Created, Place: place, Sequence: c.last.Sequence, Note: "no manifest names it"})
	}
}

// compare compares an entry with what was signed of it, and notes what it says of its
// private part.
func (c *check) compare(l audit.Leaf, want *line) bool {
	want.seen, want.good = true, want.Hash == l.Hash
	if len(l.Private.Hash) > 0 {
		want.private = &vouched{Private: l.Private, created: l.Created}
	}
	if want.good {
		c.signed++
		return true
	}
	c.add(Finding{Kind: Altered, At: want.made, Place: c.place("log", l.ID), Sequence: want.sequence, Note: "it is not as it was signed"})
	return true
}

// beside compares a private part with what its entry says of it.
func (c *check) beside(p audit.Leaf, of *line) bool {
	if of.private == nil {
		return false
	}
	of.private.there = true
	if !bytes.Equal(p.Private.Hash, of.private.Hash) {
		c.add(Finding{Kind: Private, At: of.private.created, Place: c.place("private", p.ID), Note: "it is not the one that its entry vouches for"})
	}
	return true
}
