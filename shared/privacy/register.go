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
	Imagery      Category = "Beeldmateriaal"
	Usage        Category = "Gebruikersgegevens"
	Address      Category = "IP-adres"
)

// Purpose says what a field is needed for.
type Purpose string

// The purposes, after part E of the annex.
const (
	Identify   Purpose = "identify"   // make and recognise an account
	Release    Purpose = "release"    // tell an application or target who somebody is
	Place      Purpose = "place"      // put people in groups, and groups with applications
	Secure     Purpose = "secure"     // prevent and trace misuse
	Correspond Purpose = "correspond" // write to somebody, or call them
)

// Viewer is somebody who may see a field of another person, where the right to
// that person's data holds too: see package access.
type Viewer string

// The viewers. The person always sees what is kept, and who saw it.
const (
	Managers Viewer = "managers" // who manages accounts for the institution
	Teachers Viewer = "teachers" // staff of a group that the person is in
	Targets  Viewer = "targets"  // connected targets, partners and applications that are registered for it
	Auditors Viewer = "auditors" // who reads the log for the institution
)

// Life is how long a field is kept.
type Life string

// The lives. Whatever is kept about an account after it was deleted lies sealed
// for 90 days and is then gone in every copy.
const (
	WithAccount Life = "account" // as long as the account
	InLog       Life = "log"     // 12 months after the entry, or what the institution chose
	Briefly     Life = "brief"   // 90 days at most
)

// Field is one kind of personal data that may be stored.
type Field struct {
	Key      string // the name under which stored forms refer to it
	Kinds    []person.Kind
	Category Category
	Row      string // the row of the annex that allows it
	Purposes []Purpose
	Targets  bool // may go to targets and partners: part D.2 of the annex
	Viewers  []Viewer
	Life     Life
}

// Of reports whether the field may be stored of a kind of person.
func (f Field) Of(k person.Kind) bool { return slices.Contains(f.Kinds, k) }

// Register returns every field, in the order of the annex.
func Register() []Field {
	everybody := []person.Kind{person.Pupil, person.Staff, person.Guardian}
	adults := []person.Kind{person.Staff, person.Guardian}
	school := []person.Kind{person.Pupil, person.Staff}
	pupils, staff := []person.Kind{person.Pupil}, []person.Kind{person.Staff}
	identify, released := []Purpose{Identify}, []Purpose{Identify, Release}
	managers, taught := []Viewer{Managers}, []Viewer{Managers, Teachers}
	shown := []Viewer{Managers, Teachers, Targets}
	return []Field{
		{"call_name", everybody, Contact, "Voorna(a)m(en)", released, true, shown, WithAccount},
		{"first_names", everybody, Contact, "Voorna(a)m(en)", identify, false, managers, WithAccount},
		{"initials", everybody, Contact, "Voorletter(s)", identify, false, managers, WithAccount},
		{"infix", everybody, Contact, "Achternaam", released, true, shown, WithAccount},
		{"surname", everybody, Contact, "Achternaam", released, true, shown, WithAccount},
		{"salutation", adults, Contact, "Aanschrijftitel zoals geslacht", []Purpose{Correspond}, false, taught, WithAccount},
		{"gender", everybody, Contact, "Geslacht", identify, false, managers, WithAccount},
		{"phone", staff, Contact, "Telefoonnummer", []Purpose{Correspond}, false, managers, WithAccount},
		{"school_email", school, Contact, "E-mailadres (school)", released, true, shown, WithAccount},
		{"username", everybody, Usage, "Diagnostische gegevens, loggegevens, metadata", identify, false, taught, WithAccount},
		{"private_email", adults, Contact, "E-mailadres (privé)", []Purpose{Correspond}, false, managers, WithAccount},
		{"administration_number", pupils, Number, "Onderwijsdeelnemernummer", identify, false, managers, WithAccount},
		{"source_key_hash", everybody, Number, "Onderwijsdeelnemernummer", identify, false, nil, WithAccount},
		{"eck_id", pupils, ECK, "ECK-iD", released, true, []Viewer{Targets}, WithAccount},
		{"class", everybody, Progress, "Klas / leerjaar / ILT-code", []Purpose{Place, Release}, true, shown, WithAccount},
		{"year", pupils, Progress, "Klas / leerjaar / ILT-code", []Purpose{Place}, false, taught, WithAccount},
		{"ilt", pupils, Progress, "Klas / leerjaar / ILT-code", []Purpose{Place}, false, taught, WithAccount},
		{"age_band", pupils, Organisation, "Onderwijsorganisatie", []Purpose{Place}, false, taught, WithAccount},
		{"child", []person.Kind{person.Guardian}, Contact, "Achternaam", []Purpose{Identify, Correspond}, false, taught, WithAccount},
		{"function", staff, Organisation, "Onderwijsorganisatie", []Purpose{Place, Release}, true, shown, WithAccount},
		{"supervision", school, Progress, "Studievoortgang en/of studietraject", []Purpose{Place}, false, taught, WithAccount},
		{"usage", everybody, Usage, "Diagnostische gegevens, loggegevens, metadata", []Purpose{Secure}, false, []Viewer{Auditors}, InLog},
		{"ip_address", school, Address, "IP-adres", []Purpose{Secure}, false, []Viewer{Auditors}, Briefly},
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
