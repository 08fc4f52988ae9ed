package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	one, two := make([]roster.File, 1), make([]roster.File, 2)
	for place, want := range map[string][2]int{
		roster.TablePlace(0, two):                          {1, 0},
		roster.TablePlace(1, two):                          {2, 0},
		roster.SheetPlace(roster.TablePlace(0, one), 3):    {0, 3},
		roster.SheetPlace(roster.TablePlace(1, two), 12):   {2, 12},
		roster.SheetPlace(roster.SheetPlace("", 0), 1):     {0, 1},
		roster.SheetPlace(roster.TablePlace(11, two), 100): {12, 100},
	} {
		table, sheet, ok := roster.ParsePlace(place)
		require.True(t, ok, place)
		require.Equal(t, want, [2]int{table, sheet}, place)
	}
	require.Empty(t, roster.SheetPlace(roster.TablePlace(0, one), 0), "a file on its own needs no name")
	for _, name := range []string{"", "users.csv", "table", "table.csv", "sheets"} {
		_, _, ok := roster.ParsePlace(name)
		require.False(t, ok, name)
	}
}

// TestKept: a report that is cut keeps what refuses the file.
func TestKept(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	found.Add(roster.Finding{Code: "a", Severity: roster.Note})
	found.Add(roster.Finding{Code: "b", Severity: roster.Warning})
	require.Equal(t, found.List, found.Kept(2), "in the order in which they were met")
	found.Add(roster.Finding{Code: "c", Severity: roster.Stop})
	found.Add(roster.Finding{Code: "d", Severity: roster.Warning})
	var codes []string
	for _, f := range found.Kept(3) {
		codes = append(codes, f.Code)
	}
	require.Equal(t, []string{"c", "b", "d"}, codes)
}
