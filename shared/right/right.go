// Package right says what a person may reach beyond, or short of, what follows
// from kind, group and role: grants and denials of applications, of data about
// others and of tasks in the console. A denial wins over every grant, and each
// verdict names the rights that made it.
package right

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/school"
)

// ID identifies a right within its institution. It is random.
type ID string

// NewID returns a fresh random id.
func NewID() ID { return ID("r" + strings.ToLower(rand.Text())) }

// Most bounds the rights of an institution, so that a person can oversee them
// and every sign-in can read them.
const Most = 200

// Right grants or denies one thing to some people.
type Right struct {
	ID    ID
	Deny  bool
	What  Object
	Whom  Whom
	From  time.Time // zero: always
	Until time.Time // zero: for ever
	By    account.ID
	Made  time.Time
}

// Object is what a right is about.
type Object struct {
	Sort Sort
	ID   string // app.ID, key of the privacy register, or access.Permission
}

// Sort is a sort of object.
type Sort string

// The sorts of object.
const (
	Application Sort = "app"
	Data        Sort = "data" // a field of other people: to see it in the console
	Task        Sort = "task" // what may be done and read in the console
)

// Whom says to whom a right is given.
type Whom struct {
	By    By
	Value string
}

// By says what in a person a right looks at.
type By string

// What a right looks at, with what the values are.
const (
	ByKind     By = "kind"     // person.Kind
	ByRole     By = "role"     // access.Role
	ByFunction By = "function" // a staff member's function, by its code or in the school's own words
	BySchool   By = "school"   // school.ID of a membership that was not left
	ByGroup    By = "group"    // group.ID
	ByPerson   By = "person"   // account.ID
)

// Ways returns what rights look at, in the order of screens.
func Ways() []By { return []By{ByKind, ByRole, ByFunction, BySchool, ByGroup, ByPerson} }

// longest bounds a value.
const longest = 100

// Check answers Invalid for a right that is about nothing or nobody, that can
// never hold, or that would take from everybody the means to take it back.
func (r Right) Check() error {
	switch {
	case !r.What.exists():
		return fault.New(fault.Invalid, "right.object_invalid")
	case !r.Whom.possible():
		return fault.New(fault.Invalid, "right.whom_invalid")
	case !r.Until.IsZero() && !r.Until.After(r.From):
		return fault.New(fault.Invalid, "right.dates_invalid")
	case r.Deny && r.What == Object{Task, string(access.ManageRights)}:
		return fault.New(fault.Invalid, "right.locks_out")
	}
	return nil
}

func (o Object) exists() bool {
	switch o.Sort {
	case Application:
		return o.ID != ""
	case Data:
		f, ok := privacy.Lookup(o.ID)
		return ok && slices.Contains(f.Viewers, privacy.Managers)
	case Task:
		return slices.Contains(access.Permissions(), access.Permission(o.ID))
	default:
		return false
	}
}

func (w Whom) possible() bool {
	if w.Value == "" || len(w.Value) > longest || strings.TrimSpace(w.Value) != w.Value {
		return false
	}
	switch w.By {
	case ByKind:
		return person.Kind(w.Value).Valid()
	case ByRole:
		return slices.Contains(access.All(), access.Role(w.Value))
	default:
		return slices.Contains(Ways(), w.By)
	}
}

// means reports whether w means a.
func (w Whom) means(a account.Account) bool {
	here := func(fits func(account.Membership) bool) bool {
		return slices.ContainsFunc(a.Memberships, func(m account.Membership) bool { return !m.Left && fits(m) })
	}
	is := func(role string) bool { return strings.EqualFold(role, w.Value) }
	switch w.By {
	case ByKind:
		return string(a.Kind) == w.Value
	case ByRole:
		return slices.Contains(a.Own.Roles, access.Role(w.Value))
	case ByFunction:
		return a.Kind == person.Staff && (is(a.Own.Function) || here(func(m account.Membership) bool { return slices.ContainsFunc(m.Roles, is) }))
	case BySchool:
		return here(func(m account.Membership) bool { return m.School == school.ID(w.Value) })
	case ByGroup:
		return slices.Contains(a.Groups(), group.ID(w.Value))
	case ByPerson:
		return string(a.ID) == w.Value
	default:
		return false
	}
}

// In reports whether the right holds at now.
func (r Right) In(now time.Time) bool {
	return (r.From.IsZero() || !now.Before(r.From)) && (r.Until.IsZero() || now.Before(r.Until))
}

// Base is what follows without any right: see Verdict.
type Base string

// The bases of verdicts.
const (
	Nothing  Base = "nothing"  // nothing gives it
	Gone     Base = "gone"     // the account may not sign in: no right changes that
	Everyone Base = "everyone" // everybody of the kind gets the application
	Within   Base = "group"    // a group gets the application
	ForRole  Base = "role"     // a role gives it
)

// Verdict is what somebody may, and why: what holds without rights, and the
// rights that decided otherwise or the same.
type Verdict struct {
	Allowed bool
	Base    Base
	Rights  []ID // the denials where there are any, else the grants; sorted
}

// List is the rights of an institution.
type List []Right

// judge returns the verdict of l over what somebody may without it.
func (l List) judge(a account.Account, what Object, base Base, now time.Time) Verdict {
	if !a.MaySignIn() {
		return Verdict{Base: Gone}
	}
	var grants, denials []ID
	for _, r := range l {
		switch {
		case r.What != what || !r.In(now) || !r.Whom.means(a):
		case r.Deny:
			denials = append(denials, r.ID)
		default:
			grants = append(grants, r.ID)
		}
	}
	slices.Sort(grants)
	slices.Sort(denials)
	if len(denials) > 0 {
		return Verdict{false, base, denials}
	}
	return Verdict{base != Nothing || len(grants) > 0, base, grants}
}

// App returns whether a may use an application.
func (l List) App(p app.App, a account.Account, now time.Time) Verdict {
	base := Nothing
	if p.For(a) {
		if base = Within; len(p.Groups) == 0 {
			base = Everyone
		}
	}
	return l.judge(a, Object{Application, string(p.ID)}, base, now)
}

// Task returns whether a may do something in the console.
func (l List) Task(p access.Permission, a account.Account, now time.Time) Verdict {
	base := Nothing
	if access.Allow(a.Own.Roles, p) == nil {
		base = ForRole
	}
	return l.judge(a, Object{Task, string(p)}, base, now)
}

// Field returns whether a may see a field of others in the console. It follows
// from the task that shows people.
func (l List) Field(key string, a account.Account, now time.Time) Verdict {
	base := Nothing
	if f, ok := privacy.Lookup(key); ok && slices.Contains(f.Viewers, privacy.Managers) && l.Task(access.ManagePeople, a, now).Allowed {
		base = ForRole
	}
	return l.judge(a, Object{Data, key}, base, now)
}

// Allow answers nil where a may do something in the console, else Forbidden.
func (l List) Allow(p access.Permission, a account.Account, now time.Time) error {
	if l.Task(p, a, now).Allowed {
		return nil
	}
	return fault.New(fault.Forbidden, "")
}
