package edexml

// Code is the stable code of a finding; its message stands in the catalogues
// of shared/i18n under "finding." and the code.
type Code string

// The findings.
const (
	Empty           Code = "edexml.empty"
	NotXML          Code = "edexml.not_xml"
	Truncated       Code = "edexml.truncated"
	Doctype         Code = "edexml.doctype"
	Entity          Code = "edexml.entity"
	Encoding        Code = "edexml.encoding"
	WrongRoot       Code = "edexml.wrong_root"
	TooDeep         Code = "edexml.too_deep"
	TooLong         Code = "edexml.too_long"
	TooMany         Code = "edexml.too_many"
	NoSchool        Code = "edexml.no_school"
	NoYear          Code = "edexml.no_year"
	BadYear         Code = "edexml.bad_year"
	BadBRIN         Code = "edexml.bad_brin"
	Flemish         Code = "edexml.flemish"
	NoPupils        Code = "edexml.no_pupils"
	NoKey           Code = "edexml.no_key"
	DuplicateKey    Code = "edexml.duplicate_key"
	DuplicateECK    Code = "edexml.duplicate_eckid"
	UnknownGroup    Code = "edexml.unknown_group"
	WrongGroupKind  Code = "edexml.wrong_group_kind"
	UnknownLocation Code = "edexml.unknown_location"
	NoName          Code = "edexml.no_name"
	NoGroupName     Code = "edexml.no_group_name"
	OtherInfix      Code = "edexml.other_infix"
	UnknownYear     Code = "edexml.unknown_year"
	UnknownGender   Code = "edexml.unknown_gender"
	UnknownRole     Code = "edexml.unknown_role"
	ParentRole      Code = "edexml.parent_role"
	BadECK          Code = "edexml.bad_eckid"
)

// Codes returns every code, for the test that each has its messages.
func Codes() []Code {
	return []Code{
		Empty, NotXML, Truncated, Doctype, Entity, Encoding, WrongRoot, TooDeep, TooLong, TooMany, NoSchool, NoYear, BadYear,
		BadBRIN, Flemish, NoPupils, NoKey, DuplicateKey, DuplicateECK, UnknownGroup, WrongGroupKind, UnknownLocation, NoName,
		NoGroupName, OtherInfix, UnknownYear, UnknownGender, UnknownRole, ParentRole, BadECK,
	}
}

// countedAs returns the name under which a skipped element is counted: its
// own where the standard knows it, else "other", since a foreign name could
// itself say something.
func countedAs(element string) string {
	switch element {
	case "geboortedatum", "start_ondw_jgr3", "gebruikersnaam", "fotourl", "etniciteit", "land", "land_vader", "land_moeder",
		"sofinummer", "bsn", "onderwijsnummer", "bsn_ondwnr-4", "rijksregisternummer", "gewicht_nieuw", "gewicht",
		"postcodenl", "postnummerbe", "postcodeoverig", "instroomdatum", "uitstroomdatum", "toevoegingen", "mutatiedatum",
		"omschrijving", "rolomschrijving", "peildatum", "schoolkey", "aanmaakdatum", "auteur", "commentaar":
		return element
	default:
		return "other"
	}
}

// years returns whether a jaargroep code is one of the standard's
// (EDEXML.types.variabel, 2.1).
func knownYear(code string) bool {
	switch code {
	case "B", "D", "0", "1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "13", "14", "15", "16", "S", "V", "C", "N", "H":
		return true
	default:
		return false
	}
}

// knownRole returns whether a rol code is one of the standard's.
func knownRole(code string) bool {
	switch code {
	case "ADJ", "ADM", "CON", "DIR", "ICT", "IB", "KLA", "LRK", "LOS", "LOC", "OWA", "OUD", "RT", "SMW", "STA", "TAL", "VAK":
		return true
	default:
		return false
	}
}

// parent is the role of a parent who helps at school: never a staff account.
const parent = "OUD"

// historic is the jaargroep of a pupil who has left.
const historic = "H"
