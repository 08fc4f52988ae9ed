package rows_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/rows"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	type field uint8
	require.Equal(t, []int{0, 2, 0, 4}, rows.Places[field](4, []field{0, 1, 1, 3, 0}), "the first of several counts, and none is no field")
	require.Equal(t, []int{0, 0}, rows.Places[field](2, nil))
}

func TestTally(t *testing.T) {
	t.Parallel()
	var counted rows.Tally
	require.Empty(t, maps.Collect(counted.All()))
	for _, column := range []int{0, 2, 3} {
		counted.Watch(column)
	}
	for _, cells := range [][]string{{"a", "b", "c"}, {"", "b", "c"}, {"a"}, {"", "", ""}} {
		counted.Row(rows.Row{Cells: cells})
	}
	require.Equal(t, map[int]int{0: 2, 2: 2}, maps.Collect(counted.All()))
}
