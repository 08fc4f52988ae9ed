package credential

import (
	"context"
	"fmt"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/tenant"
)

// Ring seals verifiers under a secret that can change: see seal.Ring.
type Ring interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Vault makes and checks password verifiers. What it stores is the argon2id
// hash, encrypted, and bound to the one account: neither the database nor the
// secret alone lets anybody try passwords.
type Vault struct {
	Hasher *Hasher
	Ring   Ring
}

// Issue returns the credential of a new password.
func (v Vault) Issue(ctx context.Context, owner tenant.ID, a account.ID, password string, now time.Time) (Credential, error) {
	verifier, err := v.Hasher.Hash(ctx, password)
	if err != nil {
		return Credential{}, err
	}
	sealed, err := v.Ring.Seal([]byte(verifier), place(owner, a))
	if err != nil {
		return Credential{}, fmt.Errorf("seal verifier: %w", err)
	}
	return Credential{Verifier: sealed, Issued: now}, nil
}

// Check reports whether password is c's. It takes the same time where c holds
// no verifier.
func (v Vault) Check(ctx context.Context, owner tenant.ID, a account.ID, c Credential, password string) (bool, error) {
	verifier := ""
	if len(c.Verifier) > 0 {
		plain, err := v.Ring.Open(c.Verifier, place(owner, a))
		if err != nil {
			return false, fmt.Errorf("open verifier: %w", err)
		}
		verifier = string(plain)
	}
	return v.Hasher.Verify(ctx, verifier, password)
}

func place(owner tenant.ID, a account.ID) []byte {
	return []byte("verifier\x00" + string(owner) + "\x00" + string(a))
}
