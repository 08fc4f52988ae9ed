// Package ledger describes the record of what must not be undone by restoring
// an older copy of the database: deletions with their deadlines, blocks,
// restrictions, what was revoked. It lies outside the main database and is
// replayed after a restore, before the first request.
package ledger

import (
	"cmp"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
)

// Keep is how long an entry is kept: longer than any copy that it could have
// to be replayed on.
const Keep = 2*account.Kept + 30*24*time.Hour

// ID identifies an entry. It is random, or names the step that it records.
type ID string

// Kind is what was done.
type Kind string

// The kinds. Each states the whole of what holds from then on.
const (
	Deleted    Kind = "deleted"    // to the bin, with a deadline
	Restored   Kind = "restored"   // from the bin
	Erased     Kind = "erased"     // for good
	Blocked    Kind = "blocked"    //
	Unblocked  Kind = "unblocked"  //
	Restricted Kind = "restricted" // processing is restricted
	Lifted     Kind = "lifted"     // it is no longer
	Voided     Kind = "voided"     // credentials issued before are void: passwords, badges
)

// State says whether the change that an entry records has happened. An entry
// is written before the change, so that none is ever without one.
type State string

// The states.
const (
	Begun State = "begun" // the change is being written, or the process died
	Done  State = "done"
	Void  State = "void" // it did not happen
)

// Entry is one change of one or more accounts.
type Entry struct {
	ID       ID
	At       time.Time
	Kind     Kind
	State    State
	Accounts []account.ID
	Deadline time.Time // of a deletion: when the account is erased
	Why      bin.Reason
	Order    string // reference of the order, of a restriction
}

// New makes an entry that is to be written before its change.
func New(kind Kind, at time.Time, accounts ...account.ID) Entry {
	return Entry{ID: ID(strings.ToLower(rand.Text())), At: at, Kind: kind, State: Begun, Accounts: accounts}
}

// Standing is what holds of one account after every entry about it.
type Standing struct {
	Gone     Kind      // Deleted, Erased, or "" for an account that is to be there
	Binned   time.Time // of a deletion
	Deadline time.Time
	Why      bin.Reason
	Blocked  bool
	Known    bool // whether an entry says anything of blocks
	Limit    account.Limit
	Limited  bool      // whether an entry says anything of restrictions
	Voided   time.Time // credentials from before are void; zero for none
}

// Standings returns what holds of each account that entries name. Entries that
// may not have happened count: what is done too much can be undone by a person,
// what is forgotten cannot.
func Standings(entries []Entry) map[account.ID]Standing {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.State == Void })
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind.weight(), b.Kind.weight()), cmp.Compare(a.ID, b.ID))
	})
	all := map[account.ID]Standing{}
	for _, e := range entries {
		for _, id := range e.Accounts {
			all[id] = all[id].after(e)
		}
	}
	return all
}

// weight orders what was done at one moment: what takes away comes last.
func (k Kind) weight() int {
	switch k {
	case Restored, Unblocked, Lifted:
		return 0
	default:
		return 1
	}
}

// after returns the standing once e has happened.
func (s Standing) after(e Entry) Standing {
	switch e.Kind {
	case Deleted:
		s.Gone, s.Binned, s.Deadline, s.Why = Deleted, e.At, e.Deadline, e.Why
	case Erased:
		s.Gone = Erased
	case Restored:
		s.Gone = ""
	case Blocked, Unblocked:
		s.Blocked, s.Known = e.Kind == Blocked, true
	case Restricted:
		s.Limit, s.Limited = account.Limit{Since: e.At, Order: e.Order}, true
	case Lifted:
		s.Limit, s.Limited = account.Limit{}, true
	case Voided:
		s.Voided = e.At
	}
	return s
}
