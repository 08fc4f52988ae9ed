package secrets

import (
	"bytes"
	"context"
	"regexp"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// secretID is the service's rule for the name of a secret.
var secretID = regexp.MustCompile(`^[\w-]{1,255}$`)

// secret is a name with its versions.
type secret struct {
	created     time.Time
	replication *secretmanagerpb.Replication
	versions    []*version // the number of a version is its index plus one
}

// add makes a version and returns its number.
func (s *secret) add(value []byte) int {
	s.versions = append(s.versions, &version{
		state: secretmanagerpb.SecretVersion_ENABLED, created: time.Now(), value: bytes.Clone(value),
	})
	return len(s.versions)
}

// CreateSecret makes a secret without versions.
func (s *Server) CreateSecret(_ context.Context, r *secretmanagerpb.CreateSecretRequest) (*secretmanagerpb.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !secretID.MatchString(r.GetSecretId()) {
		return nil, status.Error(codes.InvalidArgument, "The secret ID is not valid.")
	}
	name := r.GetParent() + "/secrets/" + r.GetSecretId()
	if s.secrets[name] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "Secret [%s] already exists.", name)
	}
	s.secrets[name] = &secret{created: time.Now(), replication: r.GetSecret().GetReplication()}
	return s.describe(name), nil
}

// GetSecret returns what is known of a secret but its values.
func (s *Server) GetSecret(_ context.Context, r *secretmanagerpb.GetSecretRequest) (*secretmanagerpb.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.secret(r.GetName()); err != nil {
		return nil, err
	}
	return s.describe(r.GetName()), nil
}

func (s *Server) secret(name string) (*secret, error) {
	if found := s.secrets[name]; found != nil {
		return found, nil
	}
	return nil, status.Errorf(codes.NotFound, "Secret [%s] not found or has no versions.", name)
}

func (s *Server) describe(name string) *secretmanagerpb.Secret {
	found := s.secrets[name]
	return &secretmanagerpb.Secret{Name: name, CreateTime: timestamppb.New(found.created), Replication: found.replication}
}
