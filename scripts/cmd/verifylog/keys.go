package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
)

// ring holds the public keys that manifests may be signed with.
type ring struct {
	signer *seal.Signer // nil where keys come from a file
	key    string       // the notary's key, without a version
	file   []*ecdsa.PublicKey
	known  map[string]*ecdsa.PublicKey
	texts  bytes.Buffer // the keys from Cloud KMS, as PEM
}

func openKeys(ctx context.Context, a asked) (*ring, error) {
	r := &ring{known: map[string]*ecdsa.PublicKey{}}
	if a.publicKey != "" {
		return r, r.read(a.publicKey)
	}
	r.key, _, _ = strings.Cut(a.key, "/cryptoKeyVersions/")
	var err error
	r.signer, err = seal.OpenSigner(ctx, seal.SignerConfig{Endpoint: a.keys})
	return r, err
}

// read reads keys from a file.
func (r *ring) read(name string) error {
	rest, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		key, err := seal.ParsePublic(pem.EncodeToMemory(block))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.file = append(r.file, key)
	}
	if len(r.file) == 0 {
		return fmt.Errorf("%s holds no public key", name)
	}
	return nil
}

// keys returns the keys of a version: see proof.Keys. Only versions of the
// notary's own key count, so that nobody signs with another.
func (r *ring) keys(ctx context.Context, version string) ([]*ecdsa.PublicKey, error) {
	if r.signer == nil {
		return r.file, nil
	}
	if key := r.known[version]; key != nil {
		return []*ecdsa.PublicKey{key}, nil
	}
	if of, _, ok := strings.Cut(version, "/cryptoKeyVersions/"); !ok || of != r.key {
		return nil, fault.New(fault.NotFound, "")
	}
	key, text, err := r.signer.Public(ctx, version)
	if err != nil {
		return nil, err
	}
	r.known[version] = key
	_, err = r.texts.Write(text)
	return []*ecdsa.PublicKey{key}, err
}

// save writes the keys that came from Cloud KMS to a file, where one is named.
func (r *ring) save(name string) error {
	if name == "" {
		return nil
	}
	return os.WriteFile(name, r.texts.Bytes(), 0o644)
}

func (r *ring) close() {
	if r.signer != nil {
		_ = r.signer.Close() // nothing is left to send
	}
}
