package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/space"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
)

// deleted is how many people are deleted and restored.
const deleted = 5_000

// accounts measures what sealing adds to changing people, and how long it takes
// to delete many and to bring them back.
func accounts(ctx context.Context, _ size) error {
	stop, err := emulated(ctx)
	if err != nil {
		return err
	}
	defer stop()
	k, err := openKeeper(ctx)
	if err != nil {
		return err
	}
	if err := populate(ctx, k.DB, deleted); err != nil {
		return fmt.Errorf("store the accounts: %w", err)
	}
	var ids []account.ID
	for e, err := range k.DB.Accounts().All(ctx, demo.Tenant) {
		if err != nil {
			return err
		}
		ids = append(ids, e.ID)
	}
	if err := sealing(ctx, k); err != nil {
		return err
	}
	return thereAndBack(ctx, k, ids)
}

// nobody publishes nothing.
type nobody struct{}

func (nobody) Publish(context.Context, []outbox.Message) error { return nil }

// openKeeper returns what deletes and restores, with databases and keys of its own.
func openKeeper(ctx context.Context) (erase.Keeper, error) {
	k := erase.Keeper{Clock: clock.System{}}
	s, err := space.New()
	if err != nil {
		return k, err
	}
	key, err := s.Key(ctx, "day")
	if err != nil {
		return k, err
	}
	config := store.Config{Project: s.Project}
	for name, db := range map[string]**store.DB{"": &k.DB, store.LedgerDatabase: &k.Ledger, store.CredentialsDatabase: &k.Credentials} {
		if *db, err = store.Open(ctx, config.In(name)); err != nil {
			return k, err
		}
	}
	k.Post = outbox.Post{Publisher: nobody{}, Shelf: k.DB.Outbox()}
	if k.Index, err = seal.NewIndex(bytes.Repeat([]byte{7}, 32)); err != nil {
		return k, err
	}
	k.Box, err = seal.Open(ctx, seal.Config{Key: key, Endpoint: s.Environ()["KMS_ENDPOINT"]})
	return k, err
}

// thereAndBack deletes people and restores them.
func thereAndBack(ctx context.Context, k erase.Keeper, ids []account.ID) error {
	order := erase.Order{Actor: audit.Actor{System: "bench"}, Why: bin.ByHand}
	begun := time.Now()
	n, err := k.Bin(ctx, demo.Tenant, ids, order)
	if err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	gone := time.Since(begun)
	back, err := k.Restore(ctx, demo.Tenant, ids, order)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if n != len(ids) || back != len(ids) {
		return fmt.Errorf("%d of %d were deleted and %d restored", n, len(ids), back)
	}
	took := time.Since(begun)
	tell("deletion and restoration", fmt.Sprintf("%.1f s and %.1f s for %d people", gone.Seconds(), (took-gone).Seconds(), len(ids)), "< 60 s", took < time.Minute)
	return nil
}
