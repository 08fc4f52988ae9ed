package naming

import (
	"slices"
	"strconv"
	"strings"

	"cool.example/sync/shared/person"
)

// The codes of what is wrong with a template; each is also the key of its
// message: "naming.problem." and the code.
const (
	Empty       = "empty"        // nothing in it
	NoField     = "no_field"     // it would name everybody alike
	Unknown     = "unknown"      // no field or treatment of that name
	Unclosed    = "unclosed"     // a bracket or brace that is not closed, or closes nothing
	BadSign     = "bad_sign"     // a character that no address may hold
	BadNumber   = "bad_number"   // cut or last without a number from 1 to 64
	TooLong     = "too_long"     // what it makes could never fit
	Circular    = "circular"     // it refers to what is made from it
	NotOfKind   = "not_of_kind"  // a field that nobody of this kind has
	MostlyEmpty = "mostly_empty" // only a field that most people lack
	TooMany     = "too_many"     // more templates than a rule may have
	Twice       = "twice"        // the same template again
)

// Problem is why a template cannot work.
type Problem struct {
	Line int    // of the rule's usernames, from 1; 0 for the template of the address
	Code string // see Empty and the others
	Word string // the piece of the template that is meant; "" for all of it
}

// field is a field of a template.
type field string

const (
	call     field = "call"
	first    field = "first"
	firsts   field = "firsts"
	infix    field = "infix"
	surname  field = "surname"
	initials field = "initials"
	number   field = "number"
	year     field = "year"
	code     field = "school code"
	username field = "username"
	address  field = "address"
)

// Word is a word of the language of templates, as it may be written.
type Word struct {
	Key     string // of its explanation
	Dutch   string
	English string
}

// Fields returns the fields that a template for a kind of person may name.
// {username} is for the template of the address alone.
func Fields(k person.Kind) []Word {
	all := []Word{
		{"call", "roepnaam", string(call)},
		{"first", "voornaam", string(first)},
		{"firsts", "voornamen", string(firsts)},
		{"initials", "voorletters", string(initials)},
		{"infix", "tussenvoegsel", string(infix)},
		{"surname", "achternaam", string(surname)},
		{"number", "nummer", string(number)},
		{"year", "jaar", string(year)},
		{"code", "schoolcode", string(code)},
		{"username", "gebruikersnaam", string(username)},
	}
	return slices.DeleteFunc(all, func(w Word) bool { return w.English == string(number) && k != person.Pupil })
}

// Treatments returns what may stand behind a field and a bar.
func Treatments() []Word {
	return []Word{
		{"nospace", "aaneen", "nospace"},
		{"dots", "punten", "dots"},
		{"initials", "letters", "initials"},
		{"lower", "klein", "lower"},
		{"cut", "eerste:3", "cut:3"},
		{"last", "laatste:2", "last:2"},
	}
}

// treatment is what is done to a field before it stands in a name.
type treatment struct {
	name string // the English word, without its number
	n    int
}

// piece is a text, a field or an optional part of a template.
type piece struct {
	text  string
	field field
	treat []treatment
	part  *template
}

// template is a template that can work.
type template struct{ pieces []piece }

// longestTemplate bounds the text of one.
const longestTemplate = 200

// deepest bounds how far parts lie within parts.
const deepest = 5

// parse reads a template. What is wrong with it is the problem.
func parse(text string) (template, *Problem) {
	text = strings.TrimSpace(text)
	if text == "" {
		return template{}, &Problem{Code: Empty}
	}
	if len(text) > longestTemplate {
		return template{}, &Problem{Code: TooLong}
	}
	p := parser{rest: text}
	t, problem := p.parts(0)
	if problem == nil && p.rest != "" {
		problem = &Problem{Code: Unclosed, Word: "]"}
	}
	return t, problem
}

type parser struct{ rest string }

// parts reads up to the end of the text, or to the bracket that ends a part.
func (p *parser) parts(depth int) (t template, problem *Problem) {
	for p.rest != "" && p.rest[0] != ']' {
		var next piece
		switch p.rest[0] {
		case '{':
			next, problem = p.field()
		case '[':
			next, problem = p.part(depth)
		default:
			next, problem = p.text()
		}
		if problem != nil {
			return t, problem
		}
		t.pieces = append(t.pieces, next)
	}
	return t, nil
}

func (p *parser) part(depth int) (piece, *Problem) {
	p.rest = p.rest[1:]
	within, problem := template{}, &Problem{Code: Unclosed, Word: "["}
	if depth < deepest {
		within, problem = p.parts(depth + 1)
	}
	if problem == nil && p.rest == "" {
		problem = &Problem{Code: Unclosed, Word: "["}
	}
	if problem != nil {
		return piece{}, problem
	}
	p.rest = p.rest[1:]
	return piece{part: &within}, nil
}

func (p *parser) text() (piece, *Problem) {
	end := strings.IndexAny(p.rest, "{[]")
	if end < 0 {
		end = len(p.rest)
	}
	text := strings.ToLower(p.rest[:end])
	p.rest = p.rest[end:]
	for _, r := range text {
		if r == '}' {
			return piece{}, &Problem{Code: Unclosed, Word: "}"}
		}
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(separators, r) {
			return piece{}, &Problem{Code: BadSign, Word: string(r)}
		}
	}
	return piece{text: text}, nil
}

func (p *parser) field() (piece, *Problem) {
	inner, rest, closed := strings.Cut(p.rest[1:], "}")
	if !closed || strings.ContainsAny(inner, "{[]") {
		return piece{}, &Problem{Code: Unclosed, Word: "{"}
	}
	p.rest = rest
	named := strings.Split(inner, "|")
	f, ok := fieldOf(named[0])
	if !ok {
		return piece{}, &Problem{Code: Unknown, Word: strings.TrimSpace(named[0])}
	}
	next := piece{field: f}
	for _, word := range named[1:] {
		t, problem := treatmentOf(word)
		if problem != nil {
			return piece{}, problem
		}
		next.treat = append(next.treat, t)
	}
	return next, nil
}

func fieldOf(word string) (field, bool) {
	word = strings.Join(strings.Fields(strings.ToLower(word)), " ")
	switch word {
	case "address", "adres":
		return address, true
	case "school", "school code":
		return code, true
	}
	for _, w := range Fields(person.Pupil) {
		if word == w.English || word == w.Dutch {
			return field(w.English), true
		}
	}
	return "", false
}

func treatmentOf(word string) (treatment, *Problem) {
	word = strings.ToLower(strings.TrimSpace(word))
	name, of, counted := strings.Cut(word, ":")
	for _, w := range Treatments() {
		english, _, wants := strings.Cut(w.English, ":")
		dutch, _, _ := strings.Cut(w.Dutch, ":")
		if name != english && name != dutch {
			continue
		}
		if wants != counted {
			return treatment{}, &Problem{Code: BadNumber, Word: word}
		}
		n := 0
		if counted {
			var err error
			if n, err = strconv.Atoi(strings.TrimSpace(of)); err != nil || n < 1 || n > Longest {
				return treatment{}, &Problem{Code: BadNumber, Word: word}
			}
		}
		return treatment{english, n}, nil
	}
	return treatment{}, &Problem{Code: Unknown, Word: word}
}
