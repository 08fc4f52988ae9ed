package naming

import (
	"strconv"
	"strings"

	"cool.example/sync/shared/person"
)

// render returns what t makes of s and of the username that s has; false where
// t does not apply to s, or nothing is left.
//
// A template, and a part of one, applies to those who have all its fields. The
// infix, which most people lack, counts only where it stands alone.
func (t template) render(s Subject, name string) (string, bool) {
	text, ok := t.write(s, name)
	text = squeeze(text)
	return cut(text, Longest), ok && text != ""
}

func (t template) write(s Subject, name string) (string, bool) {
	var b strings.Builder
	fields, others, filled := 0, 0, false
	for _, p := range t.pieces {
		switch {
		case p.part != nil:
			if text, ok := p.part.write(s, name); ok {
				b.WriteString(text)
				filled = true
			}
		case p.field != "":
			value := p.value(s, name)
			fields++
			if p.field != infix {
				others++
				if value == "" {
					return "", false
				}
			}
			filled = filled || value != ""
			b.WriteString(value)
		default:
			b.WriteString(p.text)
		}
	}
	if fields > 0 && others == 0 && !filled {
		return "", false
	}
	return b.String(), true
}

// value returns what stands in a name for the field.
func (p piece) value(s Subject, name string) string {
	if p.field == username {
		return treated([]string{name}, p.treat)
	}
	return treated(p.field.words(s), p.treat)
}

// words returns the words of a field, each in plain letters.
func (f field) words(s Subject) []string {
	switch f {
	case call:
		return words(s.Name.Given())
	case first:
		return words(s.Name.FirstNames)[:min(1, len(words(s.Name.FirstNames)))]
	case firsts:
		return words(s.Name.FirstNames)
	case infix:
		return words(s.Name.Infix)
	case surname:
		return words(s.Name.Surname)
	case initials:
		return words(strings.ReplaceAll(initialsOf(s.Name), " ", ""))
	case number:
		return words(s.Number)
	case year:
		return words(strconv.Itoa(s.Year))
	case code:
		return words(s.School)
	}
	return nil
}

// initialsOf returns the initials as delivered, else those of the first names,
// else that of the call name.
func initialsOf(n person.Name) string {
	if n.Initials != "" {
		return n.Initials
	}
	if letters := treated(words(n.FirstNames), []treatment{{name: "initials"}}); letters != "" {
		return letters
	}
	return treated(words(n.Call), []treatment{{name: "initials"}})
}

// treated joins words as the treatments say: without any by hyphens.
func treated(list []string, treats []treatment) string {
	between := "-"
	for _, t := range treats {
		switch t.name {
		case "nospace":
			between = ""
		case "dots":
			between = "."
		case "initials":
			list, between = []string{letters(list)}, ""
		case "cut":
			list = []string{cut(strings.Join(list, between), t.n)}
		case "last":
			whole := strings.Join(list, between)
			list = []string{strings.TrimLeft(whole[max(0, len(whole)-t.n):], separators)}
		}
	}
	return strings.Join(list, between)
}

// letters returns the first letter of each word, and of each behind a hyphen.
func letters(list []string) string {
	var b strings.Builder
	for _, word := range list {
		for part := range strings.SplitSeq(word, "-") {
			b.WriteString(part[:min(1, len(part))])
		}
	}
	return b.String()
}

// cut returns at most n characters of s, without a separator at the end.
func cut(s string, n int) string { return strings.TrimRight(s[:min(n, len(s))], separators) }
