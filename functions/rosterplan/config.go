package rosterplan

import (
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store           store.Config  // the main database
	Secret          secret.Config // holds index-key and eck-key
	Seal            seal.Config   // the day key that uploads, plans and the recycle bin are sealed under
	Sender          event.Sender  // whose deliveries are accepted
	UploadsBucket   string        `env:"UPLOADS_BUCKET"`                 // where sealed uploads lie until they are planned
	PlansBucket     string        `env:"PLANS_BUCKET"`                   // where sealed plans lie
	StorageEmulator string        `env:"STORAGE_EMULATOR_HOST,optional"` // host:port, on a developer's machine
}
