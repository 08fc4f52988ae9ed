package edexml

import (
	"encoding/xml"
	"regexp"
	"slices"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// eck is the form of an ECK-iD (Kennisnet): a stampseudoniem has "sp" before
// the instance and is none.
var eck = regexp.MustCompile(`^https://ketenid\.nl/(\d{6}|pilot)/[0-9a-f]{128}$`)

// begin starts a person: its key is checked, its ECK-iD checked and not kept.
func (p *parser) begin(e xml.StartElement, kind person.Kind, keys, eckids keyKind) (roster.Person, error) {
	if len(p.out.People) >= mostPeople {
		p.stop(TooMany, e.Name.Local)
		return roster.Person{}, errStop
	}
	if id := attribute(e, "eckid"); id != "" {
		p.out.LeftOut["eckid"]++
		if _, twice := p.remember(eckids, id); twice {
			p.stop(DuplicateECK, "eckid")
		} else if !eck.MatchString(id) {
			p.warn(BadECK, "eckid")
		}
	}
	return roster.Person{Kind: kind, Key: p.key(e, keys), Line: p.at.line}, nil
}

// pupil reads one leerling.
func (p *parser) pupil(e xml.StartElement) error {
	if e.Name.Local != "leerling" {
		return p.leaveOut(e)
	}
	at := p.at
	who, err := p.begin(e, person.Pupil, pupilKey, pupilECK)
	if err != nil {
		return err
	}
	err = p.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "geslacht":
			who.Gender, err = p.gender(e)
		case "jaargroep":
			who.Year, err = p.code(e, knownYear, UnknownYear)
		case "groep":
			who.Groups = p.refer(e, classKey, who.Groups)
			return p.skip()
		case "samengestelde_groepen":
			return p.children(func(e xml.StartElement) error { return p.membership(e, &who) })
		case "vestiging":
			p.refer(e, locationKey, nil)
			return p.skip()
		default:
			return p.common(e, &who)
		}
		return err
	})
	who.Left = who.Year == historic
	p.finish(who, at)
	return err
}

// teacher reads one leerkracht: any member of staff.
func (p *parser) teacher(e xml.StartElement) error {
	if e.Name.Local != "leerkracht" {
		return p.leaveOut(e)
	}
	at := p.at
	who, err := p.begin(e, person.Staff, staffKey, staffECK)
	if err != nil {
		return err
	}
	err = p.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "rol":
			return p.role(e, &who)
		case "groepen":
			return p.children(func(e xml.StartElement) error { return p.teaching(e, &who) })
		default:
			return p.common(e, &who)
		}
	})
	if slices.Contains(who.Roles, parent) {
		p.report(ParentRole, roster.Warning, "rol", at)
		return err
	}
	p.finish(who, at)
	return err
}

// common reads what pupils and staff have in common: names and the address.
func (p *parser) common(e xml.StartElement, who *roster.Person) (err error) {
	n := &who.Name
	switch e.Name.Local {
	case "achternaam":
		n.Surname, err = p.text(e, 200)
	case "tussenvoegsel":
		p.note(OtherInfix, e.Name.Local)
		n.Infix, err = p.text(e, 30)
	case "voorvoegsel":
		n.Infix, err = p.text(e, 30)
	case "voornamen":
		n.FirstNames, err = p.text(e, 200)
	case "voorletters-1":
		n.Initials, err = p.text(e, 30)
	case "roepnaam":
		n.Call, err = p.text(e, 64)
	case "emailadres":
		who.Email, err = p.text(e, 254)
	default:
		return p.leaveOut(e)
	}
	return err
}

// membership reads one samengestelde_groep of a pupil.
func (p *parser) membership(e xml.StartElement, who *roster.Person) error {
	if e.Name.Local != "samengestelde_groep" {
		return p.leaveOut(e)
	}
	who.Groups = p.refer(e, lessonKey, who.Groups)
	return p.skip()
}

// teaching reads one group of a member of staff, with the roles there.
func (p *parser) teaching(e xml.StartElement, who *roster.Person) error {
	switch e.Name.Local {
	case "groep":
		who.Groups = p.refer(e, classKey, who.Groups)
	case "samengestelde_groep":
		who.Groups = p.refer(e, lessonKey, who.Groups)
	default:
		return p.leaveOut(e)
	}
	return p.children(func(e xml.StartElement) error {
		if e.Name.Local == "rol" {
			return p.role(e, who)
		}
		return p.leaveOut(e)
	})
}

func (p *parser) role(e xml.StartElement, who *roster.Person) error {
	code, err := p.code(e, knownRole, UnknownRole)
	if code != "" && !slices.Contains(who.Roles, code) {
		who.Roles = append(who.Roles, code)
	}
	return err
}

// gender reads a code of ISO/IEC 5218.
func (p *parser) gender(e xml.StartElement) (person.Gender, error) {
	at := p.at
	code, err := p.text(e, 16)
	if err != nil {
		return "", err
	}
	switch code {
	case "0":
		return person.Unknown, nil
	case "1":
		return person.Male, nil
	case "2":
		return person.Female, nil
	case "9":
		return person.Unspecified, nil
	case "":
		return "", nil
	}
	p.report(UnknownGender, roster.Warning, e.Name.Local, at)
	return "", nil
}

// finish keeps a person who has a key and a name.
func (p *parser) finish(who roster.Person, at place) {
	if who.Key == "" {
		return // reported where it was read
	}
	if who.Name.Given() == "" && who.Name.Surname == "" {
		p.report(NoName, roster.Warning, "achternaam", at)
		return
	}
	p.out.People = append(p.out.People, who)
}
