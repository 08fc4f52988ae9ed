// Package audit describes the log of changes and of views of personal data.
// An entry is written in the transaction of the change, or before the answer
// of the view leaves. Entries name people by id; what was done is a code.
package audit

import (
	"crypto/rand"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/tenant"
)

// ID identifies an entry. It is random.
type ID string

// Keep is how long an entry is kept.
const Keep = 366 * 24 * time.Hour

// Action is what was done.
type Action string

// The actions that are logged.
const (
	ImportReceived Action = "import.received"
	ImportPlanned  Action = "import.planned"
	ImportApplied  Action = "import.applied" // one step: the accounts are listed
	ImportApproved Action = "import.approved"
	ImportDeclined Action = "import.declined"
	SchoolSet      Action = "school.set"
	SheetIssued    Action = "sheet.issued"
	PasswordSet    Action = "password.set"
	SignedIn       Action = "signin.succeeded"
	SignInFailed   Action = "signin.failed"
	SignedOut      Action = "signin.ended"
	Released       Action = "sso.released" // attributes went to an application
	Provisioned    Action = "target.written"
	Viewed         Action = "account.viewed"
	Binned         Action = "account.deleted"  // to the recycle bin
	Restored       Action = "account.restored" // from the recycle bin
	Erased         Action = "account.erased"   // for good; the object is the receipt
	Restricted     Action = "account.restricted"
	Lifted         Action = "account.lifted" // the restriction ended
	Mailed         Action = "mail.ended"     // a mail to the subject about the object; the reason says how it ended
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
	Actor    Actor
	Action   Action
	Subjects []account.ID // whose data it was
	Object   string       // id of the thing it was done with: a run, a group, an application
	Reason   string       // code; free text is not kept
}

// New makes an entry with a fresh id.
func New(at time.Time, by Actor, what Action, subjects ...account.ID) Entry {
	return Entry{ID: ID(strings.ToLower(rand.Text())), At: at, Actor: by, Action: what, Subjects: subjects}
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

// Recorded is an entry together with whose log it stands in.
type Recorded struct {
	Tenant tenant.ID
	Entry
}
