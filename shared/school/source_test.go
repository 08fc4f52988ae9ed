package school_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

var monday = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

// delivers returns s after a file of family with these fields of its pupils.
func delivers(s school.School, family string, fields ...string) school.School {
	return s.Delivered(school.Delivery{Family: family, Fields: map[person.Kind][]string{person.Pupil: fields}, At: monday})
}

func TestTheFirstSourceLeadsAndOthersSupplement(t *testing.T) {
	t.Parallel()
	var s school.School
	require.True(t, s.Led(person.Pupil, "edexml"), "whoever comes first")
	require.Empty(t, s.SpaceOf(person.Pupil, "edexml"))
	s = delivers(s, "edexml", "surname", "class")
	s = delivers(s, "table", "surname", "ilt")
	s = delivers(s, "oneroster", "ilt", "gender")
	s = delivers(s, "edexml", "surname", "class")
	require.Equal(t, map[string][]string{"pupil": {"class", "gender", "ilt", "surname"}}, s.Delivers, "the next file of one leaves what another delivers")
	for family, want := range map[string]struct {
		leads  bool
		space  string
		denied []string
	}{
		"edexml":    {true, "", nil},
		"table":     {false, "table", []string{"class", "surname"}},
		"oneroster": {false, "oneroster", []string{"class", "ilt", "surname"}},
		"sds":       {false, "sds", []string{"class", "gender", "ilt", "surname"}},
	} {
		require.Equal(t, want.leads, s.Led(person.Pupil, family), family)
		require.Equal(t, want.space, s.SpaceOf(person.Pupil, family), family)
		require.Equal(t, want.denied, s.DeniedTo(person.Pupil, family), family)
	}
	require.True(t, s.Led(person.Guardian, "table"), "of each kind of person apart")
	main, ok := s.MainOf(person.Pupil)
	require.True(t, ok)
	require.Equal(t, monday, main.Last)
}

func TestASourceThatIsForgotten(t *testing.T) {
	t.Parallel()
	s := delivers(delivers(school.School{}, "edexml", "surname"), "table", "surname", "ilt")
	without := s.Forgotten(person.Pupil, "table")
	require.Equal(t, map[string][]string{"pupil": {"surname"}}, without.Delivers)
	require.False(t, without.Led(person.Pupil, "table"), "it supplements when it comes back")

	s = s.Forgotten(person.Pupil, "edexml")
	require.True(t, s.Led(person.Pupil, "oneroster"))
	require.Equal(t, "oneroster", s.SpaceOf(person.Pupil, "oneroster"), "no key of the one is a key of the other")
	require.Empty(t, s.SpaceOf(person.Pupil, "edexml"))
	back := delivers(s, "edexml", "surname")
	main, ok := back.MainOf(person.Pupil)
	require.True(t, ok)
	require.Equal(t, "edexml", main.Family)
}

func TestAnotherAdministrationSystem(t *testing.T) {
	t.Parallel()
	s := delivers(delivers(school.School{}, "edexml", "surname"), "table", "ilt")
	s.System = school.Change{At: monday, By: "a1"}
	space := s.System.Space()
	require.Equal(t, "20261123030000", space)
	require.True(t, s.Led(person.Pupil, "oneroster"), "the next file leads, of whatever format")
	require.Equal(t, space, s.SpaceOf(person.Pupil, "oneroster"))
	require.Equal(t, space, s.SpaceOf(person.Pupil, "edexml"), "also where the format stays")
	require.False(t, s.Changing(person.Guardian, "guardians"))

	s = s.Delivered(school.Delivery{
		Family: "oneroster", Fields: map[person.Kind][]string{person.Pupil: {"surname", "gender"}}, At: monday, Changed: []person.Kind{person.Pupil}, Space: space,
	})
	require.True(t, s.Changing(person.Pupil, "oneroster"), "until everything is done")
	require.False(t, s.Changing(person.Pupil, "table"), "the list that supplements does not lead meanwhile")
	require.Equal(t, map[string][]string{"pupil": {"gender", "ilt", "surname"}}, s.Delivers)
	s.System = school.Change{}
	require.Equal(t, space, s.SpaceOf(person.Pupil, "oneroster"))
	require.False(t, s.Led(person.Pupil, "edexml"))
}

func TestAMappingToAnotherSystem(t *testing.T) {
	t.Parallel()
	s := delivers(school.School{}, "edexml", "surname")
	s.System = school.Change{At: monday}
	s = s.Rekeyed(person.Pupil, s.System.Space())
	require.True(t, s.Changing(person.Pupil, "table"), "its first file tells the format")
	s.System = school.Change{}
	require.True(t, s.Led(person.Pupil, "table"))
	require.Equal(t, "20261123030000", s.SpaceOf(person.Pupil, "table"))
	require.Empty(t, s.DeniedTo(person.Pupil, "table"))
	s = delivers(s, "table", "surname", "ilt")
	require.Len(t, s.Sources, 1)
	require.False(t, s.Led(person.Pupil, "edexml"))
}

func TestTheYearThatASchoolIsIn(t *testing.T) {
	t.Parallel()
	on := func(month time.Month, day int) time.Time { return time.Date(2027, month, day, 12, 0, 0, 0, time.UTC) }
	late := school.Prepared{Year: 2027, From: on(time.August, 20)}
	for name, c := range map[string]struct {
		school school.School
		at     time.Time
		want   school.Year
	}{
		"in spring":                         {school.School{LastYear: 2026}, on(time.April, 1), 2026},
		"in summer":                         {school.School{LastYear: 2026}, on(time.August, 1), 2027},
		"a year that is prepared":           {school.School{LastYear: 2026, Prepared: late}, on(time.July, 1), 2026},
		"before the day that it begins":     {school.School{LastYear: 2026, Prepared: late}, on(time.August, 19), 2026},
		"on the day that it begins":         {school.School{LastYear: 2026, Prepared: late}, on(time.August, 20), 2027},
		"a school that has turned early":    {school.School{LastYear: 2027}, on(time.July, 10), 2027},
		"a school that has no roster":       {school.School{}, on(time.July, 10), 2026},
		"another year is prepared meantime": {school.School{LastYear: 2027, Prepared: school.Prepared{Year: 2028, From: on(time.August, 20).AddDate(1, 0, 0)}}, on(time.August, 5), 2027},
	} {
		require.Equal(t, c.want, c.school.YearAt(c.at), name)
	}
	next := school.School{LastYear: 2026, FilesOf: 2027}
	require.Equal(t, school.Year(2027), next.FileYear(on(time.May, 1)))
	next.FilesOf = 2025
	require.Equal(t, school.Year(2026), next.FileYear(on(time.May, 1)), "what was said of a year that is over no longer counts")
}
