package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Ring holds the versions of a secret that seals live data: protocol state in
// cookies and parameters, password verifiers. The newest version seals, every
// version opens, so the secret can change without anybody noticing.
type Ring struct {
	keys   map[int][]byte
	newest int
}

// NewRing makes a ring for one purpose from the versions of a secret of at
// least 32 bytes. Rings of different purposes share no key.
func NewRing(purpose string, versions map[int][]byte) (*Ring, error) {
	r := &Ring{keys: map[int][]byte{}}
	for n, secret := range versions {
		if len(secret) < keyLength {
			return nil, fmt.Errorf("version %d of the secret for %s is shorter than %d bytes", n, purpose, keyLength)
		}
		key, err := hkdf.Key(sha256.New, secret, nil, "cool.example/sync ring "+purpose, keyLength)
		if err != nil {
			return nil, err
		}
		r.keys[n] = key
		r.newest = max(r.newest, n)
	}
	if len(r.keys) == 0 {
		return nil, errors.New("a ring needs a key: " + purpose)
	}
	return r, nil
}

// Seal encrypts plain, bound to context, and notes the version it used.
func (r *Ring) Seal(plain, context []byte) ([]byte, error) {
	body, err := sealWith(r.keys[r.newest], plain, context)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(r.newest)), body...), nil
}

// Open decrypts what Seal made. It answers Invalid for anything else.
func (r *Ring) Open(sealed, context []byte) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, fault.New(fault.Invalid, "")
	}
	key, ok := r.keys[int(binary.BigEndian.Uint32(sealed))]
	if !ok {
		return nil, fault.New(fault.Invalid, "")
	}
	return openWith(key, sealed[4:], context)
}

// SealText is Seal for URLs, forms and cookies.
func (r *Ring) SealText(plain, context []byte) (string, error) {
	sealed, err := r.Seal(plain, context)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenText is Open for what SealText made.
func (r *Ring) OpenText(sealed string, context []byte) ([]byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	return r.Open(raw, context)
}

// Index makes keyed hashes of values that must be found but not read: names,
// source keys. Without the secret a hash cannot be tried against a list of
// likely values, and equal values of two institutions have different hashes.
type Index struct{ secret []byte }

// NewIndex makes an index from a secret of at least 32 bytes. The secret can
// never change: what was found under it would be lost.
func NewIndex(secret []byte) (Index, error) {
	if len(secret) < keyLength {
		return Index{}, fmt.Errorf("the secret of an index has at least %d bytes", keyLength)
	}
	return Index{secret: secret}, nil
}

// Of returns the hash of value of a kind within an institution, or between
// COOL Sync and an application: parts are kept apart whatever they contain.
func (x Index) Of(owner tenant.ID, kind string, values ...string) string {
	mac := hmac.New(sha256.New, x.secret)
	for _, part := range append([]string{string(owner), kind}, values...) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		mac.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24])
}
