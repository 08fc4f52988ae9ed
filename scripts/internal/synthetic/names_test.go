package synthetic

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for what, list := range map[string][]string{"girls": girls(), "boys": boys()} {
		require.GreaterOrEqual(t, len(list), 100, what)
		unique(t, list)
	}
	var whole []string
	for _, f := range families() {
		require.LessOrEqual(t, utf8.RuneCountInString(f.infix), 10, "EDEXML has room for ten")
		whole = append(whole, f.infix+" "+f.surname)
	}
	require.GreaterOrEqual(t, len(whole), 100)
	unique(t, whole)
}

func unique(t *testing.T, list []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, name := range list {
		require.False(t, seen[name], name)
		seen[name] = true
		require.True(t, norm.NFC.IsNormalString(name), name)
	}
}

func TestInvent(t *testing.T) {
	t.Parallel()
	rng, names := rand.New(rand.NewPCG(1, 2)), newPool()
	for range 500 {
		n, _ := names.invent(rng, names.family(rng))
		require.NotEmpty(t, n.Call)
		require.NotEmpty(t, n.Surname)
		require.Contains(t, n.FirstNames, n.Call)
		require.LessOrEqual(t, utf8.RuneCountInString(n.Initials), 6)
	}
}

// TestTwins expects twins to share what twins share.
func TestTwins(t *testing.T) {
	t.Parallel()
	s := Generate(Options{Seed: 7, Pupils: 400, Year: 2026, Forbidden: true})
	twins := 0
	for i := 1; i < len(s.homes); i++ {
		a, b := s.People[i-1], s.People[i]
		if s.homes[i] == s.homes[i-1] && a.Year == b.Year {
			twins++
			require.Equal(t, a.Name.Family(), b.Name.Family())
			require.NotEqual(t, a.Name.Call, b.Name.Call)
			require.Equal(t, s.extras[i-1].born, s.extras[i].born)
		}
	}
	require.NotZero(t, twins)
}

// TestSiblings expects households with children of different years.
func TestSiblings(t *testing.T) {
	t.Parallel()
	s := Generate(Options{Seed: 7, Pupils: 400, Year: 2026})
	first, siblings := map[int]int{}, 0
	for i, home := range s.homes {
		j, known := first[home]
		if !known {
			first[home] = i
			continue
		}
		require.Equal(t, s.People[j].Name.Family(), s.People[i].Name.Family())
		if s.People[j].Year != s.People[i].Year {
			siblings++
		}
	}
	require.Greater(t, siblings, 20)
}
