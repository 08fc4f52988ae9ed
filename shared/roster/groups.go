package roster

import (
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
)

// planGroups plans the groups of the roster, and ends those of the same or an
// earlier year that it does not hold. Where it prepares a year, the groups of
// the present one stay. A roster without groups, or without pupils, says
// nothing of those that it does not hold. A source that supplements another
// says nothing of groups at all.
func (c *comparison) planGroups() {
	if !c.groupsLed {
		return
	}
	stored := map[group.ID]KnownGroup{}
	for _, g := range c.known.Groups {
		if g.School == c.known.School.ID {
			stored[g.ID] = g
		}
	}
	for _, g := range c.groups {
		want := group.Group{
			ID: group.IDOf(c.known.School.ID, c.roster.Year, g.Key), School: c.known.School.ID, Year: c.roster.Year,
			Key: g.Key, Kind: group.Kind(g.Kind), Name: g.Name, Grade: g.Year,
		}
		have, ok := stored[want.ID]
		want.Band = have.Band // which the school sets
		c.names[want.ID], c.classes[want.ID] = want.Name, want.Kind == group.Class
		delete(stored, want.ID)
		switch {
		case !ok:
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Create, Group: want})
		case !have.Alike(want):
			c.plan.Groups = append(c.plan.Groups, GroupRow{Action: Change, Group: want, Written: have.Written})
		}
	}
	if _, pupils := c.roles[person.Pupil]; len(c.groups) == 0 || !pupils {
		return
	}
	for _, have := range c.known.Groups {
		_, gone := stored[have.ID]
		if gone && (have.Year == c.roster.Year || (!c.plan.Prepares && have.Year < c.roster.Year)) {
			c.end(have)
		}
	}
}

// end plans the end of a group; it can be read after that, not changed. What
// the school itself made is not the source's to end.
func (c *comparison) end(have KnownGroup) {
	if have.Ended || !have.Imported() {
		return
	}
	ended := have.Group
	ended.Ended = true
	c.plan.Ends = append(c.plan.Ends, GroupRow{Action: End, Group: ended, Written: have.Written})
}
