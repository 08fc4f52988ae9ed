package rows

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Heading returns the heading of a column for comparing: lower case, letters
// and digits only, without marks. "Plaats.Woonplaats" and "plaats_woonplaats"
// are one.
func Heading(cell string) string {
	if folded(cell) {
		return cell
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(cell))
}

// folded reports whether a heading is small letters and digits of ASCII alone.
func folded(cell string) bool {
	for i := range len(cell) {
		if c := cell[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// Refused reports whether a column with this heading, folded by Heading, may
// never be kept, and the name under which it is counted: one of a fixed list,
// so that a heading that is itself a value stays out.
func Refused(heading string) (name string, refused bool) {
	for _, exact := range refusedHeadings() {
		if heading == exact {
			return exact, true
		}
	}
	for _, part := range refusedParts() {
		if strings.Contains(heading, part) {
			return part, true
		}
	}
	for _, begin := range refusedBeginnings() {
		if strings.HasPrefix(heading, begin) {
			return begin, true
		}
	}
	return "", false
}

// refusedHeadings are the headings that are refused as they stand: parts of
// them occur in headings that are harmless.
func refusedHeadings() []string {
	return []string{
		"pgn", "adres", "woonadres", "postadres", "huisadres", "thuisadres", "nr", "plaats", "tel", "gsm",
	}
}

// refusedParts are refused wherever they stand in a heading.
func refusedParts() []string {
	return []string{
		"bsn", "burgerservice", "persoonsgebonden", "sofinummer", "onderwijsnummer", "onderwijsnr", "geboorte", "gebdat", "birth",
		"telefoon", "mobiel", "nationaliteit", "postcode", "woonplaats", "huisnummer", "huisnr", "landvanherkomst",
	}
}

// refusedBeginnings are refused where a heading begins with them.
func refusedBeginnings() []string {
	return []string{"straat", "street", "adresregel", "gsm", "phone", "mobile", "telnr", "zipcode"}
}
