// Package samples finds published sample files of standards, for tests that
// read what was not written here. They stand beside the project, in a folder
// shared/samples of one of the folders above it, or where the environment
// variable SAMPLES says. Nothing depends on their being there.
package samples

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Files returns the files of a sample folder whose names fit pattern, by name.
// Where the folder is not there, it says so and returns none; where it is, it
// holds such files.
func Files(t testing.TB, folder, pattern string) map[string][]byte {
	t.Helper()
	at, err := find(os.Getenv("SAMPLES"), folder)
	require.NoError(t, err)
	if at == "" {
		t.Logf("the published files of %s are not on this machine: only invented ones are read", folder)
		return nil
	}
	return read(t, at, pattern)
}

func read(t testing.TB, at, pattern string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(at, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if fits, err := filepath.Match(pattern, e.Name()); err != nil || !fits {
			return err
		}
		require.NotContains(t, found, e.Name(), "two sample files have one name")
		found[e.Name()], err = os.ReadFile(path)
		return err
	}))
	require.NotEmpty(t, found, "%s holds no %s", at, pattern)
	return found
}

// find returns where a sample folder is, "" where it is not. A place that is
// given must hold it.
func find(place, folder string) (string, error) {
	if place != "" {
		at := filepath.Join(place, folder)
		_, err := os.Stat(at)
		return at, err
	}
	root, err := root()
	if err != nil {
		return "", err
	}
	return above(root, folder), nil
}

// root returns the folder of go.mod: tests run in the folder of their package.
func root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fs.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// above looks for a sample folder beside root, and beside each folder that
// root lies in.
func above(root, folder string) string {
	for dir := root; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		at := filepath.Join(filepath.Dir(dir), "shared", "samples", folder)
		if info, err := os.Stat(at); err == nil && info.IsDir() {
			return at
		}
	}
	return ""
}
