package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"cool.example/sync/scripts/internal/local"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/tenant"
)

// asked is what was ordered about whom, and where.
type asked struct {
	tenant tenant.ID
	ref    string // of the order
	deed   deed
	people []account.ID
	yes    bool

	project, key, hold string
	keys, secrets      string // host:port of emulators
}

// longestRef bounds the reference of an order, in bytes.
const longestRef = 40

const usage = `Carries out what an institution has ordered about people, and records the order.

  scripts/order -tenant T -ref REF DEED ID…

An institution mostly does this itself, in its console. Where it cannot, it gives a
written order to do so for it. REF is what that order is filed under: it stands in the
institution's log, with what was done and whom it concerned; of an erasure it stands on
the receipt. People are named by the ids of their accounts, which stand in the addresses
of their pages in the console: this command shows nobody's data.

DEED is one of

  block      nobody signs in with the account, and every session ends
  unblock    lets in again whom block stopped
  delete     to the recycle bin, for 90 days
  restore    out of the recycle bin
  restrict   nothing is done with the data any more, but for keeping it
  lift       ends a restriction
  erase      at once and for good, skipping the recycle bin

It says what it is about to do, and asks you to type the institution's id. Carried out
again, an order changes nothing more, but that a restriction then stands on the newer one.

It ends with 0 where it was done for everybody, 1 where not, and 2 where something went
wrong.

Options:
`

// settings reads the command line, what it leaves out from the environment, and
// what that leaves out from the product that runs on this machine.
func settings(args []string, environ config.Lookup) (asked, error) {
	flags := flag.NewFlagSet("order", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	var a asked
	flags.StringVar((*string)(&a.tenant), "tenant", "", "the institution's id")
	flags.StringVar(&a.ref, "ref", "", "what the institution's order is filed under")
	flags.BoolVar(&a.yes, "yes", false, "ask nothing")
	flags.StringVar(&a.project, "project", "", "the Google Cloud project (or the variable PROJECT)")
	flags.StringVar(&a.key, "key", "", "resource name of the day key (or KMS_KEY)")
	flags.StringVar(&a.hold, "hold-key", "", "resource name of the key of restrictions (or KMS_HOLD_KEY)")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	if err := a.ordered(flags.Args()); err != nil {
		return a, err
	}
	err := local.Complete(environ, map[string]*string{
		local.Project: &a.project, "KMS_KEY": &a.key, "KMS_HOLD_KEY": &a.hold,
		"KMS_ENDPOINT": &a.keys, "SECRET_MANAGER_ENDPOINT": &a.secrets,
	})
	if err == nil && (a.project == "" || a.key == "") {
		err = errors.New("say which -project and which -key; see -h")
	}
	return a, err
}

// ordered reads what is to be done about whom.
func (a *asked) ordered(words []string) error {
	if _, err := tenant.ParseID(string(a.tenant)); err != nil {
		return errors.New("say which institution, with -tenant")
	}
	if a.ref = strings.Join(strings.Fields(a.ref), " "); a.ref == "" || len(a.ref) > longestRef {
		return fmt.Errorf("say what the order is filed under, with -ref: at most %d letters", longestRef)
	}
	if len(words) < 2 {
		return errors.New("say what to do, and about whom; see -h")
	}
	var known bool
	if a.deed, known = deeds()[words[0]]; !known {
		return fmt.Errorf("%q is nothing that can be ordered; see -h", words[0])
	}
	for _, word := range words[1:] {
		if !account.ValidID(word) {
			return fmt.Errorf("%q is no id of an account", word)
		}
		a.people = append(a.people, account.ID(word))
	}
	return nil
}
