package store

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/tenant"
)

type credentialDoc struct {
	Verifier []byte    `firestore:"verifier" register:"-"`
	Issued   time.Time `firestore:"issued" register:"-"`
	First    bool      `firestore:"first" register:"-"`
	Failures int       `firestore:"failures" register:"usage"`
	RetryAt  time.Time `firestore:"retryAt" register:"usage"`
}

// Credentials returns the table of what people sign in with. It belongs to
// the database CredentialsDatabase, which few functions may open.
func (db *DB) Credentials() Table[account.ID, credential.Credential, credentialDoc] {
	return Table[account.ID, credential.Credential, credentialDoc]{
		db: db, collection: "people",
		toDoc: func(_ tenant.ID, c credential.Credential) credentialDoc {
			return credentialDoc{c.Verifier, c.Issued, c.First, c.Failures, c.RetryAt}
		},
		fromDoc: func(_ account.ID, d credentialDoc) (credential.Credential, error) {
			return credential.Credential{Verifier: d.Verifier, Issued: d.Issued, First: d.First, Failures: d.Failures, RetryAt: d.RetryAt}, nil
		},
	}
}
