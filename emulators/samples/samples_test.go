package samples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// lay makes a file with the folders that lead to it.
func lay(t *testing.T, elements ...string) string {
	t.Helper()
	path := filepath.Join(elements...)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(filepath.Base(path)), 0o600))
	return path
}

func TestAbove(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	lay(t, top, "shared", "samples", "far", "a.xml")
	lay(t, top, "in", "shared", "samples", "near", "a.xml")
	root := filepath.Dir(lay(t, top, "in", "project", "go.mod"))
	lay(t, root, "shared", "samples", "own", "a.xml")
	for folder, want := range map[string]string{
		"far": filepath.Join(top, "shared", "samples", "far"), "near": filepath.Join(top, "in", "shared", "samples", "near"),
		"own": "", "none": "", "far/a.xml": "",
	} {
		require.Equal(t, want, above(root, folder), folder)
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	at, err := root()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(at, "go.mod"))
	require.DirExists(t, filepath.Join(at, "emulators", "samples"))
}

func TestFilesInAPlaceThatIsGiven(t *testing.T) {
	t.Parallel()
	place := t.TempDir()
	lay(t, place, "edexml", "2.1", "a.xml")
	lay(t, place, "edexml", "2.1", "a.xsd")
	lay(t, place, "edexml", "b.xml")
	at, err := find(place, "edexml")
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"a.xml": []byte("a.xml"), "b.xml": []byte("b.xml")}, read(t, at, "*.xml"))
	_, err = find(place, "none")
	require.ErrorIs(t, err, os.ErrNotExist, "a folder that was named is not there, and nobody hears of it")
}
