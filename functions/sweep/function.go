// Package sweep puts right what time or a crash left behind: each minute it
// posts letters that were stored and not sent, each day it deletes what has
// expired.
package sweep

import (
	"context"
	"net/http"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Sweep", serve.Entry(Open)) }

// Settings are the function's variables.
type Settings struct {
	Store  store.Config  // the main database; the ledger and the credentials stand beside it
	Secret secret.Config // holds index-key
	Seal   seal.Config   // the day key, of which a version is made each day, and the key of restrictions
	Sender event.Sender  // whose deliveries are accepted
	// UploadsBucket is where sealed uploads lie until they are planned.
	UploadsBucket   string `env:"UPLOADS_BUCKET"`
	StorageEmulator string `env:"STORAGE_EMULATOR_HOST,optional"`
	// Patience is how long a letter may wait for the function that stored it.
	Patience time.Duration `env:"SWEEP_PATIENCE,optional"`
	// Destroy is how many day keys one run may destroy, where somebody has looked
	// at why more than two are due.
	Destroy int `env:"SWEEP_DESTROY_MOST,optional"`
}

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Sender: event.GoogleSender(), Patience: 30 * time.Second}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	bin, days, err := openBin(ctx, settings, db)
	if err != nil {
		return nil, err
	}
	bin.Post = outbox.Post{Publisher: publisher, Shelf: db.Outbox()}
	uploads, err := blob.Open(ctx, blob.Config{Bucket: settings.UploadsBucket, Emulator: settings.StorageEmulator})
	if err != nil {
		return nil, err
	}
	routes := New(Deps{
		DB: db, Bin: bin, Days: days, Uploads: uploads, Post: bin.Post, Clock: clock.From(ctx), Patience: settings.Patience,
	})
	return serve.Outer("sweep", event.Only(ctx, settings.Sender, routes)), nil
}

// openBin connects to what erases people.
func openBin(ctx context.Context, settings Settings, db *store.DB) (erase.Keeper, seal.Days, error) {
	k := erase.Keeper{DB: db, Clock: clock.From(ctx)}
	var err error
	if k.Ledger, err = store.Open(ctx, settings.Store.In(store.LedgerDatabase)); err != nil {
		return k, seal.Days{}, err
	}
	if k.Credentials, err = store.Open(ctx, settings.Store.In(store.CredentialsDatabase)); err != nil {
		return k, seal.Days{}, err
	}
	sealer, err := seal.Open(ctx, settings.Seal)
	if err != nil {
		return k, seal.Days{}, err
	}
	secrets, err := secret.Open(ctx, settings.Secret)
	if err != nil {
		return k, seal.Days{}, err
	}
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return k, seal.Days{}, err
	}
	k.Box = sealer
	k.Index, err = seal.NewIndex(key)
	return k, seal.Days{Sealer: sealer, Clock: clock.From(ctx), Keep: account.Kept, Most: settings.Destroy}, err
}
