package admin

import (
	"net/url"

	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/trail"
)

// Settings are the function's variables.
type Settings struct {
	Store           store.Config      // the main database; the ledger and the credentials stand beside it
	Secret          secret.Config     // holds verifier-key and index-key
	Seal            seal.Config       // the day key that uploads, the recycle bin, and from where somebody came are sealed under
	Trail           trail.Config      // whose word counts for where somebody comes from
	Hash            credential.Params // costs of a password hash
	BaseURL         *url.URL          `env:"BASE_URL"`                       // the one origin of the product
	UploadsBucket   string            `env:"UPLOADS_BUCKET"`                 // where sealed uploads lie until they are planned
	PlansBucket     string            `env:"PLANS_BUCKET"`                   // where sealed plans lie
	StorageEmulator string            `env:"STORAGE_EMULATOR_HOST,optional"` // host:port, on a developer's machine
}
