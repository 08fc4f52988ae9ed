// Package person describes the people of a school: pupils, staff and
// guardians, with the parts of a Dutch name.
package person

import (
	"strings"
)

// Kind says in which capacity a person is known to a school.
type Kind string

// The kinds of person, and the account that is nobody's own.
const (
	Pupil      Kind = "pupil"
	Staff      Kind = "staff"
	Guardian   Kind = "guardian"
	Functional Kind = "functional" // a classroom's screen, a desk: a member of staff answers for it
)

// Valid reports whether k is a kind of person.
func (k Kind) Valid() bool { return k == Pupil || k == Staff || k == Guardian }

// Kinds returns the kinds of person, in the order of screens.
func Kinds() []Kind { return []Kind{Pupil, Staff, Guardian} }

// Gender follows ISO/IEC 5218 in words.
type Gender string

// The genders a source may deliver. The zero Gender means not delivered.
const (
	Unknown     Gender = "unknown"
	Male        Gender = "male"
	Female      Gender = "female"
	Unspecified Gender = "unspecified"
)

// Salutation says how an adult is written to (the annex's "aanschrijftitel").
type Salutation string

// The salutations. The zero Salutation means that none is known.
const (
	Sir    Salutation = "sir"    // de heer
	Madam  Salutation = "madam"  // mevrouw
	Family Salutation = "family" // familie
	Plain  Salutation = "plain"  // the name alone
)

// Name is a Dutch name in its parts. Any part may be empty, not all.
type Name struct {
	Call       string // roepnaam, the name used every day
	FirstNames string // voornamen
	Initials   string // voorletters, as delivered
	Infix      string // tussenvoegsel, as delivered: "van der"
	Surname    string // achternaam without the infix
}

// Given returns the name to address the person by: the call name, else the
// first of the first names, else the initials.
func (n Name) Given() string {
	if n.Call != "" {
		return n.Call
	}
	if first, _, _ := strings.Cut(n.FirstNames, " "); first != "" {
		return first
	}
	return n.Initials
}

// Family returns the surname with its infix: "van der Berg". After an
// apostrophe no space is written: "d'Ancona", "dell'Orto".
func (n Name) Family() string {
	switch {
	case n.Infix == "":
		return n.Surname
	case n.Surname == "":
		return n.Infix
	case strings.HasSuffix(n.Infix, "'"), strings.HasSuffix(n.Infix, "’"):
		return n.Infix + n.Surname
	default:
		return n.Infix + " " + n.Surname
	}
}

// Display returns the name as it stands on a screen: "Sanne van der Berg".
func (n Name) Display() string {
	return strings.TrimSpace(n.Given() + " " + n.Family())
}

// Sorted returns the name as it stands in a list: "Berg, Sanne van der".
// Dutch order ignores the infix.
func (n Name) Sorted() string {
	if n.Surname == "" {
		return n.Display()
	}
	if rest := strings.TrimSpace(n.Given() + " " + n.Infix); rest != "" {
		return n.Surname + ", " + rest
	}
	return n.Surname
}
