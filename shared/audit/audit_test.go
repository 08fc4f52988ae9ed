package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
)

func TestNew(t *testing.T) {
	t.Parallel()
	at, by := time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC), audit.Actor{System: "rosterapply"}
	e := audit.New(at, by, audit.ImportApplied, "a1", "a2")
	require.Regexp(t, regexp.MustCompile(`^[a-z2-7]{26}$`), string(e.ID))
	require.Equal(t, audit.Entry{ID: e.ID, At: at, Actor: by, Action: audit.ImportApplied, Subjects: []account.ID{"a1", "a2"}}, e)
	require.NotEqual(t, e.ID, audit.New(at, by, audit.ImportApplied).ID)
}

func TestAnEntryIsNotChangedByWhatIsMadeOfIt(t *testing.T) {
	t.Parallel()
	e := audit.New(time.Now(), audit.Actor{Account: "a1"}, audit.SignInFailed, "a1")
	made := e.On("i1").Because("wrong_password")
	require.Equal(t, "i1", made.Object)
	require.Equal(t, "wrong_password", made.Reason)
	require.Empty(t, e.Object+e.Reason)
	made.Object, made.Reason = "", ""
	require.Equal(t, e, made)
}

// TestActionsAreCodes reads the actions from the source: each is a code of
// two words, and none is used twice.
func TestActionsAreCodes(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "audit.go", nil, 0)
	require.NoError(t, err)
	seen := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == reflect.TypeFor[audit.Action]().Name() {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			require.Regexp(t, regexp.MustCompile(`^[a-z]+\.[a-z]+$`), code)
			require.False(t, seen[code], "two actions are called %s", code)
			seen[code] = true
		}
		return true
	})
	require.GreaterOrEqual(t, len(seen), 13)
	require.Greater(t, audit.Keep, 365*24*time.Hour, "less than a year")
}
