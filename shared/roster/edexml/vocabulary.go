package edexml

// Unknown is the name under which Roster.LeftOut counts values whose element
// or attribute is not part of EDEXML: such a name could itself be a value.
const Unknown = "unknown"

// keyRunes is the longest key since EDEXML 2.1; 64 before.
const keyRunes = 256

// longest returns how many runes an element's text may have. The lengths are
// those of EDEXML.types.vast.xsd 2.1, except that exports in use have infixes
// longer than 10 and initials written with dots, longer than 6.
func longest(element string) int {
	switch element {
	case "achternaam", "voornamen":
		return 200
	case "voorvoegsel", "tussenvoegsel", "voorletters-1", "xsdversie":
		return 32
	case "emailadres":
		return 254 // RFC 5321 section 4.5.3.1.3, less the angle brackets
	default:
		return 64
	}
}

// worded reports whether an element holds words: a number that looks like a
// citizen service number (BSN) is none by chance.
func worded(element string) bool {
	switch element {
	case "achternaam", "voorvoegsel", "tussenvoegsel", "voornamen", "voorletters-1", "roepnaam", "naam":
		return true
	}
	return false
}

// leftOut reports whether an element is known and never kept.
func leftOut(element string) bool {
	switch element {
	case "sofinummer", "bsn", "onderwijsnummer", "bsn_ondwnr-4", "rijksregisternummer",
		"geboortedatum", "etniciteit", "land", "land_vader", "land_moeder",
		"gewicht", "gewicht_nieuw", "postcodenl", "postnummerbe", "postcodeoverig",
		"start_ondw_jgr3", "instroomdatum", "uitstroomdatum",
		"fotourl", "toevoegingen", "rolomschrijving",
		"omschrijving", "mutatiedatum", "peildatum", "aanmaakdatum", "auteur", "commentaar", "schoolkey":
		return true
	}
	return false
}

// Years of a group or pupil that are no year of education.
const (
	historical = "H" // left the school
	combined   = "C" // several years in one class: each pupil has an own year
)

// parent is the role of a parent who helps out. It is never a staff account.
const parent = "OUD"

// validRole reports whether code is a rol of types.variabel.xsd 2.1.
func validRole(code string) bool {
	switch code {
	case "ADJ", "ADM", "CON", "DIR", "ICT", "IB", "KLA", "LRK", "LOS", "LOC", "OWA", parent,
		"RT", "SMW", "STA", "TAL", "VAK":
		return true
	}
	return false
}

// rank returns the place of a part within EDEX, 0 for an unknown part.
func rank(section string) int {
	switch section {
	case "school":
		return 1
	case "vestigingen":
		return 2
	case "groepen":
		return 3
	case "leerlingen":
		return 4
	case "leerkrachten":
		return 5
	}
	return 0
}

// eleven reports whether key has the form of a citizen service number (BSN):
// nine digits, or eight where the first is a stripped zero, that pass the
// eleven test.
func eleven(key string) bool {
	if len(key) == 8 {
		key = "0" + key
	}
	if len(key) != 9 || key == "000000000" {
		return false
	}
	sum := 0
	for i, c := range []byte(key) {
		if c < '0' || c > '9' {
			return false
		}
		weight := 9 - i
		if i == 8 {
			weight = -1
		}
		sum += weight * int(c-'0')
	}
	return sum%11 == 0
}
