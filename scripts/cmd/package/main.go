// Command package makes one zip per function for Google's Go buildpack. With
// -check it also holds each against the buildpack's rules, builds it as the
// buildpack would, and starts it on its own against the emulators.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"cool.example/sync/emulators"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/scripts/internal/packaging"
)

func main() {
	check := flag.Bool("check", false, "also build and start each function")
	out := flag.String("out", ".local/packages", "folder for the zips")
	flag.Parse()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the functions' own log says nothing here
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *check, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, check bool, out string) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	names, err := packaging.Functions(root)
	if err != nil {
		return err
	}
	var environ []string
	if check {
		end, found, err := product(ctx)
		if err != nil {
			return err
		}
		defer end()
		environ = found
		fmt.Printf("%-18s %8s %8s %10s\n", "function", "zip KB", "MB", "answer ms")
	}
	for _, name := range names {
		if err := pack(ctx, packing{root, name, out, environ}); err != nil {
			return fmt.Errorf("package %s: %w", name, err)
		}
	}
	return nil
}

// product starts the product, so that a function that is started on its own
// finds its secrets and databases, and returns the functions' variables.
func product(ctx context.Context) (end func(), environ []string, err error) {
	stop := func() {}
	if os.Getenv("FIRESTORE_EMULATOR_HOST") == "" {
		set, err := emulators.Start(ctx, emulators.Options{})
		if err != nil {
			return nil, nil, err
		}
		stop = func() { _ = set.Stop() } // the program ends
		for _, v := range set.Environ() {
			name, value, _ := strings.Cut(v, "=")
			if err := os.Setenv(name, value); err != nil {
				return nil, nil, errors.Join(err, set.Stop())
			}
		}
	}
	s, err := stack.Start(ctx, stack.Options{})
	if err != nil {
		stop()
		return nil, nil, err
	}
	return func() { _ = s.Stop(); stop() }, s.Environ(), nil
}

// packing is one function to package.
type packing struct {
	root, name, out string
	environ         []string // nil where nothing is to be built and started
}

// pack stages, zips, and, where asked, builds and starts one function. All
// are staged in the same place, so that what they share is compiled once.
func pack(ctx context.Context, p packing) error {
	staged := filepath.Join(p.root, ".local", "staged")
	if err := os.RemoveAll(staged); err != nil {
		return err
	}
	defer os.RemoveAll(staged)
	if err := packaging.Stage(p.root, p.name, staged); err != nil {
		return err
	}
	if err := packaging.Check(staged); err != nil {
		return err
	}
	zip, err := packaging.Zip(p.name, staged, p.out)
	if err != nil || p.environ == nil {
		fmt.Println(zip)
		return err
	}
	binary := filepath.Join(p.root, ".local", "bin", "function-"+p.name)
	if err := packaging.Build(staged, binary); err != nil {
		return err
	}
	took, err := packaging.Serve(ctx, binary, p.name, p.environ)
	if err != nil {
		return err
	}
	size, err := sizes(zip, binary)
	if err != nil {
		return err
	}
	fmt.Printf("%-18s %8d %8.1f %10d\n", p.name, size[0]>>10, float64(size[1])/(1<<20), took.Milliseconds())
	return nil
}

func sizes(files ...string) ([]int64, error) {
	out := make([]int64, len(files))
	for i, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return nil, err
		}
		out[i] = info.Size()
	}
	return out, nil
}
