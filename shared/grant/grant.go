// Package grant holds the state of OpenID Connect sign-ins at applications:
// authorization codes, and the grants that their tokens belong to.
package grant

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
)

// CodeLife is how long an authorization code may wait to be exchanged. RFC
// 6749 section 4.1.2 allows ten minutes; a browser needs seconds.
const CodeLife = 60 * time.Second

// ID identifies a code or a grant: the hash of its secret, or a random id.
type ID string

// HashOf returns the id under which state with this secret is stored, so that
// a copy of the database lets nobody in.
func HashOf(secret string) ID {
	sum := sha256.Sum256([]byte(secret))
	return ID(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// Code is an authorization code that was handed to a client.
type Code struct {
	Grant       ID
	App         app.ID
	Account     account.ID
	Epoch       int64 // of the account, when the code was made
	RedirectURI string
	Challenge   string // PKCE S256 (RFC 7636 section 4.2)
	Nonce       string
	Scopes      []string
	AuthTime    time.Time
	Session     string   // of the browser: see session.Session.Public
	Methods     []string // how the person proved who they are: see session.Session
	Used        bool
	ExpireAt    time.Time
}

// Grant is what tokens of one sign-in at one application belong to; revoking
// it ends them all.
type Grant struct {
	App      app.ID
	Account  account.ID
	Epoch    int64
	Scopes   []string
	Revoked  bool
	ExpireAt time.Time
}
