package seal_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
)

// signer returns a signer with a version of a key.
func signer(t *testing.T, version string) *seal.Signer {
	t.Helper()
	s, err := seal.OpenSigner(t.Context(), seal.SignerConfig{Version: version, Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // nothing is left to send
	return s
}

func TestSign(t *testing.T) {
	t.Parallel()
	version := emulators.SigningKey(t)
	s := signer(t, version)
	require.Equal(t, version, s.Version())
	message := []byte("manifest")
	signature, err := s.Sign(t.Context(), message)
	require.NoError(t, err)
	key, text, err := s.Public(t.Context(), version)
	require.NoError(t, err)
	digest := sha256.Sum256(message)
	require.True(t, ecdsa.VerifyASN1(key, digest[:], signature))
	digest[0] ^= 1
	require.False(t, ecdsa.VerifyASN1(key, digest[:], signature))
	again, err := seal.ParsePublic(text)
	require.NoError(t, err)
	require.True(t, key.Equal(again))
}

func TestSigningKeysThatAreNone(t *testing.T) {
	t.Parallel()
	version := emulators.SigningKey(t)
	absent := strings.TrimSuffix(version, "1") + "2"
	_, err := signer(t, absent).Sign(t.Context(), []byte("x"))
	require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	_, _, err = signer(t, "").Public(t.Context(), absent)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	for _, text := range []string{
		"", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n", // Ed25519: RFC 8410 section 10.1
	} {
		_, err := seal.ParsePublic([]byte(text))
		require.Equal(t, fault.Invalid, fault.KindOf(err), text)
	}
}

func TestASigningServiceThatIsDown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s, err := seal.OpenSigner(t.Context(), seal.SignerConfig{Version: emulators.SigningKey(t), Endpoint: l.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })                                   // nothing is left to send
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // the client tries until the caller gives up
	defer cancel()
	_, err = s.Sign(ctx, []byte("x"))
	require.Equal(t, fault.Busy, fault.KindOf(err), "%v", err)
}
