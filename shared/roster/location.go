package roster

import (
	"maps"
	"slices"
	"strings"

	"cool.example/sync/shared/school"
)

// location is one place that a file puts people at.
type location struct {
	school school.ID // of the institution that is there; "" for none that is known
	count  int
	line   int // of the first of them
}

// locate leaves people whom the file puts at another school of the institution
// to that school, with the groups that are theirs alone: a file is of one
// school, and each school's own tells who is there. Who is at a place that is
// no school of the institution belongs to this one.
func (c *comparison) locate() {
	places := map[string]*location{}
	for _, p := range c.roster.People {
		at, ok := places[p.Location]
		if !ok {
			at = &location{school: c.placed(p.Location), line: p.Line}
			places[p.Location] = at
		}
		at.count++
	}
	others := false
	for _, name := range slices.Sorted(maps.Keys(places)) {
		at := places[name]
		switch {
		case at.school == "" && len(places) > 1:
			c.found.Add(Finding{Code: "plan.unknown_location", Severity: Warning, Line: at.line, Count: at.count})
		case at.school != "" && at.school != c.known.School.ID:
			others = true
			code := c.known.Schools[at.school].Code.String()
			c.found.Add(Finding{Code: "plan.other_location", Severity: Warning, Line: at.line, Field: code, Count: at.count})
		}
	}
	if others {
		c.leaveTo(places)
	}
}

// leaveTo takes people of other schools out of what is planned.
func (c *comparison) leaveTo(places map[string]*location) {
	ours, theirs := map[string]bool{}, map[string]bool{}
	c.people = nil
	for _, p := range c.roster.People {
		of := theirs
		if at := places[p.Location].school; at == "" || at == c.known.School.ID {
			of = ours
			c.people = append(c.people, p)
		}
		for _, g := range p.Groups {
			of[g] = true
		}
	}
	c.groups = nil
	for _, g := range c.roster.Groups {
		if ours[g.Key] || !theirs[g.Key] {
			c.groups = append(c.groups, g)
		}
	}
}

// placed returns the school that is at a location, "" for none that is known.
func (c *comparison) placed(name string) school.ID {
	if name == "" {
		return c.known.School.ID
	}
	code := strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-|/", r) {
			return -1
		}
		return r
	}, name))
	own := c.known.School.Code
	if strings.Trim(code, "0123456789") == "" && len(code) <= 2 {
		code = own.BRIN + strings.Repeat("0", 2-len(code)) + code
	}
	for _, s := range c.institution() {
		if code == s.Code.String() || s.Code.BRIN == own.BRIN && s.Name != "" && Fold(name) == Fold(s.Name) {
			if s.Into != "" {
				return s.Into
			}
			return s.ID
		}
	}
	return ""
}

// institution returns the schools of the institution, this one first.
func (c *comparison) institution() []school.School {
	list := []school.School{c.known.School}
	for _, id := range slices.Sorted(maps.Keys(c.known.Schools)) {
		if id != c.known.School.ID {
			list = append(list, c.known.Schools[id])
		}
	}
	return list
}
