package upload_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/upload"
)

func TestToken(t *testing.T) {
	t.Parallel()
	token := upload.NewToken("golfbreker")
	owner, hash, err := upload.ParseToken(token)
	require.NoError(t, err)
	require.Equal(t, tenant.ID("golfbreker"), owner)
	require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, hash, "a SHA-256, fit for the id of a document")
	_, secret, _ := strings.Cut(token, ".")
	require.GreaterOrEqual(t, len(secret), 52, "260 bits")
	require.NotContains(t, hash, secret)
	require.NotEqual(t, token, upload.NewToken("golfbreker"))

	_, other, err := upload.ParseToken("duinrand." + secret)
	require.NoError(t, err)
	require.NotEqual(t, hash, other, "the hash covers whose token it is")
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("A", 52)
	for name, token := range map[string]string{
		"nothing":             "",
		"no institution":      "." + secret,
		"no secret":           "golfbreker.",
		"no point":            "golfbreker" + secret,
		"a short secret":      "golfbreker." + secret[:31],
		"a path":              "a/b/c/d." + secret,
		"capitals":            "Golfbreker." + secret,
		"a long institution":  strings.Repeat("a", 41) + "." + secret,
		"a very long secret":  "golfbreker." + strings.Repeat("A", 190),
		"a line in the midst": "golf\nbreker." + secret,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner, hash, err := upload.ParseToken(token)
			require.Equal(t, fault.Unsigned, fault.KindOf(err))
			require.Empty(t, owner)
			require.Empty(t, hash)
		})
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(upload.NewToken("golfbreker"))
	f.Add("golfbreker.")
	f.Add("a/../b." + strings.Repeat("A", 52))
	f.Fuzz(func(t *testing.T, token string) {
		owner, hash, err := upload.ParseToken(token)
		if err != nil {
			require.Equal(t, fault.Unsigned, fault.KindOf(err))
			return
		}
		_, err = tenant.ParseID(string(owner))
		require.NoError(t, err)
		require.Len(t, hash, 43)
		require.NotContains(t, hash, "/")
	})
}
