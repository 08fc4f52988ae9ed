package roster_test

import (
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
