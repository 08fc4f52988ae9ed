package edexml

import (
	"encoding/xml"
	"errors"
	"io"

	"cool.example/sync/shared/roster"
)

// Frame says how a roster of EDEXML's types stands within another standard's
// documents. The zero Frame is EDEXML itself, whose root EDEX holds the parts.
type Frame struct {
	Name string     // of the format, for Roster.Format: "uwlr"; "" for EDEXML
	Path []xml.Name // from the root to the element that holds the parts; nil for EDEX
	// Versions holds each xsdversie that is known, "" for none stated, and
	// whether a pupil may then have an ECK iD in place of a key; nil for
	// those of EDEXML.
	Versions   map[string]bool
	ECK        bool // pupils' ECK iDs are kept
	Production bool // ECK iDs of the chain's test environment are none
}

func (f Frame) name() string {
	if f.Name == "" {
		return "edexml"
	}
	return f.Name
}

func (f Frame) versions() map[string]bool {
	if f.Versions == nil {
		return map[string]bool{"1.03": false, "1.0.3": false, "2.0": false, "2.1": false}
	}
	return f.Versions
}

// Document is one of the documents that together hold a roster.
type Document struct {
	File   string     // its name within the set, for findings; "" where it stands alone
	Path   []xml.Name // see Frame
	Reader io.Reader
}

// ParseSet reads a roster whose parts stand in several documents, in the order
// of the parts. It is otherwise as Parse.
func (p Parser) ParseSet(set []Document, found *roster.Findings) (*roster.Roster, error) {
	d := p.document(found)
	for _, one := range set {
		d.scanner, d.file, d.path = newScanner(one.Reader, p), one.File, one.Path
		d.framed, d.space = false, ""
		err := d.read()
		if h, ok := errors.AsType[*halt](err); ok {
			d.add(h.code, h.at, h.field)
			return d.roster, nil
		}
		if err != nil {
			return nil, err
		}
	}
	d.file = ""
	d.finish()
	return d.roster, nil
}

// end checks that the document that ends held parts.
func (d *document) end() error {
	switch {
	case !d.rooted:
		return &halt{code: Empty}
	case !d.framed:
		return &halt{code: WrongRoot}
	}
	return nil
}

// begins reports whether a document may begin with an element of that name.
func (d *document) begins(name xml.Name) bool {
	if d.path == nil {
		return name.Local == "EDEX"
	}
	return name == d.path[0]
}

// descend goes into e, the first element of path, towards the last. What
// stands beside the path is nobody's value.
func (d *document) descend(e xml.StartElement, path []xml.Name) error {
	if len(path) <= 1 {
		d.framed, d.space = true, e.Name.Space
		return d.children(e, d.section)
	}
	next := path[1]
	for {
		token, err := d.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if t.Name == next {
				err = d.descend(t, path[1:])
			} else {
				_, err = d.skip(t)
			}
			if err != nil {
				return err
			}
		}
	}
}
