// Package logged catches what the code under test logs, for a search through it.
package logged

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

// Lines is everything that was logged. It is safe for concurrent use: tests that
// run side by side find their own lines by a word that no other test uses.
type Lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Catch has everything from a level on logged into the returned Lines and nowhere
// else, as lines of JSON.
func Catch(level slog.Level) *Lines {
	l := &Lines{}
	slog.SetDefault(slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: level})))
	return l
}

// Write adds to the lines.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns everything logged so far.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// With returns the lines that hold every one of words.
func (l *Lines) With(words ...string) (found []string) {
next:
	for line := range strings.Lines(l.String()) {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue next
			}
		}
		found = append(found, line)
	}
	return found
}
