package serve_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// lines keeps what is logged. Tests run side by side and find their own lines
// by a word that no other test uses.
var lines record

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(&lines, nil)))
	os.Exit(m.Run())
}

type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// with returns the lines that hold word.
func (r *record) with(t *testing.T, word string) (found []map[string]any) {
	t.Helper()
	for line := range strings.Lines(r.all()) {
		if strings.Contains(line, word) {
			var fields map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &fields))
			found = append(found, fields)
		}
	}
	return found
}
