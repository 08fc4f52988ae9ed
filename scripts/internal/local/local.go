// Package local leads commands to the product that scripts/dev runs on this
// machine, where nobody names another.
package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cool.example/sync/shared/config"
)

// Project is the variable that names the Google Cloud project.
const Project = "PROJECT"

// Complete fills in what a command line leaves empty of values, by variable: from
// the environment, or where neither that nor the command line names a project,
// from the product that runs here. It then leads Google's clients to its
// emulators.
func Complete(environ config.Lookup, values map[string]*string) error {
	if _, ok := environ(Project); !ok && *values[Project] == "" {
		running, err := read(filepath.Join(".local", "dev.json"))
		if err != nil {
			return err
		}
		for _, host := range []string{"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"} { // the clients read them themselves
			if err := os.Setenv(host, running[host]); err != nil {
				return err
			}
		}
		environ = func(name string) (string, bool) { v, ok := running[name]; return v, ok }
	}
	for name, value := range values {
		if v, ok := environ(name); ok && *value == "" {
			*value = v
		}
	}
	return nil
}

// read returns the variables of the product that runs here.
func read(name string) (map[string]string, error) {
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("no product runs on this machine (scripts/dev starts one), and no -project is named; see -h")
	}
	if err != nil {
		return nil, err
	}
	var file struct{ Environ map[string]string }
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return file.Environ, nil
}
