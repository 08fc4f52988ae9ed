package edexml

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

var address = regexp.MustCompile(`^[^\s@<>"(),:;]+@[^\s@<>"(),:;]+\.[^\s@<>"(),:;]+$`)

// draft is a person while the element is read.
type draft struct {
	person  roster.Person
	at      place
	gender  string
	classes []string // keys
	lessons []string
	inGroup []string // roles in a group only
	parent  bool
}

// pupil reads a leerling.
func (d *document) pupil(e xml.StartElement) error {
	p := draft{at: d.at, person: roster.Person{Kind: person.Pupil, Line: d.at.line}}
	key, ok, err := d.enter(e, d.pupils, &p)
	if err != nil {
		return err
	}
	if ok && eleven(key) {
		d.elevens++
	}
	if err := d.children(e, func(c xml.StartElement) error { return d.ofPupil(&p, c) }); err != nil || !ok {
		return err
	}
	p.person.Key = key
	p.person.Groups = append(p.classes, p.lessons...)
	d.placed(&p)
	d.admit(p)
	return nil
}

func (d *document) ofPupil(p *draft, e xml.StartElement) error {
	at := d.at
	switch e.Name.Local {
	case "geslacht":
		return d.gender(p, e)
	case "jaargroep":
		return d.ownYear(p, e)
	case "groep":
		if len(p.classes) > 0 {
			d.add(DuplicateElement, at, "groep")
			_, err := d.skip(e)
			return err
		}
		return d.belongs(p, e, roster.Class, d.leave)
	case "samengestelde_groepen":
		return d.each(e, "samengestelde_groep", func(c xml.StartElement) error {
			return d.belongs(p, c, roster.Lesson, d.leave)
		})
	case "vestiging":
		return d.located(p, e)
	case "uitstroomdatum":
		return d.departure(p, e)
	}
	return d.ofPerson(p, e)
}

// member reads a leerkracht, which is any member of staff.
func (d *document) member(e xml.StartElement) error {
	p := draft{at: d.at, person: roster.Person{Kind: person.Staff, Line: d.at.line}}
	key, ok, err := d.enter(e, d.staff, &p)
	if err != nil {
		return err
	}
	if err := d.children(e, func(c xml.StartElement) error { return d.ofMember(&p, c) }); err != nil || !ok {
		return err
	}
	if p.parent {
		d.add(ParentRole, p.at, "rol")
		d.roster.LeftOut[e.Name.Local]++
		return nil
	}
	p.person.Key = key
	p.person.Groups = append(p.classes, p.lessons...)
	if len(p.person.Roles) == 0 {
		p.person.Roles = p.inGroup
	} else {
		d.count("rol", len(p.inGroup))
	}
	d.admit(p)
	return nil
}

func (d *document) ofMember(p *draft, e xml.StartElement) error {
	switch e.Name.Local {
	case "rol":
		return d.role(p, &p.person.Roles, e)
	case "groepen":
		return d.children(e, func(c xml.StartElement) error {
			kind := roster.Class
			switch c.Name.Local {
			case "groep":
			case "samengestelde_groep":
				kind = roster.Lesson
			default:
				return d.leave(c)
			}
			return d.belongs(p, c, kind, func(r xml.StartElement) error {
				if r.Name.Local != "rol" {
					return d.leave(r)
				}
				return d.role(p, &p.inGroup, r)
			})
		})
	}
	return d.ofPerson(p, e)
}

// ofPerson reads what pupils and staff have in common.
func (d *document) ofPerson(p *draft, e xml.StartElement) error {
	name := &p.person.Name
	switch e.Name.Local {
	case "achternaam":
		return d.fill(&name.Surname, e)
	case "voorvoegsel":
		return d.fill(&name.Infix, e)
	case "tussenvoegsel":
		d.once(OtherInfix, d.at, "")
		return d.fill(&name.Infix, e)
	case "voornamen":
		return d.fill(&name.FirstNames, e)
	case "voorletters-1":
		return d.fill(&name.Initials, e)
	case "roepnaam":
		return d.fill(&name.Call, e)
	case "gebruikersnaam":
		return d.fill(&p.person.Username, e)
	case "emailadres":
		return d.email(p, e)
	}
	return d.leave(e)
}

// located reads a reference to a vestiging.
func (d *document) located(p *draft, e xml.StartElement) error {
	at := d.at
	if key, ok := d.key(e); ok {
		name, known := d.locations[key]
		switch {
		case !known:
			d.add(DanglingReference, at, "vestiging")
		case p.person.Location != "":
			d.add(DuplicateElement, at, "vestiging")
		default:
			p.person.Location = name
		}
	}
	return d.children(e, d.leave)
}

// enter checks room, key and ECK iD of a person in the list that keys holds.
func (d *document) enter(e xml.StartElement, keys map[string]bool, p *draft) (key string, ok bool, err error) {
	if err := d.room(len(d.pupils)+len(d.staff), d.limits.People); err != nil {
		return "", false, err
	}
	eck := d.chain(e, p)
	switch {
	case eck != "" && strings.TrimSpace(attribute(e, "key")) == "" && d.frame.versions()[d.version] && p.person.Kind == person.Pupil:
		key = roster.KeyOfECK(eck)
	default:
		if key, ok = d.key(e); !ok {
			return "", false, nil
		}
	}
	if keys[key] {
		d.add(DuplicateKey, d.at, e.Name.Local)
		return "", false, nil
	}
	keys[key] = true
	return key, true, nil
}

// admit adds a person who has a name.
func (d *document) admit(p draft) {
	switch n := p.person.Name; {
	case n.Given() == "" && n.Surname == "":
		d.add(MissingName, p.at, "achternaam")
		return
	case n.Given() == "":
		d.add(MissingGivenName, p.at, "roepnaam")
	}
	d.roster.People = append(d.roster.People, p.person)
}

// belongs reads a reference to a group of that kind; read takes the elements
// within.
func (d *document) belongs(p *draft, e xml.StartElement, kind roster.GroupKind, read func(xml.StartElement) error) error {
	if err := d.room(len(p.classes)+len(p.lessons), d.limits.References); err != nil {
		return err
	}
	if key, ok := d.key(e); ok {
		list := &p.classes
		if kind == roster.Lesson {
			list = &p.lessons
		}
		i, known := d.groups[key]
		switch {
		case !known:
			d.add(DanglingReference, d.at, e.Name.Local)
		case d.roster.Groups[i].Kind != kind:
			d.add(WrongKind, d.at, e.Name.Local)
		case !slices.Contains(*list, key):
			*list = append(*list, d.roster.Groups[i].Key)
		}
	}
	return d.children(e, read)
}

// gender reads a geslacht: ISO/IEC 5218.
func (d *document) gender(p *draft, e xml.StartElement) error {
	at := d.at
	if err := d.fill(&p.gender, e); err != nil {
		return err
	}
	switch p.gender {
	case "":
	case "0":
		p.person.Gender = person.Unknown
	case "1":
		p.person.Gender = person.Male
	case "2":
		p.person.Gender = person.Female
	case "9":
		p.person.Gender = person.Unspecified
	default:
		d.add(UnknownGender, at, "geslacht")
		d.count("geslacht", 1)
	}
	return nil
}

func (d *document) ownYear(p *draft, e xml.StartElement) error {
	at := d.at
	if err := d.fill(&p.person.Year, e); err != nil {
		return err
	}
	if p.person.Year != "" && !roster.ValidYear(p.person.Year) {
		d.add(UnknownYear, at, "jaargroep")
		d.count("jaargroep", 1)
		p.person.Year = ""
	}
	return nil
}

// placed gives a pupil without an own year that of the class (version 1.03
// names one of the two), and marks those of the historical year as left.
func (d *document) placed(p *draft) {
	if p.person.Year == "" && len(p.classes) > 0 {
		if year := d.roster.Groups[d.groups[p.classes[0]]].Year; year != combined {
			p.person.Year = year
		}
	}
	if p.person.Year == historical {
		p.person.Left = true
	}
}

// departure reads an uitstroomdatum, an xs:date that may carry a time zone.
// Only whether it has passed is kept.
func (d *document) departure(p *draft, e xml.StartElement) error {
	at := d.at
	var text string
	if err := d.fill(&text, e); err != nil || text == "" {
		return err
	}
	d.count("uitstroomdatum", 1)
	day := text[:min(len(text), len(time.DateOnly))]
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		d.add(DateInvalid, at, "uitstroomdatum")
		return nil
	}
	p.person.Left = p.person.Left || day < d.limits.Today.Format(time.DateOnly)
	return nil
}

func (d *document) email(p *draft, e xml.StartElement) error {
	at := d.at
	if err := d.fill(&p.person.Email, e); err != nil {
		return err
	}
	if p.person.Email != "" && !address.MatchString(p.person.Email) {
		d.add(EmailInvalid, at, "emailadres")
		d.count("emailadres", 1)
		p.person.Email = ""
	}
	return nil
}

// role reads a rol into list.
func (d *document) role(p *draft, list *[]string, e xml.StartElement) error {
	at := d.at
	var code string
	if err := d.fill(&code, e); err != nil || code == "" {
		return err
	}
	switch {
	case code == parent:
		p.parent = true
	case !validRole(code):
		d.add(UnknownRole, at, "rol")
		d.count("rol", 1)
	case !slices.Contains(*list, code):
		*list = append(*list, code)
	}
	return nil
}

// count counts n values of an element as left out.
func (d *document) count(element string, n int) {
	if n > 0 {
		d.roster.LeftOut[element] += n
	}
}
