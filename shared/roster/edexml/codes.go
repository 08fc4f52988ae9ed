package edexml

import (
	"embed"

	"cool.example/sync/shared/roster"
)

// The findings about the file as a whole. Each refuses it.
const (
	Empty            = "edexml.empty"             // nothing in it
	NotXML           = "edexml.not_xml"           // something else than XML
	Malformed        = "edexml.malformed"         // XML that breaks off its own rules
	Truncated        = "edexml.truncated"         // ends before EDEX is closed
	WrongRoot        = "edexml.wrong_root"        // XML, but not EDEXML
	Doctype          = "edexml.doctype"           // declares a document type
	Entity           = "edexml.entity"            // uses an entity of its own
	Encoding         = "edexml.encoding"          // an encoding that is not read
	InvalidUTF8      = "edexml.invalid_utf8"      // bytes that are not the declared UTF-8
	IllegalCharacter = "edexml.illegal_character" // NUL and the like
	TooDeep          = "edexml.too_deep"          // elements nested deeper than the limit
	TooLarge         = "edexml.too_large"         // more bytes than the limit
	TokenTooLong     = "edexml.token_too_long"    // one text or tag longer than the limit
	TooMany          = "edexml.too_many"          // more people, groups, references or attributes than the limit
	SectionOrder     = "edexml.section_order"     // a part stands twice or in the wrong place
)

// The findings about the part that says which school this is.
const (
	MissingSchool   = "edexml.missing_school"
	MissingYear     = "edexml.missing_year"
	YearInvalid     = "edexml.year_invalid"
	MissingBRIN     = "edexml.missing_brin"
	BRINInvalid     = "edexml.brin_invalid"
	BRINMended      = "edexml.brin_mended" // lower case, or with the location behind it
	LocationInvalid = "edexml.location_invalid"
	Flemish         = "edexml.flemish" // a school in Flanders, by its instellingsnummer
	UnknownVersion  = "edexml.unknown_version"
)

// The findings about keys: who is who, and who belongs where. Each refuses
// the file, since nothing in it can be matched with certainty.
const (
	MissingKey        = "edexml.missing_key"
	KeyTooLong        = "edexml.key_too_long"
	KeyInvalid        = "edexml.key_invalid"
	KeyIsBSN          = "edexml.key_is_bsn" // nearly all pupils' keys pass the test of citizen service numbers
	DuplicateKey      = "edexml.duplicate_key"
	DuplicateECKiD    = "edexml.duplicate_eckid"
	DanglingReference = "edexml.dangling_reference"
	WrongKind         = "edexml.wrong_kind" // a class where a lesson group is meant, or the reverse
	NoPupils          = "edexml.no_pupils"
	MissingName       = "edexml.missing_name"
)

// The findings about one value or row; the rest of the file goes on.
const (
	MissingGivenName = "edexml.missing_given_name"
	MissingGroupName = "edexml.missing_group_name"
	OtherInfix       = "edexml.other_infix" // tussenvoegsel in place of voorvoegsel
	UnknownYear      = "edexml.unknown_year"
	UnknownRole      = "edexml.unknown_role"
	UnknownGender    = "edexml.unknown_gender"
	UnknownElement   = "edexml.unknown_element"
	DuplicateElement = "edexml.duplicate_element"
	TooLong          = "edexml.too_long"
	ControlCharacter = "edexml.control_character"
	BSNInText        = "edexml.bsn_in_text" // a citizen service number within a text, which is left out
	EmailInvalid     = "edexml.email_invalid"
	ECKiDInvalid     = "edexml.eckid_invalid"
	ECKiDMended      = "edexml.eckid_mended" // in capitals
	DateInvalid      = "edexml.date_invalid"
	ParentRole       = "edexml.parent_role" // a parent among the staff
)

// Codes lists the code of every finding that this package adds.
func Codes() []string {
	return []string{
		Empty, NotXML, Malformed, Truncated, WrongRoot, Doctype, Entity, Encoding, InvalidUTF8, IllegalCharacter,
		TooDeep, TooLarge, TokenTooLong, TooMany, SectionOrder,
		MissingSchool, MissingYear, YearInvalid, MissingBRIN, BRINInvalid, BRINMended, LocationInvalid, Flemish, UnknownVersion,
		MissingKey, KeyTooLong, KeyInvalid, KeyIsBSN, DuplicateKey, DuplicateECKiD, DanglingReference, WrongKind, NoPupils, MissingName,
		MissingGivenName, MissingGroupName, OtherInfix, UnknownYear, UnknownRole, UnknownGender, UnknownElement, DuplicateElement,
		TooLong, ControlCharacter, BSNInText, EmailInvalid, ECKiDInvalid, ECKiDMended, DateInvalid, ParentRole,
	}
}

// severity returns what a finding does. Whatever is not known to be harmless
// refuses the file.
func severity(code string) roster.Severity {
	switch code {
	case BRINMended, OtherInfix, UnknownElement, MissingGivenName:
		return roster.Note
	case UnknownVersion, MissingGroupName, UnknownYear, UnknownRole, UnknownGender, DuplicateElement,
		TooLong, ControlCharacter, BSNInText, EmailInvalid, ECKiDInvalid, ECKiDMended, DateInvalid, ParentRole:
		return roster.Warning
	default:
		return roster.Stop
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
