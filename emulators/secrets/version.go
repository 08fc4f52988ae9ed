package secrets

import (
	"bytes"
	"context"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// largest is the service's bound of a value, in bytes.
const largest = 64 << 10

// defaultPage is how many versions the fake lists where the caller names no
// number: few, so that callers that read one page only are found out.
const defaultPage = 25

// version is one value of a secret.
type version struct {
	state              secretmanagerpb.SecretVersion_State
	created, destroyed time.Time
	value              []byte // nil once destroyed
}

// AddSecretVersion stores the next version of a secret.
func (s *Server) AddSecretVersion(_ context.Context, r *secretmanagerpb.AddSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.secret(r.GetParent())
	if err != nil {
		return nil, err
	}
	value := r.GetPayload().GetData()
	if len(value) == 0 || len(value) > largest {
		return nil, status.Error(codes.InvalidArgument, "The payload is empty, or longer than 64 KiB.")
	}
	if want := r.GetPayload().DataCrc32C; want != nil && *want != checksum(value) {
		return nil, status.Error(codes.InvalidArgument, "The checksum does not match the payload.")
	}
	n := found.add(value)
	out := describeVersion(r.GetParent(), n, found.versions[n-1])
	out.ClientSpecifiedPayloadChecksum = r.GetPayload().DataCrc32C != nil
	return out, nil
}

// AccessSecretVersion returns the value of a version. "latest" is the newest
// one, whatever its state.
func (s *Server) AccessSecretVersion(_ context.Context, r *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, n, v, err := s.version(r.GetName())
	if err != nil {
		return nil, err
	}
	if v.state != secretmanagerpb.SecretVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is in %s state.", r.GetName(), v.state)
	}
	sum := checksum(v.value)
	return &secretmanagerpb.AccessSecretVersionResponse{
		Name: numbered(name, n), Payload: &secretmanagerpb.SecretPayload{Data: bytes.Clone(v.value), DataCrc32C: &sum},
	}, nil
}

// GetSecretVersion returns the state of a version.
func (s *Server) GetSecretVersion(_ context.Context, r *secretmanagerpb.GetSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, n, v, err := s.version(r.GetName())
	if err != nil {
		return nil, err
	}
	return describeVersion(name, n, v), nil
}

// ListSecretVersions returns the versions of a secret page by page, the newest
// first. Of filters it knows "state:ENABLED" and its like.
func (s *Server) ListSecretVersions(_ context.Context, r *secretmanagerpb.ListSecretVersionsRequest) (*secretmanagerpb.ListSecretVersionsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.secret(r.GetParent())
	if err != nil {
		return nil, err
	}
	field, state, _ := strings.Cut(strings.Replace(r.GetFilter(), "=", ":", 1), ":")
	if _, known := secretmanagerpb.SecretVersion_State_value[state]; r.GetFilter() != "" && (field != "state" || !known) {
		return nil, status.Errorf(codes.InvalidArgument, "The fake does not know the filter %q.", r.GetFilter())
	}
	var all []*secretmanagerpb.SecretVersion
	for i, v := range slices.Backward(found.versions) {
		if state == "" || v.state.String() == state {
			all = append(all, describeVersion(r.GetParent(), i+1, v))
		}
	}
	out := &secretmanagerpb.ListSecretVersionsResponse{TotalSize: int32(len(all))}
	size := int(r.GetPageSize())
	if size <= 0 {
		size = defaultPage
	}
	from, err := strconv.Atoi(r.GetPageToken())
	if r.GetPageToken() != "" && (err != nil || from < 0) {
		return nil, status.Error(codes.InvalidArgument, "The page token is not valid.")
	}
	from = min(from, len(all))
	to := min(from+size, len(all))
	if to < len(all) {
		out.NextPageToken = strconv.Itoa(to)
	}
	out.Versions = all[from:to]
	return out, nil
}

// EnableSecretVersion makes a disabled version readable again.
func (s *Server) EnableSecretVersion(_ context.Context, r *secretmanagerpb.EnableSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	return s.turn(r.GetName(), secretmanagerpb.SecretVersion_ENABLED)
}

// DisableSecretVersion makes a version unreadable until it is enabled again.
func (s *Server) DisableSecretVersion(_ context.Context, r *secretmanagerpb.DisableSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	return s.turn(r.GetName(), secretmanagerpb.SecretVersion_DISABLED)
}

// DestroySecretVersion removes the value of a version for good.
func (s *Server) DestroySecretVersion(_ context.Context, r *secretmanagerpb.DestroySecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	return s.turn(r.GetName(), secretmanagerpb.SecretVersion_DESTROYED)
}

// turn gives a version another state; from DESTROYED there is no way back.
func (s *Server) turn(full string, to secretmanagerpb.SecretVersion_State) (*secretmanagerpb.SecretVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, n, v, err := s.version(full)
	if err != nil {
		return nil, err
	}
	if v.state == secretmanagerpb.SecretVersion_DESTROYED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is already DESTROYED.", full)
	}
	if v.state = to; to == secretmanagerpb.SecretVersion_DESTROYED {
		clear(v.value)
		v.value, v.destroyed = nil, time.Now()
	}
	return describeVersion(name, n, v), nil
}

// version finds a version by its resource name.
func (s *Server) version(full string) (name string, n int, v *version, err error) {
	name, number, _ := strings.Cut(full, "/versions/")
	found, err := s.secret(name)
	if err != nil {
		return "", 0, nil, err
	}
	if number == "latest" {
		n = len(found.versions)
	} else {
		n, _ = strconv.Atoi(number) // 0 where it is no number, which no version has
	}
	if n < 1 || n > len(found.versions) {
		return "", 0, nil, status.Errorf(codes.NotFound, "Secret Version [%s] not found.", full)
	}
	return name, n, found.versions[n-1], nil
}

func describeVersion(name string, n int, v *version) *secretmanagerpb.SecretVersion {
	out := &secretmanagerpb.SecretVersion{Name: numbered(name, n), State: v.state, CreateTime: timestamppb.New(v.created)}
	if !v.destroyed.IsZero() {
		out.DestroyTime = timestamppb.New(v.destroyed)
	}
	return out
}

// numbered returns the name of a version.
func numbered(secret string, n int) string { return secret + "/versions/" + strconv.Itoa(n) }

func checksum(b []byte) int64 {
	return int64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}
