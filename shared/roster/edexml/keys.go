package edexml

import (
	"encoding/xml"
	"slices"

	"cool.example/sync/shared/roster"
)

// keyKind is a set of keys within which each is unique (EDEXML.structuur.xsd).
type keyKind int

const (
	locationKey keyKind = iota
	classKey            // shares its keys with lessonKey
	lessonKey
	pupilKey
	staffKey
	pupilECK
	staffECK
)

// longestKey is the longest key of EDEXML 2.1.
const longestKey = 256

// reference is a key that must name something elsewhere in the document.
type reference struct {
	kind  keyKind
	key   string
	at    place
	field string
}

// key returns the key of an element and reports one that is missing, too long
// or there already.
func (p *parser) key(e xml.StartElement, kind keyKind) string {
	key := attribute(e, "key")
	if key == "" || len(key) > longestKey {
		p.stop(NoKey, e.Name.Local)
		return ""
	}
	if _, twice := p.remember(kind, key); twice {
		p.stop(DuplicateKey, e.Name.Local)
	}
	return key
}

// groupKey is key for groups: classes and composed groups share one set.
func (p *parser) groupKey(e xml.StartElement, kind roster.GroupKind) string {
	own, other := classKey, lessonKey
	if kind == roster.Lesson {
		own, other = lessonKey, classKey
	}
	if _, twice := p.keys[other][attribute(e, "key")]; twice {
		p.stop(DuplicateKey, e.Name.Local)
	}
	return p.key(e, own)
}

// remember notes a key of a kind and reports where it stood before.
func (p *parser) remember(kind keyKind, key string) (before place, twice bool) {
	if p.keys[kind] == nil {
		p.keys[kind] = map[string]place{}
	}
	before, twice = p.keys[kind][key]
	if !twice {
		p.keys[kind][key] = p.at
	}
	return before, twice
}

// refer notes a reference, to be checked when the whole document is read, and
// returns list with its key, each once.
func (p *parser) refer(e xml.StartElement, kind keyKind, list []string) []string {
	key := attribute(e, "key")
	if key == "" || len(key) > longestKey {
		p.stop(NoKey, e.Name.Local)
		return list
	}
	p.references = append(p.references, reference{kind, key, p.at, e.Name.Local})
	if slices.Contains(list, key) {
		return list
	}
	return append(list, key)
}

// resolve checks every reference, and gives pupils without a jaargroep of
// their own that of their class.
func (p *parser) resolve() {
	for _, r := range p.references {
		if _, ok := p.keys[r.kind][r.key]; ok {
			continue
		}
		p.refuse(p.dangling(r), r.field, r.at)
	}
	years := map[string]string{}
	for _, g := range p.out.Groups {
		if g.Kind == roster.Class && g.Year != "C" && g.Year != historic {
			years[g.Key] = g.Year
		}
	}
	for i := range p.out.People {
		who := &p.out.People[i]
		if who.Kind == "pupil" && who.Year == "" && len(who.Groups) > 0 {
			who.Year = years[who.Groups[0]]
		}
	}
}

func (p *parser) dangling(r reference) Code {
	if r.kind == locationKey {
		return UnknownLocation
	}
	other := classKey
	if r.kind == classKey {
		other = lessonKey
	}
	if _, ok := p.keys[other][r.key]; ok {
		return WrongGroupKind
	}
	return UnknownGroup
}
