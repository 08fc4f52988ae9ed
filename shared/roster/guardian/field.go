package guardian

import "cool.example/sync/shared/roster/rows"

// field is what a column may hold.
type field uint8

// The fields that a column may be bound to. Most are named after their entries
// in the field register, as in roster.Columns.
const (
	none       field = iota
	child            // the child's administration number
	slot             //
	key              // a guardian's own
	callName         //
	firstNames       //
	initials         //
	infix            //
	surname          //
	email            //
	receives         //
	wholeName        //
	salutation       //
	gender           //

	allFields // how many there are
)

// The names under which values are counted that have no field.
const (
	unknown = "unknown" // no field that is known
	bsn     = "bsn"     // a citizen service number
)

// name returns how a field is called where it is counted.
func (f field) name() string {
	return [allFields]string{
		child: "child", slot: "volgnummer", key: "verzorgernummer", callName: "call_name", firstNames: "first_names", initials: "initials",
		infix: "infix", surname: "surname", email: "private_email", receives: "mag_ontvangen", wholeName: "naam", salutation: "salutation",
		gender: "gender",
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

// settle notes where the columns stand, once they are decided on: a row asks for
// each of them.
func (s *sheet) settle() {
	columns := make([]field, len(s.columns))
	for i, c := range s.columns {
		columns[i] = c.field
	}
	s.places = rows.Places(allFields, columns)
}
