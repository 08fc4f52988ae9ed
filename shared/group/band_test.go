package group_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/group"
)

func TestEffectiveBand(t *testing.T) {
	t.Parallel()
	class := func(grade string, own group.Band) group.Group {
		return group.Group{Kind: group.Class, Grade: grade, Band: own}
	}
	lesson := group.Group{Kind: group.Lesson, Grade: "4", Band: group.Older}
	for name, c := range map[string]struct {
		own     group.Band
		grade   string
		classes []group.Group
		want    group.Band
	}{
		"nothing known":             {"", "", nil, ""},
		"the pupil's own":           {group.Young, "8", []group.Group{class("8", group.Older)}, group.Young},
		"the class's own":           {"", "8", []group.Group{class("8", group.Young)}, group.Young},
		"the pupil's year":          {"", "2", []group.Group{class("C", "")}, group.Young},
		"the class's year":          {"", "", []group.Group{class("12", "")}, group.Older},
		"the pupil's before":        {"", "3", []group.Group{class("4", "")}, group.Young},
		"special education":         {"", "S", []group.Group{class("S", "")}, ""},
		"as the class says":         {"", "V", []group.Group{class("V", group.Older)}, group.Older},
		"the first class":           {"", "", []group.Group{class("S", ""), class("S", group.Middle), class("S", group.Older)}, group.Middle},
		"a lesson group has no say": {"", "", []group.Group{lesson}, ""},
	} {
		require.Equal(t, c.want, group.Effective(c.own, c.grade, c.classes...), name)
	}
	require.Equal(t, []group.Band{group.Young, group.Middle, group.Older}, group.Bands())
}

// TestBandsOfGrades holds what each code proposes.
func TestBandsOfGrades(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{"S": true, "V": true, "C": true, "N": true}
	for _, code := range group.Grades() {
		require.Equal(t, asked[code], group.BandOf(code) == "", code)
	}
	require.Empty(t, group.BandOf(""))
}
