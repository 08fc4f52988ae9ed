package packaging_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/packaging"
	"cool.example/sync/scripts/internal/rules"
)

const good = `package deploy

import (
	_ "cool.example/sync/functions/start"
	_ "github.com/GoogleCloudPlatform/functions-framework-go/functions"
)
`

func TestCheckHoldsTheBuildpacksRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		wrong string
	}{
		"as it should be":        {map[string]string{"deploy.go": good}, ""},
		"no package at the root": {map[string]string{"go.mod": "module x"}, "0 packages"},
		"a test of its own":      {map[string]string{"deploy.go": good, "deploy_test.go": "package deploy_test"}, "2 packages"},
		"without the framework":  {map[string]string{"deploy.go": "package deploy\n\nimport _ \"cool.example/sync/functions/start\"\n"}, "framework"},
		"a folder of its name":   {map[string]string{"deploy.go": good, "deploy/x.txt": ""}, "named like"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for path, body := range c.files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(body), 0o644))
			}
			err := packaging.Check(dir)
			if c.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.wrong)
		})
	}
}

func TestZipHoldsOneFunctionAndIsTheSameTwice(t *testing.T) {
	t.Parallel()
	root, err := rules.Root()
	require.NoError(t, err)
	names, err := packaging.Functions(root)
	require.NoError(t, err)
	require.Contains(t, names, "start")
	var paths []string
	for range 2 {
		dir := t.TempDir()
		require.NoError(t, packaging.Stage(root, "start", dir))
		require.NoError(t, packaging.Check(dir))
		path, err := packaging.Zip("start", dir, t.TempDir())
		require.NoError(t, err)
		paths = append(paths, path)
	}
	require.Equal(t, filepath.Base(paths[0]), filepath.Base(paths[1]), "the same code has two names")
	first, err := os.ReadFile(paths[0])
	require.NoError(t, err)
	second, err := os.ReadFile(paths[1])
	require.NoError(t, err)
	require.Equal(t, first, second)

	z, err := zip.OpenReader(paths[0])
	require.NoError(t, err)
	defer z.Close()
	held := map[string]bool{}
	for _, f := range z.File {
		held[f.Name] = true
		require.False(t, strings.HasSuffix(f.Name, "_test.go"), f.Name)
		require.False(t, strings.HasPrefix(f.Name, "emulators/"), f.Name)
		require.False(t, strings.HasPrefix(f.Name, "functions/") && !strings.HasPrefix(f.Name, "functions/start/"), f.Name)
	}
	for _, want := range []string{"deploy.go", "go.mod", "go.sum", "functions/start/function.go", "web/static/style.css"} {
		require.True(t, held[want], want)
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Provisiongoogle", packaging.Target("provisiongoogle"))
}
