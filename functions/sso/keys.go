package sso

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-jose/go-jose/v4"

	"cool.example/sync/shared/serve"
)

// smallestKey is the least RSA modulus in bits (NIST SP 800-131A).
const smallestKey = 2048

// signingKeys returns the keys of every enabled version of the secret; the
// last signs. An older one stays published until its version is disabled, so
// that what it signed still verifies.
func (s *server) signingKeys(ctx context.Context) ([]jose.JSONWebKey, error) {
	versions, err := s.Secrets.All(ctx, "oidc-signing-keys")
	if err != nil {
		return nil, err
	}
	newest, _ := versions.Latest()
	keys := make([]jose.JSONWebKey, 0, len(versions))
	for n := 1; n <= newest; n++ {
		if versions[n] == nil {
			continue
		}
		key, err := signingKey(versions[n])
		if err != nil {
			return nil, fmt.Errorf("signing key version %d: %w", n, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// signingKey reads an RSA key in PKCS #8 PEM. Its id is its thumbprint (RFC 7638).
func signingKey(text []byte) (jose.JSONWebKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return jose.JSONWebKey{}, errors.New("not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < smallestKey {
		return jose.JSONWebKey{}, errors.New("not an RSA key of at least 2048 bits")
	}
	jwk := jose.JSONWebKey{Key: key, Algorithm: string(jose.RS256), Use: "sig"}
	print, err := jwk.Thumbprint(crypto.SHA256)
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(print)
	return jwk, err
}

// jwks serves the public keys (RFC 7517 section 5).
func (s *server) jwks(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.signingKeys(r.Context())
	if err != nil {
		return err
	}
	set := jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, k.Public())
	}
	public(w)
	return serve.JSON(w, http.StatusOK, set)
}
