package store

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

type sessionDoc struct {
	Tenant   string    `firestore:"tenant" register:"-"`
	Account  string    `firestore:"account" register:"-"`
	Epoch    int64     `firestore:"epoch" register:"-"`
	AuthTime time.Time `firestore:"authTime" register:"usage"`
	Methods  []string  `firestore:"methods" register:"usage"`
	First    bool      `firestore:"first" register:"-"`
	Public   string    `firestore:"public" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Sessions returns the table of signed-in browsers.
func (db *DB) Sessions() Table[session.ID, session.Session, sessionDoc] {
	return Table[session.ID, session.Session, sessionDoc]{
		db: db, collection: "sessions", shared: true,
		owner:   func(d sessionDoc) tenant.ID { return tenant.ID(d.Tenant) },
		expires: func(d sessionDoc) time.Time { return d.ExpireAt },
		toDoc: func(owner tenant.ID, s session.Session) sessionDoc {
			return sessionDoc{string(owner), string(s.Account), s.Epoch, s.AuthTime, s.Methods, s.First, s.Public, s.ExpireAt}
		},
		fromDoc: func(_ session.ID, d sessionDoc) (session.Session, error) {
			return session.Session{
				Account: account.ID(d.Account), Epoch: d.Epoch, AuthTime: d.AuthTime,
				Methods: d.Methods, First: d.First, Public: d.Public, ExpireAt: d.ExpireAt,
			}, nil
		},
	}
}

// CreateSession stores a session with entries of the log, in one transaction;
// it implements session.Store.
func (db *DB) CreateSession(ctx context.Context, owner tenant.ID, id session.ID, s session.Session, log ...audit.Entry) error {
	return db.InTx(ctx, func(_ context.Context, tx *Tx) error {
		return errors.Join(db.Sessions().CreateTx(tx, owner, id, s), db.record(tx, owner, log))
	})
}

// DeleteSession removes a session and writes entries of the log, in one
// transaction; it implements session.Store.
func (db *DB) DeleteSession(ctx context.Context, owner tenant.ID, id session.ID, log ...audit.Entry) error {
	return db.InTx(ctx, func(_ context.Context, tx *Tx) error {
		return errors.Join(db.Sessions().DeleteTx(tx, owner, id), db.record(tx, owner, log))
	})
}

// record writes entries of owner's log.
func (db *DB) record(tx *Tx, owner tenant.ID, log []audit.Entry) error {
	var failed []error
	for _, e := range log {
		failed = append(failed, db.Log().CreateTx(tx, owner, e.ID, e))
	}
	return errors.Join(failed...)
}

// SessionAndAccount reads both in one round trip; it implements session.Store.
// It answers NotFound where either is missing.
func (db *DB) SessionAndAccount(ctx context.Context, owner tenant.ID, id session.ID, a account.ID) (session.Session, account.Account, error) {
	sessions, accounts := db.Sessions(), db.Accounts()
	if err := check(owner, id); err != nil {
		return session.Session{}, account.Account{}, err
	}
	if err := check(owner, a); err != nil {
		return session.Session{}, account.Account{}, err
	}
	snaps, err := db.client.GetAll(ctx, []*firestore.DocumentRef{sessions.ref(owner, id), accounts.ref(owner, a)})
	if err != nil {
		return session.Session{}, account.Account{}, classify(err)
	}
	s, err := sessions.entry(owner, snaps[0], nil)
	if err != nil {
		return session.Session{}, account.Account{}, err
	}
	who, err := accounts.entry(owner, snaps[1], nil)
	return s.Value, who.Value, err
}

type codeDoc struct {
	Tenant      string    `firestore:"tenant" register:"-"`
	Grant       string    `firestore:"grant" register:"-"`
	App         string    `firestore:"app" register:"-"`
	Account     string    `firestore:"account" register:"-"`
	Epoch       int64     `firestore:"epoch" register:"-"`
	RedirectURI string    `firestore:"redirectUri" register:"-"`
	Challenge   string    `firestore:"challenge" register:"-"`
	Nonce       string    `firestore:"nonce" register:"-"`
	Scopes      []string  `firestore:"scopes" register:"-"`
	AuthTime    time.Time `firestore:"authTime" register:"usage"`
	Session     string    `firestore:"session" register:"-"`
	Methods     []string  `firestore:"methods" register:"usage"`
	Used        bool      `firestore:"used" register:"-"`
	ExpireAt    time.Time `firestore:"expireAt" register:"-"`
}

// Codes returns the table of authorization codes. A used code stays readable
// until it expires, so that a second use is recognised.
func (db *DB) Codes() Table[grant.ID, grant.Code, codeDoc] {
	return Table[grant.ID, grant.Code, codeDoc]{
		db: db, collection: "codes", shared: true,
		owner:   func(d codeDoc) tenant.ID { return tenant.ID(d.Tenant) },
		expires: func(d codeDoc) time.Time { return d.ExpireAt },
		toDoc: func(owner tenant.ID, c grant.Code) codeDoc {
			return codeDoc{
				string(owner), string(c.Grant), string(c.App), string(c.Account), c.Epoch, c.RedirectURI, c.Challenge,
				c.Nonce, c.Scopes, c.AuthTime, c.Session, c.Methods, c.Used, c.ExpireAt,
			}
		},
		fromDoc: func(_ grant.ID, d codeDoc) (grant.Code, error) {
			return grant.Code{
				Grant: grant.ID(d.Grant), App: app.ID(d.App), Account: account.ID(d.Account), Epoch: d.Epoch,
				RedirectURI: d.RedirectURI, Challenge: d.Challenge, Nonce: d.Nonce, Scopes: d.Scopes,
				AuthTime: d.AuthTime, Session: d.Session, Methods: d.Methods, Used: d.Used, ExpireAt: d.ExpireAt,
			}, nil
		},
	}
}

type grantDoc struct {
	Tenant   string    `firestore:"tenant" register:"-"`
	App      string    `firestore:"app" register:"-"`
	Account  string    `firestore:"account" register:"-"`
	Epoch    int64     `firestore:"epoch" register:"-"`
	Scopes   []string  `firestore:"scopes" register:"-"`
	Revoked  bool      `firestore:"revoked" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Grants returns the table of grants that applications' tokens belong to.
func (db *DB) Grants() Table[grant.ID, grant.Grant, grantDoc] {
	return Table[grant.ID, grant.Grant, grantDoc]{
		db: db, collection: "grants", shared: true,
		owner:   func(d grantDoc) tenant.ID { return tenant.ID(d.Tenant) },
		expires: func(d grantDoc) time.Time { return d.ExpireAt },
		toDoc: func(owner tenant.ID, g grant.Grant) grantDoc {
			return grantDoc{string(owner), string(g.App), string(g.Account), g.Epoch, g.Scopes, g.Revoked, g.ExpireAt}
		},
		fromDoc: func(_ grant.ID, d grantDoc) (grant.Grant, error) {
			return grant.Grant{
				App: app.ID(d.App), Account: account.ID(d.Account), Epoch: d.Epoch,
				Scopes: d.Scopes, Revoked: d.Revoked, ExpireAt: d.ExpireAt,
			}, nil
		},
	}
}
