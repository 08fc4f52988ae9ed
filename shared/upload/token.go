package upload

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// NewToken makes an import token of an institution: what its administration
// system shows when it hands over a file. Only its hash is stored.
func NewToken(owner tenant.ID) string {
	return string(owner) + "." + rand.Text() + rand.Text()
}

// ParseToken returns whose a token claims to be and the hash under which it
// is stored. It answers Unsigned for what is no token.
func ParseToken(token string) (owner tenant.ID, hash string, err error) {
	claimed, secret, ok := strings.Cut(token, ".")
	owner, err = tenant.ParseID(claimed)
	if !ok || err != nil || len(secret) < 32 || len(token) > 200 {
		return "", "", fault.New(fault.Unsigned, "")
	}
	sum := sha256.Sum256([]byte(token))
	return owner, base64.RawURLEncoding.EncodeToString(sum[:]), nil
}
