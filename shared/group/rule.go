package group

import (
	"regexp"
	"slices"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// Rule says who is in a ruled group: everybody whom one of the alternatives
// fits. Every condition that AND, OR and NOT can make has this form, and it
// can be read and checked line by line.
type Rule struct {
	Any []All `json:",omitempty"`
}

// All is one alternative: it fits somebody of whom every term holds, at one
// and the same school.
type All struct {
	Terms []Term
}

// Term is one statement about a person, or its denial.
type Term struct {
	Field Field
	Value string
	Not   bool
}

// Field is what a term looks at.
type Field string

// The fields, with what their values are.
const (
	ByKind     Field = "kind"     // person.Kind
	BySchool   Field = "school"   // school.ID
	ByYear     Field = "year"     // jaargroep code of the pupil: "4", "11"
	ByClass    Field = "class"    // a class's name, which next year's class of that name has too
	ByILT      Field = "ilt"      // education code of four digits
	ByFunction Field = "function" // a staff member's function, by its code or in the school's own words
	ByGroup    Field = "group"    // ID of any group
)

// Fields returns the fields, in the order of screens.
func Fields() []Field {
	return []Field{ByKind, BySchool, ByYear, ByClass, ByILT, ByFunction, ByGroup}
}

// The bounds of a rule, so that a person can oversee it.
const (
	MostAlternatives = 12
	MostTerms        = 8
	longestValue     = 100
)

var (
	grades = regexp.MustCompile(`^(?:[0-8]|1[1-6]|[BDSVCNH])$`)
	ilt    = regexp.MustCompile(`^\d{4}$`)
)

// Grades returns the codes that a year may have (EDEXML jaargroep).
func Grades() []string {
	return []string{"B", "D", "0", "1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "13", "14", "15", "16", "S", "V", "C", "N"}
}

// Check answers Invalid for a rule that says nothing, is too long, or holds a
// term that can be true of nobody. Whether the groups that it names exist is
// for Book.Check.
func (r Rule) Check() error {
	if len(r.Any) == 0 {
		return fault.New(fault.Invalid, "group.rule_empty")
	}
	if len(r.Any) > MostAlternatives {
		return fault.New(fault.Invalid, "group.rule_long")
	}
	for _, a := range r.Any {
		switch {
		case len(a.Terms) == 0:
			return fault.New(fault.Invalid, "group.rule_empty") // it would fit everybody
		case len(a.Terms) > MostTerms:
			return fault.New(fault.Invalid, "group.rule_long")
		case slices.ContainsFunc(a.Terms, func(t Term) bool { return !t.possible() }):
			return fault.New(fault.Invalid, "group.rule_value")
		}
	}
	return nil
}

func (t Term) possible() bool {
	if t.Value == "" || len(t.Value) > longestValue || strings.TrimSpace(t.Value) != t.Value {
		return false
	}
	switch t.Field {
	case ByKind:
		return person.Kind(t.Value).Valid() || person.Kind(t.Value) == person.Functional
	case ByYear:
		return grades.MatchString(t.Value)
	case ByILT:
		return ilt.MatchString(t.Value)
	case BySchool, ByClass, ByFunction, ByGroup:
		return true
	default:
		return false
	}
}

// Names returns the groups that the rule names, sorted, each once.
func (r Rule) Names() []ID {
	var ids []ID
	for _, a := range r.Any {
		for _, t := range a.Terms {
			if t.Field == ByGroup {
				ids = append(ids, ID(t.Value))
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Facts is what rules look at in a person. Somebody who has left every school
// has none, and is in no ruled group.
type Facts struct {
	Kind     person.Kind
	Here     bool // the account is in use, or only blocked
	Places   []Place
	Groups   []ID   // that the school put the person in by hand
	Function string // of a staff member, in the school's own words
}

// Place is what a person is to one school that the person has not left.
type Place struct {
	School school.ID
	Grade  string
	ILT    string
	Groups []ID
	Roles  []string // functions
}

// fits reports whether the rule of g fits f, of whom in says which groups hold it.
func (b Book) fits(g Group, f Facts, in map[ID]bool) bool {
	places := f.Places
	switch {
	case g.School != "":
		places = slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return p.School != g.School })
	case len(places) == 0:
		places = []Place{{}} // the board's office belongs to no school
	}
	for _, p := range places {
		if slices.ContainsFunc(g.Rule.Any, func(a All) bool {
			return len(a.Terms) > 0 && !slices.ContainsFunc(a.Terms, func(t Term) bool { return b.holds(t, f, p, in) == t.Not })
		}) {
			return true
		}
	}
	return false
}

// holds reports whether t, taken without its Not, is true of f at p.
func (b Book) holds(t Term, f Facts, p Place, in map[ID]bool) bool {
	switch t.Field {
	case ByKind:
		return string(f.Kind) == t.Value
	case BySchool:
		return string(p.School) == t.Value
	case ByYear:
		return p.Grade == t.Value
	case ByILT:
		return p.ILT == t.Value
	case ByClass:
		return slices.ContainsFunc(p.Groups, func(id ID) bool {
			g, ok := b.groups[id]
			return ok && !g.Ended && g.Kind == Class && strings.EqualFold(g.Name, t.Value)
		})
	case ByFunction:
		is := func(role string) bool { return strings.EqualFold(role, t.Value) }
		return f.Kind == person.Staff && (is(f.Function) || slices.ContainsFunc(p.Roles, is))
	case ByGroup:
		return in[ID(t.Value)]
	default:
		return false
	}
}
