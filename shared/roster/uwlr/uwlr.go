// Package uwlr reads what a school's administration system answers over UWLR
// (Uitwisseling Leerlinggegevens en Resultaten), versions 2.1 to 2.3: SOAP
// messages that carry EDEXML's types in a namespace of their own. A stored
// delivery is one answer of the operation HaalLeerlinggegevens, or the three
// answers of HaalStructuur, HaalLeerlingen and HaalLeerkrachten as a set. The
// messages are described by UWLR_Leerlinggegevens.xsd of Edustandaard.
package uwlr

import (
	"bytes"
	"fmt"
	"io"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// The namespaces of the messages.
const (
	Space         = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
	Authorisation = "http://www.edustandaard.nl/leerresultaten/2/autorisatie"
	SOAP          = "http://schemas.xmlsoap.org/soap/envelope/"
)

// Format reads stored answers: see roster.Format.
type Format struct {
	// Pilot accepts ECK iDs of the chain's test environment, as test systems
	// deliver them. In production they name nobody.
	Pilot bool
}

// Name returns "uwlr".
func (Format) Name() string { return "uwlr" }

// Claims reports whether every file is an answer over UWLR, whatever it says.
func (Format) Claims(files []roster.File) bool {
	for _, f := range files {
		if _, err := peek(f); err != nil {
			return false
		}
	}
	return len(files) > 0
}

// Read reads one delivery: see roster.Format.
func (f Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	set, err := arrange(files, found)
	if err != nil || set == nil {
		return nil, err
	}
	documents, closeAll, err := open(set)
	if err != nil {
		return nil, err
	}
	defer closeAll()
	parser := edexml.Usual()
	parser.Today, parser.Frame = w.Today, f.frame()
	var inner roster.Findings
	list, err := parser.ParseSet(documents, &inner)
	if err != nil {
		return nil, fmt.Errorf("read uwlr: %w", err)
	}
	pass(inner, found)
	for i := range list.People {
		edexml.Deliver(&list.People[i]) // profiles such as the Smalle set leave fields out, which keep what is stored
	}
	return list, nil
}

// frame returns how EDEXML's types are used. The answer may state no version;
// then nothing forbids an ECK iD as the only identifier.
func (f Format) frame() edexml.Frame {
	return edexml.Frame{
		Name: "uwlr", ECK: true, Production: !f.Pilot,
		Versions: map[string]bool{"": true, "2.0": false, "2.1": false, "2.2": false, "2.2.1": false, "2.3": true},
	}
}

// open opens every file of a set; closeAll closes them.
func open(set []answered) (documents []edexml.Document, closeAll func(), err error) {
	var opened []io.Closer
	closeAll = func() {
		for _, c := range opened {
			_ = c.Close() // only read
		}
	}
	for _, a := range set {
		r, err := a.file.Open()
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("open %s: %w", a.answer.Kind, err)
		}
		opened = append(opened, r)
		document := edexml.Document{Path: a.answer.Path, Reader: r}
		if len(set) > 1 {
			document.File = string(a.answer.Of)
		}
		documents = append(documents, document)
	}
	return documents, closeAll, nil
}

// Groups reads the groups of an answer that holds a structure: who asks for a
// roster in stages names them in what is asked next. It answers Invalid where
// the answer is not sound.
func Groups(r io.Reader) ([]roster.Group, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	a, err := Peek(bytes.NewReader(raw))
	if err != nil || a.Kind != Structure {
		return nil, fault.New(fault.Invalid, WrongAnswer)
	}
	parser := edexml.Usual()
	parser.Frame = Format{}.frame()
	var inner roster.Findings
	list, err := parser.ParseSet([]edexml.Document{{Path: a.Path, Reader: bytes.NewReader(raw)}}, &inner)
	if err != nil {
		return nil, err
	}
	for _, f := range inner.List {
		if f.Severity == roster.Stop && f.Code != edexml.NoPupils {
			return nil, fault.New(fault.Invalid, "%s", own(f.Code))
		}
	}
	return list.Groups, nil
}
