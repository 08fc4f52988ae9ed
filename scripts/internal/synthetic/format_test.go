package synthetic_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/format"
	"cool.example/sync/shared/school"
)

// rich are options of a small school that shows all that formats carry.
func rich() synthetic.Options {
	return synthetic.Options{
		Seed: 7, Pupils: 30, Code: school.Code{BRIN: "99XX", Location: "01"}, Year: 2026, Domain: "school.example", Forbidden: true, ECK: true,
	}
}

// read writes a school and has its format found out and read.
func read(t *testing.T, s *synthetic.School, f synthetic.Format, defects ...synthetic.Defect) (*roster.Roster, roster.Findings) {
	t.Helper()
	files, err := s.Files(f, defects...)
	require.NoError(t, err)
	w := roster.Wanted{School: s.Options.Code, Sector: school.PO, Today: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	if s.Options.Secondary {
		w.Sector = school.VO
	}
	var found roster.Findings
	list, pairs, err := format.Read(handed(files), w, &found)
	require.NoError(t, err)
	require.Nil(t, pairs)
	return list, found
}

// carried says what a format carries beside names and keys.
type carried struct {
	name   string // of the roster
	staff  bool
	fields roster.Fields // of a pupil
	whole  bool          // the infix stands in the surname
	lesson bool          // lesson groups too
}

func carries() map[synthetic.Format]carried {
	edex := roster.Initials | roster.Infix | roster.Gender | roster.Number | roster.InGroups
	list := edex | roster.Email | roster.Grade
	return map[synthetic.Format]carried{
		synthetic.EDEXML103:   {name: "edexml 1.03", staff: true, fields: edex},
		synthetic.EDEXML20:    {name: "edexml 2.0", staff: true, lesson: true, fields: list | roster.FirstNames},
		synthetic.EDEXML21:    {name: "edexml 2.1", staff: true, lesson: true, fields: list | roster.FirstNames | roster.ECK},
		synthetic.OneRoster11: {name: "oneroster 1.1", staff: true, lesson: true, whole: true, fields: roster.Gender | roster.Number | roster.InGroups | roster.Email | roster.Grade},
		synthetic.OneRoster12: {name: "oneroster 1.2", staff: true, lesson: true, whole: true, fields: roster.FirstNames | roster.Gender | roster.Number | roster.InGroups | roster.Email | roster.Grade | roster.ECK},
		synthetic.SDS21:       {name: "sds 2.1", staff: true, lesson: true, whole: true, fields: roster.InGroups | roster.Email | roster.Grade},
		synthetic.CSV:         {name: "csv", fields: list | roster.ECK},
		synthetic.Magister:    {name: "csv magister", staff: true, fields: list},
		synthetic.SOMtoday:    {name: "csv somtoday", staff: true, fields: list | roster.ECK},
		synthetic.Excel:       {name: "excel", fields: list | roster.ECK},
		synthetic.UWLR22:      {name: "uwlr 2.2", staff: true, lesson: true, fields: list | roster.FirstNames | roster.ECK},
		synthetic.UWLR23:      {name: "uwlr 2.3", staff: true, lesson: true, fields: list | roster.FirstNames | roster.ECK},
	}
}

// TestEveryFormatIsReadBack writes a school in every format, and expects its
// people again, with all that the format carries, and nothing of what may not
// be kept.
func TestEveryFormatIsReadBack(t *testing.T) {
	t.Parallel()
	require.Len(t, carries(), len(synthetic.Formats())-1, "all but that of guardians")
	for f, c := range carries() {
		for _, secondary := range []bool{false, true} {
			t.Run(string(f)+map[bool]string{false: " PO", true: " VO"}[secondary], func(t *testing.T) {
				t.Parallel()
				o := rich()
				o.Secondary = secondary
				s := synthetic.Generate(o)
				list, found := read(t, s, f)
				for _, x := range found.List {
					require.Equal(t, roster.Note, x.Severity, "%+v", x)
				}
				require.Equal(t, c.name, list.Format)
				require.Equal(t, o.Code, list.School)
				require.Equal(t, o.Year, list.Year)
				want := s.Pupils()
				if c.staff {
					want = s.People
				}
				require.Len(t, list.People, len(want))
				named := names(list.Groups)
				for i, p := range want {
					c.same(t, p, list.People[i])
					if p.Kind == person.Pupil {
						require.ElementsMatch(t, c.groups(s, p), named(list.People[i].Groups))
					}
				}
			})
		}
	}
}

// names returns a function that gives the names of groups.
func names(groups []roster.Group) func(keys []string) []string {
	of := map[string]string{}
	for _, g := range groups {
		of[g.Key] = g.Name
	}
	return func(keys []string) []string {
		var list []string
		for _, key := range keys {
			list = append(list, of[key])
		}
		return list
	}
}

// groups returns the names of the groups of a pupil that the format carries.
func (c carried) groups(s *synthetic.School, p roster.Person) []string {
	var keys []string
	for _, g := range s.Groups {
		if slices.Contains(p.Groups, g.Key) && (c.lesson || g.Kind == roster.Class) {
			keys = append(keys, g.Key)
		}
	}
	return names(s.Groups)(keys)
}

// same expects that got is p, as far as the format carries it.
func (c carried) same(t *testing.T, p, got roster.Person) {
	t.Helper()
	require.Equal(t, p.Key, got.Key)
	require.Equal(t, p.Kind, got.Kind)
	require.Equal(t, p.Name.Display(), got.Name.Display())
	require.NotZero(t, got.Line)
	require.False(t, got.Left)
	if !c.whole {
		require.Equal(t, [2]string{p.Name.Infix, p.Name.Surname}, [2]string{got.Name.Infix, got.Name.Surname})
	}
	if p.Kind == person.Staff {
		return
	}
	require.True(t, got.Fields.Has(c.fields|roster.CallName|roster.Surname), "%b", got.Fields)
	for field, pair := range map[roster.Fields][2]string{
		roster.FirstNames: {p.Name.FirstNames, got.Name.FirstNames}, roster.Initials: {p.Name.Initials, got.Name.Initials},
		roster.Gender: {string(p.Gender), string(got.Gender)}, roster.Email: {p.Email, got.Email}, roster.Number: {p.Key, got.Number},
		roster.ECK: {p.ECK, got.ECK}, roster.Grade: {p.Year, got.Year},
	} {
		if c.fields.Has(field) {
			require.Equal(t, pair[0], pair[1])
		}
	}
}

// TestNothingForbiddenIsRead plants what may not be kept, and expects it to be
// counted.
func TestNothingForbiddenIsRead(t *testing.T) {
	t.Parallel()
	s := synthetic.Generate(rich())
	counted := map[synthetic.Format]string{
		synthetic.EDEXML103: "sofinummer", synthetic.EDEXML21: "bsn", synthetic.UWLR23: "bsn", synthetic.OneRoster12: "birthDate",
		synthetic.CSV: "bsn", synthetic.Magister: "bsn", synthetic.SOMtoday: "bsn", synthetic.Excel: "bsn",
	}
	for f, name := range counted {
		list, found := read(t, s, f)
		require.Equal(t, 30, list.LeftOut[name], f)
		unprinted(t, s.Planted(), list, found)
	}
}

// TestTheSameSeedGivesTheSameBytes in every format, and another seed others.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, f := range synthetic.Formats() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			written := func(seed uint64) string {
				o := rich()
				o.Seed = seed
				var b bytes.Buffer
				require.NoError(t, synthetic.Generate(o).Write(&b, f))
				return b.String()
			}
			first := written(7)
			require.Equal(t, first, written(7))
			require.NotEqual(t, first, written(8))
			require.Equal(t, f.Set() || f == synthetic.Excel, first[:2] == "PK")
		})
	}
}

func TestWhatAFormatCannotHave(t *testing.T) {
	t.Parallel()
	s := synthetic.Generate(rich())
	var b bytes.Buffer
	err := s.Write(&b, synthetic.Guardians, synthetic.Truncated, synthetic.Doctype)
	require.ErrorContains(t, err, "a file of format guardians cannot have the defect doctype; it can have scientific, ")
	require.Zero(t, b.Len())
	_, err = synthetic.ParseDefects("truncated, crooked")
	require.ErrorContains(t, err, `there is no defect "crooked"; there are lost-zeros, `)
	_, err = synthetic.ParseFormat("edexml")
	require.ErrorContains(t, err, `there is no format "edexml"; there are edexml-1.03, `)
	for _, f := range synthetic.Formats() {
		parsed, err := synthetic.ParseFormat(string(f))
		require.NoError(t, err)
		require.Equal(t, f, parsed)
		for _, d := range f.Defects() {
			parsed, err := synthetic.ParseDefects(string(d) + ",")
			require.NoError(t, err)
			require.Equal(t, []synthetic.Defect{d}, parsed)
		}
	}
}
