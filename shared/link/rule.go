package link

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
)

// RuleID identifies a rule within its institution. It is random.
type RuleID string

// NewRuleID returns a fresh random id.
func NewRuleID() RuleID { return RuleID("k" + strings.ToLower(rand.Text())) }

// Rule links the pupils that it means to the staff that it means.
type Rule struct {
	ID     RuleID
	Pupils Pupils
	Staff  Staff
	From   time.Time // zero: always
	Until  time.Time // zero: for ever
}

// Pupils says which pupils a rule means. What is empty leaves all in.
type Pupils struct {
	School school.ID
	Grade  string // jaargroep code
	ILT    string // education code
	Group  group.ID
}

// By says how a rule finds its staff.
type By string

// The ways to find staff.
const (
	OfClass  By = "class"    // staff of the pupil's class
	OfLesson By = "lesson"   // staff of one of the pupil's lesson groups
	AtSchool By = "function" // staff with a function at the pupil's school
	InGroup  By = "group"    // staff of a group
	ByPerson By = "person"   // one member of staff: a substitute
)

// Ways returns the ways to find staff, in the order of screens.
func Ways() []By { return []By{OfClass, OfLesson, AtSchool, InGroup, ByPerson} }

// Staff says which staff a rule means.
type Staff struct {
	By       By
	Function string     // only who has it at the pupil's school; "" for everybody, except with AtSchool
	Group    group.ID   // of InGroup
	Person   account.ID // of ByPerson
}

// Rules are the rules of an institution, which one document holds. Version is
// raised with every change.
type Rules struct {
	Version int64
	List    []Rule
}

const (
	// MostRules bounds the rules of an institution, so that a person can
	// oversee them.
	MostRules = 200
	// MostStaff bounds the staff that one rule gives one pupil. A rule that
	// means more means everybody, which is no supervision.
	MostStaff = 100
	// longest bounds a function's name.
	longest = 100
)

// Check answers Invalid for a rule that means nobody in particular, or cannot
// hold.
func (r Rule) Check() error {
	p, s := r.Pupils, r.Staff
	pupils := group.Rule{Any: []group.All{{Terms: []group.Term{{Field: group.ByKind, Value: "pupil"}}}}}
	if p.Grade != "" {
		pupils.Any[0].Terms = append(pupils.Any[0].Terms, group.Term{Field: group.ByYear, Value: p.Grade})
	}
	if p.ILT != "" {
		pupils.Any[0].Terms = append(pupils.Any[0].Terms, group.Term{Field: group.ByILT, Value: p.ILT})
	}
	switch {
	case pupils.Check() != nil:
		return fault.New(fault.Invalid, "link.pupils_invalid")
	case !slices.Contains(Ways(), s.By), len(s.Function) > longest, strings.TrimSpace(s.Function) != s.Function,
		s.By == AtSchool && s.Function == "",
		(s.By == InGroup) != (s.Group != ""),
		(s.By == ByPerson) != (s.Person != ""):
		return fault.New(fault.Invalid, "link.staff_invalid")
	case s.By == ByPerson && p == (Pupils{}):
		return fault.New(fault.Invalid, "link.pupils_invalid") // nobody supervises everybody
	case !r.Until.IsZero() && !r.Until.After(r.From):
		return fault.New(fault.Invalid, "link.dates_invalid")
	}
	return nil
}

// Find returns the rule with this id.
func (r Rules) Find(id RuleID) (Rule, bool) {
	i := slices.IndexFunc(r.List, func(have Rule) bool { return have.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return r.List[i], true
}

// Add returns r with one more rule. It answers Invalid for one that its check
// refuses, and where there are too many.
func (r Rules) Add(rule Rule) (Rules, error) {
	if err := rule.Check(); err != nil {
		return r, err
	}
	if len(r.List) >= MostRules {
		return r, fault.New(fault.Invalid, "link.too_many_rules")
	}
	return Rules{Version: r.Version + 1, List: append(slices.Clone(r.List), rule)}, nil
}

// Remove returns r without a rule. It answers NotFound where there is none.
func (r Rules) Remove(id RuleID) (Rules, error) {
	if _, ok := r.Find(id); !ok {
		return r, fault.New(fault.NotFound, "")
	}
	list := slices.DeleteFunc(slices.Clone(r.List), func(have Rule) bool { return have.ID == id })
	return Rules{Version: r.Version + 1, List: list}, nil
}
