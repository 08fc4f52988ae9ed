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
	"slices"
	"syscall"
	"time"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
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
	list, err := owners(ctx, db, bucket)
	if err != nil {
		return false, fmt.Errorf("list the institutions: %w", err)
	}
	if s.tenant != "" {
		if !slices.Contains(list, s.tenant) {
			return false, fmt.Errorf("there is no institution %s, in this database or among the manifests", s.tenant)
		}
		list = []tenant.ID{s.tenant}
	}
	if len(list) == 0 {
		return false, errors.New("there is no institution in this database")
	}
	for _, owner := range list {
		begun := time.Now()
		r, err := v.Verify(ctx, owner)
		if err != nil {
			return wrong, fmt.Errorf("verify the log of %s: %w", owner, err)
		}
		wrong = wrong || len(r.Findings) > 0
		if err := s.print(w, r, time.Since(begun)); err != nil {
			return wrong, err
		}
	}
	return wrong, ring.save(s.save)
}

// owners returns every institution that the database knows, and every one that
// the notary signed for: whoever removes an institution does not hide its log.
func owners(ctx context.Context, db *store.DB, bucket *blob.Bucket) ([]tenant.ID, error) {
	var list []tenant.ID
	for after := tenant.ID(""); ; {
		some, err := db.TenantsAfter(ctx, after, 100)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		list, after = append(list, some...), some[len(some)-1]
	}
	for folder, err := range bucket.Folders(ctx) {
		if err != nil {
			return nil, err
		}
		if owner, err := tenant.ParseID(folder); err == nil {
			list = append(list, owner)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
