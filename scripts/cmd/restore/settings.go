package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"

	"cool.example/sync/scripts/internal/local"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/vault"
)

// asked is what to do, and where.
type asked struct {
	tenant tenant.ID
	day    string // a backup's id, or latest
	into   string // database that is restored into; "" for the main one
	order  string

	make, verify, dryRun, replace, yes bool

	project, bucket, key, hold string
	storage, keys, secrets     string // host:port of emulators
}

// latest stands for the newest backup that can be used.
const latest = "latest"

const usage = `Lists, makes, proves and restores the backups of institutions.

Every institution is backed up once a day, and each backup is restored into a
scratch database and compared before it counts as whole. A backup can be read for
90 days. To see what there is changes nothing:

  scripts/restore                                 all backups, of the product that
                                                  scripts/dev runs on this machine
  scripts/restore -tenant golfbreker              those of one institution
  scripts/restore -project P -bucket B -key K -hold-key H …
                                                  of the product in the cloud

With one backup, which is named by its day:

  … -tenant golfbreker -day 2026-11-26 -verify    prove that it can be restored; this
                                                  restores it into the scratch database
  … -tenant golfbreker -day latest -dry-run       read it to its end, and say what
                                                  restoring it would do; changes nothing
  … -tenant golfbreker -day latest                restore it, where nothing is left of
                                                  the institution
  … -tenant golfbreker -day latest -replace       restore it over what is there
  … -tenant golfbreker -day latest -into look     restore it into another, empty
                                                  database, to look something up;
                                                  nothing is sent to anybody from there
  … -tenant golfbreker -make                      make today's backup now

Restoring asks you to type the institution's id. It is safe to break it off and to
run it again: nobody can sign in at the institution until a run has come to its
end. Whoever was deleted since the backup stays deleted, with the deadline of then.
README.md says what to do "When it goes wrong".

It ends with 0 where all went well, 1 where a backup cannot be used, and 2 where
something else went wrong.

Options:
`

// settings reads the command line, what it leaves out from the environment, and
// what that leaves out from the product that runs on this machine.
func settings(args []string, environ config.Lookup) (asked, error) {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	var a asked
	flags.StringVar((*string)(&a.tenant), "tenant", "", "the institution's id; every institution where empty")
	flags.StringVar(&a.day, "day", "", "the day of the backup, such as 2026-11-26, or latest")
	flags.StringVar(&a.into, "into", "", "another Firestore database to restore into; the main one where empty")
	flags.StringVar(&a.order, "order", "", "reference of the institution's order, which is kept with the restoration")
	flags.BoolVar(&a.make, "make", false, "make today's backup and prove it")
	flags.BoolVar(&a.verify, "verify", false, "prove a backup, or every backup of the institution where no day is named")
	flags.BoolVar(&a.dryRun, "dry-run", false, "read the backup and say what would happen")
	flags.BoolVar(&a.replace, "replace", false, "replace the institution where it is there")
	flags.BoolVar(&a.yes, "yes", false, "ask nothing")
	flags.StringVar(&a.project, "project", "", "the Google Cloud project (or the variable PROJECT)")
	flags.StringVar(&a.bucket, "bucket", "", "the bucket of backups (or BACKUPS_BUCKET)")
	flags.StringVar(&a.key, "key", "", "resource name of the day key (or KMS_KEY)")
	flags.StringVar(&a.hold, "hold-key", "", "resource name of the key of restrictions (or KMS_HOLD_KEY)")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	if flags.NArg() > 0 {
		return a, fmt.Errorf("%q is no option; see -h", flags.Arg(0))
	}
	if err := a.check(); err != nil {
		return a, err
	}
	return a.completed(environ)
}

// check refuses what does not go together.
func (a asked) check() error {
	if a.tenant != "" {
		if _, err := tenant.ParseID(string(a.tenant)); err != nil {
			return fmt.Errorf("%q is no institution's id", a.tenant)
		}
	}
	if _, err := backup.ParseID(a.day); err != nil && a.day != "" && a.day != latest {
		return fmt.Errorf("%q is no day; write it as 2026-11-26, or latest", a.day)
	}
	switch {
	case (a.day != "" || a.make || a.verify) && a.tenant == "":
		return errors.New("say which institution, with -tenant")
	case a.day == "" && (a.dryRun || a.replace || a.into != ""):
		return errors.New("say which backup, with -day; scripts/restore lists them")
	case slices.Contains([]string{"(default)", store.CredentialsDatabase, store.LedgerDatabase, vault.ScratchDatabase}, a.into):
		return fmt.Errorf("-into %s: that is one of the product's own databases; make another one to look something up in", a.into)
	case a.make && (a.day != "" || a.dryRun || a.replace || a.verify):
		return errors.New("-make makes today's backup, and goes with nothing else")
	case a.verify && (a.replace || a.dryRun || a.into != ""):
		return errors.New("-verify changes nothing of the institution: it goes without -replace, -dry-run and -into")
	}
	return nil
}

// completed fills in what the command line leaves out.
func (a asked) completed(environ config.Lookup) (asked, error) {
	err := local.Complete(environ, map[string]*string{
		local.Project: &a.project, "BACKUPS_BUCKET": &a.bucket, "KMS_KEY": &a.key, "KMS_HOLD_KEY": &a.hold,
		"STORAGE_EMULATOR_HOST": &a.storage, "KMS_ENDPOINT": &a.keys, "SECRET_MANAGER_ENDPOINT": &a.secrets,
	})
	if err == nil && (a.project == "" || a.bucket == "" || a.key == "") {
		err = errors.New("say which -project, which -bucket and which -key; see -h")
	}
	return a, err
}
