// Command verifylog proves that nobody altered, removed or added an entry of an
// institution's log, or names the entries. It reads the log in Firestore and the
// manifests that the notary signed each minute, and changes nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// The exit codes.
const (
	proven   = 0
	found    = 1 // something is wrong
	unproven = 2 // it could not be verified
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wrong, err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(unproven)
	case wrong:
		os.Exit(found)
	}
	os.Exit(proven)
}

// run verifies what args ask for, writes the reports to w, and reports whether
// anything is wrong.
func run(ctx context.Context, args []string, w io.Writer) (wrong bool, err error) {
	s, err := settings(args, os.LookupEnv)
	if err != nil {
		return false, err
	}
	db, err := store.Open(ctx, store.Config{Project: s.project})
	if err != nil {
		return false, err
	}
	defer db.Close()
	bucket, err := blob.Open(ctx, blob.Config{Bucket: s.bucket, Emulator: s.storage})
	if err != nil {
		return false, err
	}
	defer bucket.Close()
	ring, err := openKeys(ctx, s)
	if err != nil {
		return false, err
	}
	defer ring.close()
	v := proof.Verifier{Log: db, Shelf: bucket, Keys: ring.keys, Clock: clock.System{}}
	verified := 0
	for owner, err := range owners(ctx, db, s.tenant) {
		if err != nil {
			return wrong, fmt.Errorf("list the institutions: %w", err)
		}
		begun := time.Now()
		r, err := v.Verify(ctx, owner)
		if err != nil {
			return wrong, fmt.Errorf("verify the log of %s: %w", owner, err)
		}
		verified++
		wrong = wrong || len(r.Findings) > 0
		if err := s.print(w, r, time.Since(begun)); err != nil {
			return wrong, err
		}
	}
	if verified == 0 {
		return wrong, errors.New("there is no institution in this database")
	}
	return wrong, ring.save(s.save)
}

// owners yields the institution that is asked for, or every one.
func owners(ctx context.Context, db *store.DB, one tenant.ID) func(func(tenant.ID, error) bool) {
	return func(yield func(tenant.ID, error) bool) {
		if one != "" {
			yield(one, nil)
			return
		}
		for after := tenant.ID(""); ; {
			list, err := db.TenantsAfter(ctx, after, 100)
			if err != nil {
				yield("", err)
				return
			}
			for _, owner := range list {
				if !yield(owner, nil) {
					return
				}
				after = owner
			}
			if len(list) == 0 {
				return
			}
		}
	}
}

// lookup reads variables of the environment: see config.Lookup.
type lookup = config.Lookup
