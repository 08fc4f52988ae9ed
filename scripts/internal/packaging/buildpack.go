package packaging

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// framework is the import by which the buildpack recognises a declarative
// function.
const framework = "github.com/GoogleCloudPlatform/functions-framework-go/functions"

// Check holds a staged folder against the buildpack's own rules: exactly one
// package at the root, which imports the framework; a module path whose first
// element has a dot; no folder at the root named like the root package.
func Check(dir string) error {
	packages, err := parser.ParseDir(token.NewFileSet(), dir, nil, parser.ImportsOnly) //nolint:staticcheck // the buildpack calls this very function
	if err != nil {
		return fmt.Errorf("parse the root: %w", err)
	}
	if len(packages) != 1 {
		return fmt.Errorf("the root holds %d packages, not one", len(packages))
	}
	for name, p := range packages {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.IsDir() {
			return fmt.Errorf("a folder is named like the root package %q", name)
		}
		var imports []string
		for _, f := range p.Files {
			for _, spec := range f.Imports {
				imports = append(imports, strings.Trim(spec.Path.Value, `"`))
			}
		}
		if !slices.Contains(imports, framework) {
			return errors.New("the root package does not import the framework")
		}
	}
	if first, _, _ := strings.Cut(module, "/"); !strings.Contains(first, ".") {
		return errors.New("the first element of the module path has no dot")
	}
	return nil
}

// mainPackage is the program that the buildpack writes for declarative
// functions: it imports the root package and starts the framework.
const mainPackage = `// Binary main file implements an HTTP server that loads and runs a function.
package main

import (
	"log"
	"os"

	_ "` + module + `"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
)

func main() {
	port := "8080"
	if p := os.Getenv("PORT"); p != "" {
		port = p
	}
	if err := funcframework.StartHostPort("127.0.0.1", port); err != nil {
		log.Fatalf("funcframework.Start: %v\n", err)
	}
}
`

// Build compiles the staged folder as the buildpack would and writes the
// program, stripped, to binary. The only difference is the address that it
// listens on: loopback.
func Build(dir, binary string) error {
	app := filepath.Join(dir, "serverless_function_app")
	if err := os.MkdirAll(app, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(app, "main.go"), []byte(mainPackage), 0o644); err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-mod=mod", "-ldflags=-s -w", "-o", binary, "./serverless_function_app")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build as the buildpack does: %w\n%s", err, out)
	}
	return os.RemoveAll(app)
}
