package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/space"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/vault"
)

// backupMemory is how much memory a backup of any institution may take, in MiB.
const backupMemory = 256

// backUp measures the memory and the time that a backup of an institution takes,
// and its proof.
func backUp(ctx context.Context, s size) error {
	stop, err := emulated(ctx)
	if err != nil {
		return err
	}
	defer stop()
	v, err := openVault(ctx)
	if err != nil {
		return err
	}
	if err := populate(ctx, v.DB, s.pupils); err != nil {
		return fmt.Errorf("store the accounts: %w", err)
	}
	runtime.GC()
	done, peak := watch()
	defer done()
	id, begun := backup.On(time.Now()), time.Now()
	r, err := until(ctx, v, id, backup.Verifying)
	if err != nil {
		return err
	}
	written := peak()
	tell("memory of a backup", fmt.Sprintf("%d MiB", written), fmt.Sprintf("< %d MiB for %d accounts", backupMemory, s.pupils), written < backupMemory)
	n := r.Manifest.Documents()
	tell("writing of a backup", fmt.Sprintf("%.1f s for %d documents, %.1f MiB", time.Since(begun).Seconds(), n, float64(r.Manifest.Size())/(1<<20)), "", true)
	begun = time.Now()
	if r, err = until(ctx, v, id, backup.Whole); err != nil {
		return err
	}
	tell("proof of a backup", fmt.Sprintf("%.1f s for %d documents", time.Since(begun).Seconds(), n), "", true)
	proven := peak()
	tell("memory of its proof", fmt.Sprintf("%d MiB", proven), fmt.Sprintf("< %d MiB", backupMemory), proven < backupMemory)
	if n != 2*s.pupils+1 || r.Problem != "" {
		return fmt.Errorf("%d documents were copied, with the problem %q", n, r.Problem)
	}
	return nil
}

// until advances a backup to a state.
func until(ctx context.Context, v vault.Vault, id backup.ID, state backup.State) (backup.Record, error) {
	for {
		r, err := v.Advance(ctx, demo.Tenant, id)
		if err != nil || r.State == state || r.State == backup.Failed {
			return r, err
		}
	}
}

// watch looks at what the heap holds, live and not yet collected, until stop;
// peak returns the most that it held, in MiB.
func watch() (stop func(), peak func() uint64) {
	var most atomic.Uint64
	done := make(chan struct{})
	look := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most.Store(max(most.Load(), m.HeapAlloc+m.StackInuse))
	}
	go func() {
		t := time.NewTicker(20 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				look()
			}
		}
	}()
	return func() { close(done) }, func() uint64 { return most.Load() >> 20 }
}

func openVault(ctx context.Context) (vault.Vault, error) {
	v := vault.Vault{Clock: clock.System{}}
	s, err := space.New()
	if err != nil {
		return v, err
	}
	key, err := s.Key(ctx, "day")
	if err != nil {
		return v, err
	}
	if err := s.Bucket(ctx, s.Project); err != nil {
		return v, err
	}
	config := store.Config{Project: s.Project}
	for name, db := range map[string]**store.DB{"": &v.DB, store.CredentialsDatabase: &v.Credentials, vault.ScratchDatabase: &v.Scratch} {
		if *db, err = store.Open(ctx, config.In(name)); err != nil {
			return v, err
		}
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: s.Project, Emulator: s.Environ()["STORAGE_EMULATOR_HOST"]})
	if err != nil {
		return v, err
	}
	v.Bucket = bucket
	v.Box, err = seal.Open(ctx, seal.Config{Key: key, Endpoint: s.Environ()["KMS_ENDPOINT"]})
	return v, err
}

// populate stores accounts, each with its name.
func populate(ctx context.Context, db *store.DB, n int) error {
	if err := db.Tenants().Create(ctx, demo.Tenant, demo.Tenant, tenant.Tenant{ID: demo.Tenant}); err != nil {
		return err
	}
	const batch = 200
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for from := 0; from < n; from += batch {
		g.Go(func() error {
			return db.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
				var failed []error
				for i := from; i < min(from+batch, n); i++ {
					a := account.Account{
						ID: account.NewID(), Kind: person.Pupil, State: account.Active, Version: 1, Created: time.Now(),
						Username: fmt.Sprintf("leerling%d", i), Address: fmt.Sprintf("leerling%d@leerling.example", i),
						Source:      account.Source{Name: person.Name{Call: "Roepnaam", Surname: "Achternaam"}, Number: fmt.Sprint(i)},
						Memberships: []account.Membership{{School: "zeester", Key: fmt.Sprint(i), Year: 2026}},
					}
					failed = append(failed,
						db.Accounts().CreateTx(tx, demo.Tenant, a.ID, a),
						db.Names().CreateTx(tx, demo.Tenant, store.NameID(fmt.Sprintf("naam%d", i)), a.ID))
				}
				return errors.Join(failed...)
			})
		})
	}
	return g.Wait()
}
