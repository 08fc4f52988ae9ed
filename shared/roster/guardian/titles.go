package guardian

import (
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster/table"
)

// title is what a word of a column of titles stands for.
type title struct {
	salutation person.Salutation
	gender     person.Gender
	ok         bool
}

// titles reads how the guardian is written to, and the gender.
func (l *line) titles() {
	if text := l.checked(salutation, shortName); text != "" {
		t := l.understood(salutation, text)
		if l.person.Salutation = t.salutation; !t.ok {
			l.add(UnknownSalutation, salutation)
			l.leave(salutation, salutation.name())
		}
	}
	if text := l.checked(gender, shortName); text != "" {
		t := l.understood(gender, text)
		if l.person.Gender = t.gender; !t.ok {
			l.add(UnknownGender, gender)
			l.leave(gender, gender.name())
		}
	}
}

// mostWords is how many different words are remembered.
const mostWords = 1024

// understood returns what a word stands for: the same few stand in every row.
func (l *line) understood(f field, word string) title {
	if t, met := l.words[word]; met && (f == salutation) == (t.gender == "") {
		return t
	}
	var t title
	if f == salutation {
		t.salutation, t.ok = saluted(word)
	} else {
		t.gender, t.ok = table.Gendered(word)
	}
	if t.ok && len(l.words) < mostWords {
		l.words[strings.Clone(word)] = t
	}
	return t
}
