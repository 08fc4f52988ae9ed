package synthetic

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// edition is a version of EDEXML's types, as far as versions differ.
type edition struct {
	version string
	first   bool // 1.03: neither lesson groups, first names, addresses nor roles
	eck     bool // people may have an ECK iD
}

// WriteEDEXML writes the school as EDEXML 2.1, in the order of the standard's
// schema.
func (s *School) WriteEDEXML(w io.Writer) error {
	return s.writeEDEXML(w, edition{version: "2.1", eck: true})
}

func (s *School) writeEDEXML(w io.Writer, e edition) error {
	x := &writer{w: bufio.NewWriter(w)}
	x.line(`<?xml version="1.0" encoding="UTF-8"?>`)
	x.line(`<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="EDEXML.structuur.xsd">`)
	s.writeParts(x, e)
	x.line("</EDEX>")
	return x.w.Flush()
}

// writeParts writes what stands within EDEX, and within an answer over UWLR.
func (s *School) writeParts(x *writer, e edition) {
	o := s.Options
	x.line("<school>", leaf("schooljaar", o.Year.String()), leaf("brincode", o.Code.BRIN), leaf("dependancecode", o.Code.Location),
		leaf("auteur", "COOL Sync"), leaf("xsdversie", e.version), "</school>")
	x.line("<groepen>")
	for _, g := range s.Groups {
		switch {
		case e.first && g.Kind == roster.Lesson:
			continue
		case e.first && g.Year == combined:
			g.Year = s.firstYear(g.Key)
		}
		x.line(group(g))
	}
	x.line("</groepen>")
	x.line("<leerlingen>")
	for i := range s.Pupils() {
		x.line(s.pupil(i, e))
	}
	x.line("</leerlingen>")
	x.line("<leerkrachten>")
	for _, p := range s.Staff() {
		x.line(s.member(p, e))
	}
	x.line("</leerkrachten>")
}

// combined is the year of a class with pupils of several years, for which
// EDEXML 1.03 has no code.
const combined = "C"

// firstYear returns the year of the first pupil of a class.
func (s *School) firstYear(class string) string {
	i := slices.IndexFunc(s.Pupils(), func(p roster.Person) bool { return p.Groups[0] == class })
	return s.People[max(i, 0)].Year
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

func names(n person.Name, e edition) string {
	if e.first {
		n.FirstNames = ""
	}
	return leaf("achternaam", n.Surname) + leaf("voorvoegsel", n.Infix) + leaf("voornamen", n.FirstNames) +
		leaf("voorletters-1", n.Initials) + leaf("roepnaam", n.Call)
}

// begin returns the tag that begins a person.
func begin(element string, p roster.Person, e edition) string {
	if p.ECK == "" || !e.eck {
		return fmt.Sprintf(`<%s key="%s">`, element, p.Key)
	}
	return fmt.Sprintf(`<%s key="%s" eckid="%s">`, element, p.Key, p.ECK)
}

// pupil writes the i-th pupil. In version 1.03 a pupil has a class or a year,
// not both.
func (s *School) pupil(i int, e edition) string {
	p, gender := s.People[i], "2"
	var x forbidden
	if len(s.extras) > 0 {
		x = s.extras[i]
	}
	if p.Gender == person.Male {
		gender = "1"
	}
	out := begin("leerling", p, e) + names(p.Name, e) + leaf("geboortedatum", x.born) + leaf("geslacht", gender)
	if e.first {
		return out + reference("groep", p.Groups[0]) + leaf("sofinummer", x.bsn) + leaf("postcodenl", x.postcode) + "</leerling>"
	}
	out += leaf("jaargroep", p.Year) + reference("groep", p.Groups[0])
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
func (s *School) member(p roster.Person, e edition) string {
	out := begin("leerkracht", p, e) + names(p.Name, e)
	if !e.first {
		out += leaf("emailadres", p.Email)
		for _, role := range p.Roles {
			out += leaf("rol", role)
		}
	}
	var groups string
	for _, key := range p.Groups {
		switch lesson := strings.HasPrefix(key, lessonKey); {
		case !lesson:
			groups += reference("groep", key)
		case !e.first:
			groups += reference("samengestelde_groep", key)
		}
	}
	if groups != "" {
		out += "<groepen>" + groups + "</groepen>"
	}
	return out + "</leerkracht>"
}
