package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/vault"
)

// errFailed says that proving a backup found it wanting.
var errFailed = errors.New("the backup is not proven")

// list prints the backups that there are.
func (d *desk) list(ctx context.Context) error {
	owners := []tenant.ID{d.tenant}
	if d.tenant == "" {
		var err error
		if owners, err = d.vault.Owners(ctx); err != nil {
			return err
		}
	}
	n := 0
	for _, owner := range owners {
		list, err := d.vault.List(ctx, owner)
		if err != nil {
			return err
		}
		n += len(list)
		d.Say("institution %s", owner)
		for _, l := range list {
			d.Say("  %s", d.line(ctx, owner, l))
		}
		if mark, err := d.vault.DB.Restores().Get(ctx, owner, store.LastRestore); err == nil {
			d.Say("  %s", told(mark))
		}
	}
	if n == 0 {
		d.Say("There is no backup yet. Each is made once a day; -tenant and -make make one now.")
	}
	return nil
}

// line describes one backup.
func (d *desk) line(ctx context.Context, owner tenant.ID, l vault.Listed) string {
	if l.Err != nil {
		return fmt.Sprintf("%s  CANNOT BE USED: %v", l.ID, l.Err)
	}
	proven := "not proven yet"
	if r, err := d.vault.DB.Backups().Get(ctx, owner, l.ID); err == nil {
		switch r.State {
		case backup.Whole:
			proven = "proven"
		case backup.Failed:
			proven = "NOT PROVEN: " + r.Problem
		}
	}
	return fmt.Sprintf("%s  as of %s  %d accounts, %d documents, %s  %s", l.ID, moment(l.Manifest.At),
		l.Manifest.Counts()["accounts"], l.Manifest.Documents(), size(l.Manifest.Size()), proven)
}

// make makes today's backup and proves it.
func (d *desk) make(ctx context.Context) error {
	id := backup.On(time.Now())
	if err := d.vault.Retry(ctx, d.tenant, id); err != nil {
		return err
	}
	for {
		r, err := d.vault.Advance(ctx, d.tenant, id)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			return fmt.Errorf("there is no institution %s: %w", d.tenant, err)
		}
		if errors.Is(err, vault.ErrElsewhere) {
			return errors.New("another run is making this backup right now: look again in a minute")
		}
		if err != nil {
			return err
		}
		switch r.State {
		case backup.Whole:
			d.Say("The backup of %s of %s is whole: %d documents, %s; each was restored and compared.", d.tenant, id, r.Manifest.Documents(), size(r.Manifest.Size()))
			return nil
		case backup.Failed:
			return fmt.Errorf("%w: %s", errFailed, r.Problem)
		}
	}
}

// verify proves the backup that is asked for, or every one of the institution.
func (d *desk) verify(ctx context.Context) error {
	list, err := d.chosen(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, l := range list {
		err := l.Err
		for i, p := range l.Manifest.Pieces {
			if err != nil {
				break
			}
			d.Say("  %s  piece %d of %d: %s, %d documents", l.ID, i+1, len(l.Manifest.Pieces), p.Table, p.Documents)
			err = d.vault.Compare(ctx, l.Manifest, p)
		}
		if err != nil && fault.KindOf(err) == fault.Busy {
			d.Say("NOT READ  %s of %s could not be read, try again: %v", l.ID, d.tenant, err)
			failed = append(failed, fmt.Errorf("%s could not be read, try again: %w", l.ID, err))
			continue
		}
		if err != nil {
			d.Say("NOT PROVEN  %s of %s: %v", l.ID, d.tenant, err)
			failed = append(failed, fmt.Errorf("%s: %w: %w", l.ID, errFailed, err))
			continue
		}
		d.Say("PROVEN  %s of %s: all %d documents were restored into the scratch database and are what was copied.", l.ID, d.tenant, l.Manifest.Documents())
	}
	return errors.Join(failed...)
}

// chosen returns the backup that is asked for, or all of them.
func (d *desk) chosen(ctx context.Context) ([]vault.Listed, error) {
	list, err := d.vault.List(ctx, d.tenant)
	if err != nil {
		return nil, err
	}
	if d.day == "" {
		return list, nil
	}
	for i := len(list) - 1; i >= 0; i-- {
		fits := string(list[i].ID) == d.day
		if d.day == latest {
			if fits, err = d.good(ctx, list[i]); err != nil {
				return nil, err
			}
		}
		if fits {
			return list[i : i+1], nil
		}
	}
	return nil, fmt.Errorf("%w: %s of %s", backup.ErrAbsent, d.day, d.tenant)
}

// good reports whether a backup can be used, for all that is known.
func (d *desk) good(ctx context.Context, l vault.Listed) (bool, error) {
	r, err := d.vault.DB.Backups().Get(ctx, d.tenant, l.ID)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = nil // the database is gone, or another
	}
	return l.Err == nil && r.State != backup.Failed, err
}

// restore says what it will do, asks, and does it.
func (d *desk) restore(ctx context.Context) error {
	list, err := d.chosen(ctx)
	if err != nil {
		return err
	}
	l := list[0]
	if l.Err != nil {
		return l.Err
	}
	d.Say("Reading the backup of %s of %s to its end …", l.ID, d.tenant)
	found, err := d.vault.Check(ctx, l.Manifest)
	if err != nil {
		return err
	}
	occupied, err := d.vault.Occupied(ctx, d.tenant, d.target)
	if err != nil {
		return err
	}
	mark, err := d.target.Keeper.DB.Restores().Get(ctx, d.tenant, store.LastRestore)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	d.explain(l, found, occupied, mark)
	if occupied && !d.replace && !mark.Unfinished() {
		return errors.New("nothing was changed: the institution is there. With -replace it is replaced by the backup")
	}
	if d.dryRun {
		d.Say("\nNothing was changed: this was a dry run.")
		return nil
	}
	if !d.yes && !d.Confirm(string(d.tenant)) {
		return errors.New("nothing was changed: that is not the institution's id")
	}
	if d.target.Keeper, err = d.replay(ctx); err != nil {
		return err
	}
	d.target.Empty, d.target.Order, d.target.Actor, d.target.Found = d.replace, d.order, audit.Actor{System: "restore"}, found
	done, err := d.vault.Restore(ctx, d.tenant, l.ID, d.target)
	if err != nil {
		return fmt.Errorf("it is not finished, and nobody can sign in at the institution: run the same command again: %w", err)
	}
	d.report(done)
	return nil
}
