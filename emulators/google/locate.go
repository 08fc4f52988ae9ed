package google

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// library is the module that ships the discovery document.
const library = "google.golang.org/api"

// describe returns the discovery document of the version that this program is
// built with. A program's own build record leads to the module cache from
// anywhere; a test has none, and asks the go command.
func describe() ([]byte, error) {
	if info, ok := debug.ReadBuildInfo(); ok {
		if body, err := os.ReadFile(inside(cached(info))); err == nil {
			return body, nil
		}
	}
	dir, err := listed()
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(inside(dir))
	if err != nil {
		return nil, fmt.Errorf("read the discovery document: %w", err)
	}
	return body, nil
}

// listed returns the folder of the module, which is fetched if it has to be.
func listed() (string, error) {
	find := func() string {
		out, _ := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", library).Output() // nothing found is an answer
		return strings.TrimSpace(string(out))
	}
	if dir := find(); dir != "" {
		return dir, nil
	}
	if out, err := exec.Command("go", "mod", "download", library).CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetch the module %s: %w: %s", library, err, out)
	}
	return find(), nil
}

func inside(dir string) string {
	return filepath.Join(dir, "admin", "directory", "v1", "admin-api.json")
}

// cached returns the folder of the module in the module cache by a build
// record, "" where that does not name it.
func cached(info *debug.BuildInfo) string {
	root := os.Getenv("GOMODCACHE")
	if root == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		root = filepath.Join(home, "go", "pkg", "mod")
	}
	for _, m := range info.Deps {
		if m.Path == library && m.Replace == nil {
			return filepath.Join(root, m.Path+"@"+m.Version)
		}
	}
	return ""
}
