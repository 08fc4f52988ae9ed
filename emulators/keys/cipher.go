package keys

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// largest is the service's bound of a plaintext and of additional data for a
// key in software, in bytes.
const largest = 64 << 10

// prefix is the length of what stands before the sealed bytes: the number of
// the version.
const prefix = 4

// Encrypt encrypts with the primary version, or with the one that is named.
func (s *Server) Encrypt(_ context.Context, r *kmspb.EncryptRequest) (*kmspb.EncryptResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, n, err := s.encrypting(r.GetName())
	if err != nil {
		return nil, err
	}
	if err := v.usable(numbered(parent(r.GetName()), n)); err != nil {
		return nil, err
	}
	plain, additional := r.GetPlaintext(), r.GetAdditionalAuthenticatedData()
	if len(plain) > largest || len(additional) > largest {
		return nil, status.Error(codes.InvalidArgument, "The plaintext or the additional data is longer than 64 KiB.")
	}
	if !intact(plain, r.GetPlaintextCrc32C()) || !intact(additional, r.GetAdditionalAuthenticatedDataCrc32C()) {
		return nil, damaged()
	}
	sealed := aead(v).Seal(binary.BigEndian.AppendUint32(nil, uint32(n)), nil, plain, additional)
	return &kmspb.EncryptResponse{
		Name: numbered(parent(r.GetName()), n), Ciphertext: sealed, CiphertextCrc32C: checksum(sealed),
		VerifiedPlaintextCrc32C:                   r.GetPlaintextCrc32C() != nil,
		VerifiedAdditionalAuthenticatedDataCrc32C: r.GetAdditionalAuthenticatedDataCrc32C() != nil,
		ProtectionLevel:                           kmspb.ProtectionLevel_SOFTWARE,
	}, nil
}

// encrypting returns the version that a key or version name encrypts with.
func (s *Server) encrypting(name string) (*version, int, error) {
	if k := s.keys[parent(name)]; k != nil && k.signs {
		return nil, 0, misused(parent(name))
	}
	if strings.Contains(name, "/cryptoKeyVersions/") {
		return s.version(name)
	}
	k, err := s.key(name)
	if err != nil {
		return nil, 0, err
	}
	if k.primary == 0 {
		return nil, 0, status.Errorf(codes.FailedPrecondition, "CryptoKey %s has no primary version.", name)
	}
	return s.settle(name, k.primary), k.primary, nil
}

// Decrypt opens what any enabled version of the key encrypted.
func (s *Server) Decrypt(_ context.Context, r *kmspb.DecryptRequest) (*kmspb.DecryptResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.key(r.GetName())
	if err != nil {
		return nil, err
	}
	if k.signs {
		return nil, misused(r.GetName())
	}
	sealed, additional := r.GetCiphertext(), r.GetAdditionalAuthenticatedData()
	if !intact(sealed, r.GetCiphertextCrc32C()) || !intact(additional, r.GetAdditionalAuthenticatedDataCrc32C()) {
		return nil, damaged()
	}
	if len(sealed) < prefix {
		return nil, undecryptable()
	}
	n := int(binary.BigEndian.Uint32(sealed))
	if n < 1 || n > len(k.versions) {
		return nil, undecryptable()
	}
	v := s.settle(r.GetName(), n)
	if err := v.usable(numbered(r.GetName(), n)); err != nil {
		return nil, err
	}
	plain, err := aead(v).Open(nil, nil, sealed[prefix:], additional)
	if err != nil {
		return nil, undecryptable()
	}
	return &kmspb.DecryptResponse{
		Plaintext: plain, PlaintextCrc32C: checksum(plain), UsedPrimary: n == k.primary,
		ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE,
	}, nil
}

func damaged() error {
	return status.Error(codes.InvalidArgument, "The checksum in the request does not match its data.")
}

func undecryptable() error {
	return status.Error(codes.InvalidArgument, "Decryption failed: the ciphertext is invalid.")
}

func aead(v *version) cipher.AEAD {
	block, err := aes.NewCipher(v.secret)
	if err != nil {
		panic(err) // the secret of an enabled version has 32 bytes
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only another block size than AES's fails
	}
	return gcm
}

func checksum(b []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))))
}

func intact(b []byte, want *wrapperspb.Int64Value) bool {
	return want == nil || want.GetValue() == checksum(b).GetValue()
}
