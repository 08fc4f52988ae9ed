package keys_test

import (
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"cool.example/sync/emulators/keys"
)

const (
	ring = "projects/demo/locations/europe-west4/keyRings/sync"
	day  = ring + "/cryptoKeys/day"
)

// start serves a fake that holds the key day.
func start(t *testing.T) (*keys.Server, *kms.KeyManagementClient) {
	t.Helper()
	fake, err := keys.Start()
	require.NoError(t, err)
	t.Cleanup(fake.Stop)
	require.NoError(t, fake.Put(day))
	client, err := kms.NewKeyManagementClient(t.Context(),
		option.WithEndpoint(fake.Addr()), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return fake, client
}

func version(n string) string { return day + "/cryptoKeyVersions/" + n }

func state(t *testing.T, client *kms.KeyManagementClient, n string) kmspb.CryptoKeyVersion_CryptoKeyVersionState {
	t.Helper()
	v, err := client.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: version(n)})
	require.NoError(t, err)
	return v.GetState()
}

// rotate makes version n and has it encrypt.
func rotate(t *testing.T, client *kms.KeyManagementClient, n string) {
	t.Helper()
	made, err := client.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: day})
	require.NoError(t, err)
	require.Equal(t, version(n), made.GetName())
	_, err = client.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: day, CryptoKeyVersionId: n})
	require.NoError(t, err)
}

func turn(t *testing.T, client *kms.KeyManagementClient, n string, to kmspb.CryptoKeyVersion_CryptoKeyVersionState) error {
	t.Helper()
	_, err := client.UpdateCryptoKeyVersion(t.Context(), &kmspb.UpdateCryptoKeyVersionRequest{
		CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: version(n), State: to},
		UpdateMask:       &fieldmaskpb.FieldMask{Paths: []string{"state"}},
	})
	return err
}

func destroy(t *testing.T, client *kms.KeyManagementClient, n string) (*kmspb.CryptoKeyVersion, error) {
	t.Helper()
	return client.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: version(n)})
}

func TestCreate(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	parent := "projects/fresh/locations/europe-west4"
	made, err := client.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: parent, KeyRingId: "sync"})
	require.NoError(t, err)
	require.Equal(t, parent+"/keyRings/sync", made.GetName())
	_, err = client.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: parent, KeyRingId: "sync"})
	require.Equal(t, codes.AlreadyExists, status.Code(err))
	_, err = client.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: "europe", KeyRingId: "sync"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	key, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: made.GetName(), CryptoKeyId: "day", CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	require.NoError(t, err)
	require.Equal(t, key.GetName()+"/cryptoKeyVersions/1", key.GetPrimary().GetName())
	require.Equal(t, 30*24*time.Hour, key.GetDestroyScheduledDuration().AsDuration(), "the service's default")
	got, err := client.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: key.GetName()})
	require.NoError(t, err)
	require.Equal(t, key.GetPrimary().GetName(), got.GetPrimary().GetName())
	_, err = client.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: ring + "/cryptoKeys/night"})
	require.Equal(t, codes.NotFound, status.Code(err))
}

func TestCreateRefusals(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	symmetric := kmspb.CryptoKey_ENCRYPT_DECRYPT
	for name, c := range map[string]struct {
		ring, id string
		key      *kmspb.CryptoKey
		want     codes.Code
	}{
		"no ring":         {ring + "2", "day", &kmspb.CryptoKey{Purpose: symmetric}, codes.NotFound},
		"exists":          {ring, "day", &kmspb.CryptoKey{Purpose: symmetric}, codes.AlreadyExists},
		"bad id":          {ring, "a/b", &kmspb.CryptoKey{Purpose: symmetric}, codes.InvalidArgument},
		"no purpose":      {ring, "night", &kmspb.CryptoKey{}, codes.InvalidArgument},
		"window too tiny": {ring, "night", &kmspb.CryptoKey{Purpose: symmetric, DestroyScheduledDuration: durationpb.New(time.Hour)}, codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{Parent: c.ring, CryptoKeyId: c.id, CryptoKey: c.key})
			require.Equal(t, c.want, status.Code(err), "%v", err)
		})
	}
}

func TestKeyWithoutVersionsDoesNotEncrypt(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	key, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ring, CryptoKeyId: "empty", SkipInitialVersionCreation: true,
		CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	require.NoError(t, err)
	require.Nil(t, key.GetPrimary())
	_, err = client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: key.GetName(), Plaintext: []byte("x")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
}

func TestDestructionTakesTheWindow(t *testing.T) {
	t.Parallel()
	fake, client := start(t)
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	fake.SetClock(func() time.Time { return now })
	sealed, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: []byte("secret")})
	require.NoError(t, err)

	scheduled, err := destroy(t, client, "1")
	require.NoError(t, err)
	require.Equal(t, kmspb.CryptoKeyVersion_DESTROY_SCHEDULED, scheduled.GetState())
	require.Equal(t, now.Add(keys.Window), scheduled.GetDestroyTime().AsTime())
	_, err = destroy(t, client, "1")
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "once")
	open := &kmspb.DecryptRequest{Name: day, Ciphertext: sealed.GetCiphertext()}
	_, err = client.Decrypt(t.Context(), open)
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "closed from the first moment")

	fake.Advance("demo", keys.Window-time.Second)
	fake.Advance("other", time.Hour)
	require.Equal(t, kmspb.CryptoKeyVersion_DESTROY_SCHEDULED, state(t, client, "1"), "another project's clock does not count")
	fake.Advance("demo", time.Second)
	v, err := client.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: version("1")})
	require.NoError(t, err)
	require.Equal(t, kmspb.CryptoKeyVersion_DESTROYED, v.GetState())
	require.Equal(t, now.Add(keys.Window), v.GetDestroyEventTime().AsTime())

	_, err = client.Decrypt(t.Context(), open)
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.RestoreCryptoKeyVersion(t.Context(), &kmspb.RestoreCryptoKeyVersionRequest{Name: version("1")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "too late")
	require.Equal(t, codes.FailedPrecondition, status.Code(turn(t, client, "1", kmspb.CryptoKeyVersion_ENABLED)))
}

func TestRestoreWithinTheWindow(t *testing.T) {
	t.Parallel()
	fake, client := start(t)
	sealed, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: []byte("secret")})
	require.NoError(t, err)
	_, err = destroy(t, client, "1")
	require.NoError(t, err)
	fake.Advance("demo", keys.Window-time.Minute)
	back, err := client.RestoreCryptoKeyVersion(t.Context(), &kmspb.RestoreCryptoKeyVersionRequest{Name: version("1")})
	require.NoError(t, err)
	require.Equal(t, kmspb.CryptoKeyVersion_DISABLED, back.GetState())
	require.Nil(t, back.GetDestroyTime())
	fake.Advance("demo", 2*keys.Window)
	require.NoError(t, turn(t, client, "1", kmspb.CryptoKeyVersion_ENABLED))
	opened, err := client.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: day, Ciphertext: sealed.GetCiphertext()})
	require.NoError(t, err)
	require.Equal(t, "secret", string(opened.GetPlaintext()))
}

func TestAdvanceOverTheWire(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	_, err := destroy(t, client, "1")
	require.NoError(t, err)
	for value, want := range map[string]codes.Code{"tomorrow": codes.InvalidArgument, "24h": codes.OK} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), keys.AdvanceHeader, value)
		_, err = client.GetCryptoKey(ctx, &kmspb.GetCryptoKeyRequest{Name: day})
		require.Equal(t, want, status.Code(err))
	}
	require.Equal(t, kmspb.CryptoKeyVersion_DESTROYED, state(t, client, "1"))
}

func TestListPagesAndFilters(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	for _, n := range []string{"2", "3", "4", "5"} {
		rotate(t, client, n)
	}
	require.NoError(t, turn(t, client, "2", kmspb.CryptoKeyVersion_DISABLED))
	for name, c := range map[string]struct {
		r    *kmspb.ListCryptoKeyVersionsRequest
		want []string
		code codes.Code
	}{
		"pages":         {&kmspb.ListCryptoKeyVersionsRequest{PageSize: 2}, []string{"1", "2", "3", "4", "5"}, codes.OK},
		"enabled":       {&kmspb.ListCryptoKeyVersionsRequest{PageSize: 2, Filter: "state=ENABLED"}, []string{"1", "3", "4", "5"}, codes.OK},
		"other filter":  {&kmspb.ListCryptoKeyVersionsRequest{Filter: "name:5"}, nil, codes.InvalidArgument},
		"unknown state": {&kmspb.ListCryptoKeyVersionsRequest{Filter: "state=ASLEEP"}, nil, codes.InvalidArgument},
		"bad token":     {&kmspb.ListCryptoKeyVersionsRequest{PageToken: "-1"}, nil, codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.r.Parent = day
			var got []string
			all := client.ListCryptoKeyVersions(t.Context(), c.r)
			v, err := all.Next()
			for ; err == nil; v, err = all.Next() {
				got = append(got, v.GetName()[len(version("")):])
			}
			if c.code == codes.OK {
				require.ErrorIs(t, err, iterator.Done)
			} else {
				require.Equal(t, c.code, status.Code(err))
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestVersionRefusals(t *testing.T) {
	t.Parallel()
	fake, client := start(t)
	require.Error(t, fake.Put("projects/demo/keys/day"))
	for _, n := range []string{"0", "2", "x", ""} {
		_, err := client.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: version(n)})
		require.Equal(t, codes.NotFound, status.Code(err), n)
	}
	_, err := client.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: ring + "/cryptoKeys/night"})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = client.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: day, CryptoKeyVersionId: "9"})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = client.UpdateCryptoKeyVersion(t.Context(), &kmspb.UpdateCryptoKeyVersionRequest{CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: version("1")}})
	require.Equal(t, codes.InvalidArgument, status.Code(err), "without a mask")
	require.Equal(t, codes.FailedPrecondition, status.Code(turn(t, client, "1", kmspb.CryptoKeyVersion_DESTROYED)), "destruction has its own call")
	rotate(t, client, "2")
	require.NoError(t, turn(t, client, "1", kmspb.CryptoKeyVersion_DISABLED))
	_, err = client.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: day, CryptoKeyVersionId: "1"})
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "a disabled version cannot be primary")
}
