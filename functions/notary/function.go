// Package notary makes the log provable: each minute it signs, for every
// institution, what is new in its log. Whoever could write to the database and
// the log can neither write in the bucket of manifests nor use the notary's key.
package notary

import (
	"context"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Notary", serve.Entry(Open)) }

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
	bucket, err := blob.Open(ctx, blob.Config{Bucket: settings.Bucket, Emulator: settings.StorageEmulator})
	if err != nil {
		return nil, err
	}
	signer, err := seal.OpenSigner(ctx, settings.Signer)
	if err != nil {
		return nil, err
	}
	routes := New(Deps{DB: db, Shelf: bucket, Signer: signer, Clock: clock.From(ctx)})
	return serve.Outer("notary", event.Only(ctx, settings.Sender, routes)), nil
}
