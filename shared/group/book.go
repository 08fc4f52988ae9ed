package group

import (
	"maps"
	"slices"

	"cool.example/sync/shared/fault"
)

// Book holds the groups of an institution and tells who is in those that a
// rule fills. It never changes, so that the same facts always give the same
// groups, whoever asks, in whatever order.
type Book struct {
	groups map[ID]Group
	order  []ID // ruled groups, each behind those that its rule names
}

// NewBook returns a book of these groups. Ruled groups that name each other
// in a circle are in it and hold nobody: see Check.
func NewBook(groups []Group) Book {
	b := Book{groups: make(map[ID]Group, len(groups))}
	waits := map[ID][]ID{} // ruled group → ruled groups that it still waits for
	for _, g := range groups {
		b.groups[g.ID] = g
	}
	for id, g := range b.groups {
		if b.ruled(id) {
			waits[id] = slices.DeleteFunc(g.Rule.Names(), func(n ID) bool { return !b.ruled(n) })
		}
	}
	for {
		var ready []ID
		for id, names := range waits {
			if len(names) == 0 {
				ready = append(ready, id)
			}
		}
		if len(ready) == 0 {
			return b
		}
		slices.Sort(ready)
		b.order = append(b.order, ready...)
		for _, id := range ready {
			delete(waits, id)
		}
		for id, names := range waits {
			waits[id] = slices.DeleteFunc(names, func(n ID) bool { return slices.Contains(ready, n) })
		}
	}
}

// ruled reports whether a rule fills the group now.
func (b Book) ruled(id ID) bool {
	g, ok := b.groups[id]
	return ok && g.Kind == Ruled && !g.Ended
}

// Group returns the group with this id.
func (b Book) Group(id ID) (Group, bool) {
	g, ok := b.groups[id]
	return g, ok
}

// Ruled returns the ruled groups that f is in, sorted.
func (b Book) Ruled(f Facts) []ID {
	if !f.Here {
		return nil
	}
	in := map[ID]bool{}
	for _, id := range f.Groups {
		in[id] = b.open(id)
	}
	for _, p := range f.Places {
		for _, id := range p.Groups {
			in[id] = b.open(id)
		}
	}
	var ids []ID
	for _, id := range b.order {
		if b.fits(b.groups[id], f, in) {
			in[id] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Manual returns those of ids that are groups filled by hand which have not
// ended, sorted: nobody stays in a group that has.
func (b Book) Manual(ids []ID) []ID {
	var kept []ID
	for _, id := range ids {
		if b.open(id) && b.groups[id].Kind == Manual {
			kept = append(kept, id)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

func (b Book) open(id ID) bool {
	g, ok := b.groups[id]
	return ok && !g.Ended
}

// With returns the book with g in it, in place of the group of that id.
func (b Book) With(g Group) Book {
	all := maps.Clone(b.groups)
	all[g.ID] = g
	return NewBook(slices.Collect(maps.Values(all)))
}

// Check answers Invalid where the rule of g cannot work in this book: it is
// not whole, names a group that does not exist or has ended, or leads back to
// g through the groups that it names.
func (b Book) Check(g Group) error {
	if err := g.Rule.Check(); err != nil {
		return err
	}
	for _, id := range g.Rule.Names() {
		if id == g.ID {
			return fault.New(fault.Invalid, "group.rule_circular")
		}
		if !b.open(id) {
			return fault.New(fault.Invalid, "group.rule_unknown_group")
		}
	}
	if !slices.Contains(b.With(g).order, g.ID) {
		return fault.New(fault.Invalid, "group.rule_circular")
	}
	return nil
}
