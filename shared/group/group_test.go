package group_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
)

// TestIDOf holds ids still: stored groups and their counterparts at targets
// are found by them.
func TestIDOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, group.ID("g9ffb35e20f7d232551dd9f78"), group.IDOf("s1", 2026, "4A"))
	type key struct {
		school school.ID
		year   school.Year
		key    string
	}
	seen := map[group.ID]key{}
	for _, k := range []key{
		{"s1", 2026, "4A"},
		{"s2", 2026, "4A"},
		{"s1", 2027, "4A"},
		{"s1", 2026, "4B"},
		{"s1", 2026, "4a"},
		{"s1", 2026, ""},
		{"s", 2026, "14A"},
		{"s1", 2026, "4A "},
		{"", 2026, "s14A"},
		{"s1", 0, "2026-20274A"},
	} {
		id := group.IDOf(k.school, k.year, k.key)
		require.Regexp(t, "^g[0-9a-f]{24}$", string(id))
		require.NotContains(t, seen, id, "%v and %v are one group", k, seen[id])
		seen[id] = k
	}
}
