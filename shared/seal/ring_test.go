package seal_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
)

// secretOf returns a secret of 32 bytes.
func secretOf(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func ring(t testing.TB, purpose string, versions map[int][]byte) *seal.Ring {
	t.Helper()
	r, err := seal.NewRing(purpose, versions)
	require.NoError(t, err)
	return r
}

func TestRingNeedsGoodKeys(t *testing.T) {
	t.Parallel()
	for name, versions := range map[string]map[int][]byte{
		"none":             nil,
		"a short one":      {1: secretOf(1)[:31]},
		"an empty one":     {1: nil},
		"one short of two": {1: secretOf(1), 2: []byte("short")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := seal.NewRing("state", versions)
			require.ErrorContains(t, err, "state")
		})
	}
	ring(t, "state", map[int][]byte{7: bytes.Repeat(secretOf(1), 4)})
}

func TestRingOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	r := ring(t, "state", map[int][]byte{1: secretOf(1)})
	rapid.Check(t, func(t *rapid.T) {
		plain, context := rapid.SliceOf(rapid.Byte()).Draw(t, "plain"), rapid.SliceOf(rapid.Byte()).Draw(t, "context")
		sealed, err := r.Seal(plain, context)
		require.NoError(t, err)
		got, err := r.Open(sealed, context)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, got))
		text, err := r.SealText(plain, context)
		require.NoError(t, err)
		require.NotContains(t, text, "=")
		got, err = r.OpenText(text, context)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, got))
	})
}

func TestRingSealsTwiceInTwoWays(t *testing.T) {
	t.Parallel()
	r := ring(t, "state", map[int][]byte{1: secretOf(1)})
	one, err := r.Seal([]byte("plain"), nil)
	require.NoError(t, err)
	two, err := r.Seal([]byte("plain"), nil)
	require.NoError(t, err)
	require.NotEqual(t, one, two, "equal values are not seen to be equal")
	require.NotContains(t, string(one), "plain")
}

// refuses demands that open refuses sealed altered in any way, and any other
// context.
func refuses(t *testing.T, open func(sealed, context []byte) ([]byte, error), sealed, context []byte) {
	t.Helper()
	refused := func(sealed, context []byte, what string, at int) {
		t.Helper()
		got, err := open(sealed, context)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%s at %d: %v", what, at, err)
		require.Empty(t, got)
	}
	for i := range sealed {
		for bit := range 8 {
			altered := bytes.Clone(sealed)
			altered[i] ^= 1 << bit
			refused(altered, context, "a bit", i)
		}
		refused(sealed[:i], context, "cut off", i)
		refused(sealed[i+1:], context, "begun late", i)
		refused(slices.Delete(bytes.Clone(sealed), i, i+1), context, "a byte less", i)
	}
	refused(append(bytes.Clone(sealed), 0), context, "a byte more", len(sealed))
	for i := range context {
		altered := bytes.Clone(context)
		altered[i] ^= 1
		refused(sealed, altered, "another context", i)
		refused(sealed, context[:i], "a shorter context", i)
	}
	refused(sealed, append(bytes.Clone(context), 0), "a longer context", len(context))
	got, err := open(sealed, context)
	require.NoError(t, err)
	require.Equal(t, "plain", string(got))
}

func TestRingRefusesWhatWasAltered(t *testing.T) {
	t.Parallel()
	r := ring(t, "state", map[int][]byte{1: secretOf(1), 2: secretOf(2), 3: secretOf(3)})
	context := []byte("golfbreker\x00aeen")
	sealed, err := r.Seal([]byte("plain"), context)
	require.NoError(t, err)
	refuses(t, r.Open, sealed, context)
}

func TestRingRefusesAnotherInstitution(t *testing.T) {
	t.Parallel()
	r := ring(t, "state", map[int][]byte{1: secretOf(1)})
	text, err := r.SealText([]byte("plain"), []byte("golfbreker"))
	require.NoError(t, err)
	_, err = r.OpenText(text, []byte("duinrand"))
	require.Equal(t, fault.Invalid, fault.KindOf(err))
}

func TestOpenTextRefusesOtherText(t *testing.T) {
	t.Parallel()
	r := ring(t, "state", map[int][]byte{1: secretOf(1)})
	text, err := r.SealText([]byte("plain"), nil)
	require.NoError(t, err)
	for name, other := range map[string]string{
		"nothing":          "",
		"no text of ours":  "!!!",
		"padded":           text + "=",
		"another alphabet": base64.StdEncoding.EncodeToString([]byte{0xfb, 0xff, 0xfe, 0xff, 0xff, 0xff}),
		"three bytes":      "AAAA",
		"a space":          text[:4] + " " + text[4:],
		"twice":            text + text,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.OpenText(other, nil)
			require.Equal(t, fault.Invalid, fault.KindOf(err))
		})
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before := ring(t, "state", map[int][]byte{1: secretOf(1)})
	during := ring(t, "state", map[int][]byte{1: secretOf(1), 2: secretOf(2)})
	after := ring(t, "state", map[int][]byte{2: secretOf(2)})
	seals := func(r *seal.Ring) []byte {
		t.Helper()
		sealed, err := r.Seal([]byte("plain"), nil)
		require.NoError(t, err)
		return sealed
	}
	for name, c := range map[string]struct {
		ring   *seal.Ring
		sealed []byte
		opens  bool
	}{
		"the old value, while both live":    {during, seals(before), true},
		"the new value, where both live":    {after, seals(during), true},
		"the new value, by who has the old": {before, seals(during), false},
		"the old value, when it is gone":    {after, seals(before), false},
		"a number used for another secret":  {ring(t, "state", map[int][]byte{1: secretOf(9)}), seals(before), false},
		"the secret under another number":   {ring(t, "state", map[int][]byte{2: secretOf(1)}), seals(before), false},
		"the secret for another purpose":    {ring(t, "password", map[int][]byte{1: secretOf(1)}), seals(before), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.ring.Open(c.sealed, nil)
			if c.opens {
				require.NoError(t, err)
				require.Equal(t, "plain", string(got))
				return
			}
			require.Equal(t, fault.Invalid, fault.KindOf(err))
		})
	}
}

func FuzzOpenText(f *testing.F) {
	r := ring(f, "state", map[int][]byte{1: secretOf(1)})
	text, err := r.SealText([]byte("plain"), nil)
	require.NoError(f, err)
	f.Add(text)
	f.Add(text[:len(text)-1] + "A")
	f.Add("AAAAAQ")
	f.Fuzz(func(t *testing.T, other string) {
		got, err := r.OpenText(other, nil)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			return
		}
		require.Equal(t, "plain", string(got), "something opened that nobody sealed")
	})
}

func index(t testing.TB, secret []byte) seal.Index {
	t.Helper()
	x, err := seal.NewIndex(secret)
	require.NoError(t, err)
	return x
}

func TestIndexNeedsALongSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range [][]byte{nil, secretOf(1)[:31]} {
		_, err := seal.NewIndex(secret)
		require.Error(t, err)
	}
}

func TestIndexIsPermanent(t *testing.T) {
	t.Parallel()
	got := index(t, secretOf(1)).Of("golfbreker", "address", "s.devries@golfbreker.example")
	require.Equal(t, "YgrD564KeIiQIn5i5EBEhhH6aNCwVbE2", got, "what was found under a hash would be lost")
}

func TestIndexTellsEverythingApart(t *testing.T) {
	t.Parallel()
	x := index(t, secretOf(1))
	hashes := map[string]string{
		"one":                       x.Of("golfbreker", "address", "a"),
		"another institution":       x.Of("duinrand", "address", "a"),
		"another kind":              x.Of("golfbreker", "key", "a"),
		"another value":             x.Of("golfbreker", "address", "b"),
		"another secret":            index(t, secretOf(2)).Of("golfbreker", "address", "a"),
		"no value":                  x.Of("golfbreker", "address"),
		"an empty value":            x.Of("golfbreker", "address", ""),
		"another border":            x.Of("golfbreker", "addressa", ""),
		"a value in two":            x.Of("golfbreker", "address", "a", ""),
		"a border within the owner": x.Of("golfbrekeraddress", "", "a"),
	}
	seen := map[string]string{}
	for name, h := range hashes {
		require.Regexp(t, `^[A-Za-z0-9_-]{32}$`, h, "fit for the id of a document")
		require.Empty(t, seen[h], "%s is taken for %s", name, seen[h])
		seen[h] = name
	}
}

func TestIndexKeepsPartsApart(t *testing.T) {
	t.Parallel()
	x := index(t, secretOf(1))
	of := func(parts []string) string { return x.Of(tenant.ID(parts[0]), parts[1], parts[2:]...) }
	some := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("a\x00\x01")), 0, 3, -1), 2, 5)
	rapid.Check(t, func(t *rapid.T) {
		a, b := some.Draw(t, "a"), some.Draw(t, "b")
		require.Equal(t, slices.Equal(a, b), of(a) == of(b))
		require.Equal(t, of(a), of(slices.Clone(a)))
		require.False(t, strings.ContainsAny(of(a), "/=+"))
	})
}
