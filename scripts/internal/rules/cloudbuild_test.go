package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCloudBuildCallsWhatIsThere reads cloudbuild.yaml: its scripts and packages
// exist, its header says of every step what is known of it, and it installs the
// Go of go.mod.
func TestCloudBuildCallsWhatIsThere(t *testing.T) {
	t.Parallel()
	root, _ := packages(t)
	read := func(name string) string {
		body, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		return string(body)
	}
	build, install := read("cloudbuild.yaml"), read("scripts/lib/cloud")
	head, steps, found := strings.Cut(build, "\nsteps:\n")
	require.True(t, found)

	ids := regexp.MustCompile(`(?m)^  - id: (\w+)$`).FindAllStringSubmatch(steps, -1)
	require.Len(t, ids, 6)
	for _, id := range ids {
		require.Regexp(t, `(?m)^#   `+id[1]+` {2,}\w`, head, "the header says nothing of the step %s", id[1])
	}
	for _, script := range regexp.MustCompile(`scripts/[a-z/]+`).FindAllString(steps, -1) {
		info, err := os.Stat(filepath.Join(root, script))
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&0o100, "%s cannot be run", script)
	}
	for _, pkg := range regexp.MustCompile(`\./(?:shared|functions)/[a-z/]+`).FindAllString(steps, -1) {
		require.DirExists(t, filepath.Join(root, strings.TrimSuffix(pkg, "/")))
	}
	require.Contains(t, steps, "scripts/test -race ", "races are looked for without emulators")

	language := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read("go.mod"))
	require.Len(t, language, 2)
	require.Contains(t, install, "go="+language[1]+".")
	for _, image := range regexp.MustCompile(`name: golang:(\S+)`).FindAllStringSubmatch(steps, -1) {
		require.Equal(t, language[1], image[1])
	}
}
