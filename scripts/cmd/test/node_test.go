package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNodeVersion(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]int{"v20.20.2\n": 20, "v8.0.0": 8, "22.1": 22, "": 0, "node": 0, "v": 0} {
		require.Equal(t, want, nodeVersion(said), "%q", said)
	}
}
