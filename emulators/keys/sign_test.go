package keys_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"testing"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// signingKey makes a key that signs and returns the name of its first version.
func signingKey(t *testing.T, client *kms.KeyManagementClient) string {
	t.Helper()
	made, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ring, CryptoKeyId: "notary", CryptoKey: &kmspb.CryptoKey{
			Purpose:         kmspb.CryptoKey_ASYMMETRIC_SIGN,
			VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256},
		},
	})
	require.NoError(t, err)
	require.Nil(t, made.GetPrimary(), "which version signs, the request says")
	require.Equal(t, kmspb.CryptoKey_ASYMMETRIC_SIGN, made.GetPurpose())
	require.Equal(t, kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256, made.GetVersionTemplate().GetAlgorithm())
	return made.GetName() + "/cryptoKeyVersions/1"
}

// public returns the public key of a version.
func public(t *testing.T, client *kms.KeyManagementClient, name string) *ecdsa.PublicKey {
	t.Helper()
	got, err := client.GetPublicKey(t.Context(), &kmspb.GetPublicKeyRequest{Name: name})
	require.NoError(t, err)
	require.Equal(t, name, got.GetName())
	require.Equal(t, sum([]byte(got.GetPem())).GetValue(), got.GetPemCrc32C().GetValue())
	block, rest := pem.Decode([]byte(got.GetPem()))
	require.Empty(t, rest)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(t, err)
	return key.(*ecdsa.PublicKey)
}

func TestSign(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	name := signingKey(t, client)
	key := public(t, client, name)
	data := []byte("manifest")
	digest := sha256.Sum256(data)
	signed, err := client.AsymmetricSign(t.Context(), &kmspb.AsymmetricSignRequest{
		Name: name, Digest: &kmspb.Digest{Digest: &kmspb.Digest_Sha256{Sha256: digest[:]}}, DigestCrc32C: sum(digest[:]),
	})
	require.NoError(t, err)
	require.True(t, signed.GetVerifiedDigestCrc32C())
	require.Equal(t, name, signed.GetName())
	require.Equal(t, sum(signed.GetSignature()).GetValue(), signed.GetSignatureCrc32C().GetValue())
	require.True(t, ecdsa.VerifyASN1(key, digest[:], signed.GetSignature()))

	signed, err = client.AsymmetricSign(t.Context(), &kmspb.AsymmetricSignRequest{Name: name, Data: data, DataCrc32C: sum(data)})
	require.NoError(t, err)
	require.True(t, signed.GetVerifiedDataCrc32C())
	require.False(t, signed.GetVerifiedDigestCrc32C(), "there was none")
	require.True(t, ecdsa.VerifyASN1(key, digest[:], signed.GetSignature()))
}

func TestEveryVersionSignsForItself(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	name := signingKey(t, client)
	parent := ring + "/cryptoKeys/notary"
	second, err := client.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: parent})
	require.NoError(t, err)
	require.Equal(t, kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256, second.GetAlgorithm())
	require.False(t, public(t, client, name).Equal(public(t, client, second.GetName())))
	_, err = client.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: parent, CryptoKeyVersionId: "2"})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: name})
	require.NoError(t, err)
	_, err = client.GetPublicKey(t.Context(), &kmspb.GetPublicKeyRequest{Name: name})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.AsymmetricSign(t.Context(), &kmspb.AsymmetricSignRequest{Name: name, Data: []byte("x")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
}

func TestSignRefusals(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	name := signingKey(t, client)
	long := bytes.Repeat([]byte("a"), 64<<10+1)
	digest := func(b []byte) *kmspb.Digest { return &kmspb.Digest{Digest: &kmspb.Digest_Sha256{Sha256: b}} }
	for what, c := range map[string]struct {
		r    *kmspb.AsymmetricSignRequest
		want codes.Code
	}{
		"largest":         {&kmspb.AsymmetricSignRequest{Name: name, Data: long[1:]}, codes.OK},
		"too long":        {&kmspb.AsymmetricSignRequest{Name: name, Data: long}, codes.InvalidArgument},
		"short digest":    {&kmspb.AsymmetricSignRequest{Name: name, Digest: digest(long[:31])}, codes.InvalidArgument},
		"another digest":  {&kmspb.AsymmetricSignRequest{Name: name, Digest: &kmspb.Digest{Digest: &kmspb.Digest_Sha512{Sha512: long[:64]}}}, codes.InvalidArgument},
		"nothing":         {&kmspb.AsymmetricSignRequest{Name: name}, codes.InvalidArgument},
		"both":            {&kmspb.AsymmetricSignRequest{Name: name, Digest: digest(long[:32]), Data: []byte("a")}, codes.InvalidArgument},
		"damaged digest":  {&kmspb.AsymmetricSignRequest{Name: name, Digest: digest(long[:32]), DigestCrc32C: sum(nil)}, codes.InvalidArgument},
		"damaged data":    {&kmspb.AsymmetricSignRequest{Name: name, Data: []byte("a"), DataCrc32C: sum([]byte("b"))}, codes.InvalidArgument},
		"no version":      {&kmspb.AsymmetricSignRequest{Name: ring + "/cryptoKeys/notary", Data: []byte("a")}, codes.InvalidArgument},
		"another version": {&kmspb.AsymmetricSignRequest{Name: ring + "/cryptoKeys/notary/cryptoKeyVersions/2", Data: []byte("a")}, codes.NotFound},
		"a symmetric key": {&kmspb.AsymmetricSignRequest{Name: version("1"), Data: []byte("a")}, codes.FailedPrecondition},
		"a key not there": {&kmspb.AsymmetricSignRequest{Name: ring + "/cryptoKeys/night/cryptoKeyVersions/1", Data: []byte("a")}, codes.NotFound},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			_, err := client.AsymmetricSign(t.Context(), c.r)
			require.Equal(t, c.want, status.Code(err), "%v", err)
		})
	}
}

func TestPurposesAreNotMixed(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	name := signingKey(t, client)
	parent := ring + "/cryptoKeys/notary"
	for _, target := range []string{name, parent} {
		_, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: target, Plaintext: []byte("a")})
		require.Equal(t, codes.FailedPrecondition, status.Code(err), target)
	}
	_, err := client.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: parent, Ciphertext: []byte("abcdefgh")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.GetPublicKey(t.Context(), &kmspb.GetPublicKeyRequest{Name: version("1")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.GetPublicKey(t.Context(), &kmspb.GetPublicKeyRequest{Name: name, PublicKeyFormat: kmspb.PublicKey_NIST_PQC})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	for what, key := range map[string]*kmspb.CryptoKey{
		"signs without an algorithm": {Purpose: kmspb.CryptoKey_ASYMMETRIC_SIGN},
		"signs with another": {
			Purpose:         kmspb.CryptoKey_ASYMMETRIC_SIGN,
			VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_RSA_SIGN_PSS_2048_SHA256},
		},
		"encrypts by signing": {
			Purpose:         kmspb.CryptoKey_ENCRYPT_DECRYPT,
			VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256},
		},
	} {
		_, err := client.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{Parent: ring, CryptoKeyId: "other", CryptoKey: key})
		require.Equal(t, codes.InvalidArgument, status.Code(err), what)
	}
}
