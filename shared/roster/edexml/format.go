package edexml

import (
	"bytes"
	"fmt"
	"io"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// Format reads EDEXML files: see roster.Format.
type Format struct {
	// Pilot accepts ECK iDs of the chain's test environment, which in
	// production name nobody.
	Pilot bool
}

// Name returns "edexml".
func (Format) Name() string { return "edexml" }

// Claims reports whether the one file is XML of any kind: what is wrong with
// it is best told as of EDEXML.
func (Format) Claims(files []roster.File) bool {
	if len(files) != 1 {
		return false
	}
	f, err := files[0].Open()
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if n == 0 && err != nil {
		return false
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("<"))
}

// Read reads one file: see roster.Format.
func (f Format) Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, error) {
	file, err := files[0].Open()
	if err != nil {
		return nil, fmt.Errorf("open edexml: %w", err)
	}
	defer file.Close()
	parser := Usual()
	parser.Today = w.Today
	parser.Frame.ECK, parser.Frame.Production = true, !f.Pilot
	list, err := parser.Parse(file, found)
	if err != nil {
		return nil, fmt.Errorf("read edexml: %w", err)
	}
	for i := range list.People {
		Deliver(&list.People[i])
	}
	return list, nil
}

// Deliver says which fields EDEXML's elements deliver of p. A name comes as one, and
// so does where somebody is; of the others an absent element says nothing.
func Deliver(p *roster.Person) {
	p.Fields = roster.InGroups
	for field, there := range map[roster.Fields]bool{
		roster.Infix | roster.Surname: p.Name.Surname != "", roster.CallName: p.Name.Call != "",
		roster.FirstNames: p.Name.FirstNames != "", roster.Initials: p.Name.Initials != "",
		roster.Gender: p.Gender != "", roster.Email: p.Email != "", roster.Grade: p.Year != "", roster.Roles: len(p.Roles) > 0,
		roster.ECK: p.ECK != "",
	} {
		if there {
			p.Fields |= field
		}
	}
	if p.Kind == person.Pupil && !p.ByECK() {
		p.Number = p.Key // what EDEXML calls the key is the administration number in practice
		p.Fields |= roster.Number
	}
}
