package keys_test

import (
	"bytes"
	"hash/crc32"
	"testing"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func sum(b []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))))
}

func TestEncryptAndDecrypt(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	plain, context := []byte("data key"), []byte("tenant/1")
	sealed, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{
		Name: day, Plaintext: plain, PlaintextCrc32C: sum(plain),
		AdditionalAuthenticatedData: context, AdditionalAuthenticatedDataCrc32C: sum(context),
	})
	require.NoError(t, err)
	require.Equal(t, version("1"), sealed.GetName())
	require.True(t, sealed.GetVerifiedPlaintextCrc32C())
	require.True(t, sealed.GetVerifiedAdditionalAuthenticatedDataCrc32C())
	require.Equal(t, sum(sealed.GetCiphertext()).GetValue(), sealed.GetCiphertextCrc32C().GetValue())
	require.NotContains(t, string(sealed.GetCiphertext()), string(plain))

	opened, err := client.Decrypt(t.Context(), &kmspb.DecryptRequest{
		Name: day, Ciphertext: sealed.GetCiphertext(), CiphertextCrc32C: sum(sealed.GetCiphertext()),
		AdditionalAuthenticatedData: context, AdditionalAuthenticatedDataCrc32C: sum(context),
	})
	require.NoError(t, err)
	require.Equal(t, plain, opened.GetPlaintext())
	require.Equal(t, sum(plain).GetValue(), opened.GetPlaintextCrc32C().GetValue())
	require.True(t, opened.GetUsedPrimary())
	again, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: plain})
	require.NoError(t, err)
	require.NotEqual(t, sealed.GetCiphertext(), again.GetCiphertext(), "a nonce is never used twice")
	require.False(t, again.GetVerifiedPlaintextCrc32C(), "there was nothing to verify")
}

func TestEveryEnabledVersionDecrypts(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	old, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: []byte("old")})
	require.NoError(t, err)
	rotate(t, client, "2")
	young, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: []byte("young")})
	require.NoError(t, err)
	require.Equal(t, version("2"), young.GetName())
	byName, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: version("1"), Plaintext: []byte("x")})
	require.NoError(t, err)
	require.Equal(t, version("1"), byName.GetName())

	opened, err := client.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: day, Ciphertext: old.GetCiphertext()})
	require.NoError(t, err)
	require.Equal(t, "old", string(opened.GetPlaintext()))
	require.False(t, opened.GetUsedPrimary())

	require.NoError(t, turn(t, client, "2", kmspb.CryptoKeyVersion_DISABLED))
	_, err = client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: []byte("x")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "the primary is disabled")
	_, err = client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: version("2"), Plaintext: []byte("x")})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: day, Ciphertext: young.GetCiphertext()})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = client.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: day, Ciphertext: old.GetCiphertext()})
	require.NoError(t, err, "the other version still opens")
}

func TestEncryptRefusals(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	long := bytes.Repeat([]byte("a"), 64<<10+1)
	for name, c := range map[string]struct {
		r    *kmspb.EncryptRequest
		want codes.Code
	}{
		"largest":         {&kmspb.EncryptRequest{Name: day, Plaintext: long[1:], AdditionalAuthenticatedData: long[1:]}, codes.OK},
		"too long":        {&kmspb.EncryptRequest{Name: day, Plaintext: long}, codes.InvalidArgument},
		"context long":    {&kmspb.EncryptRequest{Name: day, AdditionalAuthenticatedData: long}, codes.InvalidArgument},
		"damaged":         {&kmspb.EncryptRequest{Name: day, Plaintext: []byte("a"), PlaintextCrc32C: sum([]byte("b"))}, codes.InvalidArgument},
		"damaged context": {&kmspb.EncryptRequest{Name: day, Plaintext: []byte("a"), AdditionalAuthenticatedDataCrc32C: sum([]byte("b"))}, codes.InvalidArgument},
		"no key":          {&kmspb.EncryptRequest{Name: ring + "/cryptoKeys/night", Plaintext: []byte("a")}, codes.NotFound},
		"no version":      {&kmspb.EncryptRequest{Name: version("7"), Plaintext: []byte("a")}, codes.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.Encrypt(t.Context(), c.r)
			require.Equal(t, c.want, status.Code(err), "%v", err)
		})
	}
}

func TestDecryptRefusals(t *testing.T) {
	t.Parallel()
	fake, client := start(t)
	other := ring + "/cryptoKeys/other"
	require.NoError(t, fake.Put(other))
	sealed, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: day, Plaintext: []byte("a"), AdditionalAuthenticatedData: []byte("c")})
	require.NoError(t, err)
	whole, context := sealed.GetCiphertext(), []byte("c")
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for name, c := range map[string]struct {
		r    *kmspb.DecryptRequest
		want codes.Code
	}{
		"whole":           {&kmspb.DecryptRequest{Name: day, Ciphertext: whole, AdditionalAuthenticatedData: context}, codes.OK},
		"other context":   {&kmspb.DecryptRequest{Name: day, Ciphertext: whole, AdditionalAuthenticatedData: []byte("d")}, codes.InvalidArgument},
		"altered":         {&kmspb.DecryptRequest{Name: day, Ciphertext: flipped, AdditionalAuthenticatedData: context}, codes.InvalidArgument},
		"cut off":         {&kmspb.DecryptRequest{Name: day, Ciphertext: whole[:3]}, codes.InvalidArgument},
		"unknown version": {&kmspb.DecryptRequest{Name: day, Ciphertext: append([]byte{255, 255, 255, 255}, whole[4:]...)}, codes.InvalidArgument},
		"other key":       {&kmspb.DecryptRequest{Name: other, Ciphertext: whole, AdditionalAuthenticatedData: context}, codes.InvalidArgument},
		"no key":          {&kmspb.DecryptRequest{Name: ring + "/cryptoKeys/night", Ciphertext: whole}, codes.NotFound},
		"damaged":         {&kmspb.DecryptRequest{Name: day, Ciphertext: whole, CiphertextCrc32C: sum(flipped), AdditionalAuthenticatedData: context}, codes.InvalidArgument},
		"damaged context": {&kmspb.DecryptRequest{Name: day, Ciphertext: whole, AdditionalAuthenticatedData: context, AdditionalAuthenticatedDataCrc32C: sum(whole)}, codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.Decrypt(t.Context(), c.r)
			require.Equal(t, c.want, status.Code(err), "%v", err)
		})
	}
}
