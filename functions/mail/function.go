// Package mail tells people by mail that something waits for them. A message
// says what it is about; whom it concerns, and whether it still does, is read
// when it arrives. Nobody gets the same mail twice.
package mail

import (
	"context"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/functions/mail/internal/sendgrid"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Mail", serve.Entry(Open)) }

// patience is how long the mail service may take to answer.
const patience = 20 * time.Second

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Sender: event.GoogleSender()}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(settings.From)
	if err != nil {
		return nil, fmt.Errorf("MAIL_FROM is not an address: %w", err)
	}
	texts, err := i18n.Load()
	if err != nil {
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
	routes := New(Deps{
		DB: db, Secrets: secrets, Clock: clock.From(ctx), Texts: texts, Base: settings.BaseURL, From: *from,
		SendGrid: base(settings.SendGrid), Patience: patience,
	})
	return serve.Outer("mail", event.Only(ctx, settings.Sender, routes)), nil
}

// base returns where mails are handed over.
func base(other *url.URL) string {
	if other == nil {
		return sendgrid.Europe
	}
	return other.String()
}
