package school

import (
	"maps"
	"slices"
	"time"

	"cool.example/sync/shared/person"
)

// Source is one of the sources of a school's roster, of one kind of person.
// The main one says who is there. The others supplement it: of people whom it
// knows they tell what it does not deliver.
type Source struct {
	Kind   person.Kind
	Family string    // formats that share their keys: see roster.FamilyOf; "" for whichever comes next
	Main   bool      //
	Space  string    // tells its keys from those of other sources; "" for the school's first
	Fields []string  // registered fields that it delivers
	Last   time.Time // when a file of it was last taken in; zero for one that the school has forgotten
}

// Change says that the school's next file comes from another administration
// system: its keys are new, and mean nothing of the old ones.
type Change struct {
	At time.Time // zero for none
	By string    // id of the account that said so
}

// Space returns the space of the new system's keys, "" where none is to come.
func (c Change) Space() string {
	if c.At.IsZero() {
		return ""
	}
	return c.At.UTC().Format("20060102150405")
}

// Delivery is what a file said, for the school to remember.
type Delivery struct {
	Family string
	Fields map[person.Kind][]string // what it delivered of each kind that it held
	At     time.Time
	// Changed are the kinds that came from another administration system, and
	// Space that of its keys: see Change.
	Changed []person.Kind
	Space   string
}

// MainOf returns the main source of a kind of person.
func (s School) MainOf(kind person.Kind) (Source, bool) {
	i := slices.IndexFunc(s.Sources, func(x Source) bool { return x.Kind == kind && x.Main })
	if i < 0 {
		return Source{}, false
	}
	return s.Sources[i], true
}

// Led reports whether family is, or would become, the main source of a kind.
func (s School) Led(kind person.Kind, family string) bool {
	main, ok := s.MainOf(kind)
	return !ok || main.Family == family || main.Family == "" || s.Changing(kind, family)
}

// Changing reports whether a file of family is, of that kind, one of the
// administration system that the school changes to. Guardians are not: where
// their list is one of its own it stays, and where it does not they are
// proposed by their children.
func (s School) Changing(kind person.Kind, family string) bool {
	space := s.System.Space()
	if space == "" || kind == person.Guardian {
		return false
	}
	main, ok := s.MainOf(kind)
	return !ok || main.Space != space || main.Family == family || main.Family == ""
}

// SpaceOf returns the space of the keys by which family knows a kind.
func (s School) SpaceOf(kind person.Kind, family string) string {
	if s.Changing(kind, family) {
		return s.System.Space()
	}
	first := true
	for _, x := range s.Sources {
		if x.Kind != kind {
			continue
		}
		if x.Family == family || x.Main && x.Family == "" {
			return x.Space
		}
		first = false
	}
	if first {
		return ""
	}
	return family
}

// DeniedTo returns the registered fields of a kind that family may not write,
// since a source that comes before it delivers them: the main one, then the
// others in the order in which they came.
func (s School) DeniedTo(kind person.Kind, family string) []string {
	var fields []string
	before := true
	for _, x := range s.Sources {
		if x.Kind != kind {
			continue
		}
		if x.Main && (x.Family == family || x.Family == "") {
			return nil
		}
		if x.Family == family {
			before = false
		} else if before || x.Main {
			fields = append(fields, x.Fields...)
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// Delivered returns s as it is after d was taken in.
func (s School) Delivered(d Delivery) School {
	s.Sources = slices.Clone(s.Sources)
	for _, kind := range slices.Sorted(maps.Keys(d.Fields)) {
		if slices.Contains(d.Changed, kind) {
			s = s.succeeded(kind, d)
		}
		s = s.noted(kind, d)
	}
	return s.summed()
}

// succeeded returns s with the family of d in the place of the main source of
// a kind. What the old one was is forgotten: its keys are nobody's any more.
func (s School) succeeded(kind person.Kind, d Delivery) School {
	s.Sources = slices.DeleteFunc(s.Sources, func(x Source) bool { return x.Kind == kind && (x.Main || x.Family == d.Family) })
	s.Sources = append(s.Sources, Source{Kind: kind, Family: d.Family, Main: true, Space: d.Space})
	return s
}

// noted returns s with what d said of a kind.
func (s School) noted(kind person.Kind, d Delivery) School {
	_, led := s.MainOf(kind)
	i := slices.IndexFunc(s.Sources, func(x Source) bool { return x.Kind == kind && (x.Family == d.Family || x.Main && x.Family == "") })
	if i < 0 {
		s.Sources = append(s.Sources, Source{Kind: kind, Family: d.Family, Space: s.SpaceOf(kind, d.Family)})
		i = len(s.Sources) - 1
	}
	x := &s.Sources[i]
	x.Family, x.Main, x.Fields, x.Last = d.Family, x.Main || !led, d.Fields[kind], d.At
	return s
}

// summed returns s with what all its sources deliver together.
func (s School) summed() School {
	s.Delivers = maps.Clone(s.Delivers)
	if s.Delivers == nil {
		s.Delivers = map[string][]string{}
	}
	for _, x := range s.Sources {
		delete(s.Delivers, string(x.Kind))
	}
	for _, x := range s.Sources {
		list := append(slices.Clone(s.Delivers[string(x.Kind)]), x.Fields...)
		slices.Sort(list)
		if list = slices.Compact(list); len(list) > 0 {
			s.Delivers[string(x.Kind)] = list
		}
	}
	return s
}

// Forgotten returns s without a source: what it delivers may be changed by
// hand again. Where it was the main one, the next file takes its place. Its
// keys are remembered, should it come back.
func (s School) Forgotten(kind person.Kind, family string) School {
	s.Sources = slices.Clone(s.Sources)
	for i := range s.Sources {
		if x := &s.Sources[i]; x.Kind == kind && x.Family == family {
			x.Main, x.Fields, x.Last = false, nil, time.Time{}
		}
	}
	return s.summed()
}

// Rekeyed returns s after a mapping told under which keys of another system,
// in that space, everybody of a kind is known. In which format that system
// delivers is told by its first file.
func (s School) Rekeyed(kind person.Kind, space string) School {
	s.Sources = slices.Clone(s.Sources)
	for i := range s.Sources {
		if x := &s.Sources[i]; x.Kind == kind && x.Main {
			x.Space, x.Family = space, ""
		}
	}
	return s
}
