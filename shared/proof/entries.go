package proof

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/shared/audit"
)

const (
	// batch is how many entries are read in one round trip, lanes how many such
	// trips are under way at once.
	batch, lanes = 300, 4
)

// entries compares every entry that was signed with what is stored, and looks
// for those that were not. Both happen side by side.
func (c *check) entries(ctx context.Context) error {
	var mu sync.Mutex
	var unknown []audit.Leaf
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(lanes + 1)
	g.Go(func() (err error) {
		unknown, err = c.others(c.Log.LogIDs(reading, c.owner), func(id audit.ID) bool { return c.expected[id] != nil })
		return err
	})
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(c.expected)), batch) {
		g.Go(func() error {
			t, err := c.compare(reading, ids)
			mu.Lock()
			defer mu.Unlock()
			c.merge(t)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	known := map[audit.ID]bool{}
	for _, l := range unknown {
		known[l.ID] = true
		c.unsigned(l)
	}
	orphans, err := c.others(c.Log.PrivateIDs(ctx, c.owner), func(id audit.ID) bool {
		l := c.expected[id]
		return known[id] || l != nil && l.private
	})
	for _, p := range orphans {
		if !c.young(p.Created) {
			c.add(Finding{Kind: Private, At: p.Created, Place: c.place("private", p.ID), Note: "no entry vouches for it"})
		}
	}
	return err
}

// others returns those of all that are not known.
func (c *check) others(all iter.Seq2[audit.Leaf, error], known func(audit.ID) bool) (list []audit.Leaf, err error) {
	for l, err := range all {
		if err != nil {
			return nil, err
		}
		if !known(l.ID) {
			list = append(list, l)
		}
	}
	return list, nil
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

// compare compares some entries, each of which is in one call, with what was
// signed of them, and their private parts with what the entries say.
func (c *check) compare(ctx context.Context, ids []audit.ID) (t tally, err error) {
	stored, err := c.Log.Leaves(ctx, c.owner, ids)
	if err != nil {
		return t, err
	}
	var private []audit.ID
	for id, l := range stored {
		want := c.expected[id]
		want.seen, want.good, want.private = true, want.Hash == l.Hash, len(l.Private.Hash) > 0
		if want.private {
			private = append(private, id)
		}
		if want.good {
			t.signed++
			continue
		}
		t.add(Finding{Kind: Altered, At: want.made, Place: c.place("log", id), Sequence: want.sequence, Note: "it is not as it was signed"})
	}
	if len(private) == 0 {
		return t, nil
	}
	beside, err := c.Log.PrivateLeaves(ctx, c.owner, private)
	for _, id := range private {
		if p, ok := beside[id]; err == nil {
			c.beside(stored[id], p, ok, &t)
		}
	}
	return t, err
}

// beside compares the private part of an entry with what the entry says of it.
func (c *check) beside(l, p audit.Leaf, there bool, t *tally) {
	f := Finding{Kind: Private, At: l.Created, Place: c.place("private", l.ID)}
	switch {
	case there && !bytes.Equal(p.Private.Hash, l.Private.Hash):
		f.Note = "it is not the one that its entry vouches for"
	case !there && l.Private.Until.After(c.Clock.Now()):
		f.Note = fmt.Sprintf("it was to be kept until %s", day(l.Private.Until))
	default:
		return
	}
	t.add(f)
}
