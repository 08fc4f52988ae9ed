package guardian

import (
	"embed"

	"cool.example/sync/shared/roster"
)

// The findings about a list as a whole. Each refuses the files.
const (
	NoHeading        = "guardian.no_heading"        // fewer than two headings are known: the first row may be somebody's
	NoRows           = "guardian.no_rows"           // nobody under the headings
	NoChild          = "guardian.no_child"          // no column with the child's number
	NoName           = "guardian.no_name"           // no column with a name
	DuplicateHeading = "guardian.duplicate_heading" // two columns that mean the same
	NumberIsBSN      = "guardian.number_is_bsn"     // numbers that pass the test of citizen service numbers
	TooMany          = "guardian.too_many"          //
)

// The findings about one row that refuse the files: to leave a guardian out
// would take the account away, and a wrong key would give a child to another.
const (
	TooWide          = "guardian.too_wide"          // more cells than headings: the columns have shifted
	MissingChild     = "guardian.missing_child"     //
	ChildInvalid     = "guardian.child_invalid"     //
	MissingKey       = "guardian.missing_key"       //
	KeyInvalid       = "guardian.key_invalid"       //
	Shortened        = "guardian.shortened"         // a spreadsheet wrote 1,23E+08
	SlotInvalid      = "guardian.slot_invalid"      // neither first nor second nor any other
	DuplicateSlot    = "guardian.duplicate_slot"    // two first guardians of one child
	DuplicateChild   = "guardian.duplicate_child"   // one child twice with one guardian
	ConflictingNames = "guardian.conflicting_names" // one key for two names
	MissingName      = "guardian.missing_name"      //
)

// The findings about one column or value; the rest goes on.
const (
	ColumnLikeBSN     = "guardian.column_like_bsn"    // the column is left out
	BSNInText         = "guardian.bsn_in_text"        // a citizen service number within a text, which is left out
	EmailInvalid      = "guardian.email_invalid"      //
	ConflictingEmail  = "guardian.conflicting_email"  // one key for two addresses: neither is taken
	UnknownReceives   = "guardian.unknown_receives"   // neither yes nor no: no
	UnknownSalutation = "guardian.unknown_salutation" //
	UnknownGender     = "guardian.unknown_gender"     //
	ConflictingTitle  = "guardian.conflicting_title"  // one key for two salutations or two genders: neither is taken
	NoReceives        = "guardian.no_receives"        // no column says who may receive messages: nobody
	NoSlot            = "guardian.no_slot"            // the order of the rows says who is first
	TooLong           = "guardian.too_long"           //
	ControlCharacter  = "guardian.control_character"  //
	NameUnclear       = "guardian.name_unclear"       // where the given name ends is a guess
	NameSplit         = "guardian.name_split"         // names in one column were taken apart
	RepeatedHeading   = "guardian.repeated_heading"   // the headings stand in the list again
)

// Codes lists the code of every finding that this package adds.
func Codes() []string {
	return []string{
		NoHeading, NoRows, NoChild, NoName, DuplicateHeading, NumberIsBSN, TooMany,
		TooWide, MissingChild, ChildInvalid, MissingKey, KeyInvalid, Shortened, SlotInvalid, DuplicateSlot, DuplicateChild,
		ConflictingNames, MissingName,
		ColumnLikeBSN, BSNInText, EmailInvalid, ConflictingEmail, UnknownReceives, UnknownSalutation, UnknownGender, ConflictingTitle, NoReceives, NoSlot, TooLong,
		ControlCharacter, NameUnclear, NameSplit, RepeatedHeading,
	}
}

// severity returns what a finding does. Whatever is not known to be harmless
// refuses the file.
func severity(code string) roster.Severity {
	switch code {
	case NameSplit, RepeatedHeading:
		return roster.Note
	case ColumnLikeBSN, BSNInText, EmailInvalid, ConflictingEmail, UnknownReceives, UnknownSalutation, UnknownGender, ConflictingTitle, NoReceives, NoSlot,
		TooLong, ControlCharacter, NameUnclear:
		return roster.Warning
	default:
		return roster.Stop
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
