package rules_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/rules"
)

func packages(t *testing.T) (root string, all []rules.Package) {
	t.Helper()
	root, err := rules.Root()
	require.NoError(t, err)
	all, err = rules.Packages(root)
	require.NoError(t, err)
	require.Greater(t, len(all), 30)
	return root, all
}

func TestArrowsGoDown(t *testing.T) {
	t.Parallel()
	_, all := packages(t)
	for _, p := range all {
		for _, to := range p.Imports {
			if why := rules.Refusal(p.ImportPath, to); why != "" {
				t.Errorf("%s imports %s: %s", p.Path(), to, why)
			}
		}
	}
}

func TestOnlyFunctionFilesKnowTheFramework(t *testing.T) {
	t.Parallel()
	_, all := packages(t)
	for _, p := range all {
		for _, name := range p.GoFiles {
			file := parse(t, filepath.Join(p.Dir, name))
			for _, spec := range file.Imports {
				if strings.Contains(spec.Path.Value, "functions-framework-go") && name != "function.go" && !strings.HasPrefix(p.Path(), "scripts/") {
					t.Errorf("%s/%s imports the functions framework: only function.go may", p.Path(), name)
				}
			}
		}
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	ours := func(p string) string { return rules.Module + "/" + p }
	for name, c := range map[string]struct {
		from, to string
		refused  bool
	}{
		"domain on ground":             {"shared/account", ours("shared/fault"), false},
		"domain on domain":             {"shared/account", ours("shared/person"), false},
		"domain on adapter":            {"shared/account", ours("shared/store"), true},
		"domain on a cloud library":    {"shared/account", "cloud.google.com/go/firestore", true},
		"domain on another library":    {"shared/account", "github.com/stretchr/testify/require", true},
		"rows on workbooks":            {"shared/roster/rows", "github.com/xuri/excelize/v2", false},
		"rows on a cloud library":      {"shared/roster/rows", "cloud.google.com/go/firestore", true},
		"another domain on workbooks":  {"shared/roster/table", "github.com/xuri/excelize/v2", true},
		"function on workbooks":        {"functions/rosterplan", "github.com/xuri/excelize/v2", true},
		"domain on the Go team's text": {"shared/account", "golang.org/x/text/unicode/norm", false},
		"adapter on its own library":   {"shared/store", "cloud.google.com/go/firestore", false},
		"adapter on another's library": {"shared/store", "cloud.google.com/go/storage", true},
		"adapter on adapter":           {"shared/store", ours("shared/event"), true},
		"ground on ground":             {"shared/config", ours("shared/fault"), true},
		"function on pages":            {"functions/start", ours("shared/serve"), false},
		"function on function":         {"functions/start", ours("functions/sso"), true},
		"function on its own internal": {"functions/sso", ours("functions/sso/internal/token"), false},
		"page on function":             {"shared/serve", ours("functions/sso"), true},
		"harness on function":          {"emulators", ours("functions/sso"), true},
		"stack on function":            {"emulators/stack", ours("functions/sso"), false},
		"unknown package":              {"shared/utils", ours("shared/fault"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			why := rules.Refusal(ours(c.from), c.to)
			require.Equal(t, c.refused, why != "", "said: %q", why)
		})
	}
}
