// Package recalculate brings what follows from rules in line with what is
// known of people: who is in the groups that a rule fills, and which staff
// each pupil is linked to. Only what differs is written, so that it may be
// asked for as often as anything changes.
package recalculate

import (
	"context"
	"net/http"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Recalculate", serve.Entry(Open)) }

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
	publisher, err := event.Open(ctx, settings.Store.Project)
	if err != nil {
		return nil, err
	}
	routes := New(Deps{
		DB: db, Post: outbox.Post{Publisher: publisher, Shelf: db.Outbox()}, Clock: clock.From(ctx), Patience: patience,
	})
	return serve.Outer("recalculate", event.Only(ctx, settings.Sender, routes)), nil
}
