package edexml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// place is where something stands in the source.
type place struct{ line, column int }

// halt ends the reading of a file with a finding.
type halt struct {
	code  string
	at    place
	field string
}

// Error returns the code.
func (h *halt) Error() string { return h.code }

// scanner hands out XML tokens within the limits and knows where each began.
type scanner struct {
	dec    *xml.Decoder
	src    *source
	limits Parser
	at     place // where the newest token begins
	depth  int
	rooted bool // the root element has begun
}

func newScanner(r io.Reader, limits Parser) *scanner {
	src := newSource(r, limits)
	dec := xml.NewDecoder(src)
	dec.Strict = true
	dec.CharsetReader = src.charset
	return &scanner{dec: dec, src: src, limits: limits}
}

// next returns the next token, io.EOF after the last. The token's bytes live
// only until the next call.
func (s *scanner) next() (xml.Token, error) {
	s.src.begin()
	s.at = s.place()
	token, err := s.dec.Token()
	if err != nil {
		return nil, s.explain(err)
	}
	switch t := token.(type) {
	case xml.Directive:
		return nil, &halt{code: Doctype, at: s.at}
	case xml.Comment:
		return token, s.sound(t)
	case xml.ProcInst:
		return token, s.sound(t.Inst)
	case xml.StartElement:
		if s.depth++; s.depth > s.limits.Depth {
			return nil, &halt{code: TooDeep, at: s.at}
		}
		if len(t.Attr) > s.limits.Attributes {
			return nil, &halt{code: TooMany, at: s.at}
		}
		if doubled(t.Attr) {
			return nil, &halt{code: Malformed, at: s.at}
		}
	case xml.EndElement:
		s.depth--
	}
	return token, nil
}

// sound refuses NUL bytes where the decoder lets them pass: a file that has them
// is damaged, wherever they stand.
func (s *scanner) sound(text []byte) error {
	if bytes.IndexByte(text, 0) >= 0 {
		return &halt{code: IllegalCharacter, at: s.at}
	}
	return nil
}

// place returns where the decoder stands, in the bytes of the source.
func (s *scanner) place() place {
	line, column := s.dec.InputPos()
	return place{line: line, column: max(1, column-s.src.extra)}
}

// doubled reports whether two attributes have one name, which the decoder
// lets pass.
func doubled(attrs []xml.Attr) bool {
	for i := 1; i < len(attrs); i++ {
		for _, before := range attrs[:i] {
			if before.Name == attrs[i].Name {
				return true
			}
		}
	}
	return false
}

// explain turns an error of the decoder into a halt, without its text, which
// may hold a value. The place is where the broken tag or text begins. Only a
// source that cannot be read stays an error.
func (s *scanner) explain(err error) error {
	if s.src.failed != nil {
		return fmt.Errorf("read edexml: %w", s.src.failed)
	}
	if err == io.EOF {
		return err
	}
	h := &halt{code: s.fault(err), at: s.at}
	if h.code == Truncated || h.code == TooLarge {
		h.at = s.place()
	}
	return h
}

// fault returns the code of the finding that an error of the decoder stands for.
func (s *scanner) fault(err error) string {
	switch {
	case errors.Is(err, errTooLarge):
		return TooLarge
	case errors.Is(err, errToken):
		return TokenTooLong
	case errors.Is(err, errEncoding):
		return Encoding
	}
	syntax, ok := errors.AsType[*xml.SyntaxError](err)
	switch {
	case ok && strings.HasPrefix(syntax.Msg, "invalid character entity"):
		return Entity
	case !s.rooted:
		return NotXML
	case ok && strings.HasPrefix(syntax.Msg, "unexpected EOF"):
		return Truncated
	case ok && strings.HasPrefix(syntax.Msg, "invalid UTF-8"):
		return InvalidUTF8
	case ok && strings.HasPrefix(syntax.Msg, "illegal character code"):
		return IllegalCharacter
	default:
		return Malformed
	}
}

// skip reads to the end of the element that has just begun and keeps nothing.
// It reports whether there was anything in it.
func (s *scanner) skip(e xml.StartElement) (full bool, err error) {
	full = len(foreign(e.Attr)) > 0 || attribute(e, "key") != ""
	for until := s.depth - 1; s.depth > until; {
		token, err := s.next()
		if err != nil {
			return full, err
		}
		switch t := token.(type) {
		case xml.CharData:
			full = full || !blank(t)
		case xml.StartElement:
			full = full || len(t.Attr) > 0
		}
	}
	return full, nil
}

// blank reports whether text is only white space.
func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// begin returns where the first character of text stands that is no white
// space. The text itself begins at p.
func (p place) begin(text []byte) place {
	space := text[:len(text)-len(bytes.TrimLeftFunc(text, unicode.IsSpace))]
	if lines := bytes.Count(space, []byte("\n")); lines > 0 {
		return place{line: p.line + lines, column: len(space) - bytes.LastIndexByte(space, '\n')}
	}
	return place{line: p.line, column: p.column + len(space)}
}

// attribute returns the value of e's attribute of that name, "" for none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// foreign returns the attributes with a value that EDEXML does not know.
func foreign(attrs []xml.Attr) []xml.Attr {
	var list []xml.Attr
	for _, a := range attrs {
		ours := a.Name.Space == "" && (a.Name.Local == "key" || a.Name.Local == "eckid" || a.Name.Local == "xmlns")
		schema := a.Name.Space == "xmlns" || a.Name.Space == "xsi" || a.Name.Space == "http://www.w3.org/2001/XMLSchema-instance"
		if !ours && !schema && a.Value != "" {
			list = append(list, a)
		}
	}
	return list
}
