package grant_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/grant"
)

// TestHashOf holds hashes still: stored codes and grants are found by them.
func TestHashOf(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]grant.ID{
		"":    "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", // FIPS 180-4: SHA-256 of nothing
		"abc": "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", // FIPS 180-4: SHA-256 of abc
	} {
		require.Equal(t, want, grant.HashOf(secret))
	}
	require.NotEqual(t, grant.HashOf("a"), grant.HashOf("b"))
}

func TestCodesLiveNoLongerThanAllowed(t *testing.T) {
	t.Parallel()
	require.Positive(t, grant.CodeLife)
	require.LessOrEqual(t, grant.CodeLife, 10*time.Minute, "RFC 6749 section 4.1.2")
}
