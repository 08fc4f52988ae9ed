package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	longestFile     = 400
	longestFunction = 60
	longestTest     = 100
	mostParameters  = 4
)

func parse(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	require.NoError(t, err)
	return file
}

// sources yields every Go file of the module with its syntax.
func sources(t *testing.T, visit func(path string, set *token.FileSet, file *ast.File)) {
	t.Helper()
	root, _ := packages(t)
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")) && path != root {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		require.NoError(t, err)
		short, err := filepath.Rel(root, path)
		require.NoError(t, err)
		visit(short, set, file)
		return nil
	}))
}

func TestFilesAndFunctionsAreShort(t *testing.T) {
	t.Parallel()
	sources(t, func(path string, set *token.FileSet, file *ast.File) {
		if n := set.Position(file.End()).Line; n > longestFile {
			t.Errorf("%s has %d lines, more than %d", path, n, longestFile)
		}
		limit := longestFunction
		if strings.HasSuffix(path, "_test.go") {
			limit = longestTest
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > limit {
				t.Errorf("%s: %s has %d lines, more than %d", path, f.Name, n, limit)
			}
			// The context of a call and the writer and request of a handler go beside its own parameters.
			if n := parameters(f.Type); n > mostParameters+1 {
				t.Errorf("%s: %s has %d parameters, more than %d and a context", path, f.Name, n, mostParameters)
			}
		}
	})
}

func parameters(f *ast.FuncType) int {
	n := 0
	for _, p := range f.Params.List {
		n += max(1, len(p.Names))
	}
	return n
}

func TestEverythingPublicIsDocumented(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	sources(t, func(path string, _ *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := filepath.Dir(path)
		described[dir] = described[dir] || file.Doc.Text() != ""
		for _, decl := range file.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s: %s has no comment", path, name)
			}
		}
	})
	for dir, ok := range described {
		if !ok {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

// undocumented returns the exported names of decl that no comment explains.
// Constants and variables may share the comment of their block.
func undocumented(decl ast.Decl) []string {
	var names []string
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc.Text() == "" && exportedReceiver(d) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc.Text() == "" && s.Doc.Text() == "" {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc.Text() == "" && s.Doc.Text() == "" && s.Comment.Text() == "" {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

// exportedReceiver reports whether a method belongs to a type that others see.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}
