package rosterapply

import (
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store           store.Config  // the main database; the ledger stands beside it
	Secret          secret.Config // holds index-key
	Seal            seal.Config   // the day key that plans, revisions and the recycle bin are sealed under
	Sender          event.Sender  // whose deliveries are accepted
	PlansBucket     string        `env:"PLANS_BUCKET"`                   // where plans lie
	StorageEmulator string        `env:"STORAGE_EMULATOR_HOST,optional"` // host:port, on a developer's machine
}
