// Package keys is a fake of Cloud KMS, served over gRPC so that Google's own
// client talks to it. It encrypts for real, with AES-GCM, and destroys keys
// after the service's 24 hours on a clock that can be moved.
package keys

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// window is how long a destroyed version can still be restored.
const window = 24 * time.Hour

// Server is a running fake.
type Server struct {
	kmspb.UnimplementedKeyManagementServiceServer
	grpc *grpc.Server
	addr string

	mu    sync.Mutex
	now   func() time.Time
	rings map[string]bool
	keys  map[string]*cryptoKey
}

type cryptoKey struct {
	versions []*keyVersion
	primary  int // index
}

type keyVersion struct {
	secret  []byte
	state   kmspb.CryptoKeyVersion_CryptoKeyVersionState
	destroy time.Time
}

// Start serves a fake on a free loopback port.
func Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the fake of Cloud KMS: %w", err)
	}
	s := &Server{
		grpc: grpc.NewServer(), addr: l.Addr().String(), now: time.Now,
		rings: map[string]bool{}, keys: map[string]*cryptoKey{},
	}
	kmspb.RegisterKeyManagementServiceServer(s.grpc, s)
	go func() { _ = s.grpc.Serve(l) }() // ends with Stop
	return s, nil
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.addr }

// Stop ends the fake.
func (s *Server) Stop() { s.grpc.Stop() }

// SetClock gives the fake another idea of the present.
func (s *Server) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// CreateKeyRing makes an empty key ring.
func (s *Server) CreateKeyRing(_ context.Context, r *kmspb.CreateKeyRingRequest) (*kmspb.KeyRing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.GetParent() + "/keyRings/" + r.GetKeyRingId()
	if s.rings[name] {
		return nil, status.Errorf(codes.AlreadyExists, "KeyRing %s already exists.", name)
	}
	s.rings[name] = true
	return &kmspb.KeyRing{Name: name}, nil
}

// CreateCryptoKey makes a symmetric key with one version, which is primary.
func (s *Server) CreateCryptoKey(_ context.Context, r *kmspb.CreateCryptoKeyRequest) (*kmspb.CryptoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.GetParent() + "/cryptoKeys/" + r.GetCryptoKeyId()
	switch {
	case !s.rings[r.GetParent()]:
		return nil, status.Errorf(codes.NotFound, "KeyRing %s not found.", r.GetParent())
	case s.keys[name] != nil:
		return nil, status.Errorf(codes.AlreadyExists, "CryptoKey %s already exists.", name)
	case r.GetCryptoKey().GetPurpose() != kmspb.CryptoKey_ENCRYPT_DECRYPT:
		return nil, status.Error(codes.InvalidArgument, "the fake has symmetric keys only")
	}
	s.keys[name] = &cryptoKey{versions: []*keyVersion{fresh()}}
	return s.describeKey(name), nil
}

// GetCryptoKey returns a key with its primary version.
func (s *Server) GetCryptoKey(_ context.Context, r *kmspb.GetCryptoKeyRequest) (*kmspb.CryptoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[r.GetName()] == nil {
		return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", r.GetName())
	}
	return s.describeKey(r.GetName()), nil
}

// CreateCryptoKeyVersion makes the next version of a key.
func (s *Server) CreateCryptoKeyVersion(_ context.Context, r *kmspb.CreateCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keys[r.GetParent()]
	if key == nil {
		return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", r.GetParent())
	}
	key.versions = append(key.versions, fresh())
	return s.describeVersion(r.GetParent(), len(key.versions)-1), nil
}

// UpdateCryptoKeyPrimaryVersion chooses the version that encrypts.
func (s *Server) UpdateCryptoKeyPrimaryVersion(_ context.Context, r *kmspb.UpdateCryptoKeyPrimaryVersionRequest) (*kmspb.CryptoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, i, err := s.version(r.GetName() + "/cryptoKeyVersions/" + r.GetCryptoKeyVersionId())
	if err != nil {
		return nil, err
	}
	if key.versions[i].state != kmspb.CryptoKeyVersion_ENABLED {
		return nil, status.Error(codes.FailedPrecondition, "the version is not enabled")
	}
	key.primary = i
	return s.describeKey(r.GetName()), nil
}

// ListCryptoKeyVersions returns every version of a key.
func (s *Server) ListCryptoKeyVersions(_ context.Context, r *kmspb.ListCryptoKeyVersionsRequest) (*kmspb.ListCryptoKeyVersionsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keys[r.GetParent()]
	if key == nil {
		return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", r.GetParent())
	}
	out := &kmspb.ListCryptoKeyVersionsResponse{TotalSize: int32(len(key.versions))}
	for i := range key.versions {
		out.CryptoKeyVersions = append(out.CryptoKeyVersions, s.describeVersion(r.GetParent(), i))
	}
	return out, nil
}

// GetCryptoKeyVersion returns one version.
func (s *Server) GetCryptoKeyVersion(_ context.Context, r *kmspb.GetCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, i, err := s.version(r.GetName())
	if err != nil {
		return nil, err
	}
	return s.describeVersion(parent(r.GetName()), i), nil
}

// DestroyCryptoKeyVersion schedules a version's destruction in 24 hours.
func (s *Server) DestroyCryptoKeyVersion(_ context.Context, r *kmspb.DestroyCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, i, err := s.version(r.GetName())
	if err != nil {
		return nil, err
	}
	v := key.versions[i]
	if v.state != kmspb.CryptoKeyVersion_ENABLED && v.state != kmspb.CryptoKeyVersion_DISABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "the version is %s", v.state)
	}
	v.state, v.destroy = kmspb.CryptoKeyVersion_DESTROY_SCHEDULED, s.now().Add(window)
	return s.describeVersion(parent(r.GetName()), i), nil
}

// RestoreCryptoKeyVersion takes back a scheduled destruction; the version is
// disabled then, as in the service.
func (s *Server) RestoreCryptoKeyVersion(_ context.Context, r *kmspb.RestoreCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, i, err := s.version(r.GetName())
	if err != nil {
		return nil, err
	}
	if v := key.versions[i]; v.state == kmspb.CryptoKeyVersion_DESTROY_SCHEDULED {
		v.state, v.destroy = kmspb.CryptoKeyVersion_DISABLED, time.Time{}
		return s.describeVersion(parent(r.GetName()), i), nil
	}
	return nil, status.Error(codes.FailedPrecondition, "the version is not scheduled for destruction")
}

// Encrypt encrypts with the primary version, or with the one that is named.
func (s *Server) Encrypt(_ context.Context, r *kmspb.EncryptRequest) (*kmspb.EncryptResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, i, err := s.encrypting(r.GetName())
	if err != nil {
		return nil, err
	}
	if !intact(r.GetPlaintext(), r.GetPlaintextCrc32C()) {
		return nil, status.Error(codes.InvalidArgument, "the checksum of the plaintext does not match")
	}
	v := s.keys[name].versions[i]
	if v.state != kmspb.CryptoKeyVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "the version is %s", v.state)
	}
	sealed := append([]byte{byte(i >> 8), byte(i)}, box(v).Seal(nil, nil, r.GetPlaintext(), r.GetAdditionalAuthenticatedData())...)
	return &kmspb.EncryptResponse{
		Name: s.describeVersion(name, i).GetName(), Ciphertext: sealed, CiphertextCrc32C: sum(sealed),
		VerifiedPlaintextCrc32C: r.GetPlaintextCrc32C() != nil, ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE,
	}, nil
}

func (s *Server) encrypting(name string) (string, int, error) {
	if strings.Contains(name, "/cryptoKeyVersions/") {
		_, i, err := s.version(name)
		return parent(name), i, err
	}
	key := s.keys[name]
	if key == nil {
		return "", 0, status.Errorf(codes.NotFound, "CryptoKey %s not found.", name)
	}
	return name, key.primary, nil
}

// Decrypt opens what any enabled version of the key encrypted.
func (s *Server) Decrypt(_ context.Context, r *kmspb.DecryptRequest) (*kmspb.DecryptResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keys[r.GetName()]
	if key == nil {
		return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", r.GetName())
	}
	sealed := r.GetCiphertext()
	if !intact(sealed, r.GetCiphertextCrc32C()) || len(sealed) < 2 {
		return nil, status.Error(codes.InvalidArgument, "the ciphertext is damaged")
	}
	i := int(sealed[0])<<8 | int(sealed[1])
	if i >= len(key.versions) {
		return nil, status.Error(codes.InvalidArgument, "Decryption failed: the ciphertext is invalid.")
	}
	s.settle(key.versions[i])
	if v := key.versions[i]; v.state != kmspb.CryptoKeyVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "the version is %s", v.state)
	}
	plain, err := box(key.versions[i]).Open(nil, nil, sealed[2:], r.GetAdditionalAuthenticatedData())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, "Decryption failed: the ciphertext is invalid.")
	}
	return &kmspb.DecryptResponse{Plaintext: plain, PlaintextCrc32C: sum(plain), UsedPrimary: i == key.primary}, nil
}

// version finds a version by its resource name and settles its state.
func (s *Server) version(name string) (*cryptoKey, int, error) {
	key := s.keys[parent(name)]
	n, err := strconv.Atoi(name[strings.LastIndex(name, "/")+1:])
	if key == nil || err != nil || n < 1 || n > len(key.versions) {
		return nil, 0, status.Errorf(codes.NotFound, "CryptoKeyVersion %s not found.", name)
	}
	s.settle(key.versions[n-1])
	return key, n - 1, nil
}

// settle destroys a version whose time has come.
func (s *Server) settle(v *keyVersion) {
	if v.state == kmspb.CryptoKeyVersion_DESTROY_SCHEDULED && !s.now().Before(v.destroy) {
		v.state, v.secret = kmspb.CryptoKeyVersion_DESTROYED, nil
	}
}

func (s *Server) describeKey(name string) *kmspb.CryptoKey {
	return &kmspb.CryptoKey{
		Name: name, Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT, Primary: s.describeVersion(name, s.keys[name].primary),
	}
}

func (s *Server) describeVersion(key string, i int) *kmspb.CryptoKeyVersion {
	v := s.keys[key].versions[i]
	s.settle(v)
	out := &kmspb.CryptoKeyVersion{Name: key + "/cryptoKeyVersions/" + strconv.Itoa(i+1), State: v.state}
	if !v.destroy.IsZero() {
		out.DestroyTime = timestamppb.New(v.destroy)
	}
	return out
}

func parent(version string) string {
	name, _, _ := strings.Cut(version, "/cryptoKeyVersions/")
	return name
}

func fresh() *keyVersion {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	return &keyVersion{secret: secret, state: kmspb.CryptoKeyVersion_ENABLED}
}

func box(v *keyVersion) cipher.AEAD {
	block, err := aes.NewCipher(v.secret)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func sum(b []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))))
}

func intact(b []byte, want *wrapperspb.Int64Value) bool {
	return want == nil || want.GetValue() == sum(b).GetValue()
}
