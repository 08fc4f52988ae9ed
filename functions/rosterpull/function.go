// Package rosterpull fetches the rosters of schools whose administration
// system delivers over UWLR. Each minute it begins the pulls that are due, one
// message for each school; an answer with a roster is taken in as an upload
// is, and everything from there on is the same.
package rosterpull

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/functions/rosterpull/internal/las"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/upload"
)

func init() { functions.HTTP("Rosterpull", serve.Entry(Open)) }

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Sender: event.GoogleSender()}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	trusted, err := roots(settings.Roots)
	if err != nil {
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
	sealer, err := seal.Open(ctx, settings.Seal)
	if err != nil {
		return nil, err
	}
	secrets, err := secret.Open(ctx, settings.Secret)
	if err != nil {
		return nil, err
	}
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	routes := New(Deps{
		Desk: intake.Desk{
			DB: db, Uploads: upload.Shelf{Bucket: uploads, Keys: sealer},
			Post: outbox.Post{Publisher: publisher, Shelf: db.Outbox()}, Clock: clock.From(ctx),
		},
		Secrets: secrets, Roots: trusted, Local: settings.Local, Limits: las.Usual(),
	})
	return serve.Outer("rosterpull", event.Only(ctx, settings.Sender, routes)), nil
}

// roots returns the system's roots and those in a bundle.
func roots(bundle string) (*x509.CertPool, error) {
	all, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if bundle != "" && !all.AppendCertsFromPEM([]byte(bundle)) {
		return nil, errors.New("PULL_ROOTS holds no certificate")
	}
	return all, nil
}
