package main

import (
	"errors"
	"flag"
	"fmt"

	"cool.example/sync/scripts/internal/local"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/tenant"
)

// asked is what to verify, and where it is.
type asked struct {
	tenant                          tenant.ID
	project, bucket, key, publicKey string
	storage, keys                   string // host:port of emulators
	save                            string
	json                            bool
}

const usage = `Proves that nobody altered, removed or added an entry of the log.

Each minute the notary signs which entries there are, in a bucket where nothing
can be changed or removed. This compares the log with what was signed. It reads
only, and may be run at any time by whoever may read the database, the bucket and
the notary's public key.

  scripts/verify-log                      the product that scripts/dev runs here
  scripts/verify-log -tenant golfbreker   one institution of it
  scripts/verify-log -project P -bucket B -key K
                                          the product in the cloud
  scripts/verify-log … -public-key F      with the public key from a file, not from
                                          Cloud KMS

It ends with 0 where all is proven, 1 where something is wrong, and 2 where it
could not be verified. What it cannot see is what happened to an entry within its
first minute, before it was signed.

What it names:
  altered   the entry is not the one that was signed
  missing   the entry is gone before its time
  added     the entry was never signed, though later ones were
  unsigned  the notary has not come to the entry
  private   the address beside an entry was altered, is gone, or has no entry
  broken    the manifest is not as it was written
  cut       manifests are gone
  silent    the notary has written nothing for more than a day

Options:
`

// settings reads the command line, what it leaves out from the environment, and
// what that leaves out from the product that runs on this machine.
func settings(args []string, environ config.Lookup) (asked, error) {
	flags := flag.NewFlagSet("verify-log", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	var a asked
	flags.StringVar((*string)(&a.tenant), "tenant", "", "the institution's id; every institution where empty")
	flags.StringVar(&a.project, "project", "", "the Google Cloud project (or the variable PROJECT)")
	flags.StringVar(&a.bucket, "bucket", "", "the bucket of manifests (or NOTARY_BUCKET)")
	flags.StringVar(&a.key, "key", "", "resource name of the notary's key or of a version of it (or NOTARY_KEY)")
	flags.StringVar(&a.publicKey, "public-key", "", "a file with public keys as PEM, instead of Cloud KMS")
	flags.StringVar(&a.save, "save-key", "", "write the public keys that were needed to this file, for -public-key later")
	flags.BoolVar(&a.json, "json", false, "print one JSON object for each institution")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	if flags.NArg() > 0 {
		return a, fmt.Errorf("%q is no option; see -h", flags.Arg(0))
	}
	if a.tenant != "" {
		if _, err := tenant.ParseID(string(a.tenant)); err != nil {
			return a, fmt.Errorf("%q is no institution's id", a.tenant)
		}
	}
	if a.save != "" && a.publicKey != "" {
		return a, errors.New("-save-key writes the keys that come from Cloud KMS: it goes without -public-key")
	}
	return a.completed(environ)
}

// completed fills in what the command line leaves out.
func (a asked) completed(environ config.Lookup) (asked, error) {
	err := local.Complete(environ, map[string]*string{
		local.Project: &a.project, "NOTARY_BUCKET": &a.bucket, "NOTARY_KEY": &a.key,
		"STORAGE_EMULATOR_HOST": &a.storage, "KMS_ENDPOINT": &a.keys,
	})
	if err == nil && (a.project == "" || a.bucket == "" || a.key == "" && a.publicKey == "") {
		err = errors.New("say which -project, which -bucket and which -key or -public-key; see -h")
	}
	return a, err
}
