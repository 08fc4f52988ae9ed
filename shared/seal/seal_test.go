package seal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
)

// piece is the size of one authenticated piece of a stream.
const piece = 1 << 16

// sealer returns a sealer that remembers no key.
func sealer(t *testing.T, key string) *seal.Sealer {
	t.Helper()
	s, err := seal.Open(t.Context(), seal.Config{Key: key, Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // nothing is left to send
	return s
}

// fresh returns a data key and the resource name of its day key.
func fresh(t *testing.T) (k seal.Key, day string) {
	t.Helper()
	day = emulators.Keys(t)
	k, err := sealer(t, day).NewKey(t.Context())
	require.NoError(t, err)
	return k, day
}

func kmsClient(t *testing.T) *kms.KeyManagementClient {
	t.Helper()
	client, err := kms.NewKeyManagementClient(t.Context(), option.WithEndpoint(os.Getenv("KMS_ENDPOINT")), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() }) // nothing is left to send
	return client
}

func TestKeyRefusesWhatWasAltered(t *testing.T) {
	t.Parallel()
	k, _ := fresh(t)
	context := []byte("golfbreker\x00ione")
	sealed, err := k.Seal([]byte("plain"), context)
	require.NoError(t, err)
	refuses(t, k.Open, sealed, context)
}

func TestUnwrap(t *testing.T) {
	t.Parallel()
	k, day := fresh(t)
	sealed, err := k.Seal([]byte("plain"), nil)
	require.NoError(t, err)
	s := sealer(t, day)
	for range 2 { // the second time from memory
		again, err := s.Unwrap(t.Context(), k.Wrapped())
		require.NoError(t, err)
		require.Equal(t, k.Wrapped(), again.Wrapped())
		got, err := again.Open(sealed, nil)
		require.NoError(t, err)
		require.Equal(t, "plain", string(got))
	}
}

func TestEveryKeyIsAnother(t *testing.T) {
	t.Parallel()
	day := emulators.Keys(t)
	s := sealer(t, day)
	one, err := s.NewKey(t.Context())
	require.NoError(t, err)
	two, err := s.NewKey(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, one.Wrapped(), two.Wrapped())
	sealed, err := one.Seal([]byte("plain"), nil)
	require.NoError(t, err)
	_, err = two.Open(sealed, nil)
	require.Equal(t, fault.Invalid, fault.KindOf(err))
}

// TestUnwrapRefusesWhatWasAltered alters every byte: what unwraps all the same
// is the same key, since the note of the version opens nothing.
func TestUnwrapRefusesWhatWasAltered(t *testing.T) {
	t.Parallel()
	k, day := fresh(t)
	sealed, err := k.Seal([]byte("plain"), nil)
	require.NoError(t, err)
	s := sealer(t, day)
	refused := 0
	for i := range k.Wrapped() {
		altered := bytes.Clone(k.Wrapped())
		altered[i] ^= 1
		other, err := s.Unwrap(t.Context(), altered)
		if err != nil {
			refused++
			continue
		}
		got, err := other.Open(sealed, nil)
		require.NoError(t, err, "byte %d gives another key", i)
		require.Equal(t, "plain", string(got))
	}
	var stored struct {
		Data string `json:"d"`
	}
	require.NoError(t, json.Unmarshal(k.Wrapped(), &stored))
	require.GreaterOrEqual(t, refused, len(strings.TrimRight(stored.Data, "="))-1, "all of the ciphertext, but for spare bits")
}

func TestUnwrapRefusesOtherThings(t *testing.T) {
	t.Parallel()
	k, day := fresh(t)
	_, other := fresh(t)
	s := sealer(t, day)
	for name, wrapped := range map[string][]byte{"nothing": nil, "half": k.Wrapped()[:20], "no key": []byte("plain")} {
		_, err := s.Unwrap(t.Context(), wrapped)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
	_, err := s.Unwrap(t.Context(), []byte(`{}`))
	require.Error(t, err)
	_, err = sealer(t, other).Unwrap(t.Context(), k.Wrapped())
	require.Error(t, err, "the day key of another institution or place")
}

func TestANewDayKeyOpensTheOld(t *testing.T) {
	t.Parallel()
	k, day := fresh(t)
	client := kmsClient(t)
	v, err := client.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: day})
	require.NoError(t, err)
	_, err = client.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{
		Name: day, CryptoKeyVersionId: v.GetName()[strings.LastIndex(v.GetName(), "/")+1:],
	})
	require.NoError(t, err)
	s := sealer(t, day)
	_, err = s.Unwrap(t.Context(), k.Wrapped())
	require.NoError(t, err)
	young, err := s.NewKey(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(young.Wrapped()), v.GetName(), "the stored form names the day key")

	_, err = client.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: day + "/cryptoKeyVersions/1"})
	require.NoError(t, err)
	emulators.Advance(t, day, 25*time.Hour)
	s = sealer(t, day)
	_, err = s.Unwrap(t.Context(), k.Wrapped())
	require.Equal(t, fault.NotFound, fault.KindOf(err), "its day key is destroyed: %v", err)
	_, err = s.Unwrap(t.Context(), young.Wrapped())
	require.NoError(t, err)
}

func TestMoreKeysThanAreRemembered(t *testing.T) {
	t.Parallel()
	s := sealer(t, emulators.Keys(t))
	var wrapped [][]byte
	for range 70 {
		k, err := s.NewKey(t.Context())
		require.NoError(t, err)
		wrapped = append(wrapped, k.Wrapped())
	}
	for range 2 {
		for _, w := range wrapped {
			k, err := s.Unwrap(t.Context(), w)
			require.NoError(t, err)
			require.Equal(t, w, k.Wrapped())
		}
	}
}

func TestAKeyServiceThatIsDown(t *testing.T) {
	t.Parallel()
	k, day := fresh(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s, err := seal.Open(t.Context(), seal.Config{Key: day, Endpoint: l.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })                                   // nothing is left to send
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // the client tries until the caller gives up
	defer cancel()
	_, err = s.NewKey(ctx)
	require.Equal(t, fault.Busy, fault.KindOf(err), "%v", err)
	_, err = s.Unwrap(ctx, k.Wrapped())
	require.Equal(t, fault.Busy, fault.KindOf(err), "%v", err)
}

// stream seals a body as a stream.
func stream(t *testing.T, k seal.Key, body, context []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := k.Writer(&sealed, context)
	require.NoError(t, err)
	_, err = w.Write(body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return sealed.Bytes()
}

func unstream(t *testing.T, k seal.Key, sealed, context []byte) ([]byte, error) {
	t.Helper()
	r, err := k.Reader(iotest.OneByteReader(bytes.NewReader(sealed)), context)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestStream(t *testing.T) {
	t.Parallel()
	k, _ := fresh(t)
	for _, size := range []int{0, 1, piece - 1, piece, piece + 1, 3 * piece} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			body := bytes.Repeat([]byte("plain"), size/5+1)[:size]
			sealed := stream(t, k, body, []byte("golfbreker"))
			require.NotContains(t, string(sealed), "plain")
			got, err := unstream(t, k, sealed, []byte("golfbreker"))
			require.NoError(t, err)
			require.True(t, bytes.Equal(body, got))
		})
	}
}

func TestStreamRefusesWhatWasAltered(t *testing.T) {
	t.Parallel()
	k, _ := fresh(t)
	other, _ := fresh(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 3*piece/16)
	good := stream(t, k, body, []byte("golfbreker"))
	flipped := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	swapped := bytes.Clone(good)
	copy(swapped[piece:2*piece], good[2*piece:3*piece])
	copy(swapped[2*piece:3*piece], good[piece:2*piece])
	for name, c := range map[string]struct {
		key     seal.Key
		sealed  []byte
		context string
	}{
		"nothing":               {k, nil, "golfbreker"},
		"the first byte":        {k, flipped(0), "golfbreker"},
		"the header":            {k, flipped(20), "golfbreker"},
		"a byte in a piece":     {k, flipped(len(good) / 2), "golfbreker"},
		"the last byte":         {k, flipped(len(good) - 1), "golfbreker"},
		"cut within a piece":    {k, good[:len(good)-1], "golfbreker"},
		"cut between pieces":    {k, good[:2*piece], "golfbreker"},
		"pieces in other order": {k, swapped, "golfbreker"},
		"a byte more":           {k, append(bytes.Clone(good), 0), "golfbreker"},
		"another institution":   {k, good, "duinrand"},
		"another key":           {other, good, "golfbreker"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := unstream(t, c.key, c.sealed, []byte(c.context))
			require.Error(t, err)
			require.True(t, bytes.HasPrefix(body, got), "something that was never written came out")
		})
	}
}

func TestShortStreamRefusesEveryAlteredByte(t *testing.T) {
	t.Parallel()
	k, _ := fresh(t)
	good := stream(t, k, []byte("plain"), []byte("golfbreker"))
	for i := range good {
		altered := bytes.Clone(good)
		altered[i] ^= 1
		got, err := unstream(t, k, altered, []byte("golfbreker"))
		require.Error(t, err, "byte %d", i)
		require.Empty(t, got)
		_, err = unstream(t, k, good[:i], []byte("golfbreker"))
		require.Error(t, err, "cut at %d", i)
	}
}
