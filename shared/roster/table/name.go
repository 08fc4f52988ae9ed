package table

import (
	"regexp"
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// names reads the name. Where nothing says what its infix is, it is taken from
// the surname: an infix that stands with the surname would sort and address
// people wrongly.
func (l *line) names() {
	n := &l.draft.Name
	n.Call = l.text(callName, longName)
	n.FirstNames = l.text(firstNames, longName)
	n.Initials = l.text(initials, shortName)
	n.Infix = l.text(infix, shortName)
	n.Surname = l.text(surname, longName)
	if l.sheet.has(wholeName) {
		l.whole()
	}
	if !l.draft.Fields.Has(roster.Surname) {
		return
	}
	if !l.sheet.has(infix) && n.Infix == "" {
		if before, rest := SplitSurname(n.Surname); before != "" {
			n.Infix, n.Surname = before, rest
			l.note(NameSplit, firstOf(l.sheet, surname, wholeName))
		}
	}
	if !l.sheet.has(infix) || l.empty(infix) {
		l.draft.Fields |= roster.Infix // a surname says which infix it has, also where it has none
	}
}

// empty reports whether the column of a field is empty in every row.
func (l *line) empty(f field) bool { return !l.sheet.values[l.sheet.place(f)].Filled() }

// whole reads a name that stands in one column.
func (l *line) whole() {
	text := l.text(wholeName, longName)
	if text == "" {
		return
	}
	split, sure := SplitName(text, l.sheet.has(callName) || l.sheet.has(firstNames) || l.sheet.has(initials))
	if l.note(NameSplit, wholeName); !sure {
		l.add(NameUnclear, wholeName)
	}
	n := &l.draft.Name
	fill := func(into *string, value string, field field) {
		if value != "" && !l.sheet.has(field) {
			*into = value
			l.draft.Fields |= bit(field)
		}
	}
	fill(&n.Surname, split.Surname, surname)
	fill(&n.Infix, split.Infix, infix)
	fill(&n.Initials, split.Initials, initials)
	if n.Call == "" && split.Call != "" {
		n.Call = split.Call
		l.draft.Fields |= roster.CallName
	}
}

var dotted = regexp.MustCompile(`^(\p{Lu}[\p{Ll}]?\.\s?)+$`)

// SplitName takes a name apart: "Vries, Lucas de", "Lucas de Vries". Where the
// given name stands elsewhere, one word is a surname. It is not sure where the
// given name ends if more than two words hold no infix.
func SplitName(text string, given bool) (n person.Name, sure bool) {
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.Join(strings.Fields(parts[i]), " ")
	}
	sure = true
	switch len(parts) {
	case 1:
		n, sure = inOrder(parts[0], given)
	default:
		n.Surname = parts[0]
		if len(parts) > 2 && isInfix(strings.Fields(parts[1])) {
			n.Infix = parts[1]
			parts = slices.Delete(parts, 1, 2)
		}
		n.Call = parts[1]
		sure = len(parts) == 2
		reversed(&n)
	}
	if dotted.MatchString(n.Call) {
		n.Call, n.Initials = "", n.Call
	}
	return n, sure
}

// reversed finds the infix of a name whose surname stands first: behind the
// given name, or with the surname.
func reversed(n *person.Name) {
	if n.Infix != "" {
		return
	}
	if before, behind := trailing(n.Call); behind != "" {
		n.Call, n.Infix = before, behind
	} else if before, behind := trailing(n.Surname); behind != "" {
		n.Surname, n.Infix = before, behind
	} else if before, rest := SplitSurname(n.Surname); before != "" {
		n.Infix, n.Surname = before, rest
	}
}

// inOrder reads a name whose surname stands last.
func inOrder(text string, given bool) (n person.Name, sure bool) {
	words := strings.Fields(text)
	for i := range words {
		before, rest := SplitSurname(strings.Join(words[i:], " "))
		if before != "" {
			return person.Name{Call: strings.Join(words[:i], " "), Infix: before, Surname: rest}, true
		}
	}
	switch {
	case len(words) == 1 && given:
		return person.Name{Surname: text}, true
	case len(words) == 1:
		return person.Name{Call: text}, true
	}
	return person.Name{Call: words[0], Surname: strings.Join(words[1:], " ")}, len(words) == 2
}

// SplitSurname cuts the longest infix off the beginning of a surname.
func SplitSurname(text string) (infix, rest string) {
	words := strings.Fields(text)
	for n := min(longestInfix, len(words)-1); n > 0; n-- {
		if isInfix(words[:n]) {
			return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
		}
	}
	if r := []rune(text); len(r) > 2 && plainQuotes(strings.ToLower(string(r[:2]))) == "d'" {
		return string(r[:2]), strings.TrimSpace(string(r[2:])) // after d' no space is written
	}
	return "", text
}

// trailing cuts the longest infix off the end of a text.
func trailing(text string) (rest, infix string) {
	words := strings.Fields(text)
	for n := min(longestInfix, len(words)-1); n > 0; n-- {
		if at := len(words) - n; isInfix(words[at:]) {
			return strings.Join(words[:at], " "), strings.Join(words[at:], " ")
		}
	}
	return text, ""
}

// longestInfix is how many words the longest infix has.
const longestInfix = 4

// isInfix reports whether words are a Dutch infix together. "in" and "ver"
// alone are none here: they are first names or parts of surnames as well.
func isInfix(words []string) bool {
	switch strings.ToLower(plainQuotes(strings.Join(words, " "))) {
	case "af", "aan", "bij", "de", "den", "der", "d'", "het", "'t", "onder", "op", "over", "'s", "te", "ten", "ter", "tot",
		"uit", "uijt", "van", "vanden", "voor",
		"aan de", "aan den", "aan der", "aan het", "aan 't", "bij de", "bij den", "bij het", "bij 't", "boven d'",
		"de die", "de die le", "de l'", "de la", "de las", "de le", "de van der", "in de", "in den", "in der", "in het", "in 't",
		"onder de", "onder den", "onder het", "onder 't", "over de", "over den", "over het", "over 't",
		"op de", "op den", "op der", "op gen", "op het", "op 't", "op ten",
		"van de", "van de l'", "van den", "van der", "van gen", "van het", "van la", "van 't", "van ter", "van van de",
		"uit de", "uit den", "uit het", "uit 't", "uit te de", "uit ten", "uijt de", "uijt den", "uijt het", "uijt 't", "uijt te de",
		"uijt ten", "voor de", "voor den", "voor in 't":
		return true
	}
	return false
}

// plainQuotes writes every apostrophe the same way, for comparing.
func plainQuotes(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("‘’`", r) {
			return '\''
		}
		return r
	}, s)
}
