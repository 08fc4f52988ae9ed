// Package rosterapply applies an approved plan, step by step in lanes. The plan
// fixes everything, so that a step decides nothing, may be repeated, and may
// be cut off anywhere: what a crash leaves undone is delivered again.
package rosterapply

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
)

func init() { functions.HTTP("Rosterapply", serve.Entry(Open)) }

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
	records, err := store.Open(ctx, settings.Store.In(store.LedgerDatabase))
	if err != nil {
		return nil, err
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: settings.PlansBucket, Emulator: settings.StorageEmulator})
	if err != nil {
		return nil, err
	}
	sealer, err := seal.Open(ctx, settings.Seal)
	if err != nil {
		return nil, err
	}
	secrets, err := secret.Open(ctx, settings.Secret)
	if err != nil {
		return nil, err
	}
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return nil, err
	}
	index, err := seal.NewIndex(key)
	if err != nil {
		return nil, err
	}
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	post := outbox.Post{Publisher: publisher, Shelf: db.Outbox()}
	routes := New(Deps{
		DB: db, Plans: plan.Shelf{Bucket: bucket, Keys: sealer}, Index: index, Keys: sealer, Post: post, Clock: clock.From(ctx),
		Bin: erase.Keeper{DB: db, Ledger: records, Box: sealer, Index: index, Post: post, Clock: clock.From(ctx)},
	})
	return serve.Outer("rosterapply", event.Only(ctx, settings.Sender, routes)), nil
}
