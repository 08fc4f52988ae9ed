package table

import "cool.example/sync/shared/roster"

// mostClasses is beyond what the largest boards have.
const mostClasses = 50_000

// combined is the year of a class with pupils of several years.
const combined = "C"

// classes makes groups of the names of classes.
type classes struct {
	list   map[string]int    // key → index in the roster
	keys   map[string]string // name as it is written → key
	roster *roster.Roster
}

// of returns the key of the class of d. The name is the key, however it is
// written; the year is that of its pupils.
func (c *classes) of(d *draft) string {
	key, met := c.keys[d.class]
	if !met {
		if key = roster.Fold(d.class); key == "" {
			key = d.class
		}
		c.keys[d.class] = key
	}
	i, ok := c.list[key]
	if !ok {
		c.list[key] = len(c.roster.Groups)
		c.roster.Groups = append(c.roster.Groups, roster.Group{Key: key, Kind: roster.Class, Name: d.class, Year: d.Year})
		return key
	}
	if g := &c.roster.Groups[i]; g.Year == "" {
		g.Year = d.Year
	} else if d.Year != "" && g.Year != d.Year {
		g.Year = combined
	}
	return key
}
