// Package rosterplan turns an upload into a plan: it reads the file, checks
// it, compares it with what is stored, and writes down everything that an
// import will do. Nothing about people changes here.
package rosterplan

import (
	"context"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/upload"
)

func init() { functions.HTTP("Rosterplan", serve.Entry(Open)) }

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Sender: event.GoogleSender()}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	uploads, err := blob.Open(ctx, blob.Config{Bucket: settings.UploadsBucket, Emulator: settings.StorageEmulator})
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
	index, ring, err := openKeys(ctx, settings.Secret)
	if err != nil {
		return nil, err
	}
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	routes := New(Deps{
		DB: db, Index: index, ECK: ring, Clock: clock.From(ctx), Bin: erase.Keeper{DB: db, Box: sealer, Index: index, Clock: clock.From(ctx)},
		Uploads: upload.Shelf{Bucket: uploads, Keys: sealer},
		Plans:   plan.Shelf{Bucket: plans, Keys: sealer},
		Post:    outbox.Post{Publisher: publisher, Shelf: db.Outbox()},
	})
	return serve.Outer("rosterplan", event.Only(ctx, settings.Sender, routes)), nil
}

// openKeys returns what source keys are found by, and what seals ECK-iDs.
func openKeys(ctx context.Context, c secret.Config) (seal.Index, *seal.Ring, error) {
	secrets, err := secret.Open(ctx, c)
	if err != nil {
		return seal.Index{}, nil, err
	}
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return seal.Index{}, nil, err
	}
	versions, err := secrets.All(ctx, "eck-key")
	if err != nil {
		return seal.Index{}, nil, err
	}
	ring, err := seal.NewRing("eck", versions)
	if err != nil {
		return seal.Index{}, nil, err
	}
	index, err := seal.NewIndex(key)
	return index, ring, err
}
