package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/config"
)

func of(values map[string]string) config.Lookup {
	return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

func TestTheCommandLineComesFirstThenTheEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		project, bucket string
		environ         map[string]string
		want            []string
	}{
		"all named":             {"p", "b", map[string]string{"PROJECT": "x", "BUCKET": "x"}, []string{"p", "b"}},
		"some from outside":     {"p", "", map[string]string{"PROJECT": "x", "BUCKET": "y"}, []string{"p", "y"}},
		"all from outside":      {"", "", map[string]string{"PROJECT": "x", "BUCKET": "y"}, []string{"x", "y"}},
		"nothing for it at all": {"p", "", nil, []string{"p", ""}},
	} {
		require.NoError(t, Complete(of(c.environ), map[string]*string{Project: &c.project, "BUCKET": &c.bucket}), name)
		require.Equal(t, c.want, []string{c.project, c.bucket}, name)
	}
}

// TestTheProductThatRunsHere is meant where nobody names a project.
func TestTheProductThatRunsHere(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("FIRESTORE_EMULATOR_HOST", "nowhere")
	t.Setenv("PUBSUB_EMULATOR_HOST", "nowhere")
	project, bucket := "", "mine"
	values := map[string]*string{Project: &project, "BUCKET": &bucket}
	require.ErrorContains(t, Complete(of(nil), values), "no product runs")
	require.NoError(t, os.Mkdir(".local", 0o700))
	file := filepath.Join(".local", "dev.json")
	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	require.ErrorContains(t, Complete(of(nil), values), "dev.json")
	body := `{"base_url":"x","environ":{"PROJECT":"demo-x","BUCKET":"b","FIRESTORE_EMULATOR_HOST":"127.0.0.1:1","PUBSUB_EMULATOR_HOST":"127.0.0.1:2"}}`
	require.NoError(t, os.WriteFile(file, []byte(body), 0o600))
	require.NoError(t, Complete(of(nil), values))
	require.Equal(t, []string{"demo-x", "mine"}, []string{project, bucket})
	require.Equal(t, "127.0.0.1:1", os.Getenv("FIRESTORE_EMULATOR_HOST"))
	require.Equal(t, "127.0.0.1:2", os.Getenv("PUBSUB_EMULATOR_HOST"))
}
