package manifest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
)

// example is a manifest with an id that needs escaping.
func example() manifest.Manifest {
	at := time.Date(2026, time.November, 24, 8, 30, 59, 654321000, time.UTC)
	return manifest.Manifest{
		Tenant: "golfbreker", Sequence: 12, Before: manifest.Digest([]byte("the one before")),
		Made: at.Add(time.Second), From: at.Add(-5 * time.Minute), To: at, Key: "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
		Entries: []manifest.Line{
			{ID: "abcdefghijklmnopqrstuvwxyz", Hash: audit.HashStored("golfbreker", "abc", nil), ExpireAt: at.Add(audit.Keep)},
			{ID: "a b\n/%20é", Hash: audit.HashStored("golfbreker", "x", nil)},
		},
	}
}

// signed signs a manifest with a fresh key.
func signed(t testing.TB, m manifest.Manifest) ([]byte, *ecdsa.PublicKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	digest := sha256.Sum256(m.Body())
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	require.NoError(t, err)
	return manifest.Object(m.Body(), signature), &key.PublicKey
}

// TestBody: what was signed once is read for years.
func TestBody(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/body.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), string(example().Body()))
	first := manifest.Manifest{Tenant: "golfbreker", Sequence: 1}
	require.Contains(t, string(first.Body()), "\nbefore -\n")
	require.Contains(t, string(first.Body()), "\nto 0001-01-01T00:00:00.000000Z\n")
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, m := range []manifest.Manifest{example(), {Tenant: "golfbreker", Sequence: 1, Key: "k"}} {
		object, key := signed(t, m)
		got, err := manifest.Parse(object)
		require.NoError(t, err)
		require.Equal(t, m, got.Manifest)
		require.True(t, got.Verify(key))
		_, other := signed(t, m)
		require.False(t, got.Verify(other))
		require.Equal(t, manifest.Head{Sequence: m.Sequence, Hash: manifest.Digest(object), To: m.To, Made: m.Made}, got.Head(object))
	}
	require.Equal(t, "golfbreker/000000000012", manifest.Name("golfbreker", 12))
	require.Equal(t, "golfbreker/000000000012", example().String())
}

// TestEveryByteCounts changes each byte of an object in several ways: none of
// them is read as a manifest with a good signature.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	object, key := signed(t, example())
	good := func(object []byte) bool {
		got, err := manifest.Parse(object)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			return false
		}
		return got.Verify(key)
	}
	require.True(t, good(object))
	for i := range object {
		for _, flip := range []byte{1, 0x20, 0x80} {
			altered := append([]byte(nil), object...)
			altered[i] ^= flip
			require.False(t, good(altered), "byte %d, %q", i, altered[max(0, i-20):min(len(altered), i+20)])
		}
		require.False(t, good(object[:i]), "cut off at %d", i)
		require.False(t, good(append(append(append([]byte(nil), object[:i]...), 'x'), object[i:]...)), "something put in at %d", i)
	}
	require.False(t, good(append(append([]byte(nil), object...), '\n')))
}

func TestParseRefusesWhatIsWrittenOtherwise(t *testing.T) {
	t.Parallel()
	object, _ := signed(t, example())
	for name, c := range map[string][2]string{
		"another version":    {"manifest 1", "manifest 2"},
		"a plus":             {"sequence 12", "sequence +12"},
		"a zero before":      {"sequence 12", "sequence 012"},
		"another zone":       {"made 2026-11-24T08:31:00.654321Z", "made 2026-11-24T09:31:00.654321+01:00"},
		"upper case":         {"before ", "Before "},
		"too many entries":   {"entries 2", "entries 3"},
		"too few entries":    {"entries 2", "entries 1"},
		"far too many":       {"entries 2", "entries 99999999999"},
		"escaped for no use": {"abcdefghijkl", "%61bcdefghijkl"},
		"a line more":        {"\nsignature", "\n\nsignature"},
		"no signature":       {"\nsignature ", "\nsigned "},
	} {
		altered := strings.Replace(string(object), c[0], c[1], 1)
		require.NotEqual(t, string(object), altered, name)
		_, err := manifest.Parse([]byte(altered))
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
}

func FuzzParse(f *testing.F) {
	object, _ := signed(f, example())
	f.Add(object)
	f.Add([]byte("COOL Sync log manifest 1\n"))
	f.Fuzz(func(t *testing.T, object []byte) {
		got, err := manifest.Parse(object)
		if err != nil {
			return
		}
		require.Equal(t, string(object), string(manifest.Object(got.Manifest.Body(), got.Signature)))
	})
}
