package backup

import (
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store           store.Config // the main database; those of credentials and of the scratch stand beside it
	Seal            seal.Config  // the day key
	Sender          event.Sender // whose deliveries are accepted
	Bucket          string       `env:"BACKUPS_BUCKET"`                 // where backups lie
	StorageEmulator string       `env:"STORAGE_EMULATOR_HOST,optional"` // host:port, on a developer's machine
}
