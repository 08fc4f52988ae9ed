package synthetic

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// WriteEDEXML writes the school as EDEXML 2.1, in the order of the standard's
// schema.
func (s *School) WriteEDEXML(w io.Writer) error {
	x := &writer{w: bufio.NewWriter(w)}
	x.line(`<?xml version="1.0" encoding="UTF-8"?>`)
	x.line(`<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="EDEXML.structuur.xsd">`)
	o := s.Options
	x.line("<school>", leaf("schooljaar", o.Year.String()), leaf("brincode", o.Code.BRIN), leaf("dependancecode", o.Code.Location),
		leaf("auteur", "COOL Sync"), leaf("xsdversie", "2.1"), "</school>")
	x.line("<groepen>")
	for _, g := range s.Groups {
		x.line(group(g))
	}
	x.line("</groepen>")
	x.line("<leerlingen>")
	for i := range s.Pupils() {
		x.line(s.pupil(i))
	}
	x.line("</leerlingen>")
	x.line("<leerkrachten>")
	for _, p := range s.Staff() {
		x.line(s.member(p))
	}
	x.line("</leerkrachten>")
	x.line("</EDEX>")
	return x.w.Flush()
}

// writer writes lines; its first failure shows when it is flushed.
type writer struct{ w *bufio.Writer }

func (x *writer) line(parts ...string) {
	_, _ = fmt.Fprintln(x.w, strings.Join(parts, ""))
}

func leaf(name, value string) string {
	if value == "" {
		return ""
	}
	return "<" + name + ">" + escape(value) + "</" + name + ">"
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder never fails
	return b.String()
}

func group(g roster.Group) string {
	name := "groep"
	if g.Kind == roster.Lesson {
		name = "samengestelde_groep"
	}
	return fmt.Sprintf(`<%s key="%s">%s%s</%s>`, name, g.Key, leaf("naam", g.Name), leaf("jaargroep", g.Year), name)
}

func names(n person.Name) string {
	return leaf("achternaam", n.Surname) + leaf("voorvoegsel", n.Infix) + leaf("voornamen", n.FirstNames) +
		leaf("voorletters-1", n.Initials) + leaf("roepnaam", n.Call)
}

// pupil writes the i-th pupil.
func (s *School) pupil(i int) string {
	p, gender := s.People[i], "2"
	var x forbidden
	if len(s.extras) > 0 {
		x = s.extras[i]
	}
	if p.Gender == person.Male {
		gender = "1"
	}
	out := fmt.Sprintf(`<leerling key="%s">`, p.Key) + names(p.Name) + leaf("geboortedatum", x.born) +
		leaf("geslacht", gender) + leaf("jaargroep", p.Year) + reference("groep", p.Groups[0])
	if len(p.Groups) > 1 {
		out += "<samengestelde_groepen>"
		for _, key := range p.Groups[1:] {
			out += reference("samengestelde_groep", key)
		}
		out += "</samengestelde_groepen>"
	}
	out += leaf("emailadres", p.Email) + leaf("bsn", x.bsn) + leaf("postcodenl", x.postcode)
	if x.bsn != "" && i%10 == 0 {
		out += `<toevoegingen><blok xsi:type="OpmerkingGegevensType"><code>BSN</code>` + leaf("opmerking", x.bsn) + `</blok></toevoegingen>`
	}
	return out + "</leerling>"
}

func reference(element, key string) string { return fmt.Sprintf(`<%s key="%s"/>`, element, key) }

// member writes a member of staff.
func (s *School) member(p roster.Person) string {
	out := fmt.Sprintf(`<leerkracht key="%s">`, p.Key) + names(p.Name) + leaf("emailadres", p.Email)
	for _, role := range p.Roles {
		out += leaf("rol", role)
	}
	if len(p.Groups) > 0 {
		out += "<groepen>"
		for _, key := range p.Groups {
			element := "groep"
			if strings.HasPrefix(key, lessonKey) {
				element = "samengestelde_groep"
			}
			out += reference(element, key)
		}
		out += "</groepen>"
	}
	return out + "</leerkracht>"
}
