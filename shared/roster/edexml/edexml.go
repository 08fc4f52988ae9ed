// Package edexml reads EDEXML, the export of Dutch school administration
// systems, in its versions 1.03, 2.0 and 2.1: one school, one school year,
// its groups, pupils and staff. The format is described by the schemas of
// Edustandaard, EDEXML.structuur.xsd and the files that it includes.
//
// An EDEXML file holds far more than may be kept, citizen service numbers
// among it. Only named elements ever become Go values; everything else is
// skipped token by token and counted. Findings tell a place, never a value.
package edexml

import (
	"encoding/xml"
	"hash/maphash"
	"io"
	"time"

	"cool.example/sync/shared/roster"
)

// Parser reads EDEXML within limits, so that a hostile file costs little.
type Parser struct {
	Bytes      int64 // of the whole file
	Token      int   // bytes of one tag, text or comment
	Depth      int   // of nested elements
	Attributes int   // of one element
	People     int   // pupils and staff together
	Groups     int   // classes, lesson groups and locations together
	References int   // groups of one person
	// Today is the day before which an uitstroomdatum has passed.
	Today time.Time
	// Frame says where the roster stands; the zero Frame is EDEXML's own.
	Frame Frame
}

// Usual returns a parser for the largest schools there are, as of today.
func Usual() Parser {
	return Parser{
		Bytes: 256 << 20, Token: 256 << 10, Depth: 64, Attributes: 64,
		People: 250_000, Groups: 50_000, References: 1_000, Today: time.Now(),
	}
}

// Parse reads r with the usual limits: see Parser.Parse.
func Parse(r io.Reader, found *roster.Findings) (*roster.Roster, error) {
	return Usual().Parse(r, found)
}

// Parse reads one file. Whatever is wrong with it becomes a finding; an error
// means that r itself could not be read, and wraps r's error. Where the
// findings are Stopped the roster is only what was read until then: good to
// tell how much was left out, not to apply.
func (p Parser) Parse(r io.Reader, found *roster.Findings) (*roster.Roster, error) {
	return p.ParseSet([]Document{{Reader: r, Path: p.Frame.Path}}, found)
}

func (p Parser) document(found *roster.Findings) *document {
	return &document{
		found:  found,
		frame:  p.Frame,
		roster: &roster.Roster{Format: p.Frame.name(), LeftOut: map[string]int{}},
		groups: map[string]int{}, locations: map[string]string{}, pupils: map[string]bool{}, staff: map[string]bool{},
		chains: map[uint64]bool{}, noted: map[string]bool{}, seed: maphash.MakeSeed(),
	}
}

// document is one file while it is read.
type document struct {
	*scanner
	frame  Frame
	file   string     // within a set
	path   []xml.Name // of the file being read, from its root to what holds the parts
	framed bool       // the end of path was reached
	found  *roster.Findings
	roster *roster.Roster
	space  string // namespace of the root: EDEXML has none, some exports add one
	part   int    // rank of the newest part

	version string // as the file states it; "" for none

	groups    map[string]int    // key → index in roster.Groups
	locations map[string]string // key → what Person.Location says of it
	pupils    map[string]bool
	staff     map[string]bool
	chains    map[uint64]bool // hashes of the ECK iDs met
	elevens   int             // pupils' keys that pass the eleven test

	noted map[string]bool // what has been noted once
	seed  maphash.Seed
	text  []byte // of the element being read
}

// add adds a finding with the severity of its code.
func (d *document) add(code string, at place, field string) {
	d.found.Add(roster.Finding{Code: code, Severity: severity(code), File: d.file, Line: at.line, Column: at.column, Field: field})
}

// once adds a finding the first time that this about is met, and nothing
// after 64 of them: they say the same again.
func (d *document) once(code string, at place, about string) {
	if len(d.noted) < 64 && !d.noted[code+about] {
		d.noted[code+about] = true
		d.add(code, at, "")
	}
}

// read reads the whole file.
func (d *document) read() error {
	for {
		token, err := d.next()
		if err == io.EOF {
			return d.end()
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			if !blank(t) {
				return &halt{code: d.outside(), at: d.at.begin(t)}
			}
		case xml.StartElement:
			if err := d.root(t); err != nil {
				return err
			}
		}
	}
}

// outside returns the code for something that stands outside the root.
func (d *document) outside() string {
	if d.rooted {
		return Malformed
	}
	return NotXML
}

func (d *document) root(e xml.StartElement) error {
	if d.rooted {
		return &halt{code: Malformed, at: d.at}
	}
	d.rooted = true
	if !d.begins(e.Name) {
		return &halt{code: WrongRoot, at: d.at}
	}
	return d.descend(e, d.path)
}

// section reads one part of the file. The parts stand in a fixed order, which
// lets every reference be checked where it stands.
func (d *document) section(e xml.StartElement) error {
	r := rank(e.Name.Local)
	if r == 0 {
		return d.leave(e)
	}
	if r <= d.part {
		d.add(SectionOrder, d.at, e.Name.Local)
		_, err := d.skip(e)
		return err
	}
	if d.part == 0 && r > rank("school") {
		d.add(MissingSchool, d.at, e.Name.Local)
	}
	d.part = r
	switch e.Name.Local {
	case "school":
		return d.school(e)
	case "vestigingen":
		return d.each(e, "vestiging", d.location)
	case "groepen":
		return d.children(e, d.group)
	case "leerlingen":
		return d.each(e, "leerling", d.pupil)
	default:
		return d.each(e, "leerkracht", d.member)
	}
}

// finish checks what only the whole set can tell.
func (d *document) finish() {
	if d.part == 0 {
		d.add(MissingSchool, place{}, "school")
	}
	if len(d.pupils) == 0 {
		d.add(NoPupils, place{}, "leerlingen")
	}
	if n := len(d.pupils); n >= bsnPupils && d.elevens*100 >= n*bsnPercent {
		d.add(KeyIsBSN, place{}, "leerling")
	}
}

// From this many pupils on, this share of keys that pass the eleven test
// cannot be chance: of free numbers one in eleven does.
const (
	bsnPupils  = 10
	bsnPercent = 80
)
