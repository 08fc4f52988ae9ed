package naming

import (
	"slices"
	"strings"

	"cool.example/sync/shared/person"
)

// mostTemplates bounds the alternatives of a rule.
const mostTemplates = 10

// room is what a counter may need behind a name.
const room = 4

// Check returns why the rule of a kind of person cannot work, nothing where it
// can.
func (r Rule) Check(k person.Kind) []Problem {
	_, problems := Compile(k, r)
	return problems
}

// Compile reads a rule. With any problem the namer is that of the usual rule.
func Compile(k person.Kind, r Rule) (Namer, []Problem) {
	r = r.Usual(k)
	n := Namer{renames: r.Renames}
	var problems []Problem
	if len(r.Usernames) > mostTemplates {
		problems = append(problems, Problem{Line: mostTemplates + 1, Code: TooMany})
	}
	for i, text := range r.Usernames[:min(len(r.Usernames), mostTemplates)] {
		t, problem := checked(k, text, false)
		if problem == nil && slices.Contains(r.Usernames[:i], text) {
			problem = &Problem{Code: Twice}
		}
		if problem != nil {
			problem.Line = i + 1
			problems = append(problems, *problem)
		}
		n.usernames = append(n.usernames, t)
	}
	var problem *Problem
	if n.address, problem = checked(k, r.Address, true); problem != nil {
		problems = append(problems, *problem)
	}
	n.plain = len(n.address.pieces) == 1 && n.address.pieces[0].field == username && len(n.address.pieces[0].treat) == 0
	if len(problems) > 0 {
		usual, _ := Compile(k, Rule{})
		return usual, problems
	}
	return n, nil
}

// checked parses a template and asks whether it can work for a kind of person.
// Only the template of an address, which is made after the username, may name
// the username.
func checked(k person.Kind, text string, ofAddress bool) (template, *Problem) {
	t, problem := parse(text)
	if problem != nil {
		return t, problem
	}
	used := t.fields()
	for _, f := range used {
		switch {
		case f == address, f == username && !ofAddress:
			return t, &Problem{Code: Circular, Word: string(f)}
		case f == number && k != person.Pupil:
			return t, &Problem{Code: NotOfKind, Word: string(f)}
		}
	}
	apart := slices.DeleteFunc(slices.Clone(used), func(f field) bool { return f == year || f == code })
	switch {
	case len(apart) == 0:
		return t, &Problem{Code: NoField}
	case !slices.ContainsFunc(apart, func(f field) bool { return f != infix }):
		return t, &Problem{Code: MostlyEmpty, Word: string(infix)}
	case t.least()+room > Longest:
		return t, &Problem{Code: TooLong}
	}
	return t, nil
}

// fields returns every field of t and its parts.
func (t template) fields() []field {
	var all []field
	for _, p := range t.pieces {
		if p.part != nil {
			all = append(all, p.part.fields()...)
		} else if p.field != "" {
			all = append(all, p.field)
		}
	}
	return all
}

// least returns how long a name by t is at the least: its texts, and one for
// each field that must be there.
func (t template) least() int {
	n := 0
	for _, p := range t.pieces {
		switch {
		case p.text != "":
			n += len(strings.Trim(p.text, separators))
		case p.field != "" && p.field != infix:
			n++
		}
	}
	return n
}
