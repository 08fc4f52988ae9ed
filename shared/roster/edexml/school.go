package edexml

import (
	"encoding/xml"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// school reads who the file is of, and of which school year.
func (p *parser) school() error {
	at := p.at
	var brin, dependance string
	err := p.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "schooljaar":
			return p.year(e)
		case "brincode":
			brin, err = p.text(e, 16)
		case "dependancecode":
			dependance, err = p.text(e, 16)
		case "instellingsnummer":
			p.stop(Flemish, e.Name.Local)
			return p.skip()
		case "xsdversie":
			var version string
			if version, err = p.text(e, 32); version == "1.03" || version == "2.0" || version == "2.1" {
				p.out.Format = "edexml " + version
			}
		default:
			return p.leaveOut(e)
		}
		return err
	})
	if err != nil || brin == "" {
		return err
	}
	code, err := school.NewCode(brin, dependance)
	if err != nil {
		p.refuse(BadBRIN, "brincode", at)
		return nil
	}
	p.out.School = code
	return nil
}

// year reads the school year by its pattern; the list of years in the schema
// ends at 2024-2025.
func (p *parser) year(e xml.StartElement) error {
	at := p.at
	text, err := p.text(e, 32)
	if err != nil {
		return err
	}
	if p.out.Year, err = school.ParseYear(text); err != nil {
		p.refuse(BadYear, e.Name.Local, at)
	}
	return nil
}

// location reads one vestiging: only its key, for references.
func (p *parser) location(e xml.StartElement) error {
	if e.Name.Local == "vestiging" {
		p.key(e, locationKey)
		return p.skip()
	}
	return p.leaveOut(e)
}

// group reads one class or composed group.
func (p *parser) group(e xml.StartElement) error {
	g := roster.Group{Kind: roster.Class}
	switch e.Name.Local {
	case "groep":
	case "samengestelde_groep":
		g.Kind = roster.Lesson
	default:
		return p.leaveOut(e)
	}
	at := p.at
	if len(p.out.Groups) >= mostGroups {
		p.stop(TooMany, e.Name.Local)
		return errStop
	}
	g.Key = p.groupKey(e, g.Kind)
	err := p.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "naam":
			g.Name, err = p.text(e, 200)
		case "jaargroep":
			g.Year, err = p.code(e, knownYear, UnknownYear)
		default:
			return p.leaveOut(e)
		}
		return err
	})
	if g.Name == "" {
		p.report(NoGroupName, roster.Warning, "naam", at)
		g.Name = g.Key
	}
	p.out.Groups = append(p.out.Groups, g)
	return err
}

// code reads a code of one of the standard's lists; another is left out with
// a warning.
func (p *parser) code(e xml.StartElement, known func(string) bool, unknown Code) (string, error) {
	at := p.at
	code, err := p.text(e, 16)
	if err != nil || code == "" || known(code) {
		return code, err
	}
	p.report(unknown, roster.Warning, e.Name.Local, at)
	return "", nil
}
