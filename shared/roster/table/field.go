package table

import "cool.example/sync/shared/roster/rows"

// field is what a column may hold.
type field uint8

// The fields that a column may be bound to. The first are named after their
// entries in the field register, as in roster.Columns.
const (
	none field = iota
	number
	callName
	firstNames
	initials
	infix
	surname
	gender
	email
	eckID
	class
	year
	ilt
	function

	// What else a column may hold: it is used while reading or planning, or known
	// and left out.
	wholeName // a name in one
	period    // the school year of a row
	begins    // of a row
	ends      // of a row
	leaves    // from when on the person is gone
	state     // whether the person is there
	code      // a member of staff's own code
	login     // an account's name elsewhere
	study     //
	location  // the place of the school

	allFields // how many there are
)

// The names under which values are counted that have no field.
const (
	unknown = "unknown" // no field that is known
	bsn     = "bsn"     // a citizen service number
)

// name returns how a field is called where it is shown and counted.
func (f field) name() string {
	return [allFields]string{
		number: "administration_number", callName: "call_name", firstNames: "first_names", initials: "initials", infix: "infix", surname: "surname",
		gender: "gender", email: "school_email", eckID: "eck_id", class: "class", year: "year", ilt: "ilt", function: "function",
		wholeName: "naam", period: "studieperiode", begins: "begindatum", ends: "einddatum", leaves: "vertrekdatum", state: "actief", code: "code",
		login: "gebruikersnaam", study: "studie", location: "vestiging",
	}[f]
}

// fields returns every field that a heading may stand for.
func fields() []field {
	var list []field
	for f := none + 1; f < allFields; f++ {
		list = append(list, f)
	}
	return list
}

// registered returns the field of that name in the field register, to which a
// school may bind a column; none for another.
func registered(name string) field {
	for _, f := range fields() {
		if f.name() == name && bit(f) != 0 {
			return f
		}
	}
	return none
}

// settle notes where the columns stand, once they are decided on: a row asks for
// each of them.
func (s *sheet) settle() {
	columns := make([]field, len(s.columns))
	for i, c := range s.columns {
		columns[i] = c.field
	}
	s.places = rows.Places(allFields, columns)
}
