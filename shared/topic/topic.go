// Package topic lists the messages that functions send each other. A body
// names things by id and never carries personal data; the JSON names are a
// contract with messages under way: add fields, never rename one.
package topic

import (
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Topic names a Pub/Sub topic and the one Go type of its messages.
type Topic[T any] struct{ Name string }

// The topics.
var (
	RosterReceived  = Topic[Received]{"roster-received"}
	RosterPull      = Topic[Pull]{"roster-pull"}
	RosterApply     = Topic[Apply]{"roster-apply"}
	ProvisionGoogle = Topic[Provision]{"provision-google"}
	Mail            = Topic[Mailing]{"mail"}
	Recalculate     = Topic[Recalculation]{"recalculate"}
	Backup          = Topic[Copying]{"backup"}
	Minute          = Topic[Tick]{"tick-minute"}
	Day             = Topic[Tick]{"tick-day"}
)

// Received says that an upload lies sealed in the uploads bucket.
type Received struct {
	Tenant tenant.ID    `json:"tenant"`
	Import roster.RunID `json:"import"`
}

// Pull asks for the roster of a school that is fetched. Turn tells a message
// from an older one: see pull.State.
type Pull struct {
	Tenant tenant.ID `json:"tenant"`
	School school.ID `json:"school"`
	Turn   int64     `json:"turn"`
}

// Apply asks to go on with a plan's steps of Phase in lane Lane, from wherever
// the lane is.
type Apply struct {
	Tenant tenant.ID    `json:"tenant"`
	Import roster.RunID `json:"import"`
	Phase  roster.Phase `json:"phase"`
	Lane   int          `json:"lane"`
}

// Provision asks to bring accounts and groups to one target in their present
// state.
type Provision struct {
	Tenant     tenant.ID     `json:"tenant"`
	Connection connection.ID `json:"connection"`
	Accounts   []account.ID  `json:"accounts,omitempty"`
	Groups     []group.ID    `json:"groups,omitempty"`
	// Receipt is the receipt to which the deletion of erased accounts is
	// reported.
	Receipt receipt.ID `json:"receipt,omitempty"`
	// Erased are accounts that were erased, as the ledger says and no receipt.
	Erased []account.ID `json:"erased,omitempty"`
}

// Recalculation asks to bring the groups and links of a school that follow from
// rules in line with what is known. One that was begun after it was asked for
// and is complete has done it.
type Recalculation struct {
	Tenant   tenant.ID    `json:"tenant"`
	School   school.ID    `json:"school,omitempty"`   // "" for each, and for who is at none
	Asked    int64        `json:"asked"`              // when, in milliseconds since 1970
	Accounts []account.ID `json:"accounts,omitempty"` // only these; none for all of the school
	After    account.ID   `json:"after,omitempty"`    // it goes on behind this account
	Begun    int64        `json:"begun,omitempty"`    // of one that goes on: when it was, as Asked
}

// Letter is a kind of mail.
type Letter string

// The kinds of mail.
const (
	ImportWaiting Letter = "import_waiting" // a run waits: to who may approve it
	PullStopped   Letter = "pull_stopped"   // a connection with an administration system stands still: to who manages the school
)

// Mailing asks for a mail about a run, or about a turn of a school's
// connection. To whom it goes, and what it says, is read when it is sent.
type Mailing struct {
	Tenant tenant.ID    `json:"tenant"`
	Letter Letter       `json:"letter"`
	Import roster.RunID `json:"import"`
	School school.ID    `json:"school,omitempty"`
	Turn   int64        `json:"turn,omitempty"`
}

// Waits returns the message that tells of a run that waits.
func Waits(owner tenant.ID, run roster.RunID) Mailing {
	return Mailing{Tenant: owner, Letter: ImportWaiting, Import: run}
}

// Stopped returns the message that tells of a connection that stands still
// since a turn.
func Stopped(p Pull) Mailing {
	return Mailing{Tenant: p.Tenant, Letter: PullStopped, School: p.School, Turn: p.Turn}
}

// Copying asks for the backup of an institution, or to go on with it.
type Copying struct {
	Tenant tenant.ID `json:"tenant"`
	Backup backup.ID `json:"backup"`
}

// Tick is the body of a timer's message.
type Tick struct{}

// First returns the messages that begin a phase: one for each lane that has a
// step in it.
func First(owner tenant.ID, run roster.Run, phase roster.Phase) []Apply {
	var out []Apply
	for lane := range min(roster.Lanes, len(run.Plan.Steps[phase])) {
		out = append(out, Apply{Tenant: owner, Import: run.ID, Phase: phase, Lane: lane})
	}
	return out
}
