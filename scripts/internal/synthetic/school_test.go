package synthetic_test

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/school"
)

func options(pupils int) synthetic.Options {
	return synthetic.Options{Seed: 7, Pupils: pupils, Code: school.Code{BRIN: "99XX", Location: "01"}, Year: 2026}
}

func written(t *testing.T, s *synthetic.School) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.WriteEDEXML(&b))
	return b.String()
}

// schools are the schools that the tests look at.
func schools() map[string]synthetic.Options {
	all := map[string]synthetic.Options{}
	for _, n := range []int{1, 30, 400, 5000} {
		o := options(n)
		all["PO "+strconv.Itoa(n)] = o
		o.Secondary = true
		all["VO "+strconv.Itoa(n)] = o
		o.Domain, o.Forbidden, o.Staff, o.Seed = "school.example", true, 50, 8
		all["VO with everything "+strconv.Itoa(n)] = o
	}
	return all
}

func TestSameOptionsSameBytes(t *testing.T) {
	t.Parallel()
	for name, o := range schools() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := written(t, synthetic.Generate(o))
			require.Equal(t, first, written(t, synthetic.Generate(o)))
			o.Seed++
			require.NotEqual(t, first, written(t, synthetic.Generate(o)))
		})
	}
}

// TestParsed reads every school back and expects exactly its people and
// groups.
func TestParsed(t *testing.T) {
	t.Parallel()
	for name, o := range schools() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := synthetic.Generate(o)
			var found roster.Findings
			got, err := edexml.Parse(strings.NewReader(written(t, s)), &found)
			require.NoError(t, err)
			require.Empty(t, found.List)
			for i := range got.People {
				require.NotZero(t, got.People[i].Line)
				got.People[i].Line = 0
			}
			require.Equal(t, s.Groups, got.Groups)
			require.Equal(t, s.People, got.People)
			require.Equal(t, o.Code, got.School)
			require.Equal(t, o.Year, got.Year)
			require.Equal(t, "edexml 2.1", got.Format)
			require.Len(t, s.Pupils(), o.Pupils)
		})
	}
}

// TestForbidden expects planted values to stand in the file and nowhere in
// what is read from it.
func TestForbidden(t *testing.T) {
	t.Parallel()
	o := options(400)
	require.Empty(t, synthetic.Generate(o).Planted())
	o.Forbidden = true
	s := synthetic.Generate(o)
	text := written(t, s)
	var found roster.Findings
	got, err := edexml.Parse(strings.NewReader(text), &found)
	require.NoError(t, err)
	printed := fmt.Sprintf("%+v %+v", got, found)
	require.Len(t, s.Planted(), 3*400)
	for _, value := range s.Planted() {
		require.Contains(t, text, ">"+value+"<")
		require.NotContains(t, printed, value)
	}
	require.Equal(t, 400, got.LeftOut["bsn"])
	require.Equal(t, 400, got.LeftOut["geboortedatum"])
	require.Equal(t, 400, got.LeftOut["postcodenl"])
	require.Equal(t, 40, got.LeftOut["toevoegingen"])
}

func TestPlantedNumbersAreNobodys(t *testing.T) {
	t.Parallel()
	o := options(5000)
	o.Forbidden = true
	seen := map[string]bool{}
	for _, value := range synthetic.Generate(o).Planted() {
		if len(value) != 9 {
			continue
		}
		require.False(t, seen[value])
		seen[value] = true
		require.True(t, strings.HasPrefix(value, "900"), value)
		sum := 0
		for i, weight := range []int{9, 8, 7, 6, 5, 4, 3, 2, -1} {
			sum += weight * int(value[i]-'0')
		}
		require.NotZero(t, sum%11, value)
	}
	require.Len(t, seen, 5000)
}

func TestClasses(t *testing.T) {
	t.Parallel()
	for name, o := range schools() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := synthetic.Generate(o)
			size, names, combined := map[string]int{}, map[string]bool{}, map[string]map[string]bool{}
			for _, p := range s.Pupils() {
				size[p.Groups[0]]++
				if combined[p.Groups[0]] == nil {
					combined[p.Groups[0]] = map[string]bool{}
				}
				combined[p.Groups[0]][p.Year] = true
			}
			taught := map[string]int{}
			for _, p := range s.Staff() {
				for _, key := range p.Groups {
					taught[key]++
				}
			}
			for _, g := range s.Groups {
				require.False(t, names[g.Name], "two groups called %s", g.Name)
				names[g.Name] = true
				require.NotZero(t, taught[g.Key], "nobody teaches %s", g.Name)
				if g.Kind != roster.Class {
					continue
				}
				require.LessOrEqual(t, size[g.Key], 30)
				if o.Pupils >= 100 {
					require.GreaterOrEqual(t, size[g.Key], 20)
					require.Equal(t, g.Year == "C", len(combined[g.Key]) == 2, g.Name)
				}
				require.NotContains(t, combined[g.Key], "C")
			}
		})
	}
}

// TestBelievable expects what schools have and what imports stumble over.
func TestBelievable(t *testing.T) {
	t.Parallel()
	s := synthetic.Generate(options(400))
	infixes, families, whole := map[string]bool{}, map[string]int{}, map[string]int{}
	marks := ""
	for _, p := range s.Pupils() {
		infixes[p.Name.Infix] = true
		families[p.Name.Family()]++
		whole[p.Groups[0]+p.Name.Display()]++
		marks += p.Name.Display()
	}
	for _, infix := range []string{"", "van der", "de", "van 't", "ter", "in 't", "el"} {
		require.True(t, infixes[infix], infix)
	}
	for _, letter := range []string{"é", "ë", "Ç", "Ş", "ı"} {
		require.Contains(t, marks, letter)
	}
	require.Contains(t, slices.Collect(values(whole)), 2, "namesakes in a class")
	roles, shared, lessons := map[string]bool{}, map[string]int{}, 0
	for _, p := range s.Staff() {
		require.Empty(t, p.Gender)
		for _, role := range p.Roles {
			roles[role] = true
		}
		for _, key := range p.Groups {
			if key[0] == 'K' && p.Roles[0] == "LRK" {
				shared[key]++
			} else if key[0] == 'S' {
				lessons++
			}
		}
	}
	for _, role := range []string{"LRK", "DIR", "IB", "ICT", "OWA", "ADM", "CON"} {
		require.True(t, roles[role], role)
	}
	require.False(t, roles["OUD"])
	require.Contains(t, slices.Collect(values(shared)), 2, "part-timers share a class")
	require.NotZero(t, lessons)
	require.InDelta(t, 400/12, len(s.Staff()), 1)
}

func values(m map[string]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, n := range m {
			if !yield(n) {
				return
			}
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	o := options(400)
	for _, p := range synthetic.Generate(o).People {
		require.Empty(t, p.Email)
	}
	o.Domain = "school.example"
	seen := map[string]bool{}
	for _, p := range synthetic.Generate(o).People {
		require.Regexp(t, `^[a-z0-9.-]+@school\.example$`, p.Email)
		require.False(t, seen[p.Email])
		seen[p.Email] = true
	}
}

func TestGuardians(t *testing.T) {
	t.Parallel()
	s := synthetic.Generate(options(400))
	guardians := s.Guardians(200)
	require.Equal(t, guardians, s.Guardians(200))
	count, siblings, seen := map[string]int{}, 0, map[string]bool{}
	for _, g := range guardians {
		require.Regexp(t, `^[a-z0-9.-]+@example\.org$`, g.Email)
		require.False(t, seen[g.Email])
		seen[g.Email] = true
		require.Equal(t, g.Gender == person.Female, g.Salutation == "mevrouw")
		for _, key := range g.Of {
			count[key]++
		}
		if len(g.Of) > 1 {
			siblings++
		}
	}
	for i, p := range s.Pupils() {
		if i < 200 {
			require.Contains(t, []int{1, 2}, count[p.Key])
		} else {
			require.Zero(t, count[p.Key])
		}
	}
	require.NotZero(t, siblings)
	require.Len(t, s.Guardians(0), 0)
	require.NotEmpty(t, s.Guardians(9999))
}
