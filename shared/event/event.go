// Package event sends typed messages over Pub/Sub and receives those that a
// push subscription delivers over HTTP.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"cloud.google.com/go/pubsub/v2"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/topic"
)

// limit bounds a push body: Pub/Sub messages are at most 10 MB, in base64.
const limit = 16 << 20

// Publisher publishes to the topics of one project.
type Publisher struct {
	client *pubsub.Client

	mu     sync.Mutex
	topics map[string]*pubsub.Publisher
}

// Open connects to Pub/Sub. The environment variable PUBSUB_EMULATOR_HOST
// leads to an emulator, as in every Google client.
func Open(ctx context.Context, project string) (*Publisher, error) {
	client, err := pubsub.NewClient(ctx, project)
	if err != nil {
		return nil, fmt.Errorf("open messages: %w", err)
	}
	return &Publisher{client: client, topics: map[string]*pubsub.Publisher{}}, nil
}

// Close sends what waits and releases the connection.
func (p *Publisher) Close() error { return p.client.Close() }

// Publish sends messages and returns when all are accepted. Some may have
// been sent where it fails; receivers bear repetition.
func (p *Publisher) Publish(ctx context.Context, messages []outbox.Message) error {
	results := make([]*pubsub.PublishResult, len(messages))
	for i, m := range messages {
		results[i] = p.topic(m.Topic).Publish(ctx, &pubsub.Message{Data: m.Body})
	}
	for i, r := range results {
		if _, err := r.Get(ctx); err != nil {
			return fmt.Errorf("publish to %s: %w", messages[i].Topic, fault.As(fault.Busy, err))
		}
	}
	return nil
}

func (p *Publisher) topic(name string) *pubsub.Publisher {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.topics[name]
	if !ok {
		t = p.client.Publisher(name)
		t.PublishSettings.CountThreshold = 1 // messages are few and somebody waits
		p.topics[name] = t
	}
	return t
}

// Message is one delivery. ID is the same for every redelivery.
type Message[T any] struct {
	ID   string
	Body T
}

// push is the envelope of a wrapped push delivery:
// https://cloud.google.com/pubsub/docs/push#receive_push.
type push struct {
	Message struct {
		Data []byte `json:"data"`
		ID   string `json:"messageId"`
	} `json:"message"`
}

// Handler decodes t's messages for f. It answers 204 when f succeeded or can
// never succeed (that is logged), and 503 when another try may help: then the
// subscription delivers again, with growing pauses, and at last to its dead
// letter topic.
func Handler[T any](t topic.Topic[T], f func(context.Context, Message[T]) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, err := decode[T](w, r)
		if err == nil {
			err = f(r.Context(), m)
		}
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case permanent(fault.KindOf(err)):
			slog.ErrorContext(r.Context(), "message dropped", "topic", t.Name, "id", m.ID, "err", err)
			w.WriteHeader(http.StatusNoContent)
		default:
			slog.WarnContext(r.Context(), "message will be redelivered", "topic", t.Name, "id", m.ID, "err", err)
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// permanent reports whether trying the same message again cannot help.
func permanent(k fault.Kind) bool {
	switch k {
	case fault.Invalid, fault.TooLarge, fault.NotFound, fault.Forbidden, fault.Unsigned:
		return true
	default:
		return false
	}
}

func decode[T any](w http.ResponseWriter, r *http.Request) (Message[T], error) {
	var p push
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit)).Decode(&p); err != nil {
		return Message[T]{}, fault.As(fault.Invalid, err)
	}
	m := Message[T]{ID: p.Message.ID}
	if err := json.Unmarshal(p.Message.Data, &m.Body); err != nil {
		return m, fault.As(fault.Invalid, err)
	}
	return m, nil
}
