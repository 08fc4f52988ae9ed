// Package app describes the learning applications of an institution: where
// they are, who gets them, and what they may know of a person.
package app

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

// ID identifies an application within its institution.
type ID string

// App is one learning application.
type App struct {
	ID     ID
	Name   string
	Launch string // https URL that a tile opens; the application starts sign-in itself
	Kinds  []person.Kind
	Groups []group.ID // only members of these; empty means everybody of Kinds
	OIDC   Client
}

// Client is the application as an OpenID Connect relying party.
type Client struct {
	RedirectURIs []string // compared as exact strings (RFC 9700 section 2.1)
	SecretHash   []byte   // SHA-256 of the client secret; nil for a public client
	Scopes       []string // what it may ask for: "openid", "profile", "email"
}

// For reports whether a may use the application.
func (p App) For(a account.Account) bool {
	if !a.MaySignIn() || !slices.Contains(p.Kinds, a.Kind) {
		return false
	}
	if len(p.Groups) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Groups(), func(g group.ID) bool { return slices.Contains(p.Groups, g) })
}

// HashSecret returns what is stored of a client secret. Secrets are random
// with at least 128 bits, so that a plain hash suffices.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Matches reports in constant time whether secret is the client's.
func (c Client) Matches(secret string) bool {
	return len(c.SecretHash) > 0 && subtle.ConstantTimeCompare(c.SecretHash, HashSecret(secret)) == 1
}

// ClientID returns the client_id (RFC 6749 section 2.2) of application id of
// institution t: both parts, so that the application is found without a query.
func ClientID(t tenant.ID, id ID) string { return string(t) + "." + string(id) }

// ParseClientID splits a client_id. It answers NotFound for a malformed one.
func ParseClientID(s string) (tenant.ID, ID, error) {
	t, id, ok := strings.Cut(s, ".")
	owner, err := tenant.ParseID(t)
	if !ok || err != nil || id == "" || strings.ContainsAny(id, "./") {
		return "", "", fault.New(fault.NotFound, "")
	}
	return owner, ID(id), nil
}
