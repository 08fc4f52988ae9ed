package store

import (
	"context"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/tenant"
)

type credentialDoc struct {
	Verifier []byte    `firestore:"verifier" register:"-"`
	Issued   time.Time `firestore:"issued" register:"-"`
	First    bool      `firestore:"first" register:"-"`
	Sheet    string    `firestore:"sheet" register:"-"`
	Badge    string    `firestore:"badge" register:"-"`
	Failures int       `firestore:"failures" register:"usage"`
	RetryAt  time.Time `firestore:"retryAt" register:"usage"`
}

// Credentials returns the table of what people sign in with. It belongs to
// the database CredentialsDatabase, which few functions may open.
func (db *DB) Credentials() Table[account.ID, credential.Credential, credentialDoc] {
	return Table[account.ID, credential.Credential, credentialDoc]{
		db: db, collection: "people",
		toDoc: func(_ tenant.ID, c credential.Credential) credentialDoc {
			return credentialDoc{c.Verifier, c.Issued, c.First, string(c.Sheet), string(c.Badge), c.Failures, c.RetryAt}
		},
		fromDoc: func(_ account.ID, d credentialDoc) (credential.Credential, error) {
			return credential.Credential{
				Verifier: d.Verifier, Issued: d.Issued, First: d.First, Sheet: credential.SheetID(d.Sheet), Badge: credential.BadgeID(d.Badge),
				Failures: d.Failures, RetryAt: d.RetryAt,
			}, nil
		},
	}
}

type badgeDoc struct {
	Tenant  string `firestore:"tenant" register:"-"`
	Account string `firestore:"account" register:"-"`
	Proof   string `firestore:"proof" register:"-"`
}

// Badges returns the table that finds who has a badge by one read. It belongs to
// the database CredentialsDatabase. A badge is good only where the account's
// credential names it.
func (db *DB) Badges() Table[credential.BadgeID, credential.Badge, badgeDoc] {
	return Table[credential.BadgeID, credential.Badge, badgeDoc]{
		db: db, collection: "badges", shared: true,
		owner: func(d badgeDoc) tenant.ID { return tenant.ID(d.Tenant) },
		toDoc: func(owner tenant.ID, b credential.Badge) badgeDoc {
			return badgeDoc{string(owner), string(b.Account), b.Proof}
		},
		fromDoc: func(_ credential.BadgeID, d badgeDoc) (credential.Badge, error) {
			return credential.Badge{Account: account.ID(d.Account), Proof: d.Proof}, nil
		},
	}
}

// BadgeOf returns a badge of whatever institution, and which that is. It answers
// NotFound where there is no such badge.
func (db *DB) BadgeOf(ctx context.Context, id credential.BadgeID) (tenant.ID, credential.Badge, error) {
	if err := possible(string(id)); err != nil {
		return "", credential.Badge{}, err
	}
	snap, err := db.Badges().ref("", id).Get(ctx)
	if err != nil {
		return "", credential.Badge{}, classify(err)
	}
	var d badgeDoc
	if err := snap.DataTo(&d); err != nil {
		return "", credential.Badge{}, err
	}
	b, err := db.Badges().fromDoc(id, d)
	return tenant.ID(d.Tenant), b, err
}

type sheetDoc struct {
	Maker    string    `firestore:"maker" register:"-"`
	Sealed   []byte    `firestore:"sealed" register:"call_name|infix|surname|username"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Sheets returns the table of sheets of first passwords that are not printed
// yet. It belongs to the database CredentialsDatabase.
func (db *DB) Sheets() Table[credential.SheetID, credential.Sheet, sheetDoc] {
	return Table[credential.SheetID, credential.Sheet, sheetDoc]{
		db: db, collection: "sheets",
		expires: func(d sheetDoc) time.Time { return d.ExpireAt },
		toDoc:   func(_ tenant.ID, s credential.Sheet) sheetDoc { return sheetDoc{string(s.Maker), s.Sealed, s.ExpireAt} },
		fromDoc: func(_ credential.SheetID, d sheetDoc) (credential.Sheet, error) {
			return credential.Sheet{Maker: account.ID(d.Maker), Sealed: d.Sealed, ExpireAt: d.ExpireAt}, nil
		},
	}
}
