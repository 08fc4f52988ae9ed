package rows_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/rows"
)

// FuzzAddress compares with the pattern that says the same in fewer words.
func FuzzAddress(f *testing.F) {
	pattern := regexp.MustCompile(`^[^\s@<>"(),:;]+@[^\s@<>"(),:;]+\.[^\s@<>"(),:;]+$`)
	for _, seed := range []string{
		"", "a@b.c", "a@b", "a@.c", "a@b.", "@b.c", "a@@b.c", "a b@c.d", "a@b..c", "a@...", "a@é.é", "zoë@school.example", "a@b.c,d@e.f", "<a@b.c>",
		"a@b.c\n", "a@\xff.c", "\xff@b.\xff", "a\u00a0@b.c", "a@b.c@",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		require.Equal(t, pattern.MatchString(cell), rows.Address(cell))
	})
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]bool{"": false, "0aZ9": true, "Sanne": true, "Zoë": false, "a b": false, "a-b": false, "[": false, "{": false, "@": false, "\x10": false, "\x19": false} {
		require.Equal(t, want, rows.Plain(cell), "%q", cell)
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]bool{"": true, "a b~": true, "\t": false, "\x7f": false, "é": false, "\x00": false} {
		require.Equal(t, want, rows.Printable(cell), "%q", cell)
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]bool{"": false, "0": true, "00123": true, "1 2": false, "12a": false, "-1": false, "٣": false} {
		require.Equal(t, want, rows.Digits(cell), cell)
	}
}
