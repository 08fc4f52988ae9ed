// Package revision describes what changes leave behind: for 90 days the state
// of an account, or of another thing that people change by hand, before and after,
// sealed, so that a change can be looked at and undone by who may.
package revision

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/tenant"
)

// ID identifies a revision. It is random.
type ID string

// Revision is the record of one transaction that changed accounts, or one thing.
type Revision struct {
	ID       ID
	At       time.Time
	Actor    audit.Actor
	Action   audit.Action
	Object   string       // what it was done with: a run, a rule
	Thing    Thing        // what the object is that changed; "" where accounts did
	Accounts []account.ID // whom it changed, or whom the thing names
	Frames   Frames       // of a thing a sealed Amendment, under ""
	Batch    []byte       // the data key of the frames, wrapped by the key of the day
	ExpireAt time.Time
}

// Frames holds one sealed Change per account.
type Frames map[account.ID][]byte

// Change is one account before and after. Before is nil for one that was made,
// After for one that was deleted.
type Change struct {
	Before *account.Account `json:",omitempty"`
	After  *account.Account `json:",omitempty"`
}

// ID returns whose change it is.
func (c Change) ID() account.ID {
	if c.After != nil {
		return c.After.ID
	}
	return c.Before.ID
}

// Sealer seals under a data key: see seal.Key.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Wrapped() []byte
}

// Opener opens what a Sealer sealed.
type Opener interface {
	Open(sealed, context []byte) ([]byte, error)
}

// Cause is what a revision says of the change besides its states.
type Cause struct {
	At     time.Time
	Actor  audit.Actor
	Action audit.Action
	Object string
	Thing  Thing        // for SealAmendment: what the object is
	Names  []account.ID // for SealAmendment: whom the states name
}

// Seal makes the revision of changes under key. An account that was made and
// is unchanged since needs none: Changes without a state before are left out.
// The result is nil where nothing is left.
func Seal(key Sealer, owner tenant.ID, why Cause, changes []Change) (*Revision, error) {
	r := &Revision{
		ID: ID(strings.ToLower(rand.Text())), At: why.At, Actor: why.Actor, Action: why.Action, Object: why.Object,
		Frames: Frames{}, Batch: key.Wrapped(), ExpireAt: why.At.Add(account.Kept),
	}
	for _, c := range changes {
		if c.Before == nil {
			continue
		}
		body, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		if r.Frames[c.ID()], err = key.Seal(body, place(owner, r.ID, c.ID())); err != nil {
			return nil, err
		}
		r.Accounts = append(r.Accounts, c.ID())
	}
	if len(r.Accounts) == 0 {
		return nil, nil
	}
	return r, nil
}

// Open returns what changed of one account.
func (r Revision) Open(key Opener, owner tenant.ID, of account.ID) (Change, error) {
	body, err := key.Open(r.Frames[of], place(owner, r.ID, of))
	if err != nil {
		return Change{}, fmt.Errorf("open revision: %w", err)
	}
	var c Change
	if err := json.Unmarshal(body, &c); err != nil {
		return Change{}, fmt.Errorf("decode revision: %w", err)
	}
	return c, nil
}

// Without returns r without the frame of one account: of somebody who was
// erased on order. Of a thing that names them nothing is left.
func (r Revision) Without(id account.ID) Revision {
	if r.Thing != "" {
		if slices.Contains(r.Accounts, id) {
			r.Frames, r.Accounts = Frames{}, nil
		}
		return r
	}
	kept := Frames{}
	var ids []account.ID
	for _, a := range r.Accounts {
		if a != id {
			kept[a], ids = r.Frames[a], append(ids, a)
		}
	}
	r.Frames, r.Accounts = kept, ids
	return r
}

func place(owner tenant.ID, id ID, of account.ID) []byte {
	return []byte("revision\x00" + string(owner) + "\x00" + string(id) + "\x00" + string(of))
}
