package backup_test

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
)

// lines keeps what is logged. Tests run side by side and find their own lines by
// what they say.
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

// alarms returns the alarms that hold every one of words.
func alarms(words ...string) (found []string) {
	lines.mu.Lock()
	defer lines.mu.Unlock()
next:
	for line := range strings.Lines(lines.text.String()) {
		for _, word := range append(words, `"alarm":"backup"`) {
			if !strings.Contains(line, word) {
				continue next
			}
		}
		found = append(found, line)
	}
	return found
}
