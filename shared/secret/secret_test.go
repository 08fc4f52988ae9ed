package secret_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/secret"
)

// fresh is how long a value is used before it is read again.
const fresh = 5 * time.Minute

// fixture is a vault on a project of its own, at a standing clock.
type fixture struct {
	*secret.Vault
	space *emulators.SecretSpace
	clock *clock.Manual
}

func open(t *testing.T) fixture {
	t.Helper()
	f := fixture{space: emulators.Secrets(t), clock: clock.NewManual(time.Date(2026, time.September, 1, 9, 0, 0, 0, time.UTC))}
	var err error
	f.Vault, err = secret.Open(t.Context(), secret.Config{Project: f.space.Project, Endpoint: f.space.Endpoint, Clock: f.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() }) // nothing is left to send
	return f
}

// put stores versions of a secret.
func (f fixture) put(name string, values ...string) {
	for _, v := range values {
		f.space.Put(name, []byte(v))
	}
}

// disable makes a version unreadable, as a person does in the console.
func (f fixture) disable(t *testing.T, name string, version int) {
	t.Helper()
	client, err := secretmanager.NewClient(t.Context(), option.WithEndpoint(f.space.Endpoint), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.DisableSecretVersion(t.Context(), &secretmanagerpb.DisableSecretVersionRequest{
		Name: fmt.Sprintf("projects/%s/secrets/%s/versions/%d", f.space.Project, name, version),
	})
	require.NoError(t, err)
}

func (f fixture) is(t *testing.T, name, want string) {
	t.Helper()
	got, err := f.Get(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

func TestGetAndAll(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.put("pepper", "een", "twee", "drie")
	f.put("other", "ander")
	f.is(t, "pepper", "drie")
	f.is(t, "other", "ander")
	all, err := f.All(t.Context(), "pepper")
	require.NoError(t, err)
	require.Equal(t, secret.Versions{1: []byte("een"), 2: []byte("twee"), 3: []byte("drie")}, all)
	n, value := all.Latest()
	require.Equal(t, 3, n)
	require.Equal(t, "drie", string(value))
}

func TestLatestIsTheHighestNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		versions secret.Versions
		n        int
		value    string
	}{
		"none":           {nil, 0, ""},
		"one":            {secret.Versions{4: []byte("a")}, 4, "a"},
		"number by size": {secret.Versions{9: []byte("a"), 10: []byte("b"), 2: []byte("c")}, 10, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, value := c.versions.Latest()
			require.Equal(t, c.n, n)
			require.Equal(t, c.value, string(value))
		})
	}
}

func TestMoreVersionsThanAPage(t *testing.T) {
	t.Parallel()
	f := open(t)
	for i := 1; i <= 130; i++ {
		f.space.Put("pepper", []byte{byte(i)})
	}
	all, err := f.All(t.Context(), "pepper")
	require.NoError(t, err)
	require.Len(t, all, 130)
	for n, value := range all {
		require.Equal(t, []byte{byte(n)}, value)
	}
}

func TestARotatedSecretIsTakenUp(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.put("pepper", "een")
	f.is(t, "pepper", "een")
	f.put("pepper", "twee")
	f.clock.Advance(fresh - time.Second)
	f.is(t, "pepper", "een")
	f.clock.Advance(time.Second)
	f.is(t, "pepper", "twee")
	f.disable(t, "pepper", 2)
	f.clock.Advance(fresh)
	f.is(t, "pepper", "een")
}

func TestForget(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.put("pepper", "een")
	f.put("other", "een")
	f.is(t, "pepper", "een")
	f.is(t, "other", "een")
	f.put("pepper", "twee")
	f.put("other", "twee")
	f.Forget("pepper", "never read")
	f.is(t, "pepper", "twee")
	f.is(t, "other", "een")
	f.Forget()
	f.is(t, "other", "een")
}

func TestDisabledVersionsAreLeftOut(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.put("pepper", "een", "twee", "drie")
	f.disable(t, "pepper", 2)
	f.disable(t, "pepper", 3)
	all, err := f.All(t.Context(), "pepper")
	require.NoError(t, err)
	require.Equal(t, secret.Versions{1: []byte("een")}, all)
	f.disable(t, "pepper", 1)
	f.clock.Advance(fresh)
	_, err = f.Get(t.Context(), "pepper")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "no version is left")
}

func TestASecretThatIsNotThere(t *testing.T) {
	t.Parallel()
	f := open(t)
	_, err := f.Get(t.Context(), "pepper")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorContains(t, err, "pepper")
	f.put("pepper", "een")
	f.is(t, "pepper", "een") // absence is not remembered

	elsewhere := open(t)
	_, err = elsewhere.Get(t.Context(), "pepper")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "another project's")
}

func TestManyReadersAtOnce(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.put("pepper", "een")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			got, err := f.Get(t.Context(), "pepper")
			if err != nil || string(got) != "een" {
				t.Errorf("got %q, %v", got, err)
			}
			f.Forget("pepper")
		})
	}
	all.Wait()
}

func TestAServiceThatIsDown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	v, err := secret.Open(t.Context(), secret.Config{Project: "demo", Endpoint: l.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = v.Close() }) // nothing is left to send
	for name, patience := range map[string]time.Duration{"some patience": 300 * time.Millisecond, "none": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience) // the client tries until the caller gives up
			defer cancel()
			_, err := v.Get(ctx, "pepper")
			require.Equal(t, fault.Busy, fault.KindOf(err), "%v", err)
		})
	}
}
