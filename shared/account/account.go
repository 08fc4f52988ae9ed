// Package account describes the digital identity of one person: what the
// source says, what the school added, and the state it is in.
package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// ID identifies an account within its institution. It is random, permanent
// and never given to anybody else; every identifier that other systems see
// derives from it, never from a name.
type ID string

// NewID returns a fresh random id of 130 bits.
func NewID() ID { return ID("a" + strings.ToLower(rand.Text())) }

// State is where an account is in its life.
type State string

// The states of an account.
const (
	Active  State = "active"  // may sign in, is provisioned
	Blocked State = "blocked" // stopped by hand; everything is kept
	Left    State = "left"    // no longer in any source; may not sign in
)

// Account is one person's digital identity within an institution.
type Account struct {
	ID       ID
	Kind     person.Kind
	State    State
	Username string // local part, unique in the institution, lower case
	Address  string // username@domain, the sign-in name and the school mail address

	Source      Source       // as imported; nobody but import changes it
	Memberships []Membership // one per school
	Own         Own          // what the school added

	Epoch   int64  // raised to end every session and token of the account
	Version int64  // raised with every change, so that late messages are seen to be late
	Digest  string // see Imported
	Changed time.Time
}

// Source holds the imported fields. They are read-only everywhere but in import.
type Source struct {
	Name   person.Name
	Gender person.Gender
	Email  string // school address that the source delivered
	Number string // administration number; pupils only
}

// Membership is what an account is to one school.
type Membership struct {
	School school.ID
	Key    string      // keyed hash of the source key: see seal.Index
	Year   school.Year // school year of the roster it was last seen in
	Grade  string      // a pupil's jaargroep code
	Groups []group.ID
	Roles  []string // a staff member's functions at the school: "DIR", "LRK"
	Left   bool
}

// Own holds what the school itself added.
type Own struct {
	Roles []access.Role
}

// MaySignIn reports whether the state allows the person in.
func (a Account) MaySignIn() bool { return a.State == Active }

// Groups returns the groups of every present membership, sorted, each once.
func (a Account) Groups() []group.ID {
	var ids []group.ID
	for _, m := range a.Memberships {
		if !m.Left {
			ids = append(ids, m.Groups...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// At returns the membership at school s.
func (a Account) At(s school.ID) (Membership, bool) {
	for _, m := range a.Memberships {
		if m.School == s {
			return m, true
		}
	}
	return Membership{}, false
}

// With returns a with the membership at m's school replaced or added.
func (a Account) With(m Membership) Account {
	kept := make([]Membership, 0, len(a.Memberships)+1)
	for _, old := range a.Memberships {
		if old.School != m.School {
			kept = append(kept, old)
		}
	}
	a.Memberships = append(kept, m)
	slices.SortFunc(a.Memberships, func(x, y Membership) int { return strings.Compare(string(x.School), string(y.School)) })
	return a
}

// Imported returns the digest of everything that import wrote: equal digests
// mean that an import has nothing to change.
func (a Account) Imported() string {
	body, err := json.Marshal(struct {
		Source      Source
		Memberships []Membership
	}{a.Source, a.Memberships})
	if err != nil {
		panic(err) // strings, numbers and slices always marshal
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}
