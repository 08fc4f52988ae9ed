// Package secrets is a fake of Secret Manager, served over gRPC so that
// Google's own client talks to it.
package secrets

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// ProjectHeader is the name of the gRPC metadata in which a caller may say
// whose it is, as Google's clients do for the quota. Such a caller reaches
// the secrets of that project alone; one who does not say reaches every
// project's.
const ProjectHeader = "x-goog-user-project"

// Server is a running fake.
type Server struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	grpc *grpc.Server
	addr string

	mu      sync.Mutex
	secrets map[string]*secret // by resource name
}

// Start serves a fake on a free loopback port.
func Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the fake of Secret Manager: %w", err)
	}
	s := &Server{grpc: grpc.NewServer(grpc.UnaryInterceptor(own)), addr: l.Addr().String(), secrets: map[string]*secret{}}
	secretmanagerpb.RegisterSecretManagerServiceServer(s.grpc, s)
	go func() { _ = s.grpc.Serve(l) }() // ends with Stop
	return s, nil
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.addr }

// Stop ends the fake.
func (s *Server) Stop() { s.grpc.Stop() }

// Put stores the first or next version of a secret without a client.
func (s *Server) Put(project, name string, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := "projects/" + project + "/secrets/" + name
	if s.secrets[full] == nil {
		s.secrets[full] = &secret{created: time.Now()}
	}
	s.secrets[full].add(value)
}

// own refuses a caller of one project what belongs to another, in the
// service's words, which do not tell whether it exists.
func own(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	resource := named(r)
	parts := strings.Split(resource, "/")
	if len(parts) < 2 || parts[0] != "projects" || slices.Contains(parts, "") {
		return nil, status.Errorf(codes.InvalidArgument, "The resource name %q is not valid.", resource)
	}
	md, _ := metadata.FromIncomingContext(ctx)
	for _, project := range md.Get(ProjectHeader) {
		if project != parts[1] {
			return nil, status.Errorf(codes.PermissionDenied, "Permission denied on resource %q (or it may not exist).", resource)
		}
	}
	return next(ctx, r)
}

// named returns the resource that a request is about.
func named(r any) string {
	switch r := r.(type) {
	case interface{ GetName() string }:
		return r.GetName()
	case interface{ GetParent() string }:
		return r.GetParent()
	default:
		return ""
	}
}
