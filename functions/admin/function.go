// Package admin is where a school manages its accounts: it takes in source
// files, shows what an import does, and issues first passwords.
package admin

import (
	"context"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/trail"
	"cool.example/sync/shared/upload"
)

func init() { functions.HTTP("Admin", serve.Entry(Open)) }

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Hash: credential.Default()}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	credentials := settings.Store
	credentials.Database = store.CredentialsDatabase
	people, err := store.Open(ctx, credentials)
	if err != nil {
		return nil, err
	}
	records, err := store.Open(ctx, settings.Store.In(store.LedgerDatabase))
	if err != nil {
		return nil, err
	}
	vault, index, err := openVault(ctx, settings)
	if err != nil {
		return nil, err
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: settings.UploadsBucket, Emulator: settings.StorageEmulator})
	if err != nil {
		return nil, err
	}
	plans, err := blob.Open(ctx, blob.Config{Bucket: settings.PlansBucket, Emulator: settings.StorageEmulator})
	if err != nil {
		return nil, err
	}
	sealer, err := seal.Open(ctx, settings.Seal)
	if err != nil {
		return nil, err
	}
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	post := outbox.Post{Publisher: publisher, Shelf: db.Outbox()}
	routes, err := New(Deps{
		DB: db, Credentials: people, Vault: vault, Clock: clock.From(ctx), Trail: trail.Trail{Config: settings.Trail, Box: sealer},
		Keys:    sealer,
		Bin:     erase.Keeper{DB: db, Ledger: records, Credentials: people, Box: sealer, Index: index, Post: post, Clock: clock.From(ctx)},
		Uploads: upload.Shelf{Bucket: bucket, Keys: sealer},
		Plans:   plan.Shelf{Bucket: plans, Keys: sealer},
		Post:    post,
		People:  serve.People{Origin: serve.Origin{URL: settings.BaseURL}, Sessions: session.Keeper{Store: db, Clock: clock.From(ctx)}},
	})
	if err != nil {
		return nil, err
	}
	return serve.Outer("admin", routes), nil
}

// openVault returns what checks passwords, and what names are found by.
func openVault(ctx context.Context, settings Settings) (credential.Vault, seal.Index, error) {
	secrets, err := secret.Open(ctx, settings.Secret)
	if err != nil {
		return credential.Vault{}, seal.Index{}, err
	}
	versions, err := secrets.All(ctx, "verifier-key")
	if err != nil {
		return credential.Vault{}, seal.Index{}, err
	}
	ring, err := seal.NewRing("verifier", versions)
	if err != nil {
		return credential.Vault{}, seal.Index{}, err
	}
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return credential.Vault{}, seal.Index{}, err
	}
	index, err := seal.NewIndex(key)
	return credential.Vault{Hasher: credential.NewHasher(settings.Hash), Ring: ring}, index, err
}
