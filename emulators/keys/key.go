package keys

import (
	"context"
	"crypto/rand"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

var (
	locationName = regexp.MustCompile(`^projects/[^/]+/locations/[^/]+$`)
	keyName      = regexp.MustCompile(`^projects/[^/]+/locations/[^/]+/keyRings/[\w-]{1,63}/cryptoKeys/[\w-]{1,63}$`)
	id           = regexp.MustCompile(`^[\w-]{1,63}$`)
)

// The service's bounds and default of CryptoKey.destroy_scheduled_duration.
const (
	defaultWindow = 30 * 24 * time.Hour
	longestWindow = 120 * 24 * time.Hour
)

// key is a crypto key: symmetric, or one that signs.
type key struct {
	signs    bool
	created  time.Time
	window   time.Duration // how long a version lies scheduled for destruction
	versions []*version    // the number of a version is its index plus one
	primary  int           // number of the version that encrypts, 0 for none and where the key signs
}

// add makes a version at a time and returns its number.
func (k *key) add(now time.Time) int {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	if k.signs {
		secret = newSigningKey()
	}
	k.versions = append(k.versions, &version{secret: secret, state: kmspb.CryptoKeyVersion_ENABLED, created: now})
	return len(k.versions)
}

// CreateKeyRing makes an empty key ring.
func (s *Server) CreateKeyRing(_ context.Context, r *kmspb.CreateKeyRingRequest) (*kmspb.KeyRing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !locationName.MatchString(r.GetParent()) || !id.MatchString(r.GetKeyRingId()) {
		return nil, status.Error(codes.InvalidArgument, "The request names no location, or no valid key ring id.")
	}
	name := r.GetParent() + "/keyRings/" + r.GetKeyRingId()
	if !s.rings[name].IsZero() {
		return nil, status.Errorf(codes.AlreadyExists, "KeyRing %s already exists.", name)
	}
	s.rings[name] = s.now(name)
	return &kmspb.KeyRing{Name: name, CreateTime: timestamppb.New(s.rings[name])}, nil
}

// CreateCryptoKey makes a key with a first version, unless the request skips
// that. The first version of a symmetric key is primary; a key that signs has
// no primary version.
func (s *Server) CreateCryptoKey(_ context.Context, r *kmspb.CreateCryptoKeyRequest) (*kmspb.CryptoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.GetParent() + "/cryptoKeys/" + r.GetCryptoKeyId()
	window := defaultWindow
	if d := r.GetCryptoKey().GetDestroyScheduledDuration(); d != nil {
		window = d.AsDuration()
	}
	switch {
	case !id.MatchString(r.GetCryptoKeyId()):
		return nil, status.Error(codes.InvalidArgument, "The request has no valid crypto key id.")
	case s.rings[r.GetParent()].IsZero():
		return nil, status.Errorf(codes.NotFound, "KeyRing %s not found.", r.GetParent())
	case s.keys[name] != nil:
		return nil, status.Errorf(codes.AlreadyExists, "CryptoKey %s already exists.", name)
	case !known(r.GetCryptoKey()):
		return nil, status.Error(codes.InvalidArgument, "The fake has symmetric keys, and keys that sign with EC_SIGN_P256_SHA256.")
	case window < Window || window > longestWindow:
		return nil, status.Error(codes.InvalidArgument, "destroy_scheduled_duration must lie between 24 hours and 120 days.")
	}
	k := &key{created: s.now(name), window: window, signs: r.GetCryptoKey().GetPurpose() == kmspb.CryptoKey_ASYMMETRIC_SIGN}
	if !r.GetSkipInitialVersionCreation() {
		if n := k.add(k.created); !k.signs {
			k.primary = n
		}
	}
	s.keys[name] = k
	return s.describe(name), nil
}

// GetCryptoKey returns a key with its primary version.
func (s *Server) GetCryptoKey(_ context.Context, r *kmspb.GetCryptoKeyRequest) (*kmspb.CryptoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.key(r.GetName()); err != nil {
		return nil, err
	}
	return s.describe(r.GetName()), nil
}

// UpdateCryptoKeyPrimaryVersion chooses the version that encrypts.
func (s *Server) UpdateCryptoKeyPrimaryVersion(_ context.Context, r *kmspb.UpdateCryptoKeyPrimaryVersionRequest) (*kmspb.CryptoKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.GetName() + "/cryptoKeyVersions/" + r.GetCryptoKeyVersionId()
	v, n, err := s.version(name)
	if err != nil {
		return nil, err
	}
	if err := v.usable(name); err != nil {
		return nil, err
	}
	if s.keys[r.GetName()].signs {
		return nil, misused(r.GetName())
	}
	s.keys[r.GetName()].primary = n
	return s.describe(r.GetName()), nil
}

func (s *Server) key(name string) (*key, error) {
	if k := s.keys[name]; k != nil {
		return k, nil
	}
	return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", name)
}

func (s *Server) describe(name string) *kmspb.CryptoKey {
	k := s.keys[name]
	out := &kmspb.CryptoKey{
		Name: name, Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT, CreateTime: timestamppb.New(k.created),
		DestroyScheduledDuration: durationpb.New(k.window),
		VersionTemplate:          &kmspb.CryptoKeyVersionTemplate{ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE, Algorithm: k.algorithm()},
	}
	if k.signs {
		out.Purpose = kmspb.CryptoKey_ASYMMETRIC_SIGN
	}
	if k.primary > 0 {
		out.Primary = s.describeVersion(name, k.primary)
	}
	return out
}

// numbered returns the name of a version.
func numbered(key string, n int) string { return key + "/cryptoKeyVersions/" + strconv.Itoa(n) }

// parent returns the key of a version's name, which may be a key's already.
func parent(name string) string {
	name, _, _ = strings.Cut(name, "/cryptoKeyVersions/")
	return name
}
