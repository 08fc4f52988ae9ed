package inventory

import (
	"testing"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
)

// TestEveryDocumentIsFound stores documents where nobody thought of looking:
// deep, and below documents that are not there.
func TestEveryDocumentIsFound(t *testing.T) {
	t.Parallel()
	project := emulators.Firestore(t)
	client, err := firestore.NewClient(t.Context(), project)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() }) // nothing is left to write
	for path, value := range map[string]any{
		"names/one":                                "at the root",
		"tenants/golfbreker/imports/a":             "a run",
		"tenants/golfbreker/imports/a/lanes/b":     "a lane",
		"tenants/number/of/days":                   int64(987654321),
		"tenants/none/unheard/of/below/it/deep/er": []byte("in bytes"),
	} {
		_, err := client.Doc(path).Set(t.Context(), map[string]any{"value": value, "more": map[string]any{"list": []any{value}}})
		require.NoError(t, err)
	}
	all := &Inventory{contents: map[string]string{"bucket/object": "an object"}}
	require.NoError(t, all.documents(t.Context(), project, firestore.DefaultDatabaseID))
	require.Equal(t, 5, all.Documents)
	for value, where := range map[string]string{
		"at the root": "names/one", "a lane": "imports/a/lanes/b", "in bytes": "deep/er", "an object": "bucket/object", "unheard": "unheard/of", "987654321": "of/days",
	} {
		require.Contains(t, all.Find(value), where)
	}
	require.Empty(t, all.Find("nowhere"))

	require.Len(t, all.Without(), 6)
	require.Len(t, all.Without("imports"), 4, "what lies below goes with it")
	require.Len(t, all.Without("lanes", "names"), 4)
	require.Len(t, all.Without("golfbreker", "a"), 6, "only collections are left out")
}
