package seal

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"cool.example/sync/shared/fault"
)

// SignerConfig says which key signs.
type SignerConfig struct {
	Version  string `env:"NOTARY_KEY"`            // resource name of the version that signs: projects/…/cryptoKeyVersions/…
	Endpoint string `env:"KMS_ENDPOINT,optional"` // host:port of an emulator; "" for the service
}

// Signer signs with a version of a Cloud KMS key of the algorithm
// EC_SIGN_P256_SHA256, whose private half never leaves the service.
type Signer struct {
	client  *kms.KeyManagementClient
	version string
}

// OpenSigner connects to Cloud KMS. A Signer without a version only gives
// public keys.
func OpenSigner(ctx context.Context, c SignerConfig) (*Signer, error) {
	var opts []option.ClientOption
	if c.Endpoint != "" {
		opts = []option.ClientOption{
			option.WithEndpoint(c.Endpoint), option.WithoutAuthentication(),
			option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
		}
	}
	client, err := kms.NewKeyManagementClient(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("open signing keys: %w", err)
	}
	return &Signer{client: client, version: c.Version}, nil
}

// Close releases the connection.
func (s *Signer) Close() error { return s.client.Close() }

// Version returns the resource name of the version that signs.
func (s *Signer) Version() string { return s.version }

// Sign returns the signature of message, ECDSA over its SHA-256 in ASN.1 DER.
// It answers NotFound where the version is not there or not enabled, Busy
// where KMS does not answer.
func (s *Signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	digest := sha256.Sum256(message)
	r, err := s.client.AsymmetricSign(ctx, &kmspb.AsymmetricSignRequest{
		Name: s.version, Digest: &kmspb.Digest{Digest: &kmspb.Digest_Sha256{Sha256: digest[:]}}, DigestCrc32C: checksum(digest[:]),
	})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", classify(err))
	}
	intact := r.GetSignatureCrc32C().GetValue() == checksum(r.GetSignature()).GetValue()
	if !r.GetVerifiedDigestCrc32C() || !intact || r.GetName() != s.version {
		return nil, fault.As(fault.Busy, errors.New("sign: damaged under way"))
	}
	return r.GetSignature(), nil
}

// Public returns the public key of a version, as PEM and ready for use. It
// answers NotFound where the version is not there or not enabled.
func (s *Signer) Public(ctx context.Context, version string) (*ecdsa.PublicKey, []byte, error) {
	r, err := s.client.GetPublicKey(ctx, &kmspb.GetPublicKeyRequest{Name: version})
	if err != nil {
		return nil, nil, fmt.Errorf("read a public key: %w", classify(err))
	}
	text := []byte(r.GetPem())
	if r.GetPemCrc32C().GetValue() != checksum(text).GetValue() || r.GetName() != version {
		return nil, nil, fault.As(fault.Busy, errors.New("read a public key: damaged under way"))
	}
	key, err := ParsePublic(text)
	return key, text, err
}

// ParsePublic reads a public key from PEM. It answers Invalid where there is
// none, or one of another kind.
func ParsePublic(text []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fault.As(fault.Invalid, errors.New("read a public key: no PEM"))
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read a public key: %w", fault.As(fault.Invalid, err))
	}
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return nil, fault.As(fault.Invalid, errors.New("read a public key: not one of an elliptic curve"))
	}
	return ec, nil
}
