package roster_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
)

func TestKeyOfECK(t *testing.T) {
	t.Parallel()
	const id = "https://ketenid.nl/201703/0123456789abcdef"
	key := roster.KeyOfECK(id)
	require.Regexp(t, `^eckid:[0-9a-f]{64}$`, key)
	require.NotContains(t, key, "0123456789abcdef")
	require.NotEqual(t, key, roster.KeyOfECK(id+"0"))
	require.True(t, roster.Person{Key: key, ECK: id}.ByECK())
	require.False(t, roster.Person{Key: "200001", ECK: id}.ByECK())
	require.False(t, roster.Person{Key: key}.ByECK(), "a key that only looks like one")
}

func TestReadECK(t *testing.T) {
	t.Parallel()
	number := strings.Repeat("0a", 64)
	good := "https://ketenid.nl/201703/" + number
	for name, c := range map[string]struct {
		text       string
		tests      bool
		mended, ok bool
	}{
		"good":                         {good, false, false, true},
		"white space":                  {" " + good + "\n", false, false, true},
		"capitals":                     {"https://ketenid.nl/201703/" + strings.ToUpper(number), false, true, true},
		"all in capitals":              {strings.ToUpper(good), false, true, true},
		"test environment, production": {"https://ketenid.nl/pilot/" + number, false, false, false},
		"test environment":             {"https://ketenid.nl/pilot/" + number, true, false, true},
		"a stampseudoniem":             {"https://ketenid.nl/sp201703/" + number, true, false, false},
		"a stampseudoniem in a test":   {"https://ketenid.nl/sppilot/" + number, true, false, false},
		"too short":                    {good[:100], true, false, false},
		"too long":                     {good + "0", true, false, false},
		"no hex":                       {"https://ketenid.nl/201703/" + strings.Repeat("0g", 64), true, false, false},
		"without a lock":               {"http" + good[len("https"):], true, false, false},
		"of the standard's examples":   {"https://id.school/LL_01!@#$%^_-", true, false, false},
		"another year's form":          {"https://ketenid.nl/2017/" + number, true, false, false},
		"a number alone":               {number, true, false, false},
		"nothing":                      {"", true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eck, mended, ok := roster.ReadECK(c.text, c.tests)
			require.Equal(t, [2]bool{c.mended, c.ok}, [2]bool{mended, ok})
			require.Equal(t, c.ok, strings.HasPrefix(eck, "https://ketenid.nl/"))
			require.Equal(t, c.ok || strings.Contains(c.text, "/pilot/"), roster.IsECK(c.text))
			if c.ok {
				require.True(t, strings.HasSuffix(eck, number))
			}
		})
	}
}
