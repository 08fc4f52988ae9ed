package emulators

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// strict decodes JSON that holds nothing which v has no place for.
func strict(t *testing.T, body []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(v))
}

// service is where the suite puts an emulator.
type service struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

// suite is what we use of the format of firebase.json:
// https://firebase.google.com/docs/emulator-suite/install_and_configure.
type suite struct {
	Firestore struct {
		Rules   string `json:"rules"`
		Indexes string `json:"indexes"`
	} `json:"firestore"`
	Emulators struct {
		Firestore         service `json:"firestore"`
		PubSub            service `json:"pubsub"`
		UI                any     `json:"ui"`
		SingleProjectMode bool    `json:"singleProjectMode"`
	} `json:"emulators"`
}

// TestSuiteFindsWhatItsConfigurationNames reads firebase.json as it stands, for
// whoever starts the suite in this folder, and as we write it for a set.
func TestSuiteFindsWhatItsConfigurationNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	programs, err := found{suite: []string{"firebase"}}.programs(Options{Dir: dir, FirestoreHeap: "1g"})
	require.NoError(t, err)
	require.Equal(t, []string{firestoreName, pubsubName}, programs[0].services, "the ports are given in this order")
	require.NoError(t, programs[0].config([]int{21001, 21002}))
	for folder, ports := range map[string][]int{".": {8085, 8086}, dir: {21001, 21002}} {
		body, err := os.ReadFile(filepath.Join(folder, "firebase.json"))
		require.NoError(t, err)
		var c suite
		strict(t, body, &c)
		for _, name := range []string{c.Firestore.Rules, c.Firestore.Indexes} {
			require.Equal(t, filepath.Base(name), name, "a file beside it")
			require.FileExists(t, filepath.Join(folder, name))
		}
		require.Equal(t, service{loopback, ports[0]}, c.Emulators.Firestore)
		require.Equal(t, service{loopback, ports[1]}, c.Emulators.PubSub)
		require.False(t, c.Emulators.SingleProjectMode, "every test has a project of its own")

		rules, err := os.ReadFile(filepath.Join(folder, c.Firestore.Rules))
		require.NoError(t, err)
		require.Equal(t, firestoreRules, rules, "the rules that gcloud's archive is started with")
		require.Regexp(t, `(?s)^rules_version = '2';.*service cloud\.firestore \{.*match /databases/\{\w+\}/documents \{`, string(rules))
		require.Equal(t, 1, bytes.Count(rules, []byte("allow")), "what is allowed stands in one place")
		indexes, err := os.ReadFile(filepath.Join(folder, c.Firestore.Indexes))
		require.NoError(t, err)
		wellFormed(t, indexes)
	}
}

// wellFormed demands what the suite and the service take of an index file:
// https://firebase.google.com/docs/reference/firestore/indexes.
func wellFormed(t *testing.T, body []byte) {
	t.Helper()
	type field struct {
		FieldPath   string `json:"fieldPath"`
		Order       string `json:"order"`
		ArrayConfig string `json:"arrayConfig"`
	}
	var file struct {
		Indexes []struct {
			CollectionGroup string  `json:"collectionGroup"`
			QueryScope      string  `json:"queryScope"`
			Fields          []field `json:"fields"`
		} `json:"indexes"`
		FieldOverrides []struct {
			CollectionGroup string `json:"collectionGroup"`
			FieldPath       string `json:"fieldPath"`
			TTL             bool   `json:"ttl"`
			Indexes         []struct {
				Order       string `json:"order"`
				ArrayConfig string `json:"arrayConfig"`
				QueryScope  string `json:"queryScope"`
			} `json:"indexes"`
		} `json:"fieldOverrides"`
	}
	strict(t, body, &file)
	scopes, directions := []string{"COLLECTION", "COLLECTION_GROUP"}, []string{"ASCENDING", "DESCENDING"}
	directed := func(order, array string) bool {
		return (slices.Contains(directions, order) && array == "") || (order == "" && array == "CONTAINS")
	}
	for _, i := range file.Indexes {
		require.NotEmpty(t, i.CollectionGroup)
		require.Contains(t, scopes, i.QueryScope, i.CollectionGroup)
		require.Greater(t, len(i.Fields), 1, "%s: one field needs no composite index", i.CollectionGroup)
		for _, f := range i.Fields {
			require.NotEmpty(t, f.FieldPath)
			require.True(t, directed(f.Order, f.ArrayConfig), "%s.%s", i.CollectionGroup, f.FieldPath)
		}
	}
	require.NotEmpty(t, file.FieldOverrides)
	seen := map[string]bool{}
	for _, o := range file.FieldOverrides {
		name := o.CollectionGroup + "." + o.FieldPath
		require.NotEmpty(t, o.CollectionGroup)
		require.NotEmpty(t, o.FieldPath)
		require.False(t, seen[name], "%s stands there twice", name)
		seen[name] = true
		for _, i := range o.Indexes {
			require.Contains(t, scopes, i.QueryScope, name)
			require.True(t, directed(i.Order, i.ArrayConfig), name)
		}
	}
}
