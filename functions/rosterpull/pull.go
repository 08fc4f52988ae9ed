package rosterpull

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"cool.example/sync/functions/rosterpull/internal/las"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// dueAtOnce bounds how many pulls one minute begins.
const dueAtOnce = 200

// Secrets reads secrets: see secret.Vault.
type Secrets interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Forget(names ...string)
}

// Deps is what pulling needs.
type Deps struct {
	intake.Desk
	Secrets Secrets
	Roots   *x509.CertPool // whom to trust as an administration system
	Local   bool           // addresses that are not public are allowed
	Limits  las.Limits
}

// New returns the handler of the minute's tick and of the topic roster-pull,
// each at its path.
func New(d Deps) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.Minute.Name, event.Handler(topic.Minute, d.minute))
	mux.Handle("POST /"+topic.RosterPull.Name, event.Handler(topic.RosterPull, d.handle))
	return mux
}

// minute begins the pulls that are due. One school's trouble holds up no other.
func (d Deps) minute(ctx context.Context, _ event.Message[topic.Tick]) error {
	due, err := d.DB.DuePulls(ctx, dueAtOnce)
	if err != nil {
		return fmt.Errorf("read due pulls: %w", err)
	}
	var failed []error
	for _, one := range due {
		if err := d.begin(ctx, one); err != nil {
			failed = append(failed, fmt.Errorf("begin pull of %s: %w", one.School, err))
		}
	}
	return errors.Join(failed...)
}

// begin begins a turn, and sends its message.
func (d Deps) begin(ctx context.Context, one store.DuePull) error {
	now := d.Clock.Now()
	var letter outbox.Letter
	err := d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter = outbox.Letter{}
		c, err := d.DB.Pulls().GetTx(tx, one.Tenant, one.School)
		if err != nil || !c.Due(now) {
			return err // another tick was faster
		}
		c = c.Begin(now)
		letter = outbox.New(one.Tenant, now, outbox.To(topic.RosterPull, topic.Pull{Tenant: one.Tenant, School: one.School, Turn: c.State.Turn}))
		return errors.Join(
			d.DB.Pulls().SetTx(tx, one.Tenant, one.School, c),
			d.DB.Outbox().CreateTx(tx, one.Tenant, letter.ID, letter),
		)
	})
	if err == nil && letter.ID != "" {
		d.Send(ctx, letter)
	}
	return err
}

// turn is one turn of a connection under way.
type turn struct {
	topic.Pull
	connection pull.Connection
}

// handle takes one turn. A turn that has ended, or has been overtaken, is
// left alone.
func (d Deps) handle(ctx context.Context, m event.Message[topic.Pull]) error {
	c, err := d.DB.Pulls().Get(ctx, m.Body.Tenant, m.Body.School)
	if err != nil {
		return fmt.Errorf("read connection: %w", err)
	}
	t := turn{m.Body, c}
	if !t.stands(c) {
		return nil
	}
	result, err := d.fetch(ctx, t)
	if fault.KindOf(err) == fault.Conflict {
		return nil // overtaken meanwhile; the newer turn tells how it ended
	}
	if err != nil {
		return fmt.Errorf("pull school %s: %w", t.School, err)
	}
	if result != pull.Received { // that was recorded together with its run
		if err := d.close(ctx, t, result); err != nil && fault.KindOf(err) != fault.Conflict {
			return fmt.Errorf("end pull of school %s: %w", t.School, err)
		}
	}
	slog.InfoContext(ctx, "a pull ended", "tenant", t.Tenant, "school", t.School, "turn", t.Turn, "result", result)
	return nil
}

// close ends a turn that brought no roster. Where nothing is asked for until
// somebody acts, whoever may is told by mail.
func (d Deps) close(ctx context.Context, t turn, result pull.Result) error {
	var letter outbox.Letter
	err := d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		letter = outbox.Letter{}
		now, stopped := d.Clock.Now(), false
		err := d.end(tx, t, func(c pull.Connection) pull.Connection {
			c = c.End(now, result)
			stopped = c.Stopped()
			return c
		})
		if err != nil || !stopped {
			return err
		}
		letter = outbox.New(t.Tenant, now, outbox.To(topic.Mail, topic.Stopped(t.Pull)))
		return d.DB.Outbox().CreateTx(tx, t.Tenant, letter.ID, letter)
	})
	if err == nil && letter.ID != "" {
		d.Send(ctx, letter)
	}
	return err
}

// stands reports whether c is still in this turn.
func (t turn) stands(c pull.Connection) bool {
	return c.On && c.State.Open && c.State.Turn == t.Turn
}

// end writes how the turn ended. It answers Conflict where it was overtaken.
func (d Deps) end(tx *store.Tx, t turn, change func(pull.Connection) pull.Connection) error {
	c, err := d.DB.Pulls().GetTx(tx, t.Tenant, t.School)
	if err != nil {
		return err
	}
	if !t.stands(c) {
		return fault.New(fault.Conflict, "another turn has begun")
	}
	return d.DB.Pulls().SetTx(tx, t.Tenant, t.School, change(c))
}
