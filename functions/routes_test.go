package functions_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/functions"
)

func routes(t *testing.T) []functions.Route {
	t.Helper()
	all, err := functions.Routes()
	require.NoError(t, err)
	return all
}

// folders returns the functions that there are.
func folders(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*/function.go")
	require.NoError(t, err)
	for _, f := range files {
		names = append(names, filepath.Dir(f))
	}
	require.GreaterOrEqual(t, len(names), 8)
	return names
}

// visit shows every node of the Go files of a folder, tests left out.
func visit(t *testing.T, folder string, see func(ast.Node) bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, see)
	}
}

// topics returns the topics by the names of their variables.
func topics(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	visit(t, "../shared/topic", func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		lit, ok := spec.Values[0].(*ast.CompositeLit)
		if !ok {
			return true
		}
		if of, ok := lit.Type.(*ast.IndexExpr); ok && of.X.(*ast.Ident).Name == "Topic" {
			name, err := strconv.Unquote(lit.Elts[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			found[spec.Names[0].Name] = name
		}
		return true
	})
	require.GreaterOrEqual(t, len(found), 6)
	return found
}

func TestEveryFunctionHasARoute(t *testing.T) {
	t.Parallel()
	routed := map[string]bool{}
	for _, r := range routes(t) {
		routed[r.Function] = true
	}
	for _, name := range folders(t) {
		require.True(t, routed[name], "nothing leads to the function %s", name)
		delete(routed, name)
	}
	require.Empty(t, routed, "routes lead to functions that do not exist")
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		require.Equal(t, slices.Contains(folders(t), e.Name()), e.IsDir(), "%s holds no function", e.Name())
	}
}

func TestRoutesAreWhole(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("routes.json")
	require.NoError(t, err)
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	var read []functions.Route
	require.NoError(t, strict.Decode(&read))
	require.Equal(t, read, routes(t))
	seen, pace := map[string]bool{}, map[string]string{}
	for _, r := range read {
		require.NotEmpty(t, r.Function)
		switch r.Kind {
		case functions.HTTP:
			require.Equal(t, functions.Route{Kind: r.Kind, Prefix: r.Prefix, Function: r.Function}, r)
			require.Regexp(t, `^/([a-z0-9.-]+/)*[a-z0-9.-]*$`, r.Prefix)
			require.False(t, seen[r.Prefix], "two functions serve %s", r.Prefix)
			seen[r.Prefix] = true
		case functions.Topic, functions.Tick:
			require.Equal(t, functions.Route{Kind: r.Kind, Topic: r.Topic, Every: r.Every, Function: r.Function}, r)
			require.False(t, seen[r.Topic+" "+r.Function], "%s would get %s twice", r.Function, r.Topic)
			seen[r.Topic+" "+r.Function] = true
			require.Contains(t, []string{"", r.Every}, pace[r.Topic], "%s has two paces", r.Topic)
			pace[r.Topic] = r.Every
		default:
			t.Errorf("%s: no such kind of route", r.Kind)
		}
		require.Equal(t, r.Kind == functions.Tick, r.Every != "")
		if r.Every != "" {
			every, err := time.ParseDuration(r.Every)
			require.NoError(t, err)
			require.GreaterOrEqual(t, every, time.Minute, "a scheduler does not tick more often")
		}
	}
	require.True(t, seen["/"], "addresses where nothing is are nobody's")
}

func TestEveryTopicHasASubscriber(t *testing.T) {
	t.Parallel()
	subscribed := map[string]bool{}
	for _, r := range routes(t) {
		if r.Kind != functions.HTTP {
			subscribed[r.Topic] = true
		}
	}
	for variable, name := range topics(t) {
		require.True(t, subscribed[name], "nobody listens to topic.%s", variable)
		delete(subscribed, name)
	}
	require.Empty(t, subscribed, "functions listen to topics that do not exist")
}

// TestFunctionsHandleTheirTopics reads which topics a function hands to
// event.Handler, under which paths.
func TestFunctionsHandleTheirTopics(t *testing.T) {
	t.Parallel()
	names := topics(t)
	for _, folder := range folders(t) {
		var want, paths, handled []string
		for _, r := range routes(t) {
			if r.Kind != functions.HTTP && r.Function == folder {
				want = append(want, r.Topic)
			}
		}
		visit(t, folder, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr: // "POST /"+topic.Minute.Name
				left, isText := n.X.(*ast.BasicLit)
				right, isName := n.Y.(*ast.SelectorExpr)
				if isText && isName && left.Value == `"POST /"` && right.Sel.Name == "Name" {
					paths = append(paths, names[variable(right.X)])
				}
			case *ast.CallExpr: // event.Handler(topic.Minute, f), or with what is done where it is dropped
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Handler" && len(n.Args) >= 2 && variable(n.Args[0]) != "" {
					handled = append(handled, names[variable(n.Args[0])])
				}
			}
			return true
		})
		require.ElementsMatch(t, want, handled, "%s handles other topics than its routes say", folder)
		require.ElementsMatch(t, want, paths, "%s is pushed to at other paths than its routes say", folder)
	}
}

// variable returns the name of topic.X, "" for anything else.
func variable(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if from, ok := s.X.(*ast.Ident); !ok || from.Name != "topic" {
		return ""
	}
	return s.Sel.Name
}

// TestRequestsReachTheFunctionThatServesThem holds the patterns of every
// function against the table: each lies under one of its own prefixes and
// under none that is longer and another's.
func TestRequestsReachTheFunctionThatServesThem(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(`^(?:(?:GET|POST|PUT|PATCH|DELETE) )?(/[a-z.][^ ?]*)$`)
	reached := map[string]bool{}
	for _, folder := range folders(t) {
		visit(t, folder, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !mounts(call.Fun) {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			if parts := pattern.FindStringSubmatch(text); parts != nil && !wider(routes(t), folder, parts[1]) {
				best := reach(routes(t), parts[1])
				require.Equal(t, folder, best.Function, "%s serves %q, and requests for it go elsewhere", folder, text)
				reached[best.Prefix] = true
			}
			return true
		})
	}
	for _, r := range routes(t) {
		if r.Kind == functions.HTTP && r.Prefix != "/" {
			require.True(t, reached[r.Prefix], "%s has nothing at %s", r.Function, r.Prefix)
		}
	}
}

// wider reports whether a pattern covers a prefix of the function and more:
// the function answers alike what little of it arrives.
func wider(all []functions.Route, function, pattern string) bool {
	return strings.HasSuffix(pattern, "/") && slices.ContainsFunc(all, func(r functions.Route) bool {
		return r.Function == function && r.Prefix != pattern && strings.HasPrefix(r.Prefix, pattern)
	})
}

// mounts reports whether f takes a pattern: mux.Handle, mux.HandleFunc, or a
// function's own word for it.
func mounts(f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.SelectorExpr:
		return strings.HasPrefix(f.Sel.Name, "Handle")
	case *ast.Ident:
		return true
	default:
		return false
	}
}

// reach returns the route of a path: that with the longest prefix.
func reach(all []functions.Route, path string) (best functions.Route) {
	for _, r := range all {
		covers := path == r.Prefix || strings.HasPrefix(path, strings.TrimSuffix(r.Prefix, "/")+"/")
		if r.Kind == functions.HTTP && covers && len(r.Prefix) > len(best.Prefix) {
			best = r
		}
	}
	return best
}
