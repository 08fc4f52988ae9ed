package naming

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spelled returns letters that have no decomposition as they are usually
// written in an address.
func spelled(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ', 'ǽ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	case 'ħ':
		return "h"
	case 'ŋ':
		return "n"
	case 'ŧ':
		return "t"
	case 'ə':
		return "e"
	case 'ĸ':
		return "k"
	}
	if unicode.Is(unicode.Pd, r) {
		return "-"
	}
	return ""
}

// plain turns a word of a name into lower-case ASCII letters, digits and
// hyphens: accents and apostrophes go, ligatures (ĳ, ﬁ) come apart. Of a
// script that has no such letters nothing is left.
func plain(word string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(word)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			b.WriteRune(r)
			continue
		}
		for _, l := range strings.ToLower(string(r)) { // a decomposed letter may be a capital again
			if l >= 'a' && l <= 'z' {
				b.WriteRune(l)
			} else {
				b.WriteString(spelled(l))
			}
		}
	}
	return strings.Trim(b.String(), "-")
}

// words returns the words of a part of a name, each plain, without those of
// which nothing is left.
func words(s string) []string {
	var list []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == ',' }) {
		if p := plain(w); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// fold returns a name for comparing: lower case, letters and digits of any
// script only, without marks.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, norm.NFKD.String(strings.ToLower(s)))
}

// separators are the characters of a name that are neither letter nor digit.
const separators = ".-_"

// squeeze keeps the first of separators beside each other, and none at an end.
func squeeze(s string) string {
	var b strings.Builder
	apart := true
	for _, r := range s {
		separator := strings.ContainsRune(separators, r)
		if separator && apart {
			continue
		}
		b.WriteRune(r)
		apart = separator
	}
	return strings.TrimRight(b.String(), separators)
}
