package roster

import (
	"io"
	"strconv"
	"time"

	"cool.example/sync/shared/school"
)

// File is one file that a school handed over, on its own or within a zip.
type File struct {
	Name string // base name as handed over: "users.csv"
	// Open returns the file from its beginning. It may be called again. Its
	// reader fails with a fault of kind Invalid or TooLarge where the packing
	// is damaged or a bound is passed; formats pass that error on.
	Open func() (io.ReadCloser, error)
}

// Wanted says what a handed-over set of files is for.
type Wanted struct {
	School  school.Code
	Sector  school.Sector
	Today   time.Time
	Year    school.Year // for formats that do not carry one; 0 for the year of Today
	Strict  bool        // every deviation from the standard refuses the file
	Columns Columns     // what the school has said of its own columns
}

// YearOf returns the school year for a format that carries none.
func (w Wanted) YearOf() school.Year {
	if w.Year != 0 {
		return w.Year
	}
	return school.YearAt(w.Today)
}

// Columns says which field a column of a free table holds: the folded heading
// → the name of the field, "" to leave the column out.
type Columns map[string]string

// Format reads one kind of source into the one model.
type Format interface {
	// Name is how the format is called, without its version: "oneroster".
	Name() string
	// Claims reports whether files look like this format, by their names and
	// first bytes. It reads little, and answers false where reading fails.
	Claims(files []File) bool
	// Read reads files. Whatever is wrong with them becomes a finding; an
	// error means that they could not be read. Where the findings are Stopped
	// the roster, which may be nil, tells only how much was left out.
	Read(files []File, w Wanted, found *Findings) (*Roster, error)
}

// Fields is a set of fields of a person that a source delivers. A field that
// is not in the set keeps the value that is stored; one that is in it takes
// the source's value, also where that is empty.
type Fields uint16

// The fields that a source may deliver, each named after its entry in the
// field register.
const (
	CallName   Fields = 1 << iota
	FirstNames        //
	Initials          //
	Infix             //
	Surname           //
	Gender            //
	Email             // school_email; a guardian's private_email
	Number            // administration_number
	ECK               // eck_id
	Grade             // year
	ILT               // ilt
	InGroups          // class: which groups the person is in
	Roles             // function
	Children          // whose guardian the person is
	Salutation        //
)

// Has reports whether all of f are in s.
func (s Fields) Has(f Fields) bool { return s&f == f }

// Child says whose guardian somebody is.
type Child struct {
	Number   string // the child's administration number
	Slot     int    // first, second … guardian of the child
	Receives bool   // may receive messages about the child
}

// Key names a guardian who has no own key: one for each child and slot.
func (c Child) Key() string { return c.Number + "/" + strconv.Itoa(c.Slot) }
