package notary

import (
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store           store.Config      // the main database
	Signer          seal.SignerConfig // the notary's own key, which no other function may use
	Sender          event.Sender      // whose deliveries are accepted
	Bucket          string            `env:"NOTARY_BUCKET"`                  // where manifests lie, which nobody can change or remove before their time
	StorageEmulator string            `env:"STORAGE_EMULATOR_HOST,optional"` // host:port, on a developer's machine
}
