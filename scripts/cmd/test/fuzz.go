package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// target finds fuzz targets in test files.
var target = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// fuzz runs every fuzz target beyond its seeds, for a second each or as long as
// FUZZTIME says.
func fuzz(ctx context.Context) error {
	for _, folder := range []string{"emulators", "functions", "scripts", "shared"} {
		err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range target.FindAllSubmatch(body, -1) {
				fmt.Printf("%s %s\n", path, m[1])
				pkg := "./" + filepath.Dir(path)
				if err := command(ctx, "go", "test", "-run=^$", "-fuzz=^"+string(m[1])+"$", "-fuzzminimizetime=10x", "-fuzztime="+cmp.Or(os.Getenv("FUZZTIME"), "1s"), pkg); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
