package keys

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// known reports whether the fake has keys of that purpose and algorithm. The
// service demands an algorithm of a key that signs, and implies one for a
// symmetric key (v1 resources.proto, CryptoKeyVersionTemplate.algorithm).
func known(k *kmspb.CryptoKey) bool {
	algorithm := k.GetVersionTemplate().GetAlgorithm()
	switch k.GetPurpose() {
	case kmspb.CryptoKey_ENCRYPT_DECRYPT:
		return algorithm == kmspb.CryptoKeyVersion_CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED ||
			algorithm == kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION
	case kmspb.CryptoKey_ASYMMETRIC_SIGN:
		return algorithm == kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256
	default:
		return false
	}
}

func (k *key) algorithm() kmspb.CryptoKeyVersion_CryptoKeyVersionAlgorithm {
	if k.signs {
		return kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256
	}
	return kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION
}

func misused(key string) error {
	return status.Errorf(codes.FailedPrecondition, "CryptoKey %s has another purpose.", key)
}

// newSigningKey returns the scalar of a fresh private key.
func newSigningKey() []byte {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	secret, err := k.Bytes()
	if err != nil {
		panic(err) // a key of a standard curve has a scalar
	}
	return secret
}

// signing returns the private key of a version by its name.
func (s *Server) signing(name string) (*ecdsa.PrivateKey, error) {
	if !strings.Contains(name, "/cryptoKeyVersions/") {
		return nil, status.Error(codes.InvalidArgument, "The request names no version of a key.")
	}
	v, _, err := s.version(name)
	if err != nil {
		return nil, err
	}
	if !s.keys[parent(name)].signs {
		return nil, misused(parent(name))
	}
	if err := v.usable(name); err != nil {
		return nil, err
	}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), v.secret)
}

// GetPublicKey returns the public key of a version that signs, as PEM.
func (s *Server) GetPublicKey(_ context.Context, r *kmspb.GetPublicKeyRequest) (*kmspb.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.signing(r.GetName())
	if err != nil {
		return nil, err
	}
	if f := r.GetPublicKeyFormat(); f != kmspb.PublicKey_PUBLIC_KEY_FORMAT_UNSPECIFIED && f != kmspb.PublicKey_PEM {
		return nil, status.Error(codes.InvalidArgument, "The fake gives public keys as PEM only.")
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return &kmspb.PublicKey{
		Pem: string(text), PemCrc32C: checksum(text), Name: r.GetName(),
		Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256, ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE,
	}, nil
}

// AsymmetricSign signs a digest, or the digest of data, with the version that
// is named. The signature is ASN.1 DER.
func (s *Server) AsymmetricSign(_ context.Context, r *kmspb.AsymmetricSignRequest) (*kmspb.AsymmetricSignResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.signing(r.GetName())
	if err != nil {
		return nil, err
	}
	digest, err := digestOf(r)
	if err != nil {
		return nil, err
	}
	signature, err := ecdsa.SignASN1(rand.Reader, k, digest)
	if err != nil {
		return nil, err
	}
	return &kmspb.AsymmetricSignResponse{
		Name: r.GetName(), Signature: signature, SignatureCrc32C: checksum(signature),
		VerifiedDigestCrc32C: r.GetDigestCrc32C() != nil, VerifiedDataCrc32C: r.GetDataCrc32C() != nil,
		ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE,
	}, nil
}

// digestOf returns what a request has signed: either its digest or its data is
// given, and the digest is of the algorithm of the key.
func digestOf(r *kmspb.AsymmetricSignRequest) ([]byte, error) {
	digest, data := r.GetDigest().GetSha256(), r.GetData()
	switch {
	case r.GetDigest() != nil && data != nil:
		return nil, status.Error(codes.InvalidArgument, "The request has a digest and data.")
	case len(data) > largest:
		return nil, status.Error(codes.InvalidArgument, "The data is longer than 64 KiB.")
	case !intact(digest, r.GetDigestCrc32C()) || !intact(data, r.GetDataCrc32C()):
		return nil, damaged()
	case data != nil:
		sum := sha256.Sum256(data)
		return sum[:], nil
	case len(digest) != sha256.Size:
		return nil, status.Error(codes.InvalidArgument, "The digest must be a SHA-256 of 32 bytes.")
	default:
		return digest, nil
	}
}
