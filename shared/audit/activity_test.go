package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/privacy"
)

// actions returns the actions that the source declares.
func actions(t *testing.T) (found []audit.Action) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "audit.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Action" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			found = append(found, audit.Action(code))
		}
		return true
	})
	return found
}

func TestEveryActionIsInTheRegister(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, actions(t), audit.Actions(), "an action has an entry in deeds, and no other has")
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	names, ids := map[string]bool{}, map[string]string{}
	for _, a := range audit.Actions() {
		d := a.Deed()
		require.NotEmpty(t, d.Name, a)
		require.False(t, names[d.Name], "two actions are called %s", d.Name)
		names[d.Name] = true
		require.Contains(t, audit.Categories(), d.Category, a)
		require.NotEmpty(t, d.Source, a)
		require.Regexp(t, uuid, d.Activity.ID)
		require.NotEmpty(t, d.Activity.Purpose)
		require.Contains(t, []string{"", d.Activity.Name}, ids[d.Activity.ID], "two activities have one id")
		ids[d.Activity.ID] = d.Activity.Name
	}
	require.NotEmpty(t, audit.Action("later.version").Deed().Activity.ID)
}

func TestTerms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 24, 8, 30, 0, 0, time.UTC)
	seen, in := audit.Entry{At: at, Action: audit.Viewed}, audit.Entry{At: at, Action: audit.SignedIn}
	require.Equal(t, at.Add(audit.Keep), audit.Terms(nil).Until(seen))
	terms := audit.Terms{string(audit.Views): 24, string(audit.Access): 6}
	require.NoError(t, terms.Check())
	require.Equal(t, at.Add(2*audit.Keep), terms.Until(seen))
	require.Equal(t, at.Add(audit.Keep/2), terms.Until(in))
	require.Equal(t, at.Add(audit.Keep), terms.Until(audit.Entry{At: at, Action: audit.Released}))
	require.Equal(t, at.Add(audit.Longest), audit.Terms{string(audit.Views): 1000}.Until(seen), "stored settings do not lead beyond the bounds")
	require.Equal(t, audit.ShortestMonths, audit.Terms{string(audit.Views): 0}.Months(audit.Views))
	for _, bad := range []audit.Terms{{"views": 5}, {"views": 85}, {"views": -1}, {"other": 12}} {
		require.Equal(t, fault.Invalid, fault.KindOf(bad.Check()), bad)
	}
}

// TestFieldsOfEntriesAreRegistered reads every call of Of with names in it:
// those of an entry's fields are in the field register.
func TestFieldsOfEntriesAreRegistered(t *testing.T) {
	t.Parallel()
	named := 0
	for _, top := range []string{"functions", "shared", "emulators"} {
		root := os.DirFS("../../" + top)
		require.NoError(t, fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, name)
			require.NoError(t, err)
			file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				named += literals(t, name, n)
				return true
			})
			return nil
		}))
	}
	require.Greater(t, named, 10)
}

// literals checks the names in a call of Of and returns how many there are.
func literals(t *testing.T, file string, n ast.Node) (named int) {
	t.Helper()
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return 0
	}
	if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Of" || len(call.Args) == 0 {
		return 0
	}
	if first, ok := call.Args[0].(*ast.BasicLit); !ok || first.Kind != token.STRING {
		return 0 // another Of
	}
	for _, arg := range call.Args {
		key, err := strconv.Unquote(arg.(*ast.BasicLit).Value)
		require.NoError(t, err)
		_, known := privacy.Lookup(key)
		require.True(t, known, "%s: the field register does not know %q", file, key)
		named++
	}
	return named
}
