// Command bench measures how fast and how big the product is. Ratios are
// measured in one run on one machine, so that they mean the same everywhere.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// bench is one benchmark by its name, and that of the larger one it is part of.
type bench struct {
	name, part string
	run        func(ctx context.Context, size size) error
}

// asked reports whether names ask for b.
func (b bench) asked(names []string) bool {
	return len(names) == 0 || slices.Contains(names, b.name) || slices.Contains(names, b.part)
}

// size is how large a board is measured.
type size struct{ pupils, staff int }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var s size
	flag.IntVar(&s.pupils, "pupils", 60_000, "how many pupils")
	flag.IntVar(&s.staff, "staff", 7_000, "how many members of staff")
	flag.Parse()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the product's own lines
	all := []bench{{"roster", "", roster}, {"accounts", "", accounts}, {"log", "accounts", proveLog}, {"backup", "accounts", backUp}}
	for _, name := range flag.Args() {
		if !slices.ContainsFunc(all, func(b bench) bool { return b.name == name }) {
			return fmt.Errorf("there is no benchmark %q", name)
		}
	}
	for _, b := range all {
		if !b.asked(flag.Args()) {
			continue
		}
		if err := b.run(ctx, s); err != nil {
			return fmt.Errorf("measure %s: %w", b.name, err)
		}
	}
	return nil
}

// tell prints one figure.
func tell(name, value, target string, ok bool) {
	verdict := "short"
	if ok {
		verdict = "ok"
	}
	fmt.Printf("%s\t%s\t%s\t%s\n", name, value, target, verdict)
}
