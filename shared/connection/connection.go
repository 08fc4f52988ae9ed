// Package connection describes where accounts are passed on to: a target such
// as Google Workspace, and the link of each account with its counterpart there.
package connection

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
)

// ID identifies a connection within its institution.
type ID string

// Target is a kind of system that accounts are passed on to.
type Target string

// Google is Google Workspace through the Admin SDK Directory API.
const Google Target = "google"

// Connection is one target of an institution with its settings.
type Connection struct {
	ID       ID
	Target   Target
	On       bool
	Customer string // the target's name for the institution: a Workspace customer id
	Admin    string // address of the administrator that the service account acts as
	Secret   string // name of the secret that holds the service account's key

	Trouble Trouble   // why nothing can be passed on, until a person mends it; "" where all is well
	Rests   time.Time // no call before this moment: messages wait in the outbox
}

// Trouble is a code for what keeps a whole connection from working.
type Trouble string

// The troubles of a connection.
const (
	Denied   Trouble = "access_denied" // the target lets us in no longer: the delegation was withdrawn
	Unusable Trouble = "key_unusable"  // the key is missing or is none
)

// LinkState says how far an account has come at the target.
type LinkState string

// The states of a link.
const (
	Creating LinkState = "creating" // a create was begun; its outcome may be unknown
	Linked   LinkState = "linked"   // the counterpart is known by its immutable id
	Conflict LinkState = "conflict" // an account of somebody else has the address; a person decides
	Failed   LinkState = "failed"   // the target refused; Reason says why
)

// Link ties an account to its counterpart at a target.
type Link struct {
	Account account.ID
	Remote  string // the target's immutable id; "" until known
	State   LinkState
	Reason  string     // code of the last refusal, without personal data
	Digest  string     // digest of what was last applied
	Version int64      // account version that was last applied
	Groups  []group.ID // memberships that were last applied
	Until   time.Time  // lease: another worker may take over after this moment
	Fence   int64      // raised with every lease; a late worker's write is refused
	Begun   time.Time  // when the account was first tried to be made
}

// GroupLink ties a group to its counterpart at a target.
type GroupLink struct {
	Group  group.ID
	Remote string    // the target's immutable id; "" until known
	Digest string    // digest of what was last tried
	Reason string    // code of the refusal, "" where what was tried is applied
	Begun  time.Time // when it was made there; zero where that was not noted
}
