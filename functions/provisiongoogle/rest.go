package provisiongoogle

import (
	"cmp"
	"context"
	"errors"
	"time"

	"cool.example/sync/functions/provisiongoogle/internal/directory"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// knock is how long a connection in trouble rests before it is tried again.
const knock = 10 * time.Minute

// rest is a stretch of time in which a connection makes no calls.
type rest struct {
	until   time.Time
	trouble connection.Trouble // "" where Google only asked for patience
}

// rests says whether a failure has the whole connection rest: it lets us in no
// longer, or Google says how long to wait.
func (s *server) rests(err error) (rest, bool) {
	if fault.KindOf(err) == fault.Forbidden {
		trouble := cmp.Or(connection.Trouble(fault.Public(err)), connection.Denied)
		return rest{until: s.Clock.Now().Add(knock), trouble: trouble}, true
	}
	refused, ok := errors.AsType[*directory.Error](err)
	if !ok || refused.RetryAfter <= 0 {
		return rest{}, false
	}
	return rest{until: s.Clock.Now().Add(refused.RetryAfter)}, true
}

// hold notes the rest on the connection and keeps the message for when it is
// over: as a letter of that moment, which the sweep posts.
func (s *server) hold(ctx context.Context, m topic.Provision, r rest) error {
	return s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		c, err := s.DB.Connections().GetTx(tx, m.Tenant, m.Connection)
		if err != nil {
			return err
		}
		letter := outbox.New(m.Tenant, r.until, outbox.To(topic.ProvisionGoogle, m))
		if err := s.DB.Outbox().CreateTx(tx, m.Tenant, letter.ID, letter); err != nil {
			return err
		}
		if !c.Rests.Before(r.until) {
			return nil
		}
		c.Rests, c.Trouble = r.until, cmp.Or(r.trouble, c.Trouble)
		return s.DB.Connections().SetTx(tx, m.Tenant, c.ID, c)
	})
}

// mended notes that a connection works again.
func (s *server) mended(ctx context.Context, owner tenant.ID, id connection.ID) error {
	return s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		c, err := s.DB.Connections().GetTx(tx, owner, id)
		if err != nil {
			return err
		}
		c.Trouble = ""
		return s.DB.Connections().SetTx(tx, owner, id, c)
	})
}
