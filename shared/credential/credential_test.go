package credential_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/tenant"
)

// light are costs that keep a test fast.
func light() credential.Params { return credential.Params{Memory: 64, Time: 2, Threads: 1} }

// reference was made by the reference implementation of Argon2 (the argon2
// command) of the password uil-maan-07.
const reference = "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$TbG6wA6YisqhDdR2/m1B678VHzxwYARsAUZLmKLZdA4"

func TestVerify(t *testing.T) {
	t.Parallel()
	h := credential.NewHasher(light())
	made, err := h.Hash(t.Context(), "uil-maan-07")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		verifier, password string
		want               bool
	}{
		"of the reference implementation": {reference, "uil-maan-07", true},
		"another password":                {reference, "uil-maan-08", false},
		"our own":                         {made, "uil-maan-07", true},
		"our own, another password":       {made, "Uil-maan-07", false},
		"nobody":                          {"", "uil-maan-07", false},
		"nobody, and no password":         {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := h.Verify(t.Context(), c.verifier, c.password)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	again, err := h.Hash(t.Context(), "uil-maan-07")
	require.NoError(t, err)
	require.NotEqual(t, made, again, "a salt is never used twice")
}

func TestDamagedVerifiers(t *testing.T) {
	t.Parallel()
	h := credential.NewHasher(light())
	for name, verifier := range map[string]string{
		"other algorithm":      strings.Replace(reference, "argon2id", "argon2i", 1),
		"other version":        strings.Replace(reference, "v=19", "v=16", 1),
		"memory without bound": strings.Replace(reference, "m=64", "m=99999999", 1),
		"time without bound":   strings.Replace(reference, "t=2", "t=4096", 1),
		"no threads":           strings.Replace(reference, "p=1", "p=0", 1),
		"short hash":           reference[:len(reference)-4],
		"no hash":              "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$",
		"not base64":           strings.Replace(reference, "c29t", "*29t", 1),
		"a word":               "geheim",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Verify(t.Context(), verifier, "uil-maan-07")
			require.Error(t, err)
			require.NotContains(t, err.Error(), "c29t", "an error never tells the verifier")
		})
	}
}

func TestHashStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := credential.NewHasher(credential.Default())
	_, err := h.Hash(ctx, "uil-maan-07")
	if err != nil { // a free turn may be taken before the end is seen
		require.ErrorIs(t, err, context.Canceled)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(reference)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("$$$$$")
	h := credential.NewHasher(light())
	f.Fuzz(func(t *testing.T, verifier string) {
		if strings.Contains(verifier, "m=") && verifier != reference {
			verifier = regexp.MustCompile(`m=\d+,t=\d+`).ReplaceAllString(verifier, "m=8,t=1")
		}
		ok, err := h.Verify(t.Context(), verifier, "x")
		require.False(t, ok && err != nil)
	})
}

// mark is a ring that seals by writing the context before the text.
type mark struct{}

func (mark) Seal(plain, place []byte) ([]byte, error) {
	return append(append([]byte{}, place...), append([]byte{0xff}, plain...)...), nil
}

func (mark) Open(sealed, place []byte) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), string(place)+"\xff")
	if !ok {
		return nil, errors.New("sealed elsewhere")
	}
	return []byte(plain), nil
}

func TestVaultBindsAVerifierToItsAccount(t *testing.T) {
	t.Parallel()
	v := credential.Vault{Hasher: credential.NewHasher(light()), Ring: mark{}}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	c, err := v.Issue(t.Context(), "bestuur", "a1", "uil-maan-07", now)
	require.NoError(t, err)
	require.Equal(t, now, c.Issued)

	ok, err := v.Check(t.Context(), "bestuur", "a1", c, "uil-maan-07")
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = v.Check(t.Context(), "bestuur", "a1", c, "uil-maan-08")
	require.NoError(t, err)
	require.False(t, ok)
	ok, err = v.Check(t.Context(), "bestuur", "a1", credential.Credential{}, "uil-maan-07")
	require.NoError(t, err)
	require.False(t, ok, "without a password nobody signs in")
	for _, other := range []struct {
		owner tenant.ID
		id    account.ID
	}{{"bestuur", "a2"}, {"ander", "a1"}} {
		_, err = v.Check(t.Context(), other.owner, other.id, c, "uil-maan-07")
		require.Error(t, err, "a verifier copied to %v opens nothing", other)
	}
}

func TestGuessesAreSlowedDown(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var c credential.Credential
	var waits []time.Duration
	for range 30 {
		c = c.Failed(now)
		waits = append(waits, max(0, c.RetryAt.Sub(now)))
	}
	require.Equal(t, []time.Duration{0, 0, 0, 0, time.Second, 2 * time.Second, 4 * time.Second}, waits[:7])
	require.Equal(t, 15*time.Minute, waits[29])
	for i := 1; i < len(waits); i++ {
		require.GreaterOrEqual(t, waits[i], waits[i-1])
	}
	require.True(t, c.Waiting(now))
	require.False(t, c.Waiting(now.Add(15*time.Minute)))
	require.False(t, c.Succeeded().Waiting(now))
	require.Zero(t, c.Succeeded().Failures)
}

func TestGuessable(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]bool{
		"welkom123":             true,
		"W3lk0m!2026":           true,
		"sanne2014":             true,
		"Sanne.Berg":            true,
		"aaaaaaaaaaaa":          true,
		"123456789012":          true,
		"wachtwoordwachtwoord":  true,
		"uil-maan-07":           false,
		"paard batterij nietje": false,
		"ëïöüáéàè-xyz":          false,
	} {
		require.Equal(t, want, credential.Guessable(password, "Sanne", "Berg"), password)
	}
}
