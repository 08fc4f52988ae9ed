package google

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDocumentIsFound(t *testing.T) {
	t.Parallel()
	body, err := describe()
	require.NoError(t, err)
	require.Contains(t, string(body), `"id": "directory.users.insert"`)
}

func TestBuildRecordLeadsToTheModuleCache(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		module debug.Module
		found  bool
	}{
		"the module":     {debug.Module{Path: library, Version: "v0.1.0"}, true},
		"another":        {debug.Module{Path: library + "x", Version: "v0.1.0"}, false},
		"a replaced one": {debug.Module{Path: library, Version: "v0.1.0", Replace: &debug.Module{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := cached(&debug.BuildInfo{Deps: []*debug.Module{&c.module}})
			if !c.found {
				require.Empty(t, dir)
				return
			}
			require.Regexp(t, `google\.golang\.org/api@v0\.1\.0$`, dir)
		})
	}
}
