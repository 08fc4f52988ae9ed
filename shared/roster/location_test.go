package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// placed makes a roster of nine pupils at three locations, each with a class
// of its own, and of one at none.
func placed(locations [3]string) *roster.Roster {
	r := pupils(span(1, 10)...)
	r.Groups = nil
	for i, l := range locations {
		key := string(rune('a' + i))
		r.Groups = append(r.Groups, roster.Group{Key: key, Kind: roster.Class, Name: "4" + key, Year: "4"})
		for j := range 3 {
			p := &r.People[3*i+j]
			p.Location, p.Groups, p.Line = l, []string{key}, 3*i+j+2
		}
	}
	r.People[9].Groups = []string{"a"}
	return r
}

// institution is a school with a sister at location 01 of the same BRIN, and
// one of another BRIN.
func institution() *world {
	w := newWorld()
	w.school.Name = "De Zeester"
	for _, s := range []school.School{
		{ID: "schelp", Name: "De Schélp", Code: school.Code{BRIN: "99ZZ", Location: "01"}},
		{ID: "duinpan", Name: "De Duinpan", Code: school.Code{BRIN: "99XX", Location: "00"}},
	} {
		if w.others == nil {
			w.others = map[school.ID]*world{}
		}
		other := newWorld()
		other.school = s
		w.others[s.ID] = other
	}
	return w
}

func TestPeopleOfOtherLocations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		locations [3]string
		creates   int
		groups    int
		codes     []string
	}{
		"none told":                {[3]string{"", "", ""}, 10, 3, nil},
		"our own number":           {[3]string{"00", "0", "99ZZ00"}, 10, 3, nil},
		"our own name":             {[3]string{"De Zeester", "de zeester", "00"}, 10, 3, nil},
		"a sister by number":       {[3]string{"00", "01", "01"}, 4, 1, []string{"plan.other_location"}},
		"a sister by BRIN":         {[3]string{"00", "99ZZ-01", "99zz01"}, 4, 1, []string{"plan.other_location", "plan.other_location"}},
		"a sister by name":         {[3]string{"00", "De Schelp", "00"}, 7, 2, []string{"plan.other_location"}},
		"a school of another BRIN": {[3]string{"00", "99XX00", "00"}, 7, 2, []string{"plan.other_location"}},
		"another BRIN's name":      {[3]string{"00", "De Duinpan", "00"}, 10, 3, []string{"plan.unknown_location"}},
		"no school of ours":        {[3]string{"00", "07", "Gymzaal"}, 10, 3, []string{"plan.unknown_location", "plan.unknown_location"}},
		"everybody at the sister":  {[3]string{"01", "01", "01"}, 1, 1, []string{"plan.other_location"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := institution()
			r := placed(c.locations)
			p, found := w.take(t, r)
			require.Equal(t, c.creates, p.Counts.Create)
			require.Len(t, p.Groups, c.groups, "a class goes along with its pupils")
			require.Equal(t, c.codes, codes(found))
			for _, f := range found.List {
				require.Positive(t, f.Count)
				require.Positive(t, f.Line)
			}
			again, _ := w.compare(r)
			require.True(t, again.Empty(), "%+v", again)
		})
	}
}

func TestOneUnknownLocationIsTheSchoolItself(t *testing.T) {
	t.Parallel()
	w := institution()
	r := placed([3]string{"Hoofdgebouw", "Hoofdgebouw", "Hoofdgebouw"})
	r.People[9].Location = "Hoofdgebouw"
	p, found := w.compare(r)
	require.Equal(t, 10, p.Counts.Create)
	require.Empty(t, found.List, "a file of one location needs no guess")
}

func TestWhoMovesToAnotherLocationLeavesThisOne(t *testing.T) {
	t.Parallel()
	w := institution()
	w.take(t, placed([3]string{"00", "00", "00"}))
	moved := placed([3]string{"00", "00", "00"})
	moved.People[0].Location = "01"
	p, found := w.compare(moved)
	require.Equal(t, 1, p.Counts.Leave)
	require.Equal(t, "99ZZ01", found.List[0].Field)
	require.Equal(t, 1, found.List[0].Count)

	empty := placed([3]string{"01", "01", "01"})
	empty.People = empty.People[:9]
	p, _ = w.compare(empty)
	require.Zero(t, p.Counts.Leave, "a file of nobody of ours says nothing of who is here")
}

// TestALocationThatWentUpInThisSchool: after a merger its people are ours.
func TestALocationThatWentUpInThisSchool(t *testing.T) {
	t.Parallel()
	w := institution()
	w.others["schelp"].school.Into = "zeester"
	p, found := w.compare(placed([3]string{"00", "01", "De Schelp"}))
	require.Equal(t, 10, p.Counts.Create)
	require.Empty(t, found.List)
}
