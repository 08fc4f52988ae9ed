// Package provisiongoogle brings accounts and groups to Google Workspace.
package provisiongoogle

import (
	"context"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Provisiongoogle", serve.Entry(Open)) }

// Settings are the function's variables.
type Settings struct {
	Store  store.Config  // the main database
	Secret secret.Config // holds the service account key that each connection names
	Sender event.Sender  // whose deliveries are accepted
	Base   string        `env:"GOOGLE_BASE_URL,optional"`    // the Directory API, or a fake of it
	Speed  float64       `env:"GOOGLE_QUOTA_SPEED,optional"` // how many times the documented quota; above 1 only against a fake
}

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Sender: event.GoogleSender(), Base: "https://admin.googleapis.com", Speed: 1}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	secrets, err := secret.Open(ctx, settings.Secret)
	if err != nil {
		return nil, err
	}
	routes := New(Deps{DB: db, Secrets: secrets, Clock: clock.From(ctx), Base: settings.Base, Speed: settings.Speed})
	return serve.Outer("provisiongoogle", event.Only(ctx, settings.Sender, routes)), nil
}
