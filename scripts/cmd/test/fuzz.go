package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// target finds fuzz targets in test files.
var target = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// short is how long each target is fuzzed where FUZZTIME says nothing.
const short = "300x"

// fuzz runs every fuzz target beyond its seeds, 300 inputs each or what FUZZTIME
// says ("5m", "10000x"): as many packages at once as there are processors.
func fuzz(ctx context.Context) error {
	targets, err := fuzzTargets("emulators", "functions", "scripts", "shared")
	if err != nil {
		return err
	}
	long := cmp.Or(os.Getenv("FUZZTIME"), short)
	plain := map[string]bool{}
	if long == short { // coverage would guide so few inputs nowhere
		for pkg := range targets {
			plain[pkg] = true
		}
	} else if plain, err = heavy(ctx, targets); err != nil {
		return err
	}
	dir, err := filepath.Abs(filepath.Join(".local", fmt.Sprintf("fuzz-%d", os.Getpid())))
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var print sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for pkg, names := range targets {
		g.Go(func() error {
			said, err := fuzzPackage(ctx, fuzzed{pkg: pkg, targets: names, guided: !plain[pkg], long: long, dir: filepath.Join(dir, strings.ReplaceAll(pkg, "/", "_"))})
			print.Lock()
			defer print.Unlock()
			if err != nil {
				_, _ = os.Stdout.Write(said)
				return fmt.Errorf("%s: %w", pkg, err)
			}
			fmt.Printf("%s: %s\n", pkg, strings.Join(names, ", "))
			return nil
		})
	}
	return g.Wait()
}

// fuzzTargets returns the fuzz targets of each folder of Go files.
func fuzzTargets(folders ...string) (map[string][]string, error) {
	targets := map[string][]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			body, err := os.ReadFile(path)
			for _, m := range target.FindAllSubmatch(body, -1) {
				pkg := filepath.Dir(path)
				targets[pkg] = append(targets[pkg], string(m[1]))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return targets, nil
}

// heavy returns the packages whose tests talk to emulators. To fuzz with the
// guidance of coverage, everything that a package imports is compiled anew:
// where that is the clients of a whole cloud, it takes minutes, and the targets
// do without.
func heavy(ctx context.Context, targets map[string][]string) (map[string]bool, error) {
	args := []string{"list", "-test", "-f", `{{.Dir}}{{"\t"}}{{join .Deps " "}}`}
	for pkg := range targets {
		args = append(args, "./"+pkg)
	}
	out, err := exec.CommandContext(ctx, "go", args...).Output()
	if err != nil {
		return nil, err
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		dir, deps, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if pkg, err := filepath.Rel(here, dir); err == nil && slices.Contains(strings.Fields(deps), "google.golang.org/grpc") {
			found[pkg] = true
		}
	}
	return found, nil
}

// fuzzed is a package to fuzz: dir is a place for what belongs to the run.
type fuzzed struct {
	pkg, dir string
	targets  []string
	guided   bool   // by what the inputs cover
	long     string // how long each target is fuzzed
}

// fuzzPackage builds the tests of a package and runs its targets one by one. It
// returns what they said. Input that fails is kept in the package's testdata.
func fuzzPackage(ctx context.Context, f fuzzed) ([]byte, error) {
	binary := filepath.Join(f.dir, "fuzz.test")
	args := []string{"test", "-c", "-o", binary}
	if f.guided {
		args = append(args, "-fuzz=.")
	}
	if out, err := exec.CommandContext(ctx, "go", append(args, "./"+f.pkg)...).CombinedOutput(); err != nil {
		return out, err
	}
	var said bytes.Buffer
	for _, name := range f.targets {
		cmd := exec.CommandContext(ctx, binary, "-test.run=^$", "-test.fuzz=^"+name+"$", "-test.fuzzcachedir="+filepath.Join(f.dir, "cache"),
			"-test.fuzzminimizetime=10x", "-test.fuzztime="+f.long, "-test.parallel=1")
		cmd.Dir, cmd.Stdout, cmd.Stderr = f.pkg, &said, &said
		if err := cmd.Run(); err != nil {
			return said.Bytes(), fmt.Errorf("%s: %w", name, err)
		}
	}
	return said.Bytes(), nil
}
