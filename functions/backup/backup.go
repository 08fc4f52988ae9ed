package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/vault"
)

// Deps is what making backups needs.
type Deps struct {
	Vault     vault.Vault
	Publisher outbox.Publisher
	Clock     clock.Clock
	Budget    time.Duration // how long one message may begin new steps; budget where 0
}

const (
	// budget leaves the rest of a message's ten minutes to the step that was
	// begun.
	budget = 4 * time.Minute
	// page is how many institutions are asked for at once.
	page = 200
)

// New returns the handler of the day's tick and of the topic, each at its path.
func New(d Deps) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.Day.Name, event.Handler(topic.Day, d.day))
	mux.Handle("POST /"+topic.Backup.Name, event.Handler(topic.Backup, d.advance, d.drop))
	return mux
}

// day asks for the backup of every institution. Asking again for one that is
// there changes nothing.
func (d Deps) day(ctx context.Context, _ event.Message[topic.Tick]) error {
	today := backup.On(d.Clock.Now())
	asked := 0
	for after := tenant.ID(""); ; {
		list, err := d.Vault.DB.TenantsAfter(ctx, after, page)
		if err != nil {
			return fmt.Errorf("read institutions: %w", err)
		}
		if len(list) == 0 {
			slog.InfoContext(ctx, "asked for backups", "institutions", asked)
			return nil
		}
		var messages []outbox.Message
		for _, owner := range list {
			messages = append(messages, outbox.To(topic.Backup, topic.Copying{Tenant: owner, Backup: today}))
		}
		if err := d.Publisher.Publish(ctx, messages); err != nil {
			return err
		}
		after, asked = list[len(list)-1], asked+len(list)
	}
}

// advance goes on with a backup until it is whole, or until others have to have
// a turn: then another message goes on with it.
func (d Deps) advance(ctx context.Context, m event.Message[topic.Copying]) error {
	owner := m.Body.Tenant
	until := d.Clock.Now().Add(cmp.Or(d.Budget, budget))
	for {
		r, err := d.Vault.Advance(ctx, owner, m.Body.Backup)
		if errors.Is(err, vault.ErrElsewhere) {
			slog.InfoContext(ctx, "another run is at the backup", "tenant", owner, "backup", m.Body.Backup)
			return nil
		}
		if fault.KindOf(err) == fault.Conflict && err != nil {
			err = fault.As(fault.Internal, err) // nobody else's doing: it is given up like what is broken
		}
		if err != nil {
			return fmt.Errorf("back up %s: %w", owner, err)
		}
		if r.State == backup.Whole || r.State == backup.Failed {
			return d.end(ctx, owner, r)
		}
		if !d.Clock.Now().Before(until) {
			return d.Publisher.Publish(ctx, []outbox.Message{outbox.To(topic.Backup, m.Body)})
		}
	}
}

// drop notes that a backup could not be made, and tells of it. An institution
// that is gone needs none.
func (d Deps) drop(ctx context.Context, m event.Message[topic.Copying], cause error) error {
	owner := m.Body.Tenant
	err := d.Vault.GiveUp(ctx, owner, m.Body.Backup)
	if errors.Is(err, vault.ErrElsewhere) {
		return nil
	}
	if err != nil && fault.KindOf(err) == fault.NotFound {
		slog.InfoContext(ctx, "the institution of a backup is gone", "tenant", owner)
		return nil
	}
	slog.ErrorContext(ctx, "the backup could not be made: somebody has to look", "alarm", "backup", "tenant", owner, "backup", m.Body.Backup, "err", cause)
	return err
}

// end tells how a backup ended, and removes those that nobody can read any more.
func (d Deps) end(ctx context.Context, owner tenant.ID, r backup.Record) error {
	if r.State == backup.Failed {
		slog.ErrorContext(ctx, "the backup is not what it should be: somebody has to look", "alarm", "backup", "tenant", owner, "backup", r.ID, "problem", r.Problem)
	} else {
		slog.InfoContext(ctx, "the backup is whole", "tenant", owner, "backup", r.ID, "documents", r.Manifest.Documents(), "bytes", r.Manifest.Size(), "left_out", r.Manifest.LeftOut)
	}
	n, err := d.Vault.Expire(ctx, owner)
	if n > 0 {
		slog.InfoContext(ctx, "removed backups that are over", "tenant", owner, "backups", n)
	}
	return err
}
