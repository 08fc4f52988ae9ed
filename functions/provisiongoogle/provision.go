package provisiongoogle

import (
	"context"
	"fmt"
	"net/http"
	"sync"

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
}

type server struct {
	Deps
	mu      sync.Mutex
	targets map[targetKey]*workspace
}

// targetKey names a connection of an institution.
type targetKey struct {
	owner tenant.ID
	id    connection.ID
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
	target, err := s.target(ctx, m.Body.Tenant, c)
	if err != nil {
		return fmt.Errorf("open target: %w", err)
	}
	engine := provision.Engine{
		DB: s.DB, Target: target, Clock: s.Clock, Owner: m.Body.Tenant, Connection: c.ID,
		Pace: provision.Pace{Creates: createsPerSecond * s.Speed, Calls: callsPerSecond * s.Speed},
	}
	return engine.Bring(ctx, m.Body)
}

// target returns the connection's workspace, with the org units that its
// people live in. It is kept for as long as the instance lives.
func (s *server) target(ctx context.Context, owner tenant.ID, c connection.Connection) (*workspace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := targetKey{owner, c.ID}
	if t, ok := s.targets[key]; ok {
		return t, nil
	}
	file, err := s.Secrets.Get(ctx, c.Secret)
	if err != nil {
		return nil, err
	}
	client, err := directory.New(context.WithoutCancel(ctx), s.Base, c.Customer, c.Admin, file)
	if err != nil {
		return nil, err
	}
	institution, err := s.DB.Tenants().Get(ctx, owner, owner)
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
	default:
		return fault.As(fault.Busy, err)
	}
}
