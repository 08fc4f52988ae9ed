package table

import (
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// mostWords is how many different words of a column are remembered: those that
// stand in many rows are few.
const mostWords = 4096

// words are what the cells of columns stand for in which the same few words
// stand again and again.
type words struct {
	texts   map[string]string
	genders map[string]understood[person.Gender]
	years   map[string]understood[string]
	periods map[string]understood[school.Year]
}

// understood is what a word stands for; ok is false where it stands for nothing.
type understood[T any] struct {
	is T
	ok bool
}

// remember returns what a word stands for, which read says the first time.
func remember[T any](known *map[string]understood[T], word string, read func(string) (T, bool)) (T, bool) {
	if u, met := (*known)[word]; met {
		return u.is, u.ok
	}
	word = strings.Clone(word) // the rest of its row is not kept
	var u understood[T]
	u.is, u.ok = read(word)
	if *known == nil {
		*known = map[string]understood[T]{}
	}
	if len(*known) < mostWords {
		(*known)[word] = u
	}
	return u.is, u.ok
}

// text returns a copy of a text, the same one for all who have it.
func (w *words) text(cell string) string {
	if cell == "" {
		return ""
	}
	if text, met := w.texts[cell]; met {
		return text
	}
	text := strings.Clone(cell)
	if w.texts == nil {
		w.texts = map[string]string{}
	}
	if len(w.texts) < mostWords {
		w.texts[text] = text
	}
	return text
}
