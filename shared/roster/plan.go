package roster

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
)

// Lanes is how many lanes apply a phase side by side: step i of a phase
// belongs to lane i modulo Lanes.
const Lanes = 2

// StepRows is how many rows one step applies, in one transaction: a person
// takes two documents, and Firestore bounds a commit at 10 MiB.
const StepRows = 100

// Action is what a plan does with one person or group.
type Action string

// The actions of a plan.
const (
	Create Action = "create"
	Change Action = "change"
	Return Action = "return" // an account that had left becomes active again
	Depart Action = "leave"
	End    Action = "end" // a group that is no longer in the source
)

// GroupRow is what a plan does with one group.
type GroupRow struct {
	Action  Action
	Group   group.Group // as it will be
	Written time.Time   // last write of the stored document that the plan saw; zero for Create
}

// AccountRow is what a plan does with one person.
type AccountRow struct {
	Action  Action
	Reason  string          // code: why
	Account account.Account // as it will be; its id, username and address are final
	Written time.Time       // last write of the stored document that the plan saw; zero for Create
	Was     string          // digest of the imported fields that the plan saw; "" for Create
}

// Plan is everything that an import will do. It fixes ids, names and the
// state that it expects to find, so that applying it needs no decisions and
// may be repeated.
type Plan struct {
	Groups []GroupRow
	People []AccountRow
	Leave  []AccountRow
	Counts Counts
	Held   bool // the leavers exceed the safety bound and wait for approval
}

// Empty reports whether the plan changes nothing.
func (p Plan) Empty() bool { return len(p.Groups)+len(p.People)+len(p.Leave) == 0 }

// Step is the rows of one transaction. Only one of the lists is filled.
type Step struct {
	Groups   []GroupRow   `json:",omitempty"`
	Accounts []AccountRow `json:",omitempty"`
}

// Steps cuts the plan's rows of a phase into steps.
func (p Plan) Steps(phase Phase) []Step {
	var steps []Step
	switch phase {
	case Groups:
		for rows := range chunks(p.Groups) {
			steps = append(steps, Step{Groups: rows})
		}
	case People:
		for rows := range chunks(p.People) {
			steps = append(steps, Step{Accounts: rows})
		}
	case Leave:
		for rows := range chunks(p.Leave) {
			steps = append(steps, Step{Accounts: rows})
		}
	}
	return steps
}

func chunks[T any](rows []T) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := min(StepRows, len(rows))
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}
