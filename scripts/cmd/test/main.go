// Command test runs everything that must pass, or, with packages as
// arguments, only their tests with the emulators up.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cool.example/sync/emulators"
	"cool.example/sync/scripts/internal/browse"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

// check is one of the things that must pass.
type check struct {
	name string
	do   func(context.Context) error
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return withEmulators(ctx, func(ctx context.Context) error { return command(ctx, "go", append([]string{"test"}, args...)...) })
	}
	begun := time.Now()
	for _, c := range []check{
		{"tools", tools},
		{"format", format},
		{"vet", func(ctx context.Context) error { return command(ctx, "go", "vet", "./...") }},
		{"lint", lint},
		{"terraform", terraform},
		{"browser", browser},
		{"tests and packages", func(ctx context.Context) error { return withEmulators(ctx, tests) }},
		{"what every format finds", formats},
		{"fuzzing in short", fuzz},
	} {
		at := time.Now()
		fmt.Printf("== %s\n", c.name)
		if err := c.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("== %s passed in %.0f s\n", c.name, time.Since(at).Seconds())
	}
	fmt.Printf("\nEverything passed in %.0f s.\n", time.Since(begun).Seconds())
	return nil
}

// command runs a program and shows what it says. It is ended with its
// children when ctx is.
func command(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// tools builds the formatter and the linter that scripts/tools/go.mod pins.
func tools(ctx context.Context) error {
	bin, err := filepath.Abs(".local/bin")
	if err != nil {
		return err
	}
	return command(ctx, "go", "-C", "scripts/tools", "build", "-o", bin+"/", "mvdan.cc/gofumpt", "honnef.co/go/tools/cmd/staticcheck")
}

func format(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, ".local/bin/gofumpt", "-l", "emulators", "functions", "scripts", "shared", "web").Output()
	if err != nil {
		return err
	}
	if len(out) > 0 {
		return fmt.Errorf("not formatted (gofumpt -w mends it):\n%s", out)
	}
	return nil
}

// lint runs every check of staticcheck but two. ST1005 wants errors in lower
// case without a full stop: ours are fragments, but for the sentences that tell
// a person what to install. SA1019 reports what is deprecated: libraries of
// Google's mark options as such that their emulators still need, and vet and the
// compiler would tell of anything that is gone.
func lint(ctx context.Context) error {
	return command(ctx, ".local/bin/staticcheck", "-checks", "all,-ST1005,-SA1019", "./...")
}

// terraform checks the format of infra/, once it is there.
func terraform(ctx context.Context) error {
	if _, err := os.Stat("infra"); errors.Is(err, os.ErrNotExist) {
		fmt.Println("no infra/ yet")
		return nil
	}
	return command(ctx, "terraform", "fmt", "-check", "-recursive", "infra")
}

// browser installs what the browser tests need: Playwright and axe-core
// from the package registry, and Debian's Chromium.
func browser(ctx context.Context) error {
	if err := node(ctx); err != nil {
		return err
	}
	if err := command(ctx, "npm", "ci", "--prefix", "scripts/browser", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return err
	}
	_, missing := browse.Chromium()
	if missing == nil || os.Geteuid() != 0 || os.Getenv("CHROMIUM") != "" {
		return missing
	}
	if err := command(ctx, "apt-get", "update", "-qq"); err != nil {
		return err
	}
	return command(ctx, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
}

// withEmulators runs f with one set of emulators, to which the environment leads.
func withEmulators(ctx context.Context, f func(context.Context) error) (err error) {
	dir := filepath.Join(".local", fmt.Sprintf("test-emulators-%d", os.Getpid()))
	defer os.RemoveAll(dir) // logs of a run that is over
	set, err := emulators.Start(ctx, emulators.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer func() {
		failed := set.Stop()
		if err == nil {
			err = failed
		}
	}()
	for _, v := range set.Environ() {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return f(ctx)
}

// tests runs every test, and checks every package as the buildpack would.
func tests(ctx context.Context) error {
	if err := command(ctx, "go", "test", "-shuffle=on", "-timeout=10m", "./..."); err != nil {
		return err
	}
	return command(ctx, "scripts/package", "-check")
}

// formats shows what every format finds in files with every defect: the table
// that the test has just compared.
func formats(ctx context.Context) error {
	return command(ctx, "go", "test", "-v", "-run=^TestFindings$", "./scripts/internal/synthetic")
}
