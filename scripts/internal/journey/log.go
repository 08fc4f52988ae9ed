package journey

import (
	"bytes"
	"log/slog"
	"sync"
)

// Log is everything that was logged, for a search through it.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// CatchLog makes the product log into the returned log and nowhere else.
func CatchLog() *Log {
	l := &Log{}
	slog.SetDefault(slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return l
}

// Write adds to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns everything logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
