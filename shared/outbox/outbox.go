// Package outbox sends messages that were decided in a transaction. The
// transaction that changes data also stores the letter with its messages; the
// letter is posted before the answer, and what a crash left behind is posted
// by the minute's sweep. A message may arrive twice, never not at all.
package outbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// ID identifies a letter. It is random.
type ID string

// Keep is how long a letter that could not be sent is kept.
const Keep = 7 * 24 * time.Hour

// Message is one message to publish: JSON that names things by id.
type Message struct {
	Topic string
	Body  json.RawMessage
}

// Letter is what one transaction sends.
type Letter struct {
	ID       ID
	Tenant   tenant.ID
	Messages []Message
	Created  time.Time
}

// To makes the message that carries body to t.
func To[T any](t topic.Topic[T], body T) Message {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // message types hold ids and numbers, which always marshal
	}
	return Message{Topic: t.Name, Body: raw}
}

// New makes a letter of owner with a fresh id.
func New(owner tenant.ID, now time.Time, messages ...Message) Letter {
	return Letter{ID: ID(strings.ToLower(rand.Text())), Tenant: owner, Messages: messages, Created: now}
}

// Publisher hands messages to the message service and returns when they are
// accepted.
type Publisher interface {
	Publish(ctx context.Context, messages []Message) error
}

// Shelf removes letters that were sent.
type Shelf interface {
	Delete(ctx context.Context, owner tenant.ID, id ID) error
}

// Post publishes letters that are stored.
type Post struct {
	Publisher Publisher
	Shelf     Shelf
}

// Send publishes l and removes it. A letter that cannot be published stays
// for the sweep; that is logged and is no failure of what was stored with it.
func (p Post) Send(ctx context.Context, l Letter) {
	if err := p.TrySend(ctx, l); err != nil {
		slog.WarnContext(ctx, "letter left for the sweep", "letter", l.ID, "tenant", l.Tenant, "err", err)
	}
}

// TrySend is Send for the sweep, which wants to know.
func (p Post) TrySend(ctx context.Context, l Letter) error {
	if len(l.Messages) > 0 {
		if err := p.Publisher.Publish(ctx, l.Messages); err != nil {
			return fmt.Errorf("publish letter: %w", err)
		}
	}
	if err := p.Shelf.Delete(ctx, l.Tenant, l.ID); err != nil {
		return fmt.Errorf("remove sent letter: %w", err)
	}
	return nil
}
