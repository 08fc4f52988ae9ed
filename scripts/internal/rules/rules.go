// Package rules holds the checks of this repository's own rules: which
// package may import which, how long files and functions may be, that every
// package and every exported name is documented, and that the route table,
// the functions and the indexes agree. They run as tests.
package rules

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is the path of this module.
const Module = "cool.example/sync"

// Package is what the go command knows of a package.
type Package struct {
	ImportPath   string
	Dir          string
	Name         string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
}

// Path returns the package's path within the module: "shared/store".
func (p Package) Path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, Module), "/")
}

// Root returns the folder that holds go.mod.
func Root() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find go.mod: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// Packages lists every package of the module.
func Packages(root string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,Standard,Imports,TestImports,XTestImports,GoFiles", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	var all []Package
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p Package
		if err := dec.Decode(&p); err != nil {
			return nil, fmt.Errorf("read the list of packages: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// layer is the height of a package in the tree: an arrow may only go down, or
// sideways within the domain.
type layer int

const (
	ground    layer = iota // fault, clock, config: import nothing of ours
	domain                 // what schools know; no outside system
	adapter                // one outside system each
	work                   // uses adapters through small interfaces
	page                   // HTTP and pages
	function               // one deployed function each
	developer              // emulators, scripts
)

// layers says where each package of shared/ stands. A package that is not
// here is not allowed.
func layers() map[string]layer {
	return map[string]layer{
		"fault": ground, "clock": ground, "config": ground,
		"access": domain, "account": domain, "app": domain, "audit": domain, "backup": domain, "bin": domain, "envelope": domain, "ledger": domain, "receipt": domain, "revision": domain, "connection": domain, "credential": domain,
		"grant": domain, "group": domain, "link": domain, "manifest": domain, "naming": domain, "outbox": domain, "person": domain, "privacy": domain, "pull": domain, "roster": domain,
		"roster/conform": domain, "roster/csvset": domain, "roster/edexml": domain, "roster/format": domain, "roster/guardian": domain, "roster/mapping": domain, "roster/oneroster": domain,
		"right": domain, "roster/rows": domain, "roster/sds": domain, "roster/table": domain, "roster/uwlr": domain,
		"school": domain, "session": domain, "tenant": domain, "topic": domain, "i18n": domain,
		"store": adapter, "blob": adapter, "event": adapter, "secret": adapter, "seal": adapter,
		"change": work, "erase": work, "hold": work, "intake": work, "trail": work, "vault": work, "plan": work, "proof": work, "upload": work, "provision": work,
		"serve": page,
	}
}

// outside says which package alone may import a library. Of the domain only
// roster/rows has one: no package of the Go team reads workbooks, and what it
// reads never leaves the process.
func outside() map[string]string {
	return map[string]string{
		"cloud.google.com/go/firestore":     "shared/store",
		"cloud.google.com/go/pubsub":        "shared/event",
		"cloud.google.com/go/storage":       "shared/blob",
		"cloud.google.com/go/secretmanager": "shared/secret",
		"cloud.google.com/go/kms":           "shared/seal",
		"github.com/xuri/excelize":          "shared/roster/rows",
	}
}

// domainLibraries are the libraries that every domain package may use: the Go
// team's own extensions of the standard library.
func domainLibraries() []string {
	return []string{"golang.org/x/text", "golang.org/x/crypto", "golang.org/x/sync"}
}

// place returns the layer of a package of this module.
func place(path string) (layer, bool) {
	head, rest, _ := strings.Cut(path, "/")
	switch head {
	case "shared":
		l, ok := layers()[rest]
		return l, ok
	case "functions":
		return function, true
	case "web":
		return ground, true
	case "emulators", "scripts":
		return developer, true
	default:
		return 0, false
	}
}

// Refusal returns why the package at from may not import the one at to, ""
// where it may. Both are import paths.
func Refusal(from, to string) string {
	if to == Module || strings.HasPrefix(to, Module+"/") {
		return ours(strings.TrimPrefix(from, Module+"/"), strings.TrimPrefix(to, Module+"/"))
	}
	return foreign(strings.TrimPrefix(from, Module+"/"), to)
}

func ours(from, to string) string {
	low, ok := place(from)
	if !ok {
		return from + " has no place in the layers"
	}
	high, ok := place(to)
	if !ok {
		return to + " has no place in the layers"
	}
	switch {
	case low == developer:
		if strings.HasPrefix(from, "emulators") && high == function && from != "emulators/stack" {
			return "only emulators/stack mounts functions"
		}
		return ""
	case low == function && high == function && owner(from) != owner(to):
		return "functions never import each other"
	case high > low, high == low && low == adapter, high == low && low == ground:
		return "an arrow may only go down"
	}
	return ""
}

// owner returns the function that a package below functions/ belongs to.
func owner(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "functions/"), "/")
	return name
}

func foreign(from, to string) string {
	l, _ := place(from)
	if l == developer {
		return ""
	}
	for library, only := range outside() {
		switch {
		case !strings.HasPrefix(to, library):
		case from == only:
			return ""
		default:
			return "only " + only + " imports " + library
		}
	}
	if strings.Contains(strings.SplitN(to, "/", 2)[0], ".") && l <= domain {
		for _, allowed := range domainLibraries() {
			if strings.HasPrefix(to, allowed) {
				return ""
			}
		}
		return "a domain package imports no library but those of the Go team"
	}
	return ""
}
