package secrets_test

import (
	"bytes"
	"hash/crc32"
	"testing"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"cool.example/sync/emulators/secrets"
)

const pepper = "projects/demo/secrets/pepper"

// start serves a fake with one secret, pepper, that holds values in order.
func start(t *testing.T, values ...string) *secretmanager.Client {
	t.Helper()
	fake, err := secrets.Start()
	require.NoError(t, err)
	t.Cleanup(fake.Stop)
	for _, v := range values {
		fake.Put("demo", "pepper", []byte(v))
	}
	client, err := secretmanager.NewClient(t.Context(),
		option.WithEndpoint(fake.Addr()), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func access(t *testing.T, client *secretmanager.Client, version string) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	t.Helper()
	return client.AccessSecretVersion(t.Context(), &secretmanagerpb.AccessSecretVersionRequest{Name: pepper + "/versions/" + version})
}

// list returns the names of the versions of pepper.
func list(t *testing.T, client *secretmanager.Client, r *secretmanagerpb.ListSecretVersionsRequest) ([]string, error) {
	t.Helper()
	r.Parent = pepper
	var names []string
	for all := client.ListSecretVersions(t.Context(), r); ; {
		v, err := all.Next()
		if err == iterator.Done { //nolint:errorlint // the iterator returns it bare
			return names, nil
		}
		if err != nil {
			return names, err
		}
		names = append(names, v.GetName()[len(pepper+"/versions/"):])
	}
}

func TestCreateAddAndAccess(t *testing.T) {
	t.Parallel()
	client := start(t)
	_, err := access(t, client, "latest")
	require.Equal(t, codes.NotFound, status.Code(err))
	create := &secretmanagerpb.CreateSecretRequest{Parent: "projects/demo", SecretId: "pepper", Secret: &secretmanagerpb.Secret{}}
	made, err := client.CreateSecret(t.Context(), create)
	require.NoError(t, err)
	require.Equal(t, pepper, made.GetName())
	_, err = client.CreateSecret(t.Context(), create)
	require.Equal(t, codes.AlreadyExists, status.Code(err))
	known, err := client.GetSecret(t.Context(), &secretmanagerpb.GetSecretRequest{Name: pepper})
	require.NoError(t, err)
	require.Equal(t, made.GetCreateTime().AsTime(), known.GetCreateTime().AsTime())
	_, err = access(t, client, "latest")
	require.Equal(t, codes.NotFound, status.Code(err), "a secret without versions")

	for n, value := range []string{"one", "two"} {
		v, err := client.AddSecretVersion(t.Context(), &secretmanagerpb.AddSecretVersionRequest{
			Parent: pepper, Payload: &secretmanagerpb.SecretPayload{Data: []byte(value)},
		})
		require.NoError(t, err)
		require.Equal(t, pepper+"/versions/"+string(rune('1'+n)), v.GetName())
	}
	got, err := access(t, client, "latest")
	require.NoError(t, err)
	require.Equal(t, pepper+"/versions/2", got.GetName(), "the answer names the version behind latest")
	require.Equal(t, "two", string(got.GetPayload().GetData()))
	require.Equal(t, int64(crc32.Checksum([]byte("two"), crc32.MakeTable(crc32.Castagnoli))), got.GetPayload().GetDataCrc32C())
	got, err = access(t, client, "1")
	require.NoError(t, err)
	require.Equal(t, "one", string(got.GetPayload().GetData()))
	for version, want := range map[string]codes.Code{
		"0": codes.NotFound, "3": codes.NotFound, "-1": codes.NotFound, "x": codes.NotFound, "": codes.InvalidArgument,
	} {
		_, err = access(t, client, version)
		require.Equal(t, want, status.Code(err), version)
	}
}

func TestAddRefusesBadPayloads(t *testing.T) {
	t.Parallel()
	client := start(t, "one")
	sum, wrong := int64(crc32.Checksum([]byte("two"), crc32.MakeTable(crc32.Castagnoli))), int64(1)
	for name, c := range map[string]struct {
		parent string
		data   []byte
		sum    *int64
		want   codes.Code
	}{
		"whole":         {pepper, []byte("two"), &sum, codes.OK},
		"damaged":       {pepper, []byte("two"), &wrong, codes.InvalidArgument},
		"empty":         {pepper, nil, nil, codes.InvalidArgument},
		"too long":      {pepper, bytes.Repeat([]byte("a"), 64<<10+1), nil, codes.InvalidArgument},
		"no secret":     {"projects/demo/secrets/salt", []byte("two"), nil, codes.NotFound},
		"other project": {"projects/demo-2/secrets/pepper", []byte("two"), nil, codes.NotFound},
		"no name":       {"", []byte("two"), nil, codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.AddSecretVersion(t.Context(), &secretmanagerpb.AddSecretVersionRequest{
				Parent: c.parent, Payload: &secretmanagerpb.SecretPayload{Data: c.data, DataCrc32C: c.sum},
			})
			require.Equal(t, c.want, status.Code(err), "%v", err)
		})
	}
}

func TestCreateRefusesBadNames(t *testing.T) {
	t.Parallel()
	client := start(t)
	for _, name := range []string{"", "a/b", "a b", "é"} {
		_, err := client.CreateSecret(t.Context(), &secretmanagerpb.CreateSecretRequest{Parent: "projects/demo", SecretId: name})
		require.Equal(t, codes.InvalidArgument, status.Code(err), name)
	}
	_, err := client.GetSecret(t.Context(), &secretmanagerpb.GetSecretRequest{Name: pepper})
	require.Equal(t, codes.NotFound, status.Code(err))
}

func TestStates(t *testing.T) {
	t.Parallel()
	client := start(t, "one", "two")
	latest := pepper + "/versions/2"
	off, err := client.DisableSecretVersion(t.Context(), &secretmanagerpb.DisableSecretVersionRequest{Name: latest})
	require.NoError(t, err)
	require.Equal(t, secretmanagerpb.SecretVersion_DISABLED, off.GetState())
	_, err = access(t, client, "latest")
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "latest is the newest, not the newest enabled")
	_, err = access(t, client, "1")
	require.NoError(t, err)

	_, err = client.EnableSecretVersion(t.Context(), &secretmanagerpb.EnableSecretVersionRequest{Name: latest})
	require.NoError(t, err)
	_, err = access(t, client, "latest")
	require.NoError(t, err)

	gone, err := client.DestroySecretVersion(t.Context(), &secretmanagerpb.DestroySecretVersionRequest{Name: latest})
	require.NoError(t, err)
	require.Equal(t, secretmanagerpb.SecretVersion_DESTROYED, gone.GetState())
	require.NotNil(t, gone.GetDestroyTime())
	_, err = access(t, client, "2")
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.EnableSecretVersion(t.Context(), &secretmanagerpb.EnableSecretVersionRequest{Name: latest})
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "destroyed is for good")
	_, err = client.DisableSecretVersion(t.Context(), &secretmanagerpb.DisableSecretVersionRequest{Name: pepper + "/versions/3"})
	require.Equal(t, codes.NotFound, status.Code(err))
	state, err := client.GetSecretVersion(t.Context(), &secretmanagerpb.GetSecretVersionRequest{Name: latest})
	require.NoError(t, err)
	require.Equal(t, secretmanagerpb.SecretVersion_DESTROYED, state.GetState())
}

func TestListPagesAndFilters(t *testing.T) {
	t.Parallel()
	client := start(t, "one", "two", "three", "four", "five")
	for _, n := range []string{"2", "5"} {
		_, err := client.DisableSecretVersion(t.Context(), &secretmanagerpb.DisableSecretVersionRequest{Name: pepper + "/versions/" + n})
		require.NoError(t, err)
	}
	names, err := list(t, client, &secretmanagerpb.ListSecretVersionsRequest{PageSize: 2})
	require.NoError(t, err)
	require.Equal(t, []string{"5", "4", "3", "2", "1"}, names)
	for _, filter := range []string{"state:ENABLED", "state=ENABLED"} {
		names, err = list(t, client, &secretmanagerpb.ListSecretVersionsRequest{PageSize: 2, Filter: filter})
		require.NoError(t, err)
		require.Equal(t, []string{"4", "3", "1"}, names)
	}
	for _, r := range []*secretmanagerpb.ListSecretVersionsRequest{
		{Filter: "create_time>2026"}, {Filter: "state:SLEEPING"}, {PageToken: "x"}, {PageToken: "-1"},
	} {
		_, err = list(t, client, r)
		require.Equal(t, codes.InvalidArgument, status.Code(err), "%v", r)
	}
}

func TestCallerOfAnotherProjectIsRefused(t *testing.T) {
	t.Parallel()
	client := start(t, "one")
	r := &secretmanagerpb.AccessSecretVersionRequest{Name: pepper + "/versions/latest"}
	_, err := client.AccessSecretVersion(metadata.AppendToOutgoingContext(t.Context(), secrets.ProjectHeader, "demo"), r)
	require.NoError(t, err)
	_, err = client.AccessSecretVersion(metadata.AppendToOutgoingContext(t.Context(), secrets.ProjectHeader, "other"), r)
	require.Equal(t, codes.PermissionDenied, status.Code(err))
	create := &secretmanagerpb.CreateSecretRequest{Parent: "projects/demo", SecretId: "salt"}
	_, err = client.CreateSecret(metadata.AppendToOutgoingContext(t.Context(), secrets.ProjectHeader, "other"), create)
	require.Equal(t, codes.PermissionDenied, status.Code(err))
}
