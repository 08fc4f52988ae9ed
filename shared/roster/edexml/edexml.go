// Package edexml reads EDEXML 1.03, 2.0 and 2.1, the file that Dutch
// administration systems of primary schools export (Edustandaard, EDEXML).
// It reads token by token, binds only what the privacy register allows, and
// counts what it skips by the name of the element.
package edexml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
)

const (
	deepest      = 64      // elements within each other; EDEXML needs nine
	longestToken = 1 << 20 // bytes of one tag or text
	mostPeople   = 200_000
	mostGroups   = 50_000
)

// The ways in which reading stops before the end of the document. Each has
// been reported as a finding.
var (
	errStop      = errors.New("reading stopped at a finding")
	errLongToken = errors.New("a tag or text is too long")
)

// Parse reads a document and reports what is wrong with it in found. Where
// found.Stopped, the roster is incomplete and nothing may be done with it. An
// error means that r could not be read; it is r's own.
func Parse(r io.Reader, found *roster.Findings) (*roster.Roster, error) {
	g := &guard{r: r}
	p := &parser{guard: g, dec: xml.NewDecoder(g), found: found, out: &roster.Roster{Format: "edexml", LeftOut: map[string]int{}}}
	p.keys = map[keyKind]map[string]place{}
	p.dec.CharsetReader = charset
	err := p.document()
	switch {
	case err == nil:
		p.resolve()
		return p.out, nil
	case errors.Is(err, errStop):
		return p.out, nil
	default:
		return p.out, p.broken(err)
	}
}

// broken turns a failure of the decoder into a finding; other errors are the
// reader's.
func (p *parser) broken(err error) error {
	syntax, bad := errors.AsType[*xml.SyntaxError](err)
	switch {
	case errors.Is(err, errLongToken):
		p.stop(TooLong, "")
	case errors.Is(err, errCharset):
		p.stop(Encoding, "")
	case errors.Is(err, io.EOF), bad && strings.Contains(syntax.Msg, "unexpected EOF"):
		code := Truncated
		if !p.begun {
			code = Empty
		}
		p.stop(code, "")
	case bad && strings.Contains(syntax.Msg, "entity"):
		p.stop(Entity, "")
	case bad:
		p.stop(NotXML, "")
	case fault.KindOf(err) != fault.Internal:
		return err
	default:
		if strings.HasPrefix(err.Error(), "xml:") {
			p.stop(NotXML, "")
			return nil
		}
		return err
	}
	return nil
}

var errCharset = errors.New("unknown character encoding")

// charset reads the encodings that old administration systems write.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii":
		return r, nil
	case "windows-1252", "iso-8859-1", "latin1", "iso-8859-15":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	default:
		return nil, errCharset
	}
}

// guard bounds how much is read for one token, so that no tag or text fills
// memory, whatever its length.
type guard struct {
	r    io.Reader
	read int
}

func (g *guard) Read(p []byte) (int, error) {
	if g.read > longestToken {
		return 0, errLongToken
	}
	n, err := g.r.Read(p)
	g.read += n
	return n, err
}

// place is where something stands in the document.
type place struct{ line, column int }

// parser reads one document.
type parser struct {
	guard *guard
	dec   *xml.Decoder
	found *roster.Findings
	out   *roster.Roster

	at    place // where the last token began
	depth int
	begun bool // an element was seen

	keys       map[keyKind]map[string]place
	references []reference
}

// token returns the next token and notes where it began. A document type and
// whatever else could define entities stops reading.
func (p *parser) token() (xml.Token, error) {
	p.guard.read = 0
	p.at.line, p.at.column = p.dec.InputPos()
	t, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t.(type) {
	case xml.Directive:
		p.stop(Doctype, "")
		return nil, errStop
	case xml.StartElement:
		p.begun = true
		if p.depth++; p.depth > deepest {
			p.stop(TooDeep, "")
			return nil, errStop
		}
	case xml.EndElement:
		p.depth--
	}
	return t, nil
}

// stop adds a finding that refuses the file; warn one that does not.
func (p *parser) stop(c Code, field string)         { p.report(c, roster.Stop, field, p.at) }
func (p *parser) warn(c Code, field string)         { p.report(c, roster.Warning, field, p.at) }
func (p *parser) note(c Code, field string)         { p.report(c, roster.Note, field, p.at) }
func (p *parser) refuse(c Code, f string, at place) { p.report(c, roster.Stop, f, at) }

func (p *parser) report(c Code, s roster.Severity, field string, at place) {
	p.found.Add(roster.Finding{Code: string(c), Severity: s, Line: at.line, Column: at.column, Field: field})
}

// children calls visit for every child element of the one just begun, until
// its end. visit reads its element to the end or returns skip.
func (p *parser) children(visit func(xml.StartElement) error) error {
	for {
		t, err := p.token()
		if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := visit(e); err != nil {
				return err
			}
		}
	}
}

// skip reads the element just begun to its end and keeps nothing.
func (p *parser) skip() error {
	return p.children(func(xml.StartElement) error { return p.skip() })
}

// leaveOut skips the element and counts it by its name.
func (p *parser) leaveOut(e xml.StartElement) error {
	p.out.LeftOut[countedAs(e.Name.Local)]++
	return p.skip()
}

// text reads the text of the element just begun. What is longer than most
// bytes is left out with a warning; an empty element counts as absent.
func (p *parser) text(e xml.StartElement, most int) (string, error) {
	at := p.at
	var b strings.Builder
	for {
		t, err := p.token()
		if err != nil {
			return "", err
		}
		switch x := t.(type) {
		case xml.CharData:
			if b.Len() <= most {
				b.Write(x)
			}
		case xml.StartElement:
			if err := p.leaveOut(x); err != nil {
				return "", err
			}
		case xml.EndElement:
			s := strings.Join(strings.Fields(b.String()), " ")
			if len(s) > most {
				p.report(TooLong, roster.Warning, e.Name.Local, at)
				return "", nil
			}
			return s, nil
		}
	}
}

// document reads from the root to the end.
func (p *parser) document() error {
	for {
		t, err := p.token()
		if errors.Is(err, io.EOF) && p.begun {
			return p.complete()
		}
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local != "EDEX" {
			p.stop(WrongRoot, "")
			return errStop
		}
		if err := p.children(p.section); err != nil {
			return err
		}
	}
}

// section reads one of the parts of the root.
func (p *parser) section(e xml.StartElement) error {
	switch e.Name.Local {
	case "school":
		return p.school()
	case "vestigingen":
		return p.children(p.location)
	case "groepen":
		return p.children(p.group)
	case "leerlingen":
		return p.children(p.pupil)
	case "leerkrachten":
		return p.children(p.teacher)
	default:
		return p.leaveOut(e)
	}
}

// complete checks what the document as a whole must hold.
func (p *parser) complete() error {
	if p.out.School.BRIN == "" && !p.found.Stopped() {
		p.refuse(NoSchool, "school", place{})
	}
	if p.out.Year == 0 && !p.found.Stopped() {
		p.refuse(NoYear, "schooljaar", place{})
	}
	for _, person := range p.out.People {
		if person.Kind == "pupil" {
			return nil
		}
	}
	p.refuse(NoPupils, "leerlingen", place{})
	return nil
}

// attribute returns an attribute without a namespace, "" where it is absent.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// String shows a place for tests and logs.
func (l place) String() string { return fmt.Sprintf("%d:%d", l.line, l.column) }
