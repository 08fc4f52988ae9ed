package logged_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/logged"
)

func TestLinesAreFoundByTheirWords(t *testing.T) {
	l := logged.Catch(slog.LevelInfo)
	slog.Debug("one", "id", "r1")
	slog.Info("two", "id", "r1")
	slog.Warn("three", "id", "r1")
	require.Len(t, l.With("r1"), 2, "from the level on")
	require.Len(t, l.With("r1", "three"), 1)
	require.Empty(t, l.With("r1", "four"))
	require.Contains(t, l.String(), `"msg":"two"`)
}
