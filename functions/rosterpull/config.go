package rosterpull

import (
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store           store.Config  // the main database
	Secret          secret.Config // holds what the schools' connections name
	Seal            seal.Config   // the day key that uploads are sealed under
	Sender          event.Sender  // whose deliveries are accepted
	UploadsBucket   string        `env:"UPLOADS_BUCKET"`                 // where sealed uploads lie until they are planned
	StorageEmulator string        `env:"STORAGE_EMULATOR_HOST,optional"` // host:port, on a developer's machine
	// Roots are certificates, in PEM, that are trusted besides the system's
	// own: some administration systems have one of the government's private
	// root.
	Roots string `env:"PULL_ROOTS,optional"`
	// Local allows addresses that are not public. It is for a developer's
	// machine alone.
	Local bool `env:"PULL_LOCAL,optional"`
}
