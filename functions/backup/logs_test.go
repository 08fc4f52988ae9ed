package backup_test

import (
	"log/slog"

	"cool.example/sync/emulators/logged"
)

// lines keeps what is logged.
var lines = logged.Catch(slog.LevelInfo)

// alarms returns the alarms that hold every one of words.
func alarms(words ...string) []string { return lines.With(append(words, `"alarm":"backup"`)...) }
