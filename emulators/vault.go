package emulators

import (
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"cool.example/sync/emulators/keys"
)

// SecretSpace is a project of its own in the fake of Secret Manager.
type SecretSpace struct {
	Project  string // id
	Endpoint string // host:port of the fake

	t      testing.TB
	client *secretmanager.Client
}

// Secrets gives t a project of its own in the fake of Secret Manager.
func Secrets(t testing.TB) *SecretSpace {
	t.Helper()
	s := &SecretSpace{Project: fresh(), Endpoint: address(t, "SECRET_MANAGER_ENDPOINT"), t: t}
	var err error
	s.client, err = secretmanager.NewClient(t.Context(), plaintext(s.Endpoint)...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.client.Close() }) // nothing is left to send
	return s
}

// Put stores the first or next version of a secret through Google's client.
func (s *SecretSpace) Put(name string, value []byte) {
	s.t.Helper()
	ctx, parent := s.t.Context(), "projects/"+s.Project
	_, err := s.client.CreateSecret(ctx, &secretmanagerpb.CreateSecretRequest{
		Parent: parent, SecretId: name, Secret: &secretmanagerpb.Secret{Replication: inEurope()},
	})
	if status.Code(err) != codes.AlreadyExists {
		require.NoError(s.t, err)
	}
	_, err = s.client.AddSecretVersion(ctx, &secretmanagerpb.AddSecretVersionRequest{
		Parent: parent + "/secrets/" + name, Payload: &secretmanagerpb.SecretPayload{Data: value},
	})
	require.NoError(s.t, err)
}

// inEurope keeps a secret in the product's region alone.
func inEurope() *secretmanagerpb.Replication {
	return &secretmanagerpb.Replication{Replication: &secretmanagerpb.Replication_UserManaged_{
		UserManaged: &secretmanagerpb.Replication_UserManaged{
			Replicas: []*secretmanagerpb.Replication_UserManaged_Replica{{Location: "europe-west4"}},
		},
	}}
}

// Keys makes a fresh key ring with a symmetric key in the fake of Cloud KMS,
// whose versions are destroyed after the product's 24 hours, and returns the
// key's resource name: projects/…/locations/…/keyRings/…/cryptoKeys/….
func Keys(t testing.TB) (key string) {
	t.Helper()
	client := kmsClient(t)
	ring, err := client.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{
		Parent: "projects/" + fresh() + "/locations/europe-west4", KeyRingId: "sync",
	})
	require.NoError(t, err)
	made, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ring.GetName(), CryptoKeyId: "day",
		CryptoKey: &kmspb.CryptoKey{
			Purpose:                  kmspb.CryptoKey_ENCRYPT_DECRYPT,
			DestroyScheduledDuration: durationpb.New(keys.Window),
		},
	})
	require.NoError(t, err)
	return made.GetName()
}

// SigningKey makes a key in a fresh key ring of the fake of Cloud KMS that signs
// with EC_SIGN_P256_SHA256, and returns the resource name of its first version:
// projects/…/cryptoKeys/…/cryptoKeyVersions/1.
func SigningKey(t testing.TB) (version string) {
	t.Helper()
	client := kmsClient(t)
	ring, err := client.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{
		Parent: "projects/" + fresh() + "/locations/europe-west4", KeyRingId: "sync",
	})
	require.NoError(t, err)
	made, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ring.GetName(), CryptoKeyId: "notary",
		CryptoKey: &kmspb.CryptoKey{
			Purpose:         kmspb.CryptoKey_ASYMMETRIC_SIGN,
			VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256},
		},
	})
	require.NoError(t, err)
	return made.GetName() + "/cryptoKeyVersions/1"
}

// Advance moves the fake of Cloud KMS ahead in time, for the project of key
// alone, so that the tests beside this one notice nothing.
func Advance(t testing.TB, key string, by time.Duration) {
	t.Helper()
	ctx := metadata.AppendToOutgoingContext(t.Context(), keys.AdvanceHeader, by.String())
	_, err := kmsClient(t).GetCryptoKey(ctx, &kmspb.GetCryptoKeyRequest{Name: key})
	require.NoError(t, err)
}

func kmsClient(t testing.TB) *kms.KeyManagementClient {
	t.Helper()
	client, err := kms.NewKeyManagementClient(t.Context(), plaintext(address(t, "KMS_ENDPOINT"))...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() }) // nothing is left to send
	return client
}
