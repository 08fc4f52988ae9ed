package account

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cool.example/sync/shared/person"
)

// localLimit is the longest local part of an address: RFC 5321 section
// 4.5.3.1.1 allows 64 octets, which both Google and Microsoft follow.
const localLimit = 64

// reserved are local parts that no person gets: the role mailboxes of RFC
// 2142 and names that would let somebody pose as the administration.
func reserved() []string {
	return []string{
		"abuse", "admin", "administrator", "administratie", "beheer", "beheerder", "directie", "hostmaster",
		"info", "mailer-daemon", "noc", "noreply", "postmaster", "root", "security", "servicedesk", "support", "webmaster",
	}
}

// Username proposes the local part for n: call name, dot, infix and surname,
// in plain lower-case letters, digits, dots and hyphens ("zoe.vandenberg").
// Where taken says that a proposal is in use, a counter from 2 follows. The
// result is never longer than 64 octets.
func Username(n person.Name, taken func(string) bool) string {
	given, family := plain(n.Given()), strings.ReplaceAll(plain(n.Infix), "-", "")+plain(n.Surname)
	stem := strings.Trim(given+"."+family, ".-")
	if stem == "" {
		stem = "account"
	}
	for i := 1; ; i++ {
		name := cut(stem, i)
		if !slices.Contains(reserved(), name) && !taken(name) {
			return name
		}
	}
}

// cut returns stem with counter i (none for 1), shortened so that both fit.
func cut(stem string, i int) string {
	suffix := ""
	if i > 1 {
		suffix = strconv.Itoa(i)
	}
	if most := localLimit - len(suffix); len(stem) > most {
		stem = strings.TrimRight(stem[:most], ".-")
	}
	return stem + suffix
}

// letters that have no decomposition, as they are usually written in an address.
func spelled(r rune) (string, bool) {
	switch r {
	case 'ß':
		return "ss", true
	case 'æ':
		return "ae", true
	case 'œ':
		return "oe", true
	case 'ø':
		return "o", true
	case 'ł':
		return "l", true
	case 'đ', 'ð':
		return "d", true
	case 'þ':
		return "th", true
	case 'ı':
		return "i", true
	default:
		return "", false
	}
}

// plain turns a part of a name into lower-case ASCII: accents go, a space
// inside a call name goes, a hyphen stays.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			if as, ok := spelled(r); ok {
				b.WriteString(as)
			}
		}
	}
	return strings.Trim(b.String(), "-")
}

// ValidUsername reports whether local may stand as it is before the @ of a
// school address: letters, digits, dots, hyphens, apostrophes and underscores,
// no dot at an end or beside another, at most 64 octets. It is what Google
// Workspace accepts (support.google.com/a/answer/9193374), in lower case.
func ValidUsername(local string) bool {
	if local == "" || len(local) > localLimit || strings.Contains(local, "..") ||
		strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || slices.Contains(reserved(), local) {
		return false
	}
	return !strings.ContainsFunc(local, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("._'-", r)
	})
}
