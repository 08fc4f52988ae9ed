// Package sweep puts right what time or a crash left behind: each minute it
// posts letters that were stored and not sent, each day it deletes what has
// expired.
package sweep

import (
	"context"
	"net/http"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Sweep", serve.Entry(Open)) }

// Settings are the function's variables.
type Settings struct {
	Store  store.Config // the main database
	Sender event.Sender // whose deliveries are accepted
	// Patience is how long a letter may wait for the function that stored it.
	Patience time.Duration `env:"SWEEP_PATIENCE,optional"`
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
	routes := New(Deps{DB: db, Post: outbox.Post{Publisher: publisher, Shelf: db.Outbox()}, Clock: clock.System{}, Patience: settings.Patience})
	return serve.Outer("sweep", event.Only(ctx, settings.Sender, routes)), nil
}
