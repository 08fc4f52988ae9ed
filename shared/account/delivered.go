package account

import (
	"slices"

	"cool.example/sync/shared/school"
)

// Delivered returns what reports of a registered field whether a source of one of
// a's schools delivers it: that is changed in the administration, and nowhere else.
// What a school's sources deliver is known from their files; until the first one
// has been taken in, everything is theirs.
func (a Account) Delivered(at map[school.ID]school.School) func(field string) bool {
	return func(field string) bool {
		return slices.ContainsFunc(slices.Concat(a.Memberships, a.Next), func(m Membership) bool {
			if m.Left || m.Key == "" && len(m.Keys) == 0 {
				return false
			}
			fields := at[m.School].Delivers[string(a.Kind)]
			return len(fields) == 0 || slices.Contains(fields, field)
		})
	}
}
