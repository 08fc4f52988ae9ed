package emulators

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIndexesExpireWhatMustNotStay(t *testing.T) {
	t.Parallel()
	var config struct {
		FieldOverrides []struct {
			CollectionGroup string
			FieldPath       string
			TTL             bool
		}
	}
	require.NoError(t, json.Unmarshal(firestoreIndexes, &config))
	expiring := map[string]bool{}
	for _, o := range config.FieldOverrides {
		require.Equal(t, o.TTL, o.FieldPath == "expireAt", "%s expires by expireAt and nothing else", o.CollectionGroup)
		if !o.TTL {
			continue // an index for a query over all institutions
		}
		require.False(t, expiring[o.CollectionGroup], "%s stands there twice", o.CollectionGroup)
		expiring[o.CollectionGroup] = true
	}
	for _, group := range []string{"sessions", "codes", "grants", "outbox", "imports", "lanes", "log"} {
		require.True(t, expiring[group], group)
	}
}

func TestArchivesRunBoundedOnLoopback(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	programs, err := found{java: "java", firestore: "f.jar", pubsub: "p.jar"}.programs(Options{Dir: dir, FirestoreHeap: "1g", PubSubHeap: "512m"})
	require.NoError(t, err)
	require.Len(t, programs, 2)
	firestore, pubsub := strings.Join(programs[0].args([]int{1234}), " "), strings.Join(programs[1].args([]int{1235}), " ")
	require.Contains(t, firestore, "-Xmx1g")
	require.Contains(t, firestore, "--host 127.0.0.1 --port 1234 --rules "+filepath.Join(dir, "firestore.rules"))
	require.Contains(t, pubsub, "-Xmx512m")
	require.Contains(t, pubsub, "--host=127.0.0.1 --port=1235")
	rules, err := os.ReadFile(filepath.Join(dir, "firestore.rules"))
	require.NoError(t, err)
	require.Contains(t, string(rules), "allow read, write: if false;")
}
