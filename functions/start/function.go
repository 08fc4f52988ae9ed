// Package start serves the start page: the applications that are there for
// the person who is signed in, each one click away.
package start

import (
	"context"
	"net/http"
	"net/url"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Start", serve.Entry(Open)) }

// Settings are the function's variables.
type Settings struct {
	Store   store.Config // the main database
	BaseURL *url.URL     `env:"BASE_URL"` // the one origin of the product
}

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	var settings Settings
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	routes, err := New(Deps{
		DB:     db,
		People: serve.People{Origin: serve.Origin{URL: settings.BaseURL}, Sessions: session.Keeper{Store: db, Clock: clock.From(ctx)}},
	})
	if err != nil {
		return nil, err
	}
	return serve.Outer("start", routes), nil
}
