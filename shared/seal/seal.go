// Package seal encrypts what is kept about people outside the live documents.
// A data key is made by the writer and wrapped by the day key, a version of a
// Cloud KMS key; destroying that version makes everything of that day
// unreadable in every copy.
package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
)

const (
	keyLength = 32
	// segment is the size of one authenticated piece of a sealed stream.
	segment = 1 << 16
	// cached bounds how many unwrapped data keys an instance remembers.
	cached = 64
)

// Config says which key wraps.
type Config struct {
	Key      string      `env:"KMS_KEY"`               // resource name of the crypto key: projects/…/cryptoKeys/…
	Hold     string      `env:"KMS_HOLD_KEY,optional"` // the key that holds what a restriction keeps beyond its day
	Endpoint string      `env:"KMS_ENDPOINT,optional"` // host:port of an emulator; "" for the service
	Clock    clock.Clock // the machine's where nil
}

// Sealer makes data keys and opens wrapped ones.
type Sealer struct {
	client *kms.KeyManagementClient
	key    string
	hold   string
	clock  clock.Clock

	mu    sync.Mutex
	seen  map[string]remembered
	today remembered
}

// remembered is a data key with the moment from which it is asked for anew: a
// key that was destroyed meanwhile opens nothing any more.
type remembered struct {
	Key
	until time.Time
}

// memory is how long a data key is remembered.
const memory = 5 * time.Minute

// Open connects to Cloud KMS.
func Open(ctx context.Context, c Config) (*Sealer, error) {
	var opts []option.ClientOption
	if c.Endpoint != "" {
		opts = []option.ClientOption{
			option.WithEndpoint(c.Endpoint), option.WithoutAuthentication(),
			option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
		}
	}
	client, err := kms.NewKeyManagementClient(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	if c.Clock == nil {
		c.Clock = clock.From(ctx)
	}
	return &Sealer{client: client, key: c.Key, hold: c.Hold, clock: c.Clock, seen: map[string]remembered{}}, nil
}

// Close releases the connection.
func (s *Sealer) Close() error { return s.client.Close() }

// Key is a data key in memory together with its wrapped form.
type Key struct {
	secret  []byte
	wrapped []byte
}

// Wrapped returns what is stored of the key: it opens only with the day key.
func (k Key) Wrapped() []byte { return k.wrapped }

// Day returns the resource name of the day key that wrapped a data key, "" for
// what is none.
func Day(wrapped []byte) string {
	var e envelopeKey
	if json.Unmarshal(wrapped, &e) != nil {
		return ""
	}
	return e.Version
}

// envelopeKey is the stored form of a wrapped key.
type envelopeKey struct {
	Version string `json:"v"` // resource name of the day key that wrapped it
	Data    []byte `json:"d"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(b, castagnoli)))
}

// NewKey makes a data key and wraps it with the day key of today. It answers
// Busy where KMS does not answer.
func (s *Sealer) NewKey(ctx context.Context) (Key, error) { return s.newKey(ctx, s.key) }

// NewKeyOf is NewKey with the key of another day: what derives from something
// sealed keeps the day of its oldest source. It answers NotFound where that
// day's key is gone.
func (s *Sealer) NewKeyOf(ctx context.Context, day string) (Key, error) { return s.newKey(ctx, day) }

func (s *Sealer) newKey(ctx context.Context, under string) (Key, error) {
	secret, err := random()
	if err != nil {
		return Key{}, err
	}
	wrapped, err := s.wrap(ctx, under, secret)
	return Key{secret: secret, wrapped: wrapped}, err
}

func random() ([]byte, error) {
	secret := make([]byte, keyLength)
	_, err := rand.Read(secret)
	return secret, err
}

// wrap encrypts a key with a KMS key, or with one version of it.
func (s *Sealer) wrap(ctx context.Context, under string, secret []byte) ([]byte, error) {
	r, err := s.client.Encrypt(ctx, &kmspb.EncryptRequest{Name: under, Plaintext: secret, PlaintextCrc32C: checksum(secret)})
	if err != nil {
		return nil, fmt.Errorf("wrap a data key: %w", classify(err))
	}
	if !r.GetVerifiedPlaintextCrc32C() || r.GetCiphertextCrc32C().GetValue() != checksum(r.GetCiphertext()).GetValue() {
		return nil, fault.As(fault.Busy, errors.New("wrap a data key: damaged under way"))
	}
	return json.Marshal(envelopeKey{Version: r.GetName(), Data: r.GetCiphertext()})
}

// Unwrap opens a wrapped data key. It answers NotFound where the day key has
// been destroyed: nobody can open what it sealed any more. It answers Invalid
// where wrapped is no key that the day key wrapped.
func (s *Sealer) Unwrap(ctx context.Context, wrapped []byte) (Key, error) {
	s.mu.Lock()
	k, ok := s.seen[string(wrapped)]
	s.mu.Unlock()
	if ok && k.until.After(s.clock.Now()) {
		return k.Key, nil
	}
	secret, err := s.unwrap(ctx, s.key, wrapped)
	if err != nil {
		return Key{}, err
	}
	opened := Key{secret: secret, wrapped: wrapped}
	s.remember(opened)
	return opened, nil
}

// unwrap decrypts what wrap made with a version of a KMS key.
func (s *Sealer) unwrap(ctx context.Context, under string, wrapped []byte) ([]byte, error) {
	var e envelopeKey
	if err := json.Unmarshal(wrapped, &e); err != nil {
		return nil, fmt.Errorf("read a wrapped key: %w", fault.As(fault.Invalid, err))
	}
	r, err := s.client.Decrypt(ctx, &kmspb.DecryptRequest{Name: under, Ciphertext: e.Data, CiphertextCrc32C: checksum(e.Data)})
	if status.Code(err) == codes.InvalidArgument {
		return nil, fmt.Errorf("unwrap a data key: %w", fault.As(fault.Invalid, err))
	}
	if err != nil {
		return nil, fmt.Errorf("unwrap a data key: %w", classify(err))
	}
	if r.GetPlaintextCrc32C().GetValue() != checksum(r.GetPlaintext()).GetValue() {
		return nil, fault.As(fault.Busy, errors.New("unwrap a data key: damaged under way"))
	}
	return r.GetPlaintext(), nil
}

func (s *Sealer) remember(k Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= cached {
		clear(s.seen)
	}
	s.seen[string(k.wrapped)] = remembered{k, s.clock.Now().Add(memory)}
}

// Seal encrypts plain and binds it to context: it opens only with the same
// context, such as the id of the thing and its place.
func (k Key) Seal(plain, context []byte) ([]byte, error) {
	return sealWith(k.secret, plain, context)
}

// Open decrypts what Seal made. It answers Invalid where anything was altered
// or the context differs.
func (k Key) Open(sealed, context []byte) ([]byte, error) {
	return openWith(k.secret, sealed, context)
}

// Writer returns a writer that seals everything written to it into w, piece
// by piece; Close completes the stream and does not close w.
func (k Key) Writer(w io.Writer, context []byte) (io.WriteCloser, error) {
	stream, err := subtle.NewAESGCMHKDF(k.secret, "SHA256", keyLength, segment, 0)
	if err != nil {
		return nil, err
	}
	return stream.NewEncryptingWriter(w, context)
}

// Reader returns a reader of what Writer sealed; reading fails where a piece
// was altered, moved or cut off.
func (k Key) Reader(r io.Reader, context []byte) (io.Reader, error) {
	stream, err := subtle.NewAESGCMHKDF(k.secret, "SHA256", keyLength, segment, 0)
	if err != nil {
		return nil, err
	}
	return stream.NewDecryptingReader(r, context)
}

func gcm(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func sealWith(secret, plain, context []byte) ([]byte, error) {
	aead, err := gcm(secret)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, plain, context), nil
}

func openWith(secret, sealed, context []byte) ([]byte, error) {
	aead, err := gcm(secret)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, sealed, context)
	return plain, fault.As(fault.Invalid, err)
}

func classify(err error) error {
	if errors.Is(err, context.DeadlineExceeded) { // between two tries of the client, which then gives no status
		return fault.As(fault.Busy, err)
	}
	switch status.Code(err) {
	case codes.NotFound, codes.FailedPrecondition:
		return fault.As(fault.NotFound, err)
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return fault.As(fault.Busy, err)
	default:
		return err
	}
}
