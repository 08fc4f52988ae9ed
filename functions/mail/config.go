package mail

import (
	"net/url"

	"cool.example/sync/shared/event"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
)

// Settings are the function's variables.
type Settings struct {
	Store    store.Config  // the main database
	Secret   secret.Config // holds sendgrid-key
	Sender   event.Sender  // whose deliveries are accepted
	BaseURL  *url.URL      `env:"BASE_URL"`              // the one origin of the product, to which mails link
	From     string        `env:"MAIL_FROM"`             // who mails are from: "COOL Sync <no-reply@example.nl>"
	SendGrid *url.URL      `env:"SENDGRID_URL,optional"` // the API, or a fake of it
}
