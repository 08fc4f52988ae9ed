package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/group"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// TestImportLeavesTheSchoolsOwnGroups imports, changes and turns the year of a
// school that has made groups itself and said how old a class is.
func TestImportLeavesTheSchoolsOwnGroups(t *testing.T) {
	t.Parallel()
	w := newWorld()
	first, _ := w.compare(pupils(span(1, 20)...))
	w.apply(first, true)
	class := group.IDOf("zeester", 2026, "4A")
	banded := w.groups[class]
	banded.Band = group.Young
	w.groups[class] = banded
	for _, g := range []group.Group{
		{ID: "gmanual", School: "zeester", Year: 2025, Kind: group.Manual, Name: "Plusklas"},
		{ID: "gruled", School: "zeester", Year: 2026, Kind: group.Ruled, Name: "Jaar 4"},
	} {
		w.groups[g.ID] = g
	}
	p, _ := w.compare(pupils(span(1, 20)...))
	require.Empty(t, p.Groups, "how old a class is, is no difference")
	require.Empty(t, p.Ends, "a source says nothing of groups that are not its own")

	renamed := pupils(span(1, 20)...)
	renamed.Groups[0].Name = "4 Zon"
	p, _ = w.compare(renamed)
	require.Len(t, p.Groups, 1)
	require.Equal(t, group.Young, p.Groups[0].Group.Band)

	k := w.known()
	k.School.Prepared = school.Prepared{Year: 2027}
	turn := roster.SwitchYear(k, &roster.Findings{})
	require.Len(t, turn.Ends, 1)
	require.Equal(t, class, turn.Ends[0].Group.ID, "only the class of the year that ends")
}
