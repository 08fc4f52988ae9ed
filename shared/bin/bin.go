// Package bin describes the recycle bin: deleted accounts, sealed, from where
// they can be restored for 90 days with the same id, the same name and the same
// everything. After that nothing of them can be read in any copy.
package bin

import (
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Reason is why an account was deleted: a code.
type Reason string

// The reasons.
const (
	AbsentFromSource Reason = "absent_from_source" // the source no longer has the person
	SourceSaysLeft   Reason = "source_says_left"
	GraceEnded       Reason = "grace_ended" // left the source, and the school's grace is over
	Ended            Reason = "ended"       // added by hand until a day that has come
	ByHand           Reason = "by_hand"     // somebody at the school
	OnOrder          Reason = "on_order"    // the operator, on a recorded order of the institution
	Replayed         Reason = "replayed"    // deleted before, in a state that was restored from a copy
	Merged           Reason = "merged"      // the same person as another account
)

// Entry is one deleted account. Nothing in it says who it was, beside the
// envelope.
type Entry struct {
	Account  account.ID
	Kind     person.Kind
	Schools  []school.ID // those it belonged to
	Groups   []group.ID  // those it was in, so that a class can be restored
	Binned   time.Time   // day 0: when it was deleted
	Deadline time.Time   // when it is erased
	Why      Reason
	Names    []string // keyed hashes of its addresses, which nobody gets while it lies here
	Limit    account.Limit
	Envelope envelope.Envelope // the account as it was: see Seal
}

// Held reports whether a restriction keeps the entry beyond its deadline.
func (e Entry) Held() bool { return e.Limit.Holds() }

// Due reports whether the entry is to be erased at now.
func (e Entry) Due(now time.Time) bool { return !e.Deadline.After(now) && !e.Held() }

// Of returns the entry of a, deleted at now, without its envelope.
func Of(a account.Account, now time.Time, why Reason) Entry {
	e := Entry{
		Account: a.ID, Kind: a.Kind, Groups: a.Groups(), Binned: now, Deadline: now.Add(account.Kept), Why: why, Limit: a.Limit,
	}
	for _, m := range slices.Concat(a.Memberships, a.Next) {
		if !slices.Contains(e.Schools, m.School) {
			e.Schools = append(e.Schools, m.School)
		}
	}
	return e
}

// Place is what the envelope of an entry is bound to: it opens for no other
// account.
func Place(owner tenant.ID, id account.ID) []byte {
	return []byte("bin\x00" + string(owner) + "\x00" + string(id))
}

// Restored returns a, as it was when it was deleted, as it comes back at now:
// it is signed in nowhere, and its source may be without it until it delivers
// it again.
func Restored(a account.Account, now time.Time) account.Account {
	if a.State == account.Left {
		a.State = a.Back()
	}
	a.Rest, a.LeaveAt, a.Until = "", time.Time{}, time.Time{}
	a.Memberships = slices.Clone(a.Memberships)
	for i := range a.Memberships {
		a.Memberships[i].Kept = a.Memberships[i].Key != ""
	}
	a.Digest = a.Imported()
	a.Epoch, a.Version, a.Changed = a.Epoch+1, a.Version+1, now
	return a
}

// Gone returns a as a plan sees somebody who lies in the bin: one that has left
// every school.
func Gone(a account.Account) account.Account {
	a.Memberships = slices.Clone(a.Memberships)
	for i := range a.Memberships {
		a.Memberships[i].Left = true
	}
	if a.State != account.Left {
		a.Rest, a.State = a.State, account.Left
	}
	a.Next = nil
	return a
}
