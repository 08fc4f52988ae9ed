package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// slowGo stands in for Go: it takes its time, and what it builds says with
// what it was called.
const slowGo = `#!/bin/sh
sleep "$SLOW"
[ -z "$BROKEN" ] || exit 3
printf '#!/bin/sh\necho "ran $*"\n' > "$3"
chmod +x "$3"
`

// TestLaunch builds and becomes a command as scripts/dev and the others do.
func TestLaunch(t *testing.T) {
	t.Parallel()
	run, err := os.ReadFile("../../lib/run")
	require.NoError(t, err)
	const building = "Building some; the first time this compiles every library and takes some minutes.\n"
	for name, c := range map[string]struct {
		environ   []string
		out, said string
		code      int
	}{
		"at once": {[]string{"SLOW=0"}, "ran -a b c\n", "", 0},
		"slowly":  {[]string{"SLOW=1", "BUILD_PATIENCE=0.1"}, "ran -a b c\n", building, 0},
		"broken":  {[]string{"SLOW=0", "BROKEN=1"}, "", "", 3},
		"no Go":   {[]string{"PATH=/nowhere"}, "", "Go is missing. Install Go 1.26 or newer: https://go.dev/doc/install\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "run"), run, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), []byte(slowGo), 0o700))
			cmd := exec.CommandContext(t.Context(), "/bin/bash", "run", "some", "-a", "b c")
			cmd.Dir = dir
			cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH")}, c.environ...)
			var out, said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &said
			_ = cmd.Run() // how it ended is looked at below
			require.Equal(t, c.code, cmd.ProcessState.ExitCode(), said.String())
			require.Equal(t, c.out, out.String())
			require.Equal(t, c.said, said.String())
		})
	}
}
