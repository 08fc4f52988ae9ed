package event_test

import (
	"log/slog"

	"cool.example/sync/emulators/logged"
)

// lines keeps what is logged.
var lines = logged.Catch(slog.LevelInfo)
