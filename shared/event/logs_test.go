package event_test

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
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

// with returns the lines that hold word.
func (r *record) with(word string) (found []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range strings.Lines(r.text.String()) {
		if strings.Contains(line, word) {
			found = append(found, line)
		}
	}
	return found
}
