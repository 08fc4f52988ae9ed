// Package event sends typed messages over Pub/Sub and receives those that a
// push subscription delivers over HTTP.
package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

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
		Data []byte    `json:"data"`
		ID   string    `json:"messageId"`
		Sent time.Time `json:"publishTime"`
	} `json:"message"`
	Attempt int `json:"deliveryAttempt"` // counted where the subscription has a dead letter topic, else 0
}

// The bounds on messages that fail again and again, for handlers that are told
// of it. What waits for something else may wait longer than what is broken.
const (
	mostAttempts  = 20
	brokenFor     = time.Hour
	waitedFor     = 20 * time.Hour
	patienceToEnd = 30 * time.Second // for being told, where the delivery's own time is up
)

// Drop is told of a message that is given up, and why, before it is
// acknowledged: what it was about is to end in a way that people see. Where it
// fails the message comes back.
type Drop[T any] func(ctx context.Context, m Message[T], cause error) error

// Handler decodes t's messages for f. It answers 204 when f succeeded or can
// never succeed (that is logged), and 503 when another try may help: then the
// subscription delivers again, with growing pauses, and at last to its dead
// letter topic. With a Drop no message comes back for ever: after twenty
// attempts, or an hour, the next failure is the last; one that only has to wait
// is given up after twenty hours. A panic is a failure like any other.
func Handler[T any](t topic.Topic[T], f func(context.Context, Message[T]) error, drop ...Drop[T]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, m, err := decode[T](w, r)
		sound := err == nil
		if sound {
			err = try(r.Context(), m, f)
		}
		last := err != nil && (permanent(fault.KindOf(err)) || (len(drop) > 0 && p.exhausted(fault.KindOf(err), time.Now())))
		if last && sound {
			if failed := tell(r.Context(), m, err, drop); failed != nil {
				err, last = errors.Join(err, failed), false
			}
		}
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case last:
			slog.ErrorContext(r.Context(), "message dropped", "topic", t.Name, "id", m.ID, "err", err)
			w.WriteHeader(http.StatusNoContent)
		default:
			slog.WarnContext(r.Context(), "message will be redelivered", "topic", t.Name, "id", m.ID, "err", err)
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// try runs f and turns a panic into an error, which says where it was and
// nothing of what was handled.
func try[T any](ctx context.Context, m Message[T], f func(context.Context, Message[T]) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panicked with a %T at %s", p, debug.Stack())
		}
	}()
	return f(ctx, m)
}

func tell[T any](ctx context.Context, m Message[T], cause error, drops []Drop[T]) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patienceToEnd)
	defer cancel()
	for _, drop := range drops {
		if err := drop(ctx, m, cause); err != nil {
			return fmt.Errorf("give the message up: %w", err)
		}
	}
	return nil
}

// exhausted reports whether a message that failed in this way was tried enough.
func (p push) exhausted(k fault.Kind, now time.Time) bool {
	if p.Message.Sent.IsZero() {
		return k == fault.Internal && p.Attempt >= mostAttempts
	}
	age := now.Sub(p.Message.Sent)
	if k == fault.Internal {
		return p.Attempt >= mostAttempts || age > brokenFor
	}
	return age > waitedFor
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

func decode[T any](w http.ResponseWriter, r *http.Request) (push, Message[T], error) {
	var p push
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit)).Decode(&p); err != nil {
		return p, Message[T]{}, fault.As(fault.Invalid, err)
	}
	m := Message[T]{ID: p.Message.ID}
	if err := json.Unmarshal(p.Message.Data, &m.Body); err != nil {
		return p, m, fault.As(fault.Invalid, err)
	}
	return p, m, nil
}
