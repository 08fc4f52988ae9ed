package guardian_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster/guardian"
)

// declared returns the values of the constants that codes.go declares.
func declared(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	require.NoError(t, err)
	var list []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
				text, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				list = append(list, text)
			}
		}
		return true
	})
	return list
}

func TestEveryCodeIsListedOnce(t *testing.T) {
	t.Parallel()
	codes := guardian.Codes()
	require.ElementsMatch(t, declared(t), codes)
	slices.Sort(codes)
	require.Len(t, slices.Compact(codes), len(declared(t)))
}

// TestEveryCodeHasItsMessages expects both languages to say of each finding
// what to do, and of nothing else.
func TestEveryCodeHasItsMessages(t *testing.T) {
	t.Parallel()
	all, err := guardian.Messages()
	require.NoError(t, err)
	require.Len(t, all, 2)
	for lang, texts := range all {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			require.Len(t, texts, len(guardian.Codes()))
			for _, code := range guardian.Codes() {
				text := texts[code]
				require.True(t, strings.HasPrefix(code, "guardian."))
				require.Greater(t, strings.Count(text, ". ")+strings.Count(text, "; "), 0, "%s: one sentence says what is wrong, another what to do", code)
				require.True(t, strings.HasSuffix(text, "."), code)
			}
		})
	}
	require.NotEqual(t, all["nl"], all["en"])
}
