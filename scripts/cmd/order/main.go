// Command order carries out what an institution has ordered about people, in the
// operator's hands: to block, delete, restore, restrict or erase them. The order is
// recorded with everything that it does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"cool.example/sync/scripts/internal/terminal"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// The exit codes.
const (
	partly = 1 // it was not done for everybody
	broken = 2 // something went wrong
)

// errPartly says that somebody is not there, or not in a state that allows it.
var errPartly = errors.New("it was not done for everybody")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], terminal.Terminal{In: os.Stdin, Out: os.Stdout})
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errPartly):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(partly)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(broken)
	}
}

// doing does something for people, and returns for how many.
type doing = func(erase.Keeper, context.Context, tenant.ID, []account.ID, erase.Order) (int, error)

// deed is something that can be ordered.
type deed struct {
	says string // what people will be
	do   doing
}

// deeds are what can be ordered, by the word for it.
func deeds() map[string]deed {
	return map[string]deed{
		"block":    {"blocked: they cannot sign in, and their sessions end", erase.Keeper.Block},
		"unblock":  {"let in again", erase.Keeper.Unblock},
		"delete":   {"deleted: they lie in the recycle bin for 90 days", erase.Keeper.Bin},
		"restore":  {"restored from the recycle bin", erase.Keeper.Restore},
		"restrict": {"restricted: nothing is done with their data but keeping it", each(erase.Keeper.Restrict)},
		"lift":     {"freed of their restriction", each(erase.Keeper.Lift)},
		"erase":    {"ERASED at once and for good: nobody can bring them back", erased},
	}
}

// each does something for one person after the other. Whom it does not fit is
// passed over.
func each(one func(erase.Keeper, context.Context, tenant.ID, account.ID, erase.Order) error) doing {
	return func(k erase.Keeper, ctx context.Context, owner tenant.ID, ids []account.ID, o erase.Order) (n int, err error) {
		for _, id := range ids {
			err := one(k, ctx, owner, id, o)
			if kind := fault.KindOf(err); err != nil && (kind == fault.NotFound || kind == fault.Conflict) {
				continue
			}
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
}

// erased erases people, and counts those whom the receipts name.
func erased(k erase.Keeper, ctx context.Context, owner tenant.ID, ids []account.ID, o erase.Order) (n int, err error) {
	proofs, err := k.Erase(ctx, owner, ids, o)
	for _, id := range proofs {
		proof, failed := k.DB.Receipts().Get(ctx, owner, id)
		if failed != nil {
			return n, errors.Join(err, failed)
		}
		n += len(proof.Accounts)
	}
	return n, err
}

// run does what args ask for.
func run(ctx context.Context, args []string, t terminal.Terminal) error {
	a, err := settings(args, os.LookupEnv)
	if err != nil {
		return err
	}
	k, err := open(ctx, a)
	if err != nil {
		return err
	}
	institution, err := k.DB.Tenants().Get(ctx, a.tenant, a.tenant)
	if err != nil {
		return fmt.Errorf("there is no institution %s: %w", a.tenant, err)
	}
	ids := slices.Compact(slices.Sorted(slices.Values(a.people)))
	t.Say("On order %s of %s (%s), %d of its people will be\n%s.", a.ref, institution.Name, a.tenant, len(ids), a.deed.says)
	if !a.yes && !t.Confirm(string(a.tenant)) {
		return errors.New("nothing was changed: that is not the institution's id")
	}
	n, err := a.deed.do(k, ctx, a.tenant, ids, erase.Order{Actor: audit.Actor{System: "operator"}, Why: bin.OnOrder, Ref: a.ref})
	if err != nil {
		again := ""
		if fault.KindOf(err) == fault.Busy {
			again = "; run the same command again"
		}
		return fmt.Errorf("it was done for %d of %d%s: %w", n, len(ids), again, err)
	}
	t.Say("Done for %d of %d, on order %s.", n, len(ids), a.ref)
	if n < len(ids) {
		return fmt.Errorf("%w: the others are not there, or it does not fit how they are", errPartly)
	}
	return nil
}

// open connects to everything that carries out an order.
func open(ctx context.Context, a asked) (k erase.Keeper, err error) {
	k.Clock = clock.System{}
	main := store.Config{Project: a.project}
	for name, db := range map[string]**store.DB{"": &k.DB, store.LedgerDatabase: &k.Ledger, store.CredentialsDatabase: &k.Credentials} {
		if *db, err = store.Open(ctx, main.In(name)); err != nil {
			return k, err
		}
	}
	if k.Box, err = seal.Open(ctx, seal.Config{Key: a.key, Hold: a.hold, Endpoint: a.keys}); err != nil {
		return k, err
	}
	secrets, err := secret.Open(ctx, secret.Config{Project: a.project, Endpoint: a.secrets, Clock: k.Clock})
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
	publisher, err := event.Open(ctx, a.project)
	k.Post = outbox.Post{Publisher: publisher, Shelf: k.DB.Outbox()}
	return k, err
}
