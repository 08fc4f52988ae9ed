package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/connection"
	model "cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
)

// parsed is how many pupils the formats are measured with.
const parsed = 20_000

// roster measures parsing, and an import of a whole board from its file to its
// accounts, through the product's own front door.
func roster(ctx context.Context, size size) error {
	code := school.Code{BRIN: "99XX", Location: "00"}
	year := school.YearAt(time.Now())
	if err := parse(synthetic.Generate(synthetic.Options{Seed: 7, Pupils: min(parsed, size.pupils), Code: code, Year: year})); err != nil {
		return err
	}
	stop, err := emulated(ctx)
	if err != nil {
		return err
	}
	defer stop()
	b := &board{code: code, school: synthetic.Generate(synthetic.Options{Seed: 8, Pupils: size.pupils, Staff: size.staff, Code: code, Year: year})}
	return b.measure(ctx)
}

// board is an institution with one very large school.
type board struct {
	code   school.Code
	school *synthetic.School
	stack  *stack.Stack
	token  string
	db     *store.DB
}

func (b *board) measure(ctx context.Context) error {
	if err := b.open(ctx); err != nil {
		return err
	}
	defer b.close()
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	if err := errors.Join(b.school.WriteEDEXML(z), z.Close()); err != nil {
		return err
	}
	return b.figures(ctx, file.Bytes())
}

// open starts the product with the institution in it.
func (b *board) open(ctx context.Context) (err error) {
	if b.stack, err = stack.Start(ctx, stack.Options{Argon: 8}); err != nil {
		return err
	}
	institution, err := b.stack.Institution(ctx, b.code, app.App{ID: "none"})
	if err != nil {
		return fmt.Errorf("set up the institution: %w", err)
	}
	b.token = institution.ImportToken
	if b.db, err = b.stack.Database(ctx, ""); err != nil {
		return err
	}
	google := connection.ID(connection.Google)
	return b.db.Connections().Set(ctx, demo.Tenant, google, connection.Connection{ID: google, Target: connection.Google})
}

// close stops the product: what was measured is told.
func (b *board) close() { _, _ = b.db.Close(), b.stack.Stop() }

func (b *board) figures(ctx context.Context, file []byte) error {
	first, err := b.hand(ctx, file)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	people := float64(len(b.school.People))
	raw, err := b.raw(ctx)
	if err != nil {
		return fmt.Errorf("write without the product: %w", err)
	}
	rate := people / first.applied.Seconds()
	tell("plan of new accounts", fmt.Sprintf("%.1f s for %.0f people", first.planned.Seconds(), people), "", true)
	tell("apply of new accounts", fmt.Sprintf("%.0f/s, %.0f %% of the emulator's raw %.0f/s with two writers", rate, 100*rate/raw, raw), "≥ 55 %", rate >= 0.55*raw)
	before, reading, err := b.written(ctx)
	if err != nil {
		return err
	}
	again, err := b.hand(ctx, file)
	if err != nil {
		return fmt.Errorf("import again: %w", err)
	}
	after, _, err := b.written(ctx)
	if err != nil {
		return err
	}
	beyond := again.planned - reading
	tell("plan of the same file", fmt.Sprintf("%.1f s, of which %.1f s read the accounts", again.planned.Seconds(), reading.Seconds()), "≤ 4 s beyond reading", beyond <= 4*time.Second)
	tell("accounts written by the same file", fmt.Sprint(changed(before, after)), "0", changed(before, after) == 0)
	if err := b.planningMemory(ctx, file); err != nil {
		return err
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	tell("peak memory of the whole product and this measurement", fmt.Sprintf("%d MiB", peak>>20), "", true)
	return nil
}

// planMemory is how much memory a plan may take, in MiB.
const planMemory = 256

// planningMemory measures what the heap holds more while the same file is planned
// again, where the garbage collector is told to keep within the target.
func (b *board) planningMemory(ctx context.Context, file []byte) error {
	debug.FreeOSMemory()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(before.Sys - before.HeapReleased + planMemory<<20)))
	stop, peak := watch()
	defer stop()
	if _, err := b.hand(ctx, file); err != nil {
		return fmt.Errorf("import for its memory: %w", err)
	}
	took := peak() - min(peak(), (before.HeapAlloc+before.StackInuse)>>20)
	tell("memory of the plan of the same file", fmt.Sprintf("%d MiB", took), fmt.Sprintf("≤ %d MiB", planMemory), took <= planMemory)
	return nil
}

// timing is how long a run was planned and applied.
type timing struct{ planned, applied time.Duration }

// hand hands over a file and watches its run in the database.
func (b *board) hand(ctx context.Context, file []byte) (timing, error) {
	var t timing
	status, raw, err := browse.Hand(ctx, b.stack.URL, b.token, bytes.NewReader(file))
	if err != nil {
		return t, err
	}
	if status != http.StatusAccepted {
		return t, fmt.Errorf("the file was answered %d: %s", status, raw)
	}
	var accepted struct{ ID model.RunID }
	if err := json.Unmarshal(raw, &accepted); err != nil {
		return t, err
	}
	at := time.Now()
	for {
		run, err := b.db.Runs().Get(ctx, demo.Tenant, accepted.ID)
		if err != nil {
			return t, err
		}
		if run.Status != model.Received && t.planned == 0 {
			t.planned, at = time.Since(at), time.Now()
		}
		if run.Status.Done() || run.Status == model.Waiting {
			t.applied = time.Since(at)
			if run.Status != model.Applied {
				return t, fmt.Errorf("the import ended as %s: %+v", run.Status, run.Findings)
			}
			return t, nil
		}
		select {
		case <-ctx.Done():
			return t, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// raw returns how many accounts with their names a second two writers store
// that do nothing else: the accounts that the import has just made, under other
// ids, in transactions of the same size.
func (b *board) raw(ctx context.Context) (float64, error) {
	const each = 30
	same, _, err := b.db.Accounts().List(ctx, demo.Tenant, store.Page[account.ID]{Limit: model.StepRows})
	if err != nil {
		return 0, err
	}
	at := time.Now()
	var g errgroup.Group
	for writer := range 2 {
		g.Go(func() error {
			for step := range each {
				if err := b.step(ctx, same, fmt.Sprintf("%d-%d", writer, step)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return float64(2*each*len(same)) / time.Since(at).Seconds(), nil
}

// step stores the same accounts under ids of their own.
func (b *board) step(ctx context.Context, same []store.Entry[account.ID, account.Account], name string) error {
	return b.db.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		for i, e := range same {
			a := e.Value
			a.ID = account.ID(fmt.Sprintf("raw%s-%d", name, i))
			err := errors.Join(b.db.Names().CreateTx(tx, "rawwrites", store.NameID(a.ID), a.ID), b.db.Accounts().CreateTx(tx, "rawwrites", a.ID, a))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// written returns when each account was last written, and how long reading
// them took.
func (b *board) written(ctx context.Context) (map[account.ID]time.Time, time.Duration, error) {
	at := time.Now()
	all := map[account.ID]time.Time{}
	for e, err := range b.db.Accounts().All(ctx, demo.Tenant) {
		if err != nil {
			return nil, 0, err
		}
		all[e.ID] = e.Written
	}
	return all, time.Since(at), nil
}

func changed(before, after map[account.ID]time.Time) int {
	n := max(0, len(after)-len(before))
	for id, at := range before {
		if !after[id].Equal(at) {
			n++
		}
	}
	return n
}

// peakMemory returns the most memory that this process has held.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("read peak memory: %w", err)
	}
	return kib << 10, nil
}
