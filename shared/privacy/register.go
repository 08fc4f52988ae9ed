// Package privacy is the one list of what may be stored about people: the
// field register. It follows part F of the privacy annex, version 2026.2. A
// field that is not in it cannot be stored: a test compares every stored form
// with it.
package privacy

import (
	"slices"

	"cool.example/sync/shared/person"
)

// Category is a category of personal data as the annex names it.
type Category string

// The categories of the annex that are ticked for any kind of person.
const (
	Contact      Category = "Contactgegevens"
	Number       Category = "Onderwijsdeelnemernummer"
	ECK          Category = "ECK-iD"
	Progress     Category = "Studievoortgang"
	Organisation Category = "Onderwijsorganisatie"
	Usage        Category = "Gebruikersgegevens"
)

// Purpose says what a field is needed for.
type Purpose string

// The purposes, after part E of the annex.
const (
	Identify   Purpose = "identify"   // make and recognise an account
	Release    Purpose = "release"    // tell an application or target who somebody is
	Place      Purpose = "place"      // put people in groups, and groups with applications
	Secure     Purpose = "secure"     // prevent and trace misuse
	Correspond Purpose = "correspond" // write to somebody
)

// Field is one kind of personal data that may be stored.
type Field struct {
	Key      string // the name under which stored forms refer to it
	Kinds    []person.Kind
	Category Category
	Purposes []Purpose
	Targets  bool // may go to targets and partners: part D.2 of the annex
}

// Register returns every field, in the order of the annex.
func Register() []Field {
	everybody := []person.Kind{person.Pupil, person.Staff, person.Guardian}
	pupils := []person.Kind{person.Pupil}
	return []Field{
		{"call_name", everybody, Contact, []Purpose{Identify, Release}, true},
		{"first_names", everybody, Contact, []Purpose{Identify}, false},
		{"initials", everybody, Contact, []Purpose{Identify}, false},
		{"infix", everybody, Contact, []Purpose{Identify, Release}, true},
		{"surname", everybody, Contact, []Purpose{Identify, Release}, true},
		{"gender", everybody, Contact, []Purpose{Identify}, false},
		{"school_email", []person.Kind{person.Pupil, person.Staff}, Contact, []Purpose{Identify, Release}, true},
		{"private_email", []person.Kind{person.Staff, person.Guardian}, Contact, []Purpose{Correspond}, false},
		{"administration_number", pupils, Number, []Purpose{Identify}, false},
		{"source_key_hash", everybody, Number, []Purpose{Identify}, false},
		{"eck_id", pupils, ECK, []Purpose{Identify, Release}, true},
		{"class", everybody, Progress, []Purpose{Place, Release}, true},
		{"year", pupils, Progress, []Purpose{Place}, false},
		{"ilt", pupils, Progress, []Purpose{Place}, false},
		{"child", []person.Kind{person.Guardian}, Contact, []Purpose{Identify, Correspond}, false},
		{"function", []person.Kind{person.Staff}, Organisation, []Purpose{Place, Release}, true},
		{"usage", everybody, Usage, []Purpose{Secure}, false},
	}
}

// Lookup returns the field with this key.
func Lookup(key string) (Field, bool) {
	all := Register()
	i := slices.IndexFunc(all, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return all[i], true
}
