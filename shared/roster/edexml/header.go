package edexml

import (
	"encoding/xml"
	"regexp"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

var (
	years    = regexp.MustCompile(`^[12]\d{3}-[12]\d{3}$`)
	brin     = regexp.MustCompile(`^(\d{2}[A-Z]{2})[-.|]?(\d{2})?$`)
	brinPure = regexp.MustCompile(`^\d{2}[A-Z]{2}$`)
	twoDigit = regexp.MustCompile(`^\d{2}$`)
	located  = regexp.MustCompile(`^(\d{2}[A-Z]{2}[-.|]?)?\d{2}$`)
)

// header is the school part of a file.
type header struct {
	year, brin, location, flemish, version      string
	atYear, atBRIN, atLocation, atFlemish, atEd place
}

func (d *document) school(e xml.StartElement) error {
	at := d.at
	var h header
	err := d.children(e, func(c xml.StartElement) error {
		switch c.Name.Local {
		case "schooljaar":
			h.atYear = d.at
			return d.fill(&h.year, c)
		case "brincode":
			h.atBRIN = d.at
			return d.fill(&h.brin, c)
		case "dependancecode":
			h.atLocation = d.at
			return d.fill(&h.location, c)
		case "instellingsnummer":
			h.atFlemish = d.at
			return d.fill(&h.flemish, c)
		case "xsdversie":
			h.atEd = d.at
			return d.fill(&h.version, c)
		}
		return d.leave(c)
	})
	if err != nil {
		return err
	}
	d.edition(h)
	d.year(h, at)
	d.code(h, at)
	return nil
}

func (d *document) edition(h header) {
	d.version = h.version
	switch _, known := d.frame.versions()[h.version]; {
	case h.version == "":
	case known:
		d.roster.Format = d.frame.name() + " " + h.version
	default:
		d.add(UnknownVersion, h.atEd, "xsdversie")
	}
}

// year checks the school year by its form. The schema's own list ends at
// 2024-2025 and would refuse every later export.
func (d *document) year(h header, at place) {
	if h.year == "" {
		d.add(MissingYear, at, "schooljaar")
		return
	}
	y, err := school.ParseYear(h.year)
	if err != nil || !years.MatchString(h.year) {
		d.add(YearInvalid, h.atYear, "schooljaar")
		return
	}
	d.roster.Year = y
}

// code reads BRIN and location. Both "99zz" and "99ZZ-00" in the one element
// are in use.
func (d *document) code(h header, at place) {
	switch {
	case h.brin == "" && h.flemish != "":
		d.add(Flemish, h.atFlemish, "instellingsnummer")
		return
	case h.brin == "":
		d.add(MissingBRIN, at, "brincode")
		return
	}
	parts := brin.FindStringSubmatch(strings.ToUpper(h.brin))
	if parts == nil {
		d.add(BRINInvalid, h.atBRIN, "brincode")
		return
	}
	if !brinPure.MatchString(h.brin) {
		d.add(BRINMended, h.atBRIN, "brincode")
	}
	loc := parts[2]
	if h.location != "" {
		if !twoDigit.MatchString(h.location) || (loc != "" && loc != h.location) {
			d.add(LocationInvalid, h.atLocation, "dependancecode")
			return
		}
		loc = h.location
	}
	if code, err := school.NewCode(parts[1], loc); err == nil {
		d.roster.School = code
	}
}

// location reads a vestiging, to which pupils refer. Where its key is no number
// of a location its name says more.
func (d *document) location(e xml.StartElement) error {
	if err := d.room(len(d.locations)+len(d.groups), d.limits.Groups); err != nil {
		return err
	}
	at := d.at
	key, ok := d.key(e)
	var name string
	err := d.children(e, func(c xml.StartElement) error {
		if c.Name.Local == "naam" {
			return d.fill(&name, c)
		}
		return d.leave(c)
	})
	if err != nil || !ok {
		return err
	}
	if _, twice := d.locations[key]; twice {
		d.add(DuplicateKey, at, e.Name.Local)
	}
	if name == "" || located.MatchString(key) {
		name = key
	}
	d.locations[key] = name
	return nil
}

// room halts where there are as many as may be.
func (d *document) room(have, limit int) error {
	if have >= limit {
		return &halt{code: TooMany, at: d.at}
	}
	return nil
}

// group reads a class or lesson group.
func (d *document) group(e xml.StartElement) error {
	g := roster.Group{Kind: roster.Class}
	switch e.Name.Local {
	case "groep":
	case "samengestelde_groep":
		g.Kind = roster.Lesson
	default:
		return d.leave(e)
	}
	if err := d.room(len(d.locations)+len(d.groups), d.limits.Groups); err != nil {
		return err
	}
	at := d.at
	key, ok := d.key(e)
	atYear := at
	err := d.children(e, func(c xml.StartElement) error {
		switch c.Name.Local {
		case "naam":
			return d.fill(&g.Name, c)
		case "jaargroep":
			atYear = d.at
			return d.fill(&g.Year, c)
		}
		return d.leave(c)
	})
	if err != nil || !ok {
		return err
	}
	if (g.Year != "" || g.Kind == roster.Class) && !roster.ValidYear(g.Year) {
		d.add(UnknownYear, atYear, "jaargroep")
		g.Year = ""
	}
	if g.Key = key; g.Name == "" {
		d.add(MissingGroupName, at, "naam")
		g.Name = key
	}
	if _, twice := d.groups[key]; twice {
		d.add(DuplicateKey, at, e.Name.Local)
		return nil
	}
	d.groups[key] = len(d.roster.Groups)
	d.roster.Groups = append(d.roster.Groups, g)
	return nil
}
