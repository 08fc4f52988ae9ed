package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cool.example/sync/emulators"
)

// emulated starts emulators for one benchmark and leads everything to them. Stop
// ends them and takes what leads to them away, so that the next benchmark does
// not ask ones that are gone.
func emulated(ctx context.Context) (stop func(), err error) {
	dir := filepath.Join(".local", fmt.Sprintf("bench-%d", os.Getpid()))
	set, err := emulators.Start(ctx, emulators.Options{Dir: dir})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	var names []string
	stop = func() {
		_ = set.Stop() // what was measured is told
		for _, name := range names {
			_ = os.Unsetenv(name) // of a name that was set
		}
		_ = os.RemoveAll(dir) // logs of a run that is over
	}
	for _, v := range set.Environ() {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil {
			stop()
			return nil, err
		}
		names = append(names, name)
	}
	return stop, nil
}
