// Package link links pupils to staff on the basis of study progress: of which
// class, year and ILT code a pupil is, and what a member of staff does at the
// school. Links follow from what is known of people by the rules of the
// institution, and from exceptions that somebody made by hand. They say who
// sees which pupils; each can say why it is there.
package link

import (
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
)

// Why says what a link rests on: a rule, and the fact that made it fit.
type Why struct {
	Rule  RuleID
	Fact  Fact
	From  time.Time // as the rule has it; zero for ever
	Until time.Time
}

// Fact is what a pupil and a member of staff have in common, or what the rule
// names of the member of staff.
type Fact struct {
	By    By
	Value string // OfClass, OfLesson, InGroup: group.ID; AtSchool: the function; ByPerson: ""
}

// at reports whether the link counts at now.
func (w Why) at(now time.Time) bool { return during(w.From, w.Until, now) }

func during(from, until, now time.Time) bool {
	return (from.IsZero() || !now.Before(from)) && (until.IsZero() || now.Before(until))
}

// Link is one member of staff of a pupil, by one rule.
type Link struct {
	Staff account.ID
	Why   Why
}

// Part is what the rules give a pupil for one school. Who calculates a school
// anew replaces its part, and touches no other.
type Part struct {
	School school.ID
	Links  []Link // by rule and member of staff
	Cut    bool   // a rule gave more staff than MostStaff, and the others were left out
}

// Exception is what somebody decided by hand about a pupil and a member of
// staff. It goes before every rule.
type Exception struct {
	Staff account.ID
	Out   bool       // no link, whatever a rule says; else a link, whether or not one says so
	Until time.Time  // zero for ever
	By    account.ID // who decided
	Made  time.Time
}

func (e Exception) at(now time.Time) bool { return during(time.Time{}, e.Until, now) }

// Supervision is everything that links one pupil to staff.
type Supervision struct {
	Pupil      account.ID
	Parts      []Part      // by school; none without links
	Exceptions []Exception // by member of staff; at most one for each
}

// With returns s with p in place of the part of p's school.
func (s Supervision) With(p Part) Supervision {
	var parts []Part
	for _, have := range s.Parts {
		if have.School != p.School {
			parts = append(parts, have)
		}
	}
	if len(p.Links) > 0 {
		parts = append(parts, p)
		slices.SortFunc(parts, func(x, y Part) int { return strings.Compare(string(x.School), string(y.School)) })
	}
	s.Parts = parts
	return s
}

// Part returns the part of a school, empty where it has none.
func (s Supervision) Part(of school.ID) Part {
	for _, p := range s.Parts {
		if p.School == of {
			return p
		}
	}
	return Part{School: of}
}

// Same reports whether p and o say the same.
func (p Part) Same(o Part) bool {
	return p.School == o.School && p.Cut == o.Cut && slices.EqualFunc(p.Links, o.Links, func(x, y Link) bool {
		return x.Staff == y.Staff && x.Why.Rule == y.Why.Rule && x.Why.Fact == y.Why.Fact &&
			x.Why.From.Equal(y.Why.From) && x.Why.Until.Equal(y.Why.Until)
	})
}

// Except returns s with e in place of what was decided about e's member of
// staff before. What is over is taken away with it.
func (s Supervision) Except(e Exception) Supervision {
	s.Exceptions = slices.DeleteFunc(slices.Clone(s.Exceptions), func(have Exception) bool {
		return have.Staff == e.Staff || !have.at(e.Made)
	})
	s.Exceptions = append(s.Exceptions, e)
	slices.SortFunc(s.Exceptions, func(x, y Exception) int { return strings.Compare(string(x.Staff), string(y.Staff)) })
	return s
}

// Forget returns s without what was decided about a member of staff.
func (s Supervision) Forget(staff account.ID) Supervision {
	s.Exceptions = slices.DeleteFunc(slices.Clone(s.Exceptions), func(have Exception) bool { return have.Staff == staff })
	return s
}

// Decided returns what was decided about a member of staff, nil for nothing.
func (s Supervision) Decided(staff account.ID) *Exception {
	for _, e := range s.Exceptions {
		if e.Staff == staff {
			return &e
		}
	}
	return nil
}

// Without returns s without anything about a member of staff.
func (s Supervision) Without(staff account.ID) Supervision {
	s = s.Forget(staff)
	for _, p := range s.Parts {
		p.Links = slices.DeleteFunc(slices.Clone(p.Links), func(l Link) bool { return l.Staff == staff })
		s = s.With(p)
	}
	return s
}

// Empty reports whether s says nothing, so that it need not be kept.
func (s Supervision) Empty() bool { return len(s.Parts) == 0 && len(s.Exceptions) == 0 }

// Staff returns every member of staff whom s names, linked at present or not,
// sorted, each once: under these s is found.
func (s Supervision) Staff() []account.ID {
	var ids []account.ID
	for _, p := range s.Parts {
		for _, l := range p.Links {
			ids = append(ids, l.Staff)
		}
	}
	for _, e := range s.Exceptions {
		ids = append(ids, e.Staff)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Schools returns the schools of which s has a part, sorted.
func (s Supervision) Schools() []school.ID {
	var ids []school.ID
	for _, p := range s.Parts {
		ids = append(ids, p.School)
	}
	return ids
}

// Tie is a pupil and a member of staff as they stand to each other at some
// moment, with everything that says so.
type Tie struct {
	Staff     account.ID
	On        bool       // they are linked
	Why       []Why      // the rules that say so, whether or not an exception goes before them
	Exception *Exception // nil where nobody decided by hand
}

// Ties returns, by member of staff, everybody who is linked at now, or would
// be if nobody had decided otherwise.
func (s Supervision) Ties(now time.Time) []Tie {
	var ties []Tie
	for _, id := range s.Staff() {
		if t := s.Tie(id, now); t.On || t.Exception != nil {
			ties = append(ties, t)
		}
	}
	return ties
}

// Tie returns how a member of staff stands to the pupil at now.
func (s Supervision) Tie(staff account.ID, now time.Time) Tie {
	t := Tie{Staff: staff}
	for _, p := range s.Parts {
		for _, l := range p.Links {
			if l.Staff == staff && l.Why.at(now) {
				t.Why = append(t.Why, l.Why)
			}
		}
	}
	t.On = len(t.Why) > 0
	for _, e := range s.Exceptions {
		if e.Staff == staff && e.at(now) {
			t.Exception, t.On = &e, !e.Out
		}
	}
	return t
}

// Linked reports whether a member of staff is linked to the pupil at now.
func (s Supervision) Linked(staff account.ID, now time.Time) bool { return s.Tie(staff, now).On }

// named reports whether one of ids is a group.
func named(ids []group.ID, g group.ID) bool { return slices.Contains(ids, g) }
