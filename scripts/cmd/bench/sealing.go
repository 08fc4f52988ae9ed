package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/revision"
	model "cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
)

// changedPupils is how many pupils an import changes.
const changedPupils = 2_000

// sealing imports a school, and then the same school with another gender of every
// pupil, and sets the time that sealing and storing the revisions of just these
// changes takes beside the whole apply.
func sealing(ctx context.Context, k erase.Keeper) error {
	code := school.Code{BRIN: "99XX", Location: "00"}
	b := &board{code: code, school: synthetic.Generate(synthetic.Options{Seed: 9, Pupils: changedPupils, Staff: 100, Code: code, Year: school.YearAt(time.Now())})}
	if err := b.open(ctx); err != nil {
		return err
	}
	defer b.close()
	var file bytes.Buffer
	if err := b.school.WriteEDEXML(&file); err != nil {
		return err
	}
	if _, err := b.hand(ctx, file.Bytes()); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	before, err := b.stored(ctx)
	if err != nil {
		return err
	}
	other := file.Bytes()
	for from, to := range map[string]string{"1": "2", "2": "1"} {
		other = bytes.ReplaceAll(other, []byte("<geslacht>"+from+"</geslacht>"), []byte("<geslacht>new"+to+"</geslacht>"))
	}
	other = bytes.ReplaceAll(other, []byte("<geslacht>new"), []byte("<geslacht>"))
	whole, err := b.hand(ctx, other)
	if err != nil {
		return fmt.Errorf("import the changes: %w", err)
	}
	after, err := b.stored(ctx)
	if err != nil {
		return err
	}
	var changes []revision.Change
	for id, is := range after {
		if was := before[id]; was.Digest != is.Digest {
			changes = append(changes, revision.Change{Before: &was, After: &is})
		}
	}
	alone, err := revised(ctx, k, changes)
	if err != nil {
		return err
	}
	share := 100 * alone.Seconds() / whole.applied.Seconds()
	tell("sealing of what an import changes", fmt.Sprintf("%.1f %% of an apply that changes %d people in %.1f s", share, len(changes), whole.applied.Seconds()), "< 20 %", share < 20)
	return nil
}

// stored returns every account as it is stored.
func (b *board) stored(ctx context.Context) (map[account.ID]account.Account, error) {
	all := map[account.ID]account.Account{}
	for e, err := range b.db.Accounts().All(ctx, demo.Tenant) {
		if err != nil {
			return nil, err
		}
		all[e.ID] = e.Value
	}
	return all, nil
}

// revised seals and stores the revisions of changes, in as many lanes and in steps
// as large as an apply does, and returns how long that took.
func revised(ctx context.Context, k erase.Keeper, changes []revision.Change) (time.Duration, error) {
	keys, ok := k.Box.(*seal.Sealer)
	if !ok {
		return 0, fmt.Errorf("the box is no sealer")
	}
	why := revision.Cause{At: time.Now(), Actor: audit.Actor{System: "bench"}, Action: audit.ImportApplied}
	begun := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(model.Lanes)
	for step := range slices.Chunk(changes, model.StepRows) {
		g.Go(func() error {
			key, err := keys.Today(ctx)
			if err != nil {
				return err
			}
			r, err := revision.Seal(key, demo.Tenant, why, step)
			if err != nil {
				return err
			}
			return k.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
				return k.DB.Revisions().CreateTx(tx, demo.Tenant, r.ID, *r)
			})
		})
	}
	err := g.Wait()
	return time.Since(begun), err
}
