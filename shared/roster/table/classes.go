package table

import "cool.example/sync/shared/roster"

// mostClasses is beyond what the largest boards have.
const mostClasses = 50_000

// combined is the year of a class with pupils of several years.
const combined = "C"

// classes makes groups of the names of classes.
type classes struct {
	roster *roster.Roster
	names  map[string]int // as it is written → index in the roster
	keys   map[string]int // key → index in the roster
	alone  [][]string     // of each group its key, as those who are in it have it
}

// of returns the key of the class of that name, alone, of a pupil of that year.
// The name is the key, however it is written; the year is that of its pupils.
func (c *classes) of(name, year string) []string {
	i, met := c.names[name]
	if !met {
		i = c.meet(name, year)
		c.names[name] = i
	}
	if g := &c.roster.Groups[i]; g.Year == "" {
		g.Year = year
	} else if year != "" && g.Year != year {
		g.Year = combined
	}
	return c.alone[i]
}

// meet returns the index of the class of a name that is new.
func (c *classes) meet(name, year string) int {
	key := roster.Fold(name)
	if key == "" {
		key = name
	}
	i, known := c.keys[key]
	if !known {
		i = len(c.roster.Groups)
		c.keys[key] = i
		c.roster.Groups = append(c.roster.Groups, roster.Group{Key: key, Kind: roster.Class, Name: name, Year: year})
		c.alone = append(c.alone, []string{key}[:1:1])
	}
	return i
}
