package i18n_test

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
	"text/template/parse"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/i18n"
)

// call is one {{t "key" "name" value …}} of a template. A key that is put
// together, {{t (printf "kind.%s" .Kind)}}, is a family: "kind.".
type call struct {
	file, key string
	family    bool
	names     []string
}

// calls returns the calls of every template of web/.
func calls(t *testing.T) (found []call) {
	t.Helper()
	root := os.DirFS("../../web")
	require.NoError(t, fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		text, err := fs.ReadFile(root, name)
		require.NoError(t, err)
		tree := parse.New(name)
		tree.Mode = parse.SkipFuncCheck
		set := map[string]*parse.Tree{}
		_, err = tree.Parse(string(text), "", "", set)
		require.NoError(t, err)
		for _, tree := range set {
			walk(tree.Root, func(c *parse.CommandNode) {
				if made, ok := read(c); ok {
					made.file = name
					found = append(found, made)
				}
			})
		}
		return nil
	}))
	return found
}

// walk shows every command below n.
func walk(n parse.Node, visit func(*parse.CommandNode)) {
	branch := func(b parse.BranchNode) {
		walk(b.Pipe, visit)
		walk(b.List, visit)
		if b.ElseList != nil {
			walk(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, visit)
		}
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			visit(c)
			for _, argument := range c.Args {
				walk(argument, visit)
			}
		}
	}
}

// read returns the call that c is, false where it calls something else or
// with a key from the page's data, which stands in Go code.
func read(c *parse.CommandNode) (call, bool) {
	name, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok || name.Ident != "t" || len(c.Args) < 2 {
		return call{}, false
	}
	var made call
	switch key := c.Args[1].(type) {
	case *parse.StringNode:
		made.key = key.Text
	case *parse.PipeNode:
		made.key, made.family = strings.CutSuffix(key.Cmds[0].Args[1].(*parse.StringNode).Text, "%s")
	default:
		return call{}, false
	}
	for i := 2; i < len(c.Args); i += 2 {
		if s, ok := c.Args[i].(*parse.StringNode); ok {
			made.names = append(made.names, "{"+s.Text+"}")
		}
	}
	return made, true
}

// literals returns the strings in the product's Go code, each with a file
// that holds it. Those of the audit log and of permissions are codes of their
// own that look like keys.
func literals(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := os.DirFS("../..")
	for _, top := range []string{"shared", "functions"} {
		require.NoError(t, fs.WalkDir(root, top, func(name string, d fs.DirEntry, err error) error {
			own := strings.HasPrefix(name, "shared/audit/") || strings.HasPrefix(name, "shared/access/")
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || own {
				return err
			}
			text, err := fs.ReadFile(root, name)
			require.NoError(t, err)
			file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						found[s] = name
					}
				}
				return true
			})
			return nil
		}))
	}
	return found
}

func TestTemplatesNameWhatThereIs(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load()
	require.NoError(t, err)
	found := calls(t)
	require.Greater(t, len(found), 50)
	for _, call := range found {
		if call.family {
			require.NotEmpty(t, under(c, call.key), "%s: no text begins with %s", call.file, call.key)
			continue
		}
		text, ok := c[i18n.Dutch][call.key]
		require.True(t, ok, "%s: there is no text %s", call.file, call.key)
		require.Subset(t, call.names, placeholders(text), "%s: %s is not filled", call.file, call.key)
		require.Subset(t, placeholders(text), call.names, "%s: %s has no such placeholder", call.file, call.key)
	}
}

// under returns the keys that begin with prefix.
func under(c i18n.Catalogue, prefix string) (keys []string) {
	for key := range c[i18n.Dutch] {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys
}

// TestCodeNamesWhatThereIs takes every string in Go code for a key that looks
// like one: the first word of a key that exists, a point, and small letters.
func TestCodeNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load()
	require.NoError(t, err)
	shape := regexp.MustCompile(`^([a-z]+)\.[a-z_]+(\.[a-z_]+)*$`)
	for s, file := range literals(t) {
		parts := shape.FindStringSubmatch(s)
		if parts == nil || len(under(c, parts[1]+".")) == 0 && len(under(c, "finding."+parts[1]+".")) == 0 {
			continue
		}
		_, text := c[i18n.Dutch][s]
		_, finding := c[i18n.Dutch]["finding."+s]
		require.True(t, text || finding, "%s: there is no text %s", file, s)
	}
}

// TestEveryTextIsUsed demands of every key that a template or Go code names
// it, or its family and its last part.
func TestEveryTextIsUsed(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load()
	require.NoError(t, err)
	code := literals(t)
	used, families := map[string]bool{}, map[string]bool{"finding.": true}
	for _, call := range calls(t) {
		if used[call.key] = true; call.family {
			families[call.key] = true
		}
	}
	for _, codes := range []string{"Permission", "Role"} {
		for _, value := range constants(t, "../access", codes) {
			used[value] = true
		}
	}
	for s := range code {
		if used[s] = true; strings.HasSuffix(s, ".") {
			families[s] = true
		}
	}
	for key := range c[i18n.Dutch] {
		ok := used[key]
		for family := range families {
			if last, member := strings.CutPrefix(key, family); member && used[last] {
				ok = true
			}
		}
		require.True(t, ok, "nothing shows the text %s", key)
	}
}

// TestEveryCodeHasItsText holds families of texts against the constants that
// they speak of.
func TestEveryCodeHasItsText(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load()
	require.NoError(t, err)
	for family, from := range map[string][2]string{
		"import.status.":   {"roster", "Status"},
		"import.severity.": {"roster", "Severity"},
		"plan.phase.":      {"roster", "Phase"},
		"plan.action.":     {"roster", "Action"},
		"kind.":            {"person", "Kind"},
		"salutation.":      {"person", "Salutation"},
		"gender.":          {"person", "Gender"},
		"state.":           {"account", "State"},
		"role.":            {"access", "Role"},
		"task.":            {"access", "Permission"},
		"group.kind.":      {"group", "Kind"},
		"group.by.":        {"group", "Field"},
		"link.by.":         {"link", "By"},
		"right.by.":        {"right", "By"},
		"right.sort.":      {"right", "Sort"},
		"right.base.":      {"right", "Base"},
	} {
		var want []string
		for _, value := range constants(t, "../"+from[0], from[1]) {
			want = append(want, family+value)
		}
		require.NotEmpty(t, want, from)
		require.ElementsMatch(t, want, under(c, family), family)
	}
}

// constants returns the values of the constants of a type of text.
func constants(t *testing.T, folder, typ string) (values []string) {
	t.Helper()
	names, err := fs.Glob(os.DirFS(folder), "*.go")
	require.NoError(t, err)
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), path.Join(folder, name), nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.Ident); ok && of.Name == typ && len(spec.Values) == 1 {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				values = append(values, value)
			}
			return true
		})
	}
	return values
}
