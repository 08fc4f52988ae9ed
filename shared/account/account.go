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

// ValidID reports whether s has the form of an id that NewID makes.
func ValidID(s string) bool {
	return len(s) == 27 && s[0] == 'a' && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '2' || r > '7') })
}

// State is where an account is in its life.
type State string

// The states of an account.
const (
	Prepared State = "prepared" // known for a school year to come; may not sign in yet
	Active   State = "active"   // may sign in, is provisioned
	Blocked  State = "blocked"  // stopped by hand; everything is kept
	Left     State = "left"     // in no source any more, within the grace that the school sets: see LeaveAt
)

// Kept is how long a deleted account lies sealed in the recycle bin, from where
// it can be restored; after that nothing of it can be read in any copy (part F
// of the privacy annex).
const Kept = 90 * 24 * time.Hour

// Account is one person's digital identity within an institution.
type Account struct {
	ID       ID
	Kind     person.Kind
	State    State
	Username string   // local part, unique in the institution, lower case
	Address  string   // username@domain, the sign-in name and the school mail address
	Aliases  []string // earlier addresses, which still are the account's and nobody else's
	Renamed  bool     // the source has changed the name since, and nobody has decided yet whether the address follows

	Source      Source       // as imported; by hand only what no source delivers: see Delivered
	Memberships []Membership // one per school
	Next        []Membership // one per school: as of the school year that is prepared
	Main        school.ID    // the school that sets address and rules: the first, until it is left
	Own         Own          // what the school added
	Apart       []ID         // accounts that look like this one's person and, as somebody said, are not

	Rest    State     // of one that has left: the state to which it comes back
	LeaveAt time.Time // of one that has left: when its grace ends and it goes to the bin
	Until   time.Time // when an account that was added by hand leaves by itself; zero for never
	Limit   Limit     // processing is restricted; zero where it is not

	Epoch   int64  // raised to end every session and token of the account
	Version int64  // raised with every change, so that late messages are seen to be late
	Digest  string // see Imported
	Created time.Time
	Changed time.Time
	// Traces tells of each field that changed since the account was made who
	// changed it last: entries of the field register.
	Traces map[string]Trace
}

// Trace says when a field changed last, and from where.
type Trace struct {
	At time.Time
	By Hand
}

// Hand is where the value of a field comes from.
type Hand string

// The hands that change a field.
const (
	BySource Hand = "source" // an import
	ByHand   Hand = "hand"   // somebody at the school
	ByRule   Hand = "rule"   // a rule of the school
)

// Limit is a restriction of processing on a recorded order of the institution
// (AVG article 18): nothing is released or passed on, and nothing is erased.
type Limit struct {
	Since time.Time // zero where nothing is restricted
	Order string    // the reference of the order; not a reason, which may say something of the person
}

// Holds reports whether processing is restricted.
func (l Limit) Holds() bool { return !l.Since.IsZero() }

// Source holds the fields that sources deliver. What one delivers is changed there
// and nowhere else: see Delivered.
type Source struct {
	Name       person.Name
	Salutation person.Salutation // adults only
	Gender     person.Gender
	Email      string // school address that the source delivered
	Number     string // administration number; pupils only
	ECK        ECK    // pupils only
	// Children are those whose guardian the person is.
	Children []Child
}

// ECK is a pupil's ECK-iD, the pseudonym by which learning material knows a
// pupil (Edu-K, ketenid.nl). It is only ever shown to who supplies that.
type ECK struct {
	Hash   string // keyed, by which it is found: see seal.Index; "" for none
	Sealed []byte // the ECK-iD itself: see seal.Ring
}

// Child says whose guardian somebody is.
type Child struct {
	Account  ID
	Slot     int  // first, second … guardian of the child
	Receives bool // may receive messages about the child
}

// Membership is what an account is to one school.
type Membership struct {
	School school.ID
	Key    string      // keyed hash of the key in the school's main source: see seal.Index
	Keys   []string    `json:",omitempty"` // keyed hashes of further keys, sorted: of other sources, and of a guardian who is known by several
	Year   school.Year // school year of the roster it was last seen in
	Grade  string      // a pupil's jaargroep code
	ILT    string      // a pupil's education code of four digits (erkende opleidingscode)
	Groups []group.ID
	Roles  []string // a staff member's functions at the school: "DIR", "LRK"
	Left   bool
	Kept   bool // restored by hand: the source may be without it until it delivers it again
}

// Own holds what the school itself added.
type Own struct {
	Roles    []access.Role
	Groups   []group.ID // manual groups
	Ruled    []group.ID // groups whose rule the account fits
	Function string     // a staff member's function in the school's own words
	Phone    string     // staff only
	Email    string     // a staff member's private address
	Band     group.Band // a pupil's own age band; "" for that of the group
	Owner    ID         // of a functional account: the member of staff who answers for it
}

// Back returns the state to which one that has left comes back: a block
// outlives an absence.
func (a Account) Back() State {
	if a.Rest == "" {
		return Active
	}
	return a.Rest
}

// MaySignIn reports whether the state allows the person in. Of whose data the
// processing is restricted, nothing is done but keep them.
func (a Account) MaySignIn() bool { return a.State == Active && !a.Limit.Holds() }

// Groups returns the groups of every present membership and those that the
// school put the account in, sorted, each once.
func (a Account) Groups() []group.ID {
	ids := slices.Concat(a.Own.Groups, a.Own.Ruled)
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
	a.Memberships = append(without(a.Memberships, m.School), m)
	sortBySchool(a.Memberships)
	return a.settled()
}

// Without returns a without any membership at school s.
func (a Account) Without(s school.ID) Account {
	a.Memberships, a.Next = without(a.Memberships, s), without(a.Next, s)
	return a.settled()
}

// Preparing returns a with the membership at m's school that a school year to
// come will bring.
func (a Account) Preparing(m Membership) Account {
	a.Next = append(without(a.Next, m.School), m)
	sortBySchool(a.Next)
	return a.settled()
}

// Prepared returns the membership that is prepared at school s.
func (a Account) Prepared(s school.ID) (Membership, bool) {
	for _, m := range a.Next {
		if m.School == s {
			return m, true
		}
	}
	return Membership{}, false
}

// Present reports whether the account has a school that it has not left.
func (a Account) Present() bool {
	return slices.ContainsFunc(a.Memberships, func(m Membership) bool { return !m.Left })
}

// settled returns a with a main school: the one it has while it is there, else
// the first of those that it belongs to.
func (a Account) settled() Account {
	if m, ok := a.At(a.Main); ok && !m.Left {
		return a
	}
	for _, m := range append(slices.Clone(a.Memberships), a.Next...) {
		if !m.Left {
			a.Main = m.School
			return a
		}
	}
	return a
}

func without(list []Membership, s school.ID) []Membership {
	kept := make([]Membership, 0, len(list)+1)
	for _, m := range list {
		if m.School != s {
			kept = append(kept, m)
		}
	}
	return kept
}

func sortBySchool(list []Membership) {
	slices.SortFunc(list, func(x, y Membership) int { return strings.Compare(string(x.School), string(y.School)) })
}

// Imported returns the digest of everything that import wrote: equal digests
// mean that an import has nothing to change. An empty list is none, as it is
// stored.
func (a Account) Imported() string {
	a.Source.ECK.Sealed = nil // two seals of one value differ
	a.Source.Children, a.Memberships, a.Next = filled(a.Source.Children), listed(a.Memberships), listed(a.Next)
	body, err := json.Marshal(struct {
		Source      Source
		Memberships []Membership
		Next        []Membership
		Main        school.ID
		Apart       []ID `json:",omitempty"`
	}{a.Source, a.Memberships, a.Next, a.Main, a.Apart})
	if err != nil {
		panic(err) // strings, numbers and slices always marshal
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// listed returns memberships with no empty list in them.
func listed(list []Membership) []Membership {
	list = slices.Clone(filled(list))
	for i := range list {
		list[i].Groups, list[i].Roles = filled(list[i].Groups), filled(list[i].Roles)
	}
	return list
}

// filled returns the list, or none where it is empty.
func filled[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}
