package emulators

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJavaVersion(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]int{
		"openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment": 17,
		"java version \"1.8.0_402\"":                                          8,
		"openjdk version \"11\" 2018-09-25":                                   11,
		"openjdk version \"21-ea\"":                                           21,
		"Picked up _JAVA_OPTIONS: -Xmx1g":                                     0,
		"openjdk version \"99999999999999999999\"":                            0,
		"": 0,
	} {
		require.Equal(t, want, javaVersion(said), said)
	}
}

// TestOldJava starts a set on a machine with a Java of any age.
func TestOldJava(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"old":            {`echo 'openjdk version "1.8.0_402"' >&2`, "need Java 11 or newer, and"},
		"new enough":     {`echo 'openjdk version "11.0.1"' >&2`, ""},
		"says nothing":   {`true`, ""},
		"does not start": {`exit 1`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			java := filepath.Join(t.TempDir(), "java")
			require.NoError(t, os.WriteFile(java, []byte("#!/bin/sh\n"+c.script+"\n"), 0o755))
			err := oldJava(t.Context(), java)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "is Java 8; install a newer one with: apt-get install")
		})
	}
	require.NoError(t, oldJava(t.Context(), "/no/such/java"))
}
