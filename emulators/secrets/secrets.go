// Package secrets is a fake of Secret Manager, served over gRPC so that
// Google's own client talks to it.
package secrets

import (
	"context"
	"fmt"
	"hash/crc32"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Server is a running fake.
type Server struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	grpc *grpc.Server
	addr string

	mu      sync.Mutex
	secrets map[string][]*version // by resource name
}

type version struct {
	state secretmanagerpb.SecretVersion_State
	data  []byte
}

// Start serves a fake on a free loopback port.
func Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the fake of Secret Manager: %w", err)
	}
	s := &Server{grpc: grpc.NewServer(), addr: l.Addr().String(), secrets: map[string][]*version{}}
	secretmanagerpb.RegisterSecretManagerServiceServer(s.grpc, s)
	go func() { _ = s.grpc.Serve(l) }() // ends with Stop
	return s, nil
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.addr }

// Stop ends the fake.
func (s *Server) Stop() { s.grpc.Stop() }

// Put stores a secret, or its next version, without a client.
func (s *Server) Put(project, name string, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := "projects/" + project + "/secrets/" + name
	s.secrets[key] = append(s.secrets[key], &version{secretmanagerpb.SecretVersion_ENABLED, value})
}

// CreateSecret makes an empty secret.
func (s *Server) CreateSecret(_ context.Context, r *secretmanagerpb.CreateSecretRequest) (*secretmanagerpb.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.GetParent() + "/secrets/" + r.GetSecretId()
	if _, ok := s.secrets[name]; ok {
		return nil, status.Errorf(codes.AlreadyExists, "Secret [%s] already exists.", name)
	}
	s.secrets[name] = nil
	return &secretmanagerpb.Secret{Name: name}, nil
}

// AddSecretVersion stores the next version of a secret.
func (s *Server) AddSecretVersion(_ context.Context, r *secretmanagerpb.AddSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.secrets[r.GetParent()]; !ok {
		return nil, status.Errorf(codes.NotFound, "Secret [%s] not found.", r.GetParent())
	}
	v := &version{secretmanagerpb.SecretVersion_ENABLED, r.GetPayload().GetData()}
	s.secrets[r.GetParent()] = append(s.secrets[r.GetParent()], v)
	return describe(r.GetParent(), len(s.secrets[r.GetParent()]), v), nil
}

// AccessSecretVersion returns the value of a version; "latest" is the newest.
func (s *Server) AccessSecretVersion(_ context.Context, r *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, n, v, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	if v.state != secretmanagerpb.SecretVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is in %s state.", r.GetName(), v.state)
	}
	sum := int64(crc32.Checksum(v.data, crc32.MakeTable(crc32.Castagnoli)))
	return &secretmanagerpb.AccessSecretVersionResponse{
		Name:    name + "/versions/" + strconv.Itoa(n),
		Payload: &secretmanagerpb.SecretPayload{Data: v.data, DataCrc32C: &sum},
	}, nil
}

// ListSecretVersions returns the versions of a secret, the newest first. Of
// filters it knows "state:ENABLED".
func (s *Server) ListSecretVersions(_ context.Context, r *secretmanagerpb.ListSecretVersionsRequest) (*secretmanagerpb.ListSecretVersionsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	versions, ok := s.secrets[r.GetParent()]
	if !ok {
		return nil, status.Errorf(codes.NotFound, "Secret [%s] not found.", r.GetParent())
	}
	if f := r.GetFilter(); f != "" && f != "state:ENABLED" {
		return nil, status.Errorf(codes.InvalidArgument, "the fake does not know the filter %q", f)
	}
	out := &secretmanagerpb.ListSecretVersionsResponse{}
	for i, v := range versions {
		if r.GetFilter() == "" || v.state == secretmanagerpb.SecretVersion_ENABLED {
			out.Versions = append(out.Versions, describe(r.GetParent(), i+1, v))
		}
	}
	slices.Reverse(out.Versions)
	out.TotalSize = int32(len(out.Versions))
	return out, nil
}

// DisableSecretVersion makes a version unreadable until it is enabled again.
func (s *Server) DisableSecretVersion(_ context.Context, r *secretmanagerpb.DisableSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	return s.turn(r.GetName(), secretmanagerpb.SecretVersion_DISABLED)
}

// DestroySecretVersion removes the value of a version for good.
func (s *Server) DestroySecretVersion(_ context.Context, r *secretmanagerpb.DestroySecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	return s.turn(r.GetName(), secretmanagerpb.SecretVersion_DESTROYED)
}

func (s *Server) turn(full string, to secretmanagerpb.SecretVersion_State) (*secretmanagerpb.SecretVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, n, v, err := s.find(full)
	if err != nil {
		return nil, err
	}
	if v.state == secretmanagerpb.SecretVersion_DESTROYED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is destroyed.", full)
	}
	v.state = to
	if to == secretmanagerpb.SecretVersion_DESTROYED {
		v.data = nil
	}
	return describe(name, n, v), nil
}

func (s *Server) find(full string) (name string, n int, v *version, err error) {
	name, number, _ := strings.Cut(full, "/versions/")
	versions := s.secrets[name]
	if number == "latest" {
		n = len(versions)
	} else {
		n, _ = strconv.Atoi(number) // 0 where it is no number, which no version has
	}
	if n < 1 || n > len(versions) {
		return "", 0, nil, status.Errorf(codes.NotFound, "Secret Version [%s] not found.", full)
	}
	return name, n, versions[n-1], nil
}

func describe(name string, n int, v *version) *secretmanagerpb.SecretVersion {
	return &secretmanagerpb.SecretVersion{Name: name + "/versions/" + strconv.Itoa(n), State: v.state}
}
