// Package secret reads secrets from Secret Manager. Values live in memory for
// a few minutes and nowhere else.
package secret

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"sync"
	"time"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
)

// fresh is how long a value is used before it is read again, so that a
// rotated secret is taken up without a restart.
const fresh = 5 * time.Minute

// Config says where the secrets are.
type Config struct {
	Project  string `env:"PROJECT"`
	Endpoint string `env:"SECRET_MANAGER_ENDPOINT,optional"` // host:port of an emulator; "" for the service
	Clock    clock.Clock
}

// Vault reads the secrets of one project.
type Vault struct {
	client  *secretmanager.Client
	project string
	clock   clock.Clock

	mu    sync.Mutex
	known map[string]known
}

type known struct {
	versions Versions
	read     time.Time
}

// Versions holds the enabled versions of a secret by number.
type Versions map[int][]byte

// Latest returns the highest version and its number.
func (v Versions) Latest() (int, []byte) {
	last := 0
	for n := range v {
		last = max(last, n)
	}
	return last, v[last]
}

// Open connects to Secret Manager.
func Open(ctx context.Context, c Config) (*Vault, error) {
	var opts []option.ClientOption
	if c.Endpoint != "" {
		opts = []option.ClientOption{
			option.WithEndpoint(c.Endpoint), option.WithoutAuthentication(),
			option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
		}
	}
	client, err := secretmanager.NewClient(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("open secrets: %w", err)
	}
	if c.Clock == nil {
		c.Clock = clock.From(ctx)
	}
	return &Vault{client: client, project: c.Project, clock: c.Clock, known: map[string]known{}}, nil
}

// Close releases the connection.
func (v *Vault) Close() error { return v.client.Close() }

// Get returns the newest enabled version of the secret name. It answers
// NotFound where the secret has none.
func (v *Vault) Get(ctx context.Context, name string) ([]byte, error) {
	all, err := v.All(ctx, name)
	if err != nil {
		return nil, err
	}
	_, value := all.Latest()
	return value, nil
}

// Forget has the named secrets be read anew when they are next wanted: for who
// must not act on a value that a person has just replaced.
func (v *Vault) Forget(names ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, name := range names {
		delete(v.known, name)
	}
}

// All returns every enabled version of the secret name. It answers NotFound
// where there is none, Busy where the service does not answer.
func (v *Vault) All(ctx context.Context, name string) (Versions, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.clock.Now()
	if k, ok := v.known[name]; ok && now.Sub(k.read) < fresh {
		return k.versions, nil
	}
	versions, err := v.read(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read secret %s: %w", name, err)
	}
	v.known[name] = known{versions: versions, read: now}
	return versions, nil
}

func (v *Vault) read(ctx context.Context, name string) (Versions, error) {
	parent := "projects/" + v.project + "/secrets/" + name
	versions := Versions{}
	list := v.client.ListSecretVersions(ctx, &secretmanagerpb.ListSecretVersionsRequest{Parent: parent, Filter: "state:ENABLED"})
	for {
		version, err := list.Next()
		if err == iterator.Done { //nolint:errorlint // the iterator returns it bare
			break
		}
		if err != nil {
			return nil, classify(err)
		}
		if version.GetState() != secretmanagerpb.SecretVersion_ENABLED {
			continue
		}
		value, err := v.client.AccessSecretVersion(ctx, &secretmanagerpb.AccessSecretVersionRequest{Name: version.GetName()})
		if err != nil {
			return nil, classify(err)
		}
		n, err := strconv.Atoi(path.Base(version.GetName()))
		if err != nil {
			return nil, fmt.Errorf("number of a version: %w", err)
		}
		versions[n] = value.GetPayload().GetData()
	}
	if len(versions) == 0 {
		return nil, fault.New(fault.NotFound, "")
	}
	return versions, nil
}

func classify(err error) error {
	if errors.Is(err, context.DeadlineExceeded) { // between two tries of the client, which then gives no status
		return fault.As(fault.Busy, err)
	}
	switch status.Code(err) {
	case codes.NotFound:
		return fault.As(fault.NotFound, err)
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return fault.As(fault.Busy, err)
	default:
		return err
	}
}
