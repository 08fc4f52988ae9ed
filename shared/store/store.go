// Package store keeps the aggregates in Firestore. One generic Table does all
// reading, writing, paging, expiry and tenant checking; an aggregate's file
// holds its stored form, its conversion and its path.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// CredentialsDatabase is the Firestore database that holds what verifies
// people. Only functions that verify or set credentials may open it.
const CredentialsDatabase = "credentials"

// DB is one Firestore database.
type DB struct {
	client *firestore.Client
	clock  clock.Clock
	terms  terms
}

// Config says which database to open.
type Config struct {
	Project  string `env:"PROJECT"`
	Database string // "" for the main database
	Clock    clock.Clock
}

// In returns c for another database of the same project.
func (c Config) In(database string) Config {
	c.Database = database
	return c
}

// Open connects to a database. The environment variable
// FIRESTORE_EMULATOR_HOST leads to an emulator, as in every Google client.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Database == "" {
		c.Database = firestore.DefaultDatabaseID
	}
	if c.Clock == nil {
		c.Clock = clock.From(ctx)
	}
	client, err := firestore.NewClientWithDatabase(ctx, c.Project, c.Database)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", c.Database, err)
	}
	return &DB{client: client, clock: c.Clock}, nil
}

// Close releases the connection.
func (db *DB) Close() error { return db.client.Close() }

// Now returns the database's idea of the present, against which expiry is judged.
func (db *DB) Now() time.Time { return db.clock.Now() }

// Tx reads and writes within one transaction. All reads come before writes.
type Tx struct {
	ctx  context.Context // of the transaction
	tx   *firestore.Transaction
	db   *DB
	free map[string]tenant.ID // documents of shared tables, by path, that an institution may write: see claim
}

// transactionTries bounds how often a contended transaction is run again.
const transactionTries = 8

// InTx runs f in a transaction. f may run more than once and so must have no
// effect outside the transaction. It answers Conflict where a precondition
// did not hold, Busy where contention did not end.
func (db *DB) InTx(ctx context.Context, f func(context.Context, *Tx) error) error {
	err := db.client.RunTransaction(ctx, func(ctx context.Context, tx *firestore.Transaction) error {
		return f(ctx, &Tx{ctx: ctx, tx: tx, db: db, free: map[string]tenant.ID{}})
	}, firestore.MaxAttempts(transactionTries))
	return classify(err)
}

// Snapshot runs f so that everything it reads is as of one moment. It locks
// nothing, and f cannot write.
func (db *DB) Snapshot(ctx context.Context, f func(context.Context, *Tx) error) error {
	err := db.client.RunTransaction(ctx, func(ctx context.Context, tx *firestore.Transaction) error {
		return f(ctx, &Tx{ctx: ctx, tx: tx, db: db, free: map[string]tenant.ID{}})
	}, firestore.ReadOnly)
	return classify(err)
}

// classify turns Firestore's status codes into kinds of fault. Errors that
// are classified already keep their kind.
func classify(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) { // between two tries of the client
		return fault.As(fault.Busy, err)
	}
	switch status.Code(err) {
	case codes.NotFound:
		return fault.As(fault.NotFound, err)
	case codes.AlreadyExists, codes.FailedPrecondition:
		return fault.As(fault.Conflict, err)
	case codes.Aborted, codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Canceled:
		return fault.As(fault.Busy, err)
	default:
		return err
	}
}
