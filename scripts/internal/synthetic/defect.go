package synthetic

import (
	"fmt"
	"slices"
	"strings"
)

// Defect is something that is wrong with a file, as schools hand them over.
type Defect string

// The defects. Each is put into the first or second person, or into the file
// as a whole.
const (
	Empty             Defect = "empty"              // nothing in the file
	Truncated         Defect = "truncated"          // it breaks off
	NulBytes          Defect = "nul-bytes"          // as a text in UTF-16 has them, or a damaged disk
	OtherEncoding     Defect = "windows-1252"       // where the format has UTF-8
	MixedEncoding     Defect = "mixed-encoding"     // UTF-8 and Windows-1252 in one file
	Doctype           Defect = "doctype"            // XML that declares a document type, with an entity
	Nested            Defect = "nested"             // XML with thousands of elements within each other
	OpenQuote         Defect = "open-quote"         // a quotation mark that is never closed
	OldExcel          Defect = "old-excel"          // a workbook of before 2007
	Formula           Defect = "formula"            // a cell that is computed
	MissingFile       Defect = "missing-file"       // of a set
	MissingColumn     Defect = "missing-column"     //
	DuplicateHeading  Defect = "duplicate-heading"  //
	NoHeadings        Defect = "no-headings"        //
	HeadingCase       Defect = "heading-case"       // in other capitals than the standard's
	Wide              Defect = "too-wide"           // more cells than headings
	WrongBRIN         Defect = "wrong-brin"         // of another school, or none at all
	WrongYear         Defect = "wrong-year"         // a school year that is none, or that is over
	OtherVersion      Defect = "other-version"      // one of the standard that is not read
	Delta             Defect = "delta"              // only what changed
	Order             Defect = "order"              // parts in another order
	NoPupils          Defect = "no-pupils"          //
	DuplicateKey      Defect = "duplicate-key"      // two people with one key
	MissingKey        Defect = "missing-key"        //
	BSNKeys           Defect = "bsn-as-key"         // every pupil's key passes the test of citizen service numbers
	BSNColumn         Defect = "bsn-in-column"      // such numbers under another heading
	BSNText           Defect = "bsn-in-text"        // such a number within a name
	DanglingReference Defect = "dangling-reference" // to a class that is not there
	WrongKind         Defect = "wrong-kind"         // a class where a lesson group is meant
	MissingName       Defect = "missing-name"       //
	LongName          Defect = "long-name"          // longer than any name
	UnknownCode       Defect = "unknown-code"       // a year that is none
	InvalidEmail      Defect = "invalid-email"      //
	InvalidECKiD      Defect = "invalid-eckid"      //
	LostZeros         Defect = "lost-zeros"         // a spreadsheet took the zeros of a code away
	Scientific        Defect = "scientific"         // a spreadsheet wrote 2,00001E+05 for a number
	LostDigits        Defect = "lost-digits"        // a number of more digits than Excel keeps
	ParentRole        Defect = "parent-role"        // a parent among the staff
	StatusInBulk      Defect = "status"             // a row that says of itself to be inactive
	ByteOrderMark     Defect = "bom"                // before the first byte, which every format allows
	DuplicateECKiD    Defect = "duplicate-eckid"    // two people with one ECK iD
	OtherInfix        Defect = "tussenvoegsel"      // the name of an element that should be voorvoegsel
	Flemish           Defect = "flemish"            // a school in Flanders
	Semicolons        Defect = "semicolons"         // where the format has commas
	RepeatedHeading   Defect = "repeated-heading"   // as printed lists have on every page
	WordCase          Defect = "word-case"          // TRUE and Homeroom
	OtherDate         Defect = "other-date"         // written as the standard does not
	RoleConflict      Defect = "role-conflict"      // a pupil enrolled as a teacher
	UnknownTitle      Defect = "unknown-salutation" // a word that is none
)

// ParseDefects reads the names of defects, which commas divide.
func ParseDefects(names string) ([]Defect, error) {
	var list []Defect
	all := faults()
	for name := range strings.SplitSeq(names, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		d := Defect(name)
		if all[d] == nil {
			return nil, fmt.Errorf("there is no defect %q; there are %s", name, join(order()))
		}
		list = append(list, d)
	}
	return list, nil
}

// Defects returns the defects that a file of the format can have, in the order
// in which they are put in.
func (f Format) Defects() []Defect {
	all := faults()
	return slices.DeleteFunc(order(), func(d Defect) bool { return all[d][kin(f)] == nil })
}

// kind is a family of formats that are spoilt alike.
type kind string

const (
	xmlEDEX   kind = "edexml"
	xmlFirst  kind = "edexml 1.03"
	xmlSecond kind = "edexml 2.0"
	xmlUWLR   kind = "uwlr"
	setOne    kind = "oneroster"
	setFirst  kind = "oneroster 1.1"
	setSDS    kind = "sds"
	listOwn   kind = "csv"
	listTerm  kind = "magister"
	listILT   kind = "somtoday"
	listExcel kind = "xlsx"
	listOf    kind = "guardians"
)

func kin(f Format) kind {
	return map[Format]kind{
		EDEXML103: xmlFirst, EDEXML20: xmlSecond, EDEXML21: xmlEDEX, UWLR22: xmlUWLR, UWLR23: xmlUWLR, OneRoster11: setFirst, OneRoster12: setOne,
		SDS21: setSDS, CSV: listOwn, Magister: listTerm, SOMtoday: listILT, Excel: listExcel, Guardians: listOf,
	}[f]
}

// spoil puts defects in, in their own order: what changes rows comes before
// what takes them away, and that before what changes bytes. A defect that the format cannot have is refused.
func (s *source) spoil(defects []Defect) error {
	all, family := faults(), kin(s.format)
	for _, d := range defects {
		if all[d][family] == nil {
			return fmt.Errorf("a file of format %s cannot have the defect %s; it can have %s", s.format, d, join(s.format.Defects()))
		}
	}
	if len(defects) > 0 && len(s.school.Pupils()) < leastSpoilt {
		return fmt.Errorf("a school with defects has at least %d pupils", leastSpoilt)
	}
	for _, d := range order() {
		if slices.Contains(defects, d) {
			all[d][family](s)
		}
	}
	return nil
}

// leastSpoilt is how many pupils there must be for two of them to be confused.
const leastSpoilt = 2

// order returns every defect, in the order in which they are put in.
func order() []Defect {
	return []Defect{
		LostZeros, Scientific, LostDigits, UnknownCode, InvalidEmail, InvalidECKiD, LongName, MissingName, UnknownTitle, ParentRole, StatusInBulk,
		DuplicateECKiD, OtherInfix, Flemish, WordCase, OtherDate, RoleConflict,
		DanglingReference, WrongKind, DuplicateKey, MissingKey, BSNKeys, BSNColumn, BSNText, Formula, WrongYear, WrongBRIN, Delta, Order,
		Wide, HeadingCase, DuplicateHeading, OtherEncoding, MixedEncoding, RepeatedHeading, MissingColumn, NoHeadings, NoPupils, MissingFile, OtherVersion,
		Doctype, Nested, Semicolons, OpenQuote, NulBytes, Truncated, ByteOrderMark, OldExcel, Empty,
	}
}

// fault puts a defect into a source.
type fault = func(*source)

// each gives one fault to several families.
func each(do fault, families ...kind) map[kind]fault {
	all := map[kind]fault{}
	for _, k := range families {
		all[k] = do
	}
	return all
}

// merged joins what different families have.
func merged(all ...map[kind]fault) map[kind]fault {
	out := map[kind]fault{}
	for _, m := range all {
		for k, do := range m {
			out[k] = do
		}
	}
	return out
}
