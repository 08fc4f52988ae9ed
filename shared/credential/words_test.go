package credential

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for list, longest := range map[string]int{youngWords: 5, plainWords: 8} {
		seen := map[string]bool{}
		for _, w := range words(list) {
			require.Regexp(t, fmt.Sprintf("^[a-z]{2,%d}$", longest), w)
			require.False(t, seen[w], "%s stands there twice", w)
			seen[w] = true
			for _, plural := range []string{"en", "s"} {
				require.False(t, seen[w+plural] || seen[strings.TrimSuffix(w, plural)] && strings.HasSuffix(w, plural), "%s and its plural are mixed up", w)
			}
		}
		for _, w := range []string{
			"aap", "ezel", "koe", "geit", "gans", "varken", "slak", "bok", "rat", "heks", "clown", "boer", "juf", "oma", "dame", "mes", "bijl", "bom",
			"doos", "poes", "muts", "pot", "zaad", "paal", "bil", "dik", "dom", "wit", "zwart", "geel", "drie", "neus",
		} {
			require.False(t, seen[w], "%s can hurt somebody on whose card it stands", w)
		}
	}
}

// draw is what somebody's password consists of.
type draw struct {
	kind    person.Kind
	band    group.Band
	list    string
	words   int
	number  bool
	atLeast float64 // bits
}

func draws() map[string]draw {
	return map[string]draw{
		"young pupil":          {person.Pupil, group.Young, youngWords, 3, false, 22},
		"middle pupil":         {person.Pupil, group.Middle, plainWords, 2, true, 22},
		"older pupil":          {person.Pupil, group.Older, plainWords, 3, true, 30},
		"pupil without a band": {person.Pupil, "", plainWords, 2, true, 22},
		"staff":                {person.Staff, group.Young, plainWords, 4, true, 38},
		"guardian":             {person.Guardian, "", plainWords, 4, true, 38},
		"functional":           {person.Functional, "", plainWords, 4, true, 38},
	}
}

func TestNewPassword(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`^[2-9]{2}$`)
	for name, c := range draws() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := words(c.list)
			met := map[string]bool{}
			for range 1000 {
				p := NewPassword(c.kind, c.band)
				parts := strings.Split(p, "-")
				if c.number {
					last := parts[len(parts)-1]
					require.Regexp(t, number, last)
					require.NotContains(t, []string{"69", "88"}, last)
					parts = parts[:len(parts)-1]
				}
				require.Len(t, parts, c.words)
				for i, w := range parts {
					require.Contains(t, known, w)
					require.NotContains(t, parts[:i], w, "a word stands in it twice")
				}
				met[p] = true
			}
			require.Greater(t, len(met), 990, "passwords hardly ever meet")
		})
	}
}

// TestBits counts the passwords that there are, against what is said of them.
func TestBits(t *testing.T) {
	t.Parallel()
	for name, c := range draws() {
		bits := 0.0
		for i := range c.words {
			bits += math.Log2(float64(len(words(c.list)) - i))
		}
		if c.number {
			bits += math.Log2(8*8 - 2)
		}
		require.GreaterOrEqual(t, bits, c.atLeast, name)
	}
}

// TestWordsAreDrawnEvenly demands that every word and every number comes about
// as often as any other, at every place: beyond six standard deviations is no
// chance.
func TestWordsAreDrawnEvenly(t *testing.T) {
	t.Parallel()
	const passwords = 60_000
	even := func(what string, count map[string]int, of int) {
		require.Len(t, count, of, "%s: one of them never comes", what)
		expected := float64(passwords) / float64(of)
		for w, n := range count {
			require.InDelta(t, expected, n, 6*math.Sqrt(expected), "%s %s", what, w)
		}
	}
	at := []map[string]int{{}, {}, {}}
	numbers := map[string]int{}
	for range passwords {
		for i, w := range strings.Split(NewPassword(person.Pupil, group.Young), "-") {
			at[i][w]++
		}
		parts := strings.Split(NewPassword(person.Pupil, group.Middle), "-")
		numbers[parts[2]]++
	}
	for i, count := range at {
		even("word "+strconv.Itoa(i), count, len(words(youngWords)))
	}
	even("number", numbers, 62)
}

func TestBadgeDigits(t *testing.T) {
	t.Parallel()
	require.Len(t, badgeDigits, 32)
	require.False(t, strings.ContainsAny(badgeDigits, "ILOU"))
	require.GreaterOrEqual(t, badgeLength*5, 128)
	count := make([]int, 256)
	const codes = 4000
	seen := map[string]bool{}
	for range codes {
		c := NewBadge()
		require.Equal(t, c, ReadBadge(c))
		require.False(t, seen[c])
		seen[c] = true
		for _, b := range []byte(c) {
			count[b]++
		}
	}
	expected := float64(codes*badgeLength) / 32
	for _, b := range []byte(badgeDigits) {
		require.InDelta(t, expected, count[b], 6*math.Sqrt(expected), string(b))
	}
	require.Zero(t, slices.Max(slices.Concat(count[:'0'], count['Z'+1:])))
}
