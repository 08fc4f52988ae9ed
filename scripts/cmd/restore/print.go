package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/vault"
)

// explain says what restoring would do.
func (d *desk) explain(l vault.Listed, found vault.Contents, occupied bool, mark backup.Restoring) {
	database := "the main database"
	if d.into != "" {
		database = "the database " + d.into
	}
	d.Say("\nIt is whole and can be read. Restoring it into %s of project %s", database, d.project)
	d.Say("makes institution %s what it was at %s:\n", d.tenant, moment(l.Manifest.At))
	for _, table := range slices.Sorted(maps.Keys(found.Documents)) {
		d.Say("  %8d  %s", found.Documents[table], table)
	}
	if found.Over > 0 {
		d.Say("  %8d  that are over: their own day was more than 90 days ago, and nobody can read them", found.Over)
	}
	d.Say("")
	switch {
	case mark.Unfinished():
		d.Say("A restoration of %s was broken off here. This one completes it.", mark.Backup)
	case occupied:
		d.Say("What is there of the institution now is REPLACED: its accounts, groups, schools and")
		d.Say("names are removed first. Whatever was changed since then is lost, except for the log,")
		d.Say("the recycle bin, the history of changes, passwords, and what targets have.")
	default:
		d.Say("Nothing is there of the institution now.")
	}
	d.Say("Then the ledger is replayed: whoever was deleted, erased or blocked since stays so, with")
	d.Say("the deadlines of then. Everybody has to sign in again. Passwords are in no backup: those")
	d.Say("who have none here any more need a new sheet.")
}

// report says what restoring did.
func (d *desk) report(r vault.Restored) {
	n := 0
	for _, table := range slices.Sorted(maps.Keys(r.Documents)) {
		d.Say("  %8d  %s", r.Documents[table], table)
		n += r.Documents[table]
	}
	d.Say("\nRESTORED  %d documents; %d that were there were removed.", n, r.Removed)
	p := r.Replayed
	d.Say("From the ledger: %d deleted again, %d erased again, %d brought back from the bin,", p.Binned, p.Erased, p.Restored)
	d.Say("%d blocked, freed or restricted again, %d credentials made void, %d remains removed; %d people should be there and are not.",
		p.Changed, p.Voided, p.Cleaned, p.Missing)
}

// told says how the last restoration of an institution went.
func told(r backup.Restoring) string {
	if r.Unfinished() {
		return fmt.Sprintf("BEING RESTORED from %s since %s, and not finished: run the same command again", r.Backup, moment(r.Begun))
	}
	return fmt.Sprintf("was restored from %s at %s", r.Backup, moment(r.Done))
}

func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// size returns bytes as a person reads them.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
