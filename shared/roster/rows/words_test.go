package rows_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/rows"
)

func TestHoldsBSN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"123456782": true, "Jan 123456782": true, "Jan (123456782)": true, "123456782, Jan": true, "bsn:123456782!": true, "é 123456782": true,
		"Jan 123 456 782": true, "Jan 1234.56.782": true, "123-456-782 Jan": true, "Jan 123\u00a0456\u00a0782": true, "2018 123456782": true,
		"1 123 456 782": true,
		"":              false, "Jan": false, "Jan 123456789": false, "Jan 12345678": false, "Jan 1234567820": false, "A123456782": false, "123456782B01": false,
		"é123456782": false, "000000000": false, "0612345678": false, "123 456.782": false, "123  456 782": false, "12 3456 782": false,
		"12 345 67 82": false, "a123 456 782": false, "123 456 782b": false, "2026-2027": false, "klas 1-2-3 a 4-5-6 b 7-8-9": false,
		"١٢٣٤٥٦٧٨٢": false,
	} {
		require.Equal(t, want, rows.HoldsBSN(text), text)
	}
}

// FuzzHoldsBSN compares with the pattern of the number as one word.
func FuzzHoldsBSN(f *testing.F) {
	word := regexp.MustCompile(`[\pL\p{Nd}]+`)
	for _, seed := range []string{"Jan 123456782", "123 456 782", "x123456782", "\xff123456782", "123456782\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		held := rows.HoldsBSN(text)
		for _, w := range word.FindAllString(text, -1) {
			if len(w) == 9 && rows.Eleven(w) {
				require.True(t, held)
			}
		}
		if held {
			require.GreaterOrEqual(t, len(strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, text)), 9)
		}
	})
}
