// Command restore lists, makes, proves and restores the backups of institutions,
// for whoever has to do so in a hurry: it says what it is about to do in plain
// words, and asks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"cool.example/sync/scripts/internal/terminal"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

// The exit codes.
const (
	unusable = 1 // a backup cannot be used
	broken   = 2 // something else went wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], terminal.Terminal{In: os.Stdin, Out: os.Stdout})
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case useless(err):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(unusable)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(broken)
	}
}

// useless reports whether err says that a backup cannot be used.
func useless(err error) bool {
	for _, why := range []error{backup.ErrAbsent, backup.ErrForeign, backup.ErrDamaged, backup.ErrUnreadable, backup.ErrFormat, errFailed} {
		if errors.Is(err, why) {
			return true
		}
	}
	return false
}

// run does what args ask for.
func run(ctx context.Context, args []string, t terminal.Terminal) error {
	a, err := settings(args, os.LookupEnv)
	if err != nil {
		return err
	}
	d, err := open(ctx, a)
	if err != nil {
		return err
	}
	d.Terminal = t
	switch {
	case a.make:
		return d.make(ctx)
	case a.verify:
		return d.verify(ctx)
	case a.day != "":
		return d.restore(ctx)
	default:
		return d.list(ctx)
	}
}

// desk is everything that is needed, opened.
type desk struct {
	asked
	terminal.Terminal
	vault  vault.Vault
	target vault.Target
	ledger *store.DB // the product's own
}

func open(ctx context.Context, a asked) (*desk, error) {
	d := &desk{asked: a}
	main := store.Config{Project: a.project}
	into, credentials, ledger := main.In(a.into), main.In(store.CredentialsDatabase), main.In(store.LedgerDatabase)
	if a.into != "" { // beside the rest, away from what people sign in with and from what holds of them
		credentials, ledger = into, into
	}
	k := &d.target.Keeper
	for db, at := range map[**store.DB]store.Config{
		&d.vault.DB: main, &d.vault.Credentials: main.In(store.CredentialsDatabase), &d.vault.Scratch: main.In(vault.ScratchDatabase),
		&k.DB: into, &k.Credentials: credentials, &k.Ledger: ledger, &d.ledger: main.In(store.LedgerDatabase),
	} {
		var err error
		if *db, err = store.Open(ctx, at); err != nil {
			return nil, err
		}
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: a.bucket, Emulator: a.storage})
	if err != nil {
		return nil, err
	}
	sealer, err := seal.Open(ctx, seal.Config{Key: a.key, Hold: a.hold, Endpoint: a.keys})
	if err != nil {
		return nil, err
	}
	d.vault.Bucket, d.vault.Box, d.vault.Clock = bucket, sealer, clock.System{}
	k.Box, k.Clock = sealer, clock.System{}
	return d, nil
}

// replay opens what only restoring needs.
func (d *desk) replay(ctx context.Context) (erase.Keeper, error) {
	k := d.target.Keeper
	secrets, err := secret.Open(ctx, secret.Config{Project: d.project, Endpoint: d.secrets, Clock: clock.System{}})
	if err != nil {
		return k, err
	}
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return k, err
	}
	if k.Index, err = seal.NewIndex(key); err != nil {
		return k, err
	}
	k.Post = outbox.Post{Publisher: nobody{}, Shelf: k.DB.Outbox()}
	if d.into != "" {
		return k, d.lend(ctx)
	}
	k.Post.Publisher, err = event.Open(ctx, d.project)
	return k, err
}

// nobody publishes nothing: what is restored to be looked at concerns no target.
type nobody struct{}

func (nobody) Publish(context.Context, []outbox.Message) error { return nil }

// lend copies what the ledger says of the institution to the database that is
// restored into, which keeps its own from then on.
func (d *desk) lend(ctx context.Context) error {
	for e, err := range d.ledger.Ledger().All(ctx, d.tenant) {
		if err == nil {
			err = d.target.Keeper.Ledger.Ledger().Set(ctx, d.tenant, e.ID, e.Value)
		}
		if err != nil {
			return fmt.Errorf("copy the ledger: %w", err)
		}
	}
	return nil
}
