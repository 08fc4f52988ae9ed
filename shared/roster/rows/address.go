package rows

import (
	"strings"
	"unicode/utf8"
)

// Address reports whether a cell is an e-mail address: one sign @ between parts
// that are not empty, of which the second has a dot within, and nothing that
// divides addresses from each other or from names.
func Address(cell string) bool {
	at := strings.IndexByte(cell, '@')
	if at < 1 || strings.ContainsAny(cell, " \t\n\f\r<>\"(),:;") {
		return false
	}
	domain := cell[at+1:]
	if len(domain) < 3 || strings.IndexByte(domain, '@') >= 0 {
		return false
	}
	_, first := utf8.DecodeRuneInString(domain)
	_, last := utf8.DecodeLastRuneInString(domain)
	return first < len(domain)-last && strings.IndexByte(domain[first:len(domain)-last], '.') >= 0
}

// Digits reports whether a cell is a whole number: digits alone.
func Digits(cell string) bool {
	for i := range len(cell) {
		if cell[i] < '0' || cell[i] > '9' {
			return false
		}
	}
	return cell != ""
}

// Printable reports whether a cell is signs of ASCII that people see, or
// nothing: as nearly all are.
func Printable(cell string) bool {
	for i := range len(cell) {
		if cell[i] < ' ' || cell[i] > '~' {
			return false
		}
	}
	return true
}

// Plain reports whether a cell is letters and digits of ASCII alone, and not
// empty: as most are.
func Plain(cell string) bool {
	for i := range len(cell) {
		if c := cell[i] | 0x20; (c < 'a' || c > 'z') && (cell[i] < '0' || cell[i] > '9') {
			return false
		}
	}
	return cell != ""
}
