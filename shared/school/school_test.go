package school_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/school"
)

func TestNewCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		brin, location, want string
	}{
		"with location":      {"99ZZ", "01", "99ZZ01"},
		"main location":      {"99ZZ", "00", "99ZZ00"},
		"none means main":    {"99ZZ", "", "99ZZ00"},
		"small letters":      {"99zz", "00", ""},
		"too short":          {"9ZZ", "00", ""},
		"too long":           {"99ZZZ", "00", ""},
		"location within":    {"99ZZ00", "", ""},
		"letters first":      {"ZZ99", "00", ""},
		"empty":              {"", "", ""},
		"line end":           {"99ZZ\n", "00", ""},
		"path":               {"../Z", "00", ""},
		"location of one":    {"99ZZ", "1", ""},
		"location of three":  {"99ZZ", "001", ""},
		"location of blanks": {"99ZZ", "  ", ""},
		"other digits":       {"٩٩ZZ", "00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, err := school.NewCode(c.brin, c.location)
			if c.want == "" {
				require.Equal(t, fault.Invalid, fault.KindOf(err))
				require.Zero(t, code)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, code.String())
		})
	}
}

func TestParseYear(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]school.Year{
		"2026-2027": 2026, "2026/2027": 2026, "2026 - 2027": 2026, "2026 / 2027": 2026, "1999-2000": 1999, "2999-3000": 0,
		"2026": 0, "2026-2026": 0, "2026-2028": 0, "2027-2026": 0, "2026-27": 0, "26-27": 0, "": 0, "-": 0, "2026–2027": 0,
		"2026--2027": 0, "2026-2027 ": 0, " 2026-2027": 0, "2026-2027\n": 0, "02026-2027": 0, "2026-2027-2028": 0, "0026-0027": 0,
		"２０２６-２０２７": 0,
	} {
		got, err := school.ParseYear(s)
		require.Equal(t, want, got, "%q", s)
		if want == 0 {
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%q", s)
			continue
		}
		require.NoError(t, err, "%q", s)
	}
}

func FuzzParseYear(f *testing.F) {
	for _, seed := range []string{"2026-2027", "2026 / 2027", "1999-2000", "2026-2028", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		y, err := school.ParseYear(s)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			require.Zero(t, y)
			return
		}
		require.True(t, y >= 1000 && y <= 2998, y)
		again, err := school.ParseYear(y.String())
		require.NoError(t, err)
		require.Equal(t, y, again)
		require.Equal(t, y, school.YearAt(y.Begins()))
	})
}

func TestYearAt(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]school.Year{
		"2026-07-31T23:59:59Z": 2025, "2026-08-01T00:00:00Z": 2026, "2026-12-31T23:59:59Z": 2026, "2027-01-01T00:00:00Z": 2026,
	} {
		moment, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, want, school.YearAt(moment), at)
	}
	require.Equal(t, "2026-2027", school.Year(2026).String())
	require.Equal(t, time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), school.Year(2026).Begins())
}

func TestExceeded(t *testing.T) {
	t.Parallel()
	b := school.Bound{Count: 5, Percent: 10}
	for name, c := range map[string]struct {
		n, of int
		want  bool
	}{
		"none":                     {0, 0, false},
		"few, of a small school":   {5, 5, false},
		"many, of a small school":  {6, 20, true},
		"at the share":             {10, 100, false},
		"beyond the share":         {11, 100, true},
		"many, below the share":    {90, 1000, false},
		"everybody":                {1000, 1000, true},
		"more than there could be": {6, 0, true},
	} {
		require.Equal(t, c.want, b.Exceeded(c.n, c.of), name)
	}
}

func TestBoundsAt(t *testing.T) {
	t.Parallel()
	own, rollover := school.Bounds{Leavers: school.Bound{Count: 1, Percent: 1}}, school.Bounds{Leavers: school.Bound{Count: 2, Percent: 2}}
	for month := time.January; month <= time.December; month++ {
		at := time.Date(2026, month, 15, 0, 0, 0, 0, time.UTC)
		turning := month == time.July || month == time.August || month == time.September
		want, wantOwn := school.UsualBounds(), own
		if turning {
			want, wantOwn = school.UsualRollover(), rollover
		}
		require.Equal(t, want, school.School{}.BoundsAt(at), month)
		require.Equal(t, wantOwn, school.School{Bounds: &own, Rollover: &rollover}.BoundsAt(at), month)
	}
	august := time.Date(2026, 8, 15, 0, 0, 0, 0, time.UTC)
	require.Equal(t, school.UsualRollover(), school.School{Bounds: &own}.BoundsAt(august), "bounds of the year hold in summer")
}
