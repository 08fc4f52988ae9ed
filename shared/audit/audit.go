// Package audit describes the log of changes and of views of personal data.
// An entry is written in the transaction of the change, or before the answer
// of the view leaves. Entries name people by id; what was done is a code, and
// the register of activities says why it is done, who may know of it, and how
// long that is kept. What an entry says is what the standard Verwerkingenlogging
// of VNG demands of a processing action: see Wire.
package audit

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/tenant"
)

// ID identifies an entry. It is random.
type ID string

// Action is what was done.
type Action string

// The actions that are logged.
const (
	ImportReceived Action = "import.received"
	ImportPlanned  Action = "import.planned"
	ImportApplied  Action = "import.applied" // one step: the accounts are listed
	ImportApproved Action = "import.approved"
	ImportDeclined Action = "import.declined"
	ImportDecided  Action = "import.decided" // of rows of a plan that waits; carried out with its approval
	ImportEnded    Action = "import.ended"   // it could not go on; the reason is the finding's code
	SchoolSet      Action = "school.set"
	RetentionSet   Action = "retention.set"
	SheetIssued    Action = "sheet.issued"
	SheetPrinted   Action = "sheet.printed" // by the word of who made it; it cannot be read any more
	PasswordSet    Action = "password.set"
	SignedIn       Action = "signin.succeeded"
	SignInFailed   Action = "signin.failed"
	SignedOut      Action = "signin.ended"
	Released       Action = "sso.released" // attributes went to an application
	Provisioned    Action = "target.written"
	Viewed         Action = "account.viewed"
	Added          Action = "account.added"   // by hand
	Changed        Action = "account.changed" // by hand; the fields are listed
	Undone         Action = "account.undone"  // a change was taken back; the object is its revision
	Blocked        Action = "account.blocked"
	Unblocked      Action = "account.unblocked"
	Exported       Action = "account.exported" // everything that is held, for the subject
	RightSet       Action = "right.set"        // granted, denied or taken back; the object is the right
	GroupSet       Action = "group.set"        // a group of the school's own was made, changed or ended
	LinksSet       Action = "links.set"        // rules and exceptions that link pupils to staff
	Binned         Action = "account.deleted"  // to the recycle bin
	Restored       Action = "account.restored" // from the recycle bin
	Erased         Action = "account.erased"   // for good; the object is the receipt
	Restricted     Action = "account.restricted"
	Lifted         Action = "account.lifted" // the restriction ended
	LogViewed      Action = "log.viewed"
	ExtractViewed  Action = "extract.viewed"  // the subject's own: who saw me
	RuleApplied    Action = "rule.applied"    // groups or links that follow from rules
	BackedUp       Action = "backup.verified" // the object is its day
	PutBack        Action = "backup.restored" // the institution is what a backup holds, its day the object
	Mailed         Action = "mail.ended"      // a mail to the subject about the object; the reason says how it ended
)

// Actor is who did it: an account, or the system on whose order.
type Actor struct {
	Account account.ID // "" where no person acts
	System  string     // "rosterapply", "import-token": the service that acts
}

// Entry is one line of the log.
type Entry struct {
	ID       ID
	At       time.Time
	Recorded time.Time // when the database took it in, by its own clock; zero before
	Actor    Actor
	Action   Action
	Subjects []account.ID // whose data it was
	Fields   []string     // what of their data: keys of the field register
	Object   string       // id of the thing it was done with: a run, a group, an application
	Reason   string       // code; free text is not kept
	Private  Private
	ExpireAt time.Time // fixed when it is written: see Terms
	// Sealed is the private part on its way into the log, where it lies beside
	// the entry. It is not read back with it.
	Sealed envelope.Envelope
}

// PrivateLife is how long the private part of an entry is kept at most.
const PrivateLife = 90 * 24 * time.Hour

// Private says that an entry has a private part: from where it was done. The
// zero Private says that it has none.
type Private struct {
	Hash  []byte    // of the sealed form: see HashPrivate
	Until time.Time // when it expires
}

// Origin is the private part of an entry.
type Origin struct {
	Address string `json:"ip,omitempty"` // of pupils and staff alone
	Agent   string `json:"agent,omitempty"`
}

// New makes an entry with a fresh id.
func New(at time.Time, by Actor, what Action, subjects ...account.ID) Entry {
	return Entry{ID: ID(strings.ToLower(rand.Text())), At: at, Actor: by, Action: what, Subjects: subjects}
}

// Of returns e with what of the subjects' data it was about: keys of the field
// register, each once.
func (e Entry) Of(fields ...string) Entry {
	e.Fields = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(e.Fields), fields...))))
	return e
}

// On returns e about the thing with id object.
func (e Entry) On(object string) Entry {
	e.Object = object
	return e
}

// Because returns e with a reason code.
func (e Entry) Because(reason string) Entry {
	e.Reason = reason
	return e
}

// From returns e with its private part: where it was done from, sealed for
// Place.
func (e Entry) From(sealed envelope.Envelope) Entry {
	until := e.At.Add(PrivateLife).Truncate(time.Microsecond) // as it is stored
	e.Sealed, e.Private = sealed, Private{Hash: HashPrivate(sealed, until), Until: until}
	return e
}

// Place is what the private part of entry id is sealed for.
func Place(owner tenant.ID, id ID) []byte {
	return []byte("log entry from where\x00" + string(owner) + "\x00" + string(id))
}

// Mark adds to an entry from where something is done: see package trail. The nil
// Mark adds nothing, where nobody is asked.
type Mark func(Entry) Entry

// On returns e with what m adds.
func (m Mark) On(e Entry) Entry {
	if m == nil {
		return e
	}
	return m(e)
}
