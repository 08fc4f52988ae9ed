// Package keys is a fake of Cloud KMS, served over gRPC so that Google's own
// client talks to it. It encrypts for real, with AES-GCM, signs for real, with
// ECDSA, and destroys keys when the service would, on a clock that can be
// moved. It knows what the product uses: symmetric keys, and keys that sign
// with EC_SIGN_P256_SHA256, in software.
package keys

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Window is how long the product's keys lie scheduled for destruction, the
// least the service allows. The service's own default, and so the fake's, is
// 30 days: whoever creates a key must ask for the window (v1 resources.proto,
// CryptoKey.destroy_scheduled_duration).
const Window = 24 * time.Hour

// AdvanceHeader is the name of the gRPC metadata that moves the clock of the
// project in the request's name ahead before the request is answered; its
// value is a Go duration such as "24h". The service knows no such thing.
const AdvanceHeader = "emulator-advance"

// Server is a running fake.
type Server struct {
	kmspb.UnimplementedKeyManagementServiceServer
	grpc *grpc.Server
	addr string

	mu    sync.Mutex
	clock func() time.Time
	ahead map[string]time.Duration // by project
	rings map[string]time.Time     // creation, by resource name
	keys  map[string]*key          // by resource name
}

// Start serves a fake on a free loopback port.
func Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the fake of Cloud KMS: %w", err)
	}
	s := &Server{
		addr: l.Addr().String(), clock: time.Now,
		ahead: map[string]time.Duration{}, rings: map[string]time.Time{}, keys: map[string]*key{},
	}
	s.grpc = grpc.NewServer(grpc.UnaryInterceptor(s.advance))
	kmspb.RegisterKeyManagementServiceServer(s.grpc, s)
	go func() { _ = s.grpc.Serve(l) }() // ends with Stop
	return s, nil
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.addr }

// Stop ends the fake.
func (s *Server) Stop() { s.grpc.Stop() }

// SetClock gives every project another idea of the present.
func (s *Server) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = now
}

// Advance moves the clock of one project ahead of the fake's.
func (s *Server) Advance(project string, by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead[project] += by
}

// Put makes a key with the product's Window, and its key ring, where they do
// not exist yet. name is the key's resource name.
func (s *Server) Put(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !keyName.MatchString(name) {
		return fmt.Errorf("%q does not name a crypto key", name)
	}
	ring, _, _ := strings.Cut(name, "/cryptoKeys/")
	if s.rings[ring].IsZero() {
		s.rings[ring] = s.now(ring)
	}
	if s.keys[name] == nil {
		s.keys[name] = &key{created: s.now(name), window: Window}
		s.keys[name].primary = s.keys[name].add(s.now(name))
	}
	return nil
}

// advance answers AdvanceHeader.
func (s *Server) advance(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	for _, value := range md.Get(AdvanceHeader) {
		named, ok := r.(interface{ GetName() string })
		by, err := time.ParseDuration(value)
		if !ok || err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "%s needs a request by name and a duration", AdvanceHeader)
		}
		s.Advance(project(named.GetName()), by)
	}
	return next(ctx, r)
}

// now returns the present in the project of a resource.
func (s *Server) now(resource string) time.Time {
	return s.clock().Add(s.ahead[project(resource)])
}

// project returns the project of a resource name: projects/P/….
func project(resource string) string {
	parts := strings.SplitN(resource, "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}
