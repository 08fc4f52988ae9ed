package account

import (
	"slices"

	"cool.example/sync/shared/group"
)

// Here reports whether the person is at the institution now: the account is
// in use, or only blocked.
func (a Account) Here() bool { return a.State == Active || a.State == Blocked }

// Facts returns what the rules of groups look at.
func (a Account) Facts() group.Facts {
	f := group.Facts{Kind: a.Kind, Here: a.Here(), Groups: a.Own.Groups, Function: a.Own.Function}
	for _, m := range a.Memberships {
		if !m.Left {
			f.Places = append(f.Places, group.Place{School: m.School, Grade: m.Grade, ILT: m.ILT, Groups: m.Groups, Roles: m.Roles})
		}
	}
	return f
}

// BandIn returns a pupil's age band: see group.Effective. Groups holds the
// groups that the pupil is in, in any order, others among them or not.
func (a Account) BandIn(groups ...group.Group) group.Band {
	var grade string
	var classes []group.Group
	places := slices.Clone(a.Memberships)
	slices.SortStableFunc(places, func(x, y Membership) int {
		switch {
		case x.School == a.Main && y.School != a.Main:
			return -1
		case y.School == a.Main && x.School != a.Main:
			return 1
		default:
			return 0
		}
	})
	for _, m := range places {
		if m.Left {
			continue
		}
		if grade == "" {
			grade = m.Grade
		}
		for _, g := range groups {
			if slices.Contains(m.Groups, g.ID) {
				classes = append(classes, g)
			}
		}
	}
	return group.Effective(a.Own.Band, grade, classes...)
}
