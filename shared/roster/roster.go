// Package roster holds what a source says of one school in one school year:
// its groups, its people, and who belongs where. Every format is read into
// this one model; comparing it with what is stored gives a plan.
package roster

import (
	"slices"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// Roster is the whole of one source: one school, one school year. A person or
// group that is absent from it is no longer there.
type Roster struct {
	Format  string // "edexml 2.1"
	School  school.Code
	Year    school.Year
	Groups  []Group
	People  []Person
	Columns []Column       // what was made of the headings, of free tables only
	LeftOut map[string]int // values skipped while parsing: name of the source's field → how many
}

// Column is what was made of one column of a free table.
type Column struct {
	File    string // of a set, and the sheet: see TablePlace
	Place   int    // from 1
	Heading string // as it stands in the file
	Field   string // what it is read as: an entry of the field register; "" where it is left out
	How     string // why: see table.How
}

// GroupKind says how a group came to be in the source.
type GroupKind string

// The kinds of group that a source delivers.
const (
	Class  GroupKind = "class"  // stamgroep: every pupil is in at most one
	Lesson GroupKind = "lesson" // samengestelde groep, cluster, lesson group
)

// ValidYear reports whether code is a jaargroep of types.variabel.xsd 2.1 of EDEXML.
func ValidYear(code string) bool {
	switch code {
	case "B", "D", "0", "1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "13", "14", "15", "16", "S", "V", "C", "N", "H":
		return true
	}
	return false
}

// Group is a class or lesson group.
type Group struct {
	Key  string // the source's key, unique in the roster
	Kind GroupKind
	Name string
	Year string // jaargroep code of the source: "4", "11", "C"; "" for none
}

// Person is one pupil, member of staff or guardian in the roster.
type Person struct {
	Key  string // the source's key, unique in its kind
	Kind person.Kind
	Name person.Name
	// Salutation is how an adult is written to; "" for none.
	Salutation person.Salutation
	Gender     person.Gender
	Username   string   // the name of the person's account in the source, a proposal for that of the account here; "" for none
	Email      string   // school address as the source delivers it, a guardian's own; "" for none
	Number     string   // a pupil's administration number; in some sources it is the key too
	ECK        string   // a pupil's ECK-iD; "" for none. It is not stored as it stands: see seal.Index
	Year       string   // a pupil's own jaargroep code; "" for none
	ILT        string   // a pupil's four-digit education code; "" for none
	Groups     []string // keys of groups, the class first
	Roles      []string // a staff member's role codes at the school: "DIR", "LRK"
	Children   []Child  // a guardian's
	// Location is the place of the school (vestiging) that the source puts the
	// person at: the number of a location ("01"), with or without the BRIN
	// before it, else its name; "" where the source tells none.
	Location string
	Left     bool   // the source itself says that the person has left
	Line     int    // where the person stands in the source, for findings
	Fields   Fields // what the source delivers of this person
}

// Severity says what a finding does.
type Severity string

// The severities.
const (
	Stop    Severity = "stop"    // the file is refused; nothing changes
	Warning Severity = "warning" // the row or value is left out or mended; the rest goes on
	Note    Severity = "note"    // good to know
)

// Finding is one thing that somebody at the school should know or mend. It
// tells a place, never a value: what stands there may be a BSN.
type Finding struct {
	Code     string   // stable: "edexml.duplicate_key"; also the key of its message
	Severity Severity //
	File     string   // the file within a set as its standard calls it, else its place: see TablePlace; "" where there is one
	Line     int      // 1-based line, or row of a sheet; 0 where none applies
	Column   int      // 1-based, in bytes, or the number of a table's column; 0 where none applies
	Field    string   // name of the element or column in the source; "" for none
	Count    int      // how many people or rows it stands for; 0 for the one that it places
}

// Findings gathers findings, keeping at most a bounded number of each code so
// that a broken file cannot fill memory; Dropped counts the rest.
type Findings struct {
	List    []Finding
	Dropped int
	perCode map[string]int
}

// perCodeLimit is how many findings of one code are kept: enough to mend a
// file by, few enough to read.
const perCodeLimit = 100

// Add keeps f, or counts it as dropped where its code has reached the limit.
func (l *Findings) Add(f Finding) {
	if l.perCode == nil {
		l.perCode = map[string]int{}
	}
	l.perCode[f.Code]++
	if l.perCode[f.Code] > perCodeLimit {
		l.Dropped++
		return
	}
	l.List = append(l.List, f)
}

// Kept returns at most n findings: where there are more, those that refuse the
// file before warnings, and these before notes.
func (l *Findings) Kept(n int) []Finding {
	if len(l.List) <= n {
		return l.List
	}
	list := slices.Clone(l.List)
	weight := map[Severity]int{Stop: 0, Warning: 1, Note: 2}
	slices.SortStableFunc(list, func(a, b Finding) int { return weight[a.Severity] - weight[b.Severity] })
	return list[:n]
}

// Stopped reports whether any finding refuses the file.
func (l *Findings) Stopped() bool {
	for _, f := range l.List {
		if f.Severity == Stop {
			return true
		}
	}
	return false
}
