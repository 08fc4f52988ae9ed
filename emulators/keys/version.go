package keys

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// version is one key material.
type version struct {
	secret  []byte // nil once destroyed
	state   kmspb.CryptoKeyVersion_CryptoKeyVersionState
	created time.Time
	destroy time.Time // when it is, or was, to be destroyed; zero for never
}

// usable refuses whatever is not enabled.
func (v *version) usable(name string) error {
	if v.state == kmspb.CryptoKeyVersion_ENABLED {
		return nil
	}
	return status.Errorf(codes.FailedPrecondition, "%s is not enabled, current state is: %s.", name, v.state)
}

// The service's sizes of a page of versions.
const (
	defaultPage = 100
	largestPage = 1000
)

// CreateCryptoKeyVersion makes the next version of a key; it does not become
// primary by itself.
func (s *Server) CreateCryptoKeyVersion(_ context.Context, r *kmspb.CreateCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.key(r.GetParent())
	if err != nil {
		return nil, err
	}
	return s.describeVersion(r.GetParent(), k.add(s.now(r.GetParent()))), nil
}

// ListCryptoKeyVersions returns the versions of a key page by page, the
// destroyed ones too. Of filters it knows "state=ENABLED" and its like.
func (s *Server) ListCryptoKeyVersions(_ context.Context, r *kmspb.ListCryptoKeyVersionsRequest) (*kmspb.ListCryptoKeyVersionsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.key(r.GetParent())
	if err != nil {
		return nil, err
	}
	field, state, _ := strings.Cut(strings.Replace(r.GetFilter(), ":", "=", 1), "=")
	if _, known := kmspb.CryptoKeyVersion_CryptoKeyVersionState_value[state]; r.GetFilter() != "" && (field != "state" || !known) {
		return nil, status.Errorf(codes.InvalidArgument, "The fake does not know the filter %q.", r.GetFilter())
	}
	var all []*kmspb.CryptoKeyVersion
	for n := range k.versions {
		if v := s.describeVersion(r.GetParent(), n+1); state == "" || v.GetState().String() == state {
			all = append(all, v)
		}
	}
	out := &kmspb.ListCryptoKeyVersionsResponse{TotalSize: int32(len(all))}
	size := int(r.GetPageSize())
	if size <= 0 {
		size = defaultPage
	}
	from, err := strconv.Atoi(r.GetPageToken())
	if r.GetPageToken() != "" && (err != nil || from < 0) {
		return nil, status.Error(codes.InvalidArgument, "The page token is not valid.")
	}
	from = min(from, len(all))
	to := min(from+min(size, largestPage), len(all))
	if to < len(all) {
		out.NextPageToken = strconv.Itoa(to)
	}
	out.CryptoKeyVersions = all[from:to]
	return out, nil
}

// GetCryptoKeyVersion returns one version.
func (s *Server) GetCryptoKeyVersion(_ context.Context, r *kmspb.GetCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	return s.turn(r.GetName(), func(*version) error { return nil })
}

// UpdateCryptoKeyVersion enables or disables a version.
func (s *Server) UpdateCryptoKeyVersion(_ context.Context, r *kmspb.UpdateCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	if !slices.Equal(r.GetUpdateMask().GetPaths(), []string{"state"}) {
		return nil, status.Error(codes.InvalidArgument, "update_mask must be: state.")
	}
	return s.turn(r.GetCryptoKeyVersion().GetName(), func(v *version) error {
		to := r.GetCryptoKeyVersion().GetState()
		if !v.living() || (to != kmspb.CryptoKeyVersion_ENABLED && to != kmspb.CryptoKeyVersion_DISABLED) {
			return status.Errorf(codes.FailedPrecondition, "A version cannot go from %s to %s.", v.state, to)
		}
		v.state = to
		return nil
	})
}

// DestroyCryptoKeyVersion schedules a version's destruction after the key's
// window.
func (s *Server) DestroyCryptoKeyVersion(_ context.Context, r *kmspb.DestroyCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	return s.turn(r.GetName(), func(v *version) error {
		if !v.living() {
			return status.Errorf(codes.FailedPrecondition, "%s cannot be destroyed, current state is: %s.", r.GetName(), v.state)
		}
		v.state = kmspb.CryptoKeyVersion_DESTROY_SCHEDULED
		v.destroy = s.now(r.GetName()).Add(s.keys[parent(r.GetName())].window)
		return nil
	})
}

// RestoreCryptoKeyVersion takes back a scheduled destruction; the version is
// disabled then, as in the service.
func (s *Server) RestoreCryptoKeyVersion(_ context.Context, r *kmspb.RestoreCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	return s.turn(r.GetName(), func(v *version) error {
		if v.state != kmspb.CryptoKeyVersion_DESTROY_SCHEDULED {
			return status.Errorf(codes.FailedPrecondition, "%s cannot be restored, current state is: %s.", r.GetName(), v.state)
		}
		v.state, v.destroy = kmspb.CryptoKeyVersion_DISABLED, time.Time{}
		return nil
	})
}

// turn changes one version and describes it.
func (s *Server) turn(name string, change func(*version) error) (*kmspb.CryptoKeyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, n, err := s.version(name)
	if err != nil {
		return nil, err
	}
	if err := change(v); err != nil {
		return nil, err
	}
	return s.describeVersion(parent(name), n), nil
}

// living reports whether a version can still be used or switched on.
func (v *version) living() bool {
	return v.state == kmspb.CryptoKeyVersion_ENABLED || v.state == kmspb.CryptoKeyVersion_DISABLED
}

// version finds a version by its resource name, in its present state.
func (s *Server) version(name string) (*version, int, error) {
	k, err := s.key(parent(name))
	if err != nil {
		return nil, 0, err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(name, parent(name)+"/cryptoKeyVersions/"))
	if err != nil || n < 1 || n > len(k.versions) {
		return nil, 0, status.Errorf(codes.NotFound, "CryptoKeyVersion %s not found.", name)
	}
	return s.settle(parent(name), n), n, nil
}

// settle returns a version, destroyed if its time has come.
func (s *Server) settle(key string, n int) *version {
	v := s.keys[key].versions[n-1]
	if v.state == kmspb.CryptoKeyVersion_DESTROY_SCHEDULED && !s.now(key).Before(v.destroy) {
		clear(v.secret)
		v.state, v.secret = kmspb.CryptoKeyVersion_DESTROYED, nil
	}
	return v
}

func (s *Server) describeVersion(key string, n int) *kmspb.CryptoKeyVersion {
	v := s.settle(key, n)
	out := &kmspb.CryptoKeyVersion{
		Name: numbered(key, n), State: v.state, ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE,
		Algorithm:  s.keys[key].algorithm(),
		CreateTime: timestamppb.New(v.created), GenerateTime: timestamppb.New(v.created),
	}
	switch v.state {
	case kmspb.CryptoKeyVersion_DESTROY_SCHEDULED:
		out.DestroyTime = timestamppb.New(v.destroy)
	case kmspb.CryptoKeyVersion_DESTROYED:
		out.DestroyEventTime = timestamppb.New(v.destroy)
	}
	return out
}
