package serve_test

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/logged"
)

// lines keeps what is logged.
var lines = logged.Catch(slog.LevelInfo)

// said returns the fields of the lines that hold word.
func said(t *testing.T, word string) (found []map[string]any) {
	t.Helper()
	for _, line := range lines.With(word) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		found = append(found, fields)
	}
	return found
}
