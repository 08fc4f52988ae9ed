package table

import (
	"embed"

	"cool.example/sync/shared/roster"
)

// The findings about a table as a whole. Each refuses the files.
const (
	NoHeading        = "table.no_heading"        // fewer than two headings are known: the first row may be somebody's
	NoRows           = "table.no_rows"           // nobody under the headings
	StructureFile    = "table.structure_file"    // SOMtoday's list of locations, classes and staff, without headings
	NoNumber         = "table.no_number"         // no column with an administration number
	NoName           = "table.no_name"           // no column with a name
	DuplicateHeading = "table.duplicate_heading" // two columns that mean the same
	UnclearKind      = "table.unclear_kind"      // pupils or staff: nothing says so
	BothKinds        = "table.both_kinds"        // pupils and staff in one table
	Guardians        = "table.guardians"         // a list of guardians, which is read by itself
	NumberIsBSN      = "table.number_is_bsn"     // the administration numbers pass the test of citizen service numbers
	WrongYear        = "table.wrong_year"        // no row is of the school year that is read
	TooMany          = "table.too_many"          // more people or classes than any school has
)

// The findings about one row that refuse the files: to leave the person out
// would take the account away.
const (
	TooWide        = "table.too_wide"        // more cells than headings: the columns have shifted
	MissingNumber  = "table.missing_number"  //
	NumberInvalid  = "table.number_invalid"  // too long, or with characters that no number has
	Shortened      = "table.shortened"       // a spreadsheet wrote 1,23E+08
	DuplicateKey   = "table.duplicate_key"   // one number for several rows
	DuplicateECKiD = "table.duplicate_eckid" //
	MissingName    = "table.missing_name"    //
)

// The findings about one column or value; the rest goes on.
const (
	ColumnLikeBSN    = "table.column_like_bsn"   // the column is left out
	BSNInText        = "table.bsn_in_text"       // a citizen service number within a text, which is left out
	UnknownGender    = "table.unknown_gender"    //
	UnknownYear      = "table.unknown_year"      //
	UnknownRole      = "table.unknown_role"      //
	UnknownState     = "table.unknown_state"     // whether the person is there
	ILTPadded        = "table.ilt_padded"        // a spreadsheet took zeros away; they are put back
	ILTInvalid       = "table.ilt_invalid"       //
	EmailInvalid     = "table.email_invalid"     //
	ECKiDInvalid     = "table.eckid_invalid"     //
	ECKiDMended      = "table.eckid_mended"      // in capitals
	DateInvalid      = "table.date_invalid"      //
	PeriodInvalid    = "table.period_invalid"    // not a school year
	TooLong          = "table.too_long"          //
	ControlCharacter = "table.control_character" //
	NameUnclear      = "table.name_unclear"      // where the given name ends is a guess
	ParentRole       = "table.parent_role"       // a parent among the staff

	MissingGivenName = "table.missing_given_name" //
	NameSplit        = "table.name_split"         // names in one column were taken apart
	Periods          = "table.periods"            // several rows for one pupil: the present one counts
	StaffTwice       = "table.staff_twice"        // several rows for one member of staff: that of the own account counts
	RepeatedHeading  = "table.repeated_heading"   // the headings stand in the table again
)

// Codes lists the code of every finding that this package adds.
func Codes() []string {
	return []string{
		NoHeading, NoRows, StructureFile, NoNumber, NoName, DuplicateHeading, UnclearKind, BothKinds, Guardians, NumberIsBSN, WrongYear, TooMany,
		TooWide, MissingNumber, NumberInvalid, Shortened, DuplicateKey, DuplicateECKiD, MissingName,
		ColumnLikeBSN, BSNInText, UnknownGender, UnknownYear, UnknownRole, UnknownState, ILTPadded, ILTInvalid, EmailInvalid, ECKiDInvalid,
		ECKiDMended, DateInvalid, PeriodInvalid, TooLong, ControlCharacter, NameUnclear, ParentRole,
		MissingGivenName, NameSplit, Periods, StaffTwice, RepeatedHeading,
	}
}

// severity returns what a finding does. Whatever is not known to be harmless
// refuses the file.
func severity(code string) roster.Severity {
	switch code {
	case MissingGivenName, NameSplit, Periods, StaffTwice, RepeatedHeading:
		return roster.Note
	case ColumnLikeBSN, BSNInText, UnknownGender, UnknownYear, UnknownRole, UnknownState, ILTPadded, ILTInvalid, EmailInvalid, ECKiDInvalid,
		ECKiDMended, DateInvalid, PeriodInvalid, TooLong, ControlCharacter, NameUnclear, ParentRole:
		return roster.Warning
	default:
		return roster.Stop
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
