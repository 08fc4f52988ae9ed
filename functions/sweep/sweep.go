package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

const (
	// lettersAtOnce bounds the letters of one minute's run.
	lettersAtOnce = 200
	// expiredAtOnce bounds how many expired documents of a collection one
	// batch deletes.
	expiredAtOnce = 400
)

// Deps is what sweeping needs.
type Deps struct {
	DB      *store.DB
	Bin     erase.Keeper
	Days    seal.Days
	Uploads Uploads
	Post    outbox.Post
	Clock   clock.Clock
	// Patience is how long a letter may wait for the function that stored it.
	Patience time.Duration
}

// New returns the handler of the ticks, each at its path.
func New(d Deps) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.Minute.Name, event.Handler(topic.Minute, d.minute))
	mux.Handle("POST /"+topic.Day.Name, event.Handler(topic.Day, d.day))
	return mux
}

// minute posts the letters that the functions which stored them did not send,
// and ends the runs that nobody works on any more.
func (d Deps) minute(ctx context.Context, _ event.Message[topic.Tick]) error {
	return errors.Join(d.letters(ctx), d.stuck(ctx))
}

func (d Deps) letters(ctx context.Context) error {
	letters, err := d.DB.Leftovers(ctx, d.Clock.Now().Add(-d.Patience), lettersAtOnce)
	if err != nil {
		return fmt.Errorf("read outbox: %w", err)
	}
	var failed []error
	for _, l := range letters {
		failed = append(failed, d.Post.TrySend(ctx, l))
	}
	if len(letters) > 0 {
		slog.InfoContext(ctx, "posted letters that were left behind", "letters", len(letters))
	}
	return errors.Join(failed...)
}

// day begins the school years that are due, ends the lives of accounts that are
// over, and deletes what has expired and uploads that were left behind. The
// database's own expiry may lag by days.
func (d Deps) day(ctx context.Context, _ event.Message[topic.Tick]) error {
	return errors.Join(d.life(ctx), d.turn(ctx), d.expired(ctx), d.uploads(ctx))
}

// expired deletes what has expired.
func (d Deps) expired(ctx context.Context) error {
	for _, collection := range store.Expiring() {
		n, err := d.database(collection).DeleteExpired(ctx, collection, expiredAtOnce)
		if err != nil {
			return fmt.Errorf("delete expired %s: %w", collection, err)
		}
		slog.InfoContext(ctx, "deleted expired documents", "collection", collection, "documents", n)
	}
	return nil
}

// database returns where a collection lies.
func (d Deps) database(collection string) *store.DB {
	for _, c := range store.Copies() {
		if c.Collection == collection && c.Below == "" {
			switch c.Database {
			case store.LedgerDatabase:
				return d.Bin.Ledger
			case store.CredentialsDatabase:
				return d.Bin.Credentials
			}
		}
	}
	return d.DB
}

// turn orders the switch of every school whose prepared year is to begin. A
// day that was missed is made up for by the next.
func (d Deps) turn(ctx context.Context) error {
	due, err := d.DB.Turning(ctx, d.Clock.Now())
	if err != nil {
		return fmt.Errorf("read schools: %w", err)
	}
	desk := intake.Desk{DB: d.DB, Post: d.Post, Clock: d.Clock}
	for _, t := range due {
		from := intake.Source{Owner: t.Tenant, School: t.School.ID, Actor: audit.Actor{System: "sweep"}}
		if err := desk.Order(ctx, from, roster.SwitchOf(t.School, d.Clock.Now())); err != nil {
			return fmt.Errorf("begin the year of school %s: %w", t.School.ID, err)
		}
	}
	return nil
}
