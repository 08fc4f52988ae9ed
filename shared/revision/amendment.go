package revision

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/tenant"
)

// Thing is a sort of what people change by hand besides accounts.
type Thing string

// The things, with what their states are of.
const (
	Group     Thing = "group"     // group.Group
	LinkRule  Thing = "linkrule"  // link.Rule
	Exception Thing = "exception" // link.Exception, of the pupil who is the object
	Right     Thing = "right"     // right.Right
	NameRule  Thing = "namerule"  // naming.Rule, of a kind of person at a school
	Reserved  Thing = "reserved"  // names that nobody gets
)

// Amendment is one thing before and after somebody changed it. Before is nil for
// one that was made, After for one that was taken away.
type Amendment[T any] struct {
	Before *T `json:",omitempty"`
	After  *T `json:",omitempty"`
}

// SealAmendment makes the revision of the thing that why names, under key.
func SealAmendment[T any](key Sealer, owner tenant.ID, why Cause, a Amendment[T]) (Revision, error) {
	r := Revision{
		ID: ID(strings.ToLower(rand.Text())), At: why.At, Actor: why.Actor, Action: why.Action, Object: why.Object, Thing: why.Thing,
		Accounts: slices.Compact(slices.Sorted(slices.Values(why.Names))), Batch: key.Wrapped(), ExpireAt: why.At.Add(account.Kept),
	}
	body, err := json.Marshal(a)
	if err != nil {
		return r, err
	}
	sealed, err := key.Seal(body, place(owner, r.ID, ""))
	r.Frames = Frames{"": sealed}
	return r, err
}

// OpenAmendment returns what changed of the thing that r is about.
func OpenAmendment[T any](r Revision, key Opener, owner tenant.ID) (a Amendment[T], err error) {
	body, err := key.Open(r.Frames[""], place(owner, r.ID, ""))
	if err != nil {
		return a, fmt.Errorf("open revision: %w", err)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, fmt.Errorf("decode revision: %w", err)
	}
	return a, nil
}
