package provisiongoogle

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"cool.example/sync/functions/provisiongoogle/internal/directory"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/provision"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// The documented quotas of the Directory API:
// https://developers.google.com/workspace/admin/directory/v1/limits.
const (
	createsPerSecond = 10
	callsPerSecond   = 40
)

// Secrets reads secrets: see secret.Vault.
type Secrets interface {
	Get(ctx context.Context, name string) ([]byte, error)
}

// Deps is what provisioning needs.
type Deps struct {
	DB      *store.DB
	Secrets Secrets
	Clock   clock.Clock
	Base    string
	Speed   float64
	// Pause waits between tries of a call: see directory.Config.
	Pause func(ctx context.Context, d time.Duration) error
}

type server struct {
	Deps
	mu      sync.Mutex
	targets map[targetKey]*workspace
}

// targetKey names a connection of an institution with its settings.
type targetKey struct {
	owner                   tenant.ID
	id                      connection.ID
	customer, admin, secret string
}

// New returns the handler of the topic provision-google, at its path.
func New(d Deps) http.Handler {
	s := &server{Deps: d, targets: map[targetKey]*workspace{}}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.ProvisionGoogle.Name, event.Handler(topic.ProvisionGoogle, s.handle))
	return mux
}

func (s *server) handle(ctx context.Context, m event.Message[topic.Provision]) error {
	c, err := s.DB.Connections().Get(ctx, m.Body.Tenant, m.Body.Connection)
	if err != nil {
		return fmt.Errorf("read connection: %w", err)
	}
	if !c.On || c.Target != connection.Google {
		return nil
	}
	if c.Rests.After(s.Clock.Now()) {
		return s.hold(ctx, m.Body, rest{until: c.Rests, trouble: c.Trouble})
	}
	err = s.bring(ctx, m.Body, c)
	if r, ok := s.rests(err); ok {
		s.forget()
		slog.WarnContext(ctx, "connection rests", "tenant", m.Body.Tenant, "trouble", r.trouble, "until", r.until, "err", err)
		return s.hold(ctx, m.Body, r)
	}
	return err
}

// bring works through one message.
func (s *server) bring(ctx context.Context, m topic.Provision, c connection.Connection) error {
	target, err := s.target(ctx, m.Tenant, c)
	if err != nil {
		return fmt.Errorf("open target: %w", err)
	}
	if c.Trouble != "" {
		if err := s.mended(ctx, m.Tenant, c.ID); err != nil {
			return err
		}
	}
	engine := provision.Engine{
		DB: s.DB, Target: target, Clock: s.Clock, Owner: m.Tenant, Connection: c.ID, Topic: topic.ProvisionGoogle,
		Pace: provision.Pace{Creates: createsPerSecond * s.Speed, Calls: callsPerSecond * s.Speed},
	}
	return engine.Bring(ctx, m)
}

// target returns the connection's workspace, with the org units that its
// people live in. It is kept for as long as the instance lives; one that is in
// trouble is opened anew, which shows whether it is mended.
func (s *server) target(ctx context.Context, owner tenant.ID, c connection.Connection) (*workspace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := targetKey{owner, c.ID, c.Customer, c.Admin, c.Secret}
	if t, ok := s.targets[key]; ok && c.Trouble == "" {
		return t, nil
	}
	client, err := s.client(ctx, c)
	if err != nil {
		return nil, err
	}
	institution, err := s.DB.Tenants().Get(ctx, owner, owner)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil, fault.As(fault.Busy, fmt.Errorf("the institution is not there, or is being restored: %w", err))
	}
	if err != nil {
		return nil, err
	}
	for _, kind := range []person.Kind{person.Pupil, person.Staff} {
		if err := client.EnsureOrgUnit(ctx, unit(kind)); err != nil {
			return nil, classify(err)
		}
	}
	t := &workspace{client: client, domain: institution.Domains.Staff}
	s.targets[key] = t
	return t, nil
}

// forget has every connection be opened anew: a key may have been replaced.
func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.targets)
}

// client signs in with the connection's key. It answers Forbidden where there
// is none that can be used.
func (s *server) client(ctx context.Context, c connection.Connection) (*directory.Client, error) {
	file, err := s.Secrets.Get(ctx, c.Secret)
	var client *directory.Client
	if err == nil {
		who := directory.Credentials{BaseURL: s.Base, Admin: c.Admin, KeyFile: file}
		client, err = directory.New(context.WithoutCancel(ctx), who, directory.Config{Customer: c.Customer, Pause: s.Pause})
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid:
		return nil, &fault.Error{Kind: fault.Forbidden, Public: string(connection.Unusable), Err: err}
	default:
		return client, err
	}
}

// unit names the org unit of a kind of person.
func unit(k person.Kind) string {
	if k == person.Pupil {
		return "Leerlingen"
	}
	return "Medewerkers"
}

// classify gives a refused call the kind that says what to do next.
func classify(err error) error {
	switch {
	case err == nil:
		return nil
	case directory.Is(err, directory.Duplicate):
		return fault.As(fault.Conflict, err)
	case directory.Is(err, directory.Invalid):
		return fault.As(fault.Invalid, err)
	case directory.Is(err, directory.Denied):
		return fault.As(fault.Forbidden, err)
	default:
		return fault.As(fault.Busy, err)
	}
}
