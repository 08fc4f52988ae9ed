// Package provision brings accounts and groups to a target in their present
// state. A message only says where to look; what is wanted is read, compared
// with what was last applied, and only the difference is sent. So duplicates,
// late messages and repeats do no harm.
package provision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Wanted is what an account should look like at the target. It holds what
// part D.2 of the privacy annex allows to be passed on, and nothing else.
type Wanted struct {
	Account account.ID // the target keeps it as external id
	Address string
	Given   string
	Family  string // infix and surname
	Kind    string
	Active  bool
	Groups  []group.ID `json:"-"` // compared one by one
}

// digest is equal for equal wants.
func (w Wanted) digest() string { return sum(w) }

// tried is digest with the groups: a refusal holds until any of it changes.
func (w Wanted) tried() string { return sum([]any{w, w.Groups}) }

func sum(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and booleans always marshal
	}
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:16])
}

// Target is a system that accounts are passed on to. Its failures carry a
// kind: Conflict where somebody else has the address, Invalid where the target
// will never take it, Forbidden where it lets us in no longer, and any other
// kind where a later try may succeed.
type Target interface {
	// Find returns the remote id of the account that carries our id, "" where
	// there is none.
	Find(ctx context.Context, id account.ID) (string, error)
	// Create makes the account and returns its immutable remote id.
	Create(ctx context.Context, w Wanted) (string, error)
	// Update brings the account to what is wanted; an empty address is left as
	// it is. It answers NotFound where nobody has the remote id.
	Update(ctx context.Context, remote string, w Wanted) error
	// Group makes the group, or changes the one with this remote id, and
	// returns its remote id. It answers NotFound where none has that id.
	Group(ctx context.Context, remote string, g group.Group) (string, error)
	// Suspend stops the account; it answers NotFound where nobody has the remote
	// id.
	Suspend(ctx context.Context, remote string) error
	// Delete deletes the account and returns how long the target keeps it in a
	// bin of its own. It answers NotFound where nobody has the remote id.
	Delete(ctx context.Context, remote string) (kept time.Duration, err error)
	// Join and Leave put an account in a group and take it out; what is so
	// already is no failure. Join answers NotFound where either is unknown.
	Join(ctx context.Context, group, remote string) error
	Leave(ctx context.Context, group, remote string) error
}

// Engine brings one institution's accounts to one target.
type Engine struct {
	DB         *store.DB
	Target     Target
	Clock      clock.Clock
	Owner      tenant.ID
	Connection connection.ID
	Topic      topic.Topic[topic.Provision] // whose messages the engine works through
	Pace       Pace
}

const (
	// lease is how long a worker has an account to itself; a worker that died
	// holds it up no longer.
	lease = 2 * time.Minute
	// busy is how long a worker may call for an account: its last call is over
	// before another takes over.
	busy = lease - 10*time.Second
	// unseen is how long what was made may stay hidden at a target.
	unseen = 10 * time.Minute
)

// side is how many accounts are under way at once; the pace bounds the rate.
const side = 16

// Bring works through one message. It answers Busy where anything is to be
// tried again: what has succeeded is then skipped. It answers Forbidden where
// the target lets us in no longer: the message is to be kept until it does.
func (e *Engine) Bring(ctx context.Context, m topic.Provision) error {
	var again error
	if len(m.Groups) > 0 {
		if err := there(e.DB.Tenants().Get(ctx, e.Owner, e.Owner)); err != nil {
			return err
		}
	}
	for _, id := range m.Groups {
		if _, err := e.group(ctx, id, true); fault.KindOf(err) != fault.Invalid {
			again = graver(again, err)
		}
	}
	tasks, err := e.tasks(ctx, m)
	if err != nil {
		return err
	}
	again = graver(again, e.all(ctx, tasks))
	if fault.KindOf(again) == fault.Forbidden {
		return again
	}
	return fault.As(fault.Busy, again)
}

// graver returns the one of two failures that concerns more than one account,
// else the later.
func graver(a, b error) error {
	if b == nil || fault.KindOf(a) == fault.Forbidden {
		return a
	}
	return b
}

// task is one account that differs from what was last applied.
type task struct {
	want Wanted
	link store.Entry[account.ID, connection.Link] // zero where there is none yet
	ver  int64
	// fate is what is wanted of one whose document is gone, and proof the receipt
	// that waits for a deletion.
	fate  fate
	proof receipt.ID
}

// there demands that the institution is there. While it is restored from a
// backup it is not, and whoever seems to be gone may come back: the message is to
// be kept.
func there(_ tenant.Tenant, err error) error {
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return fault.As(fault.Busy, fmt.Errorf("the institution is not there, or is being restored: %w", err))
	}
	return err
}

// state is what is stored of some accounts, as of one moment: what is wanted is
// then never older than what was applied, nor of an institution that is half
// restored.
type state struct {
	links    map[account.ID]store.Entry[account.ID, connection.Link]
	accounts map[account.ID]store.Entry[account.ID, account.Account]
	binned   map[account.ID]store.Entry[account.ID, bin.Entry]
}

func (e *Engine) state(ctx context.Context, ids []account.ID) (s state, err error) {
	err = e.DB.Snapshot(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		if err := there(e.DB.Tenants().GetTx(tx, e.Owner, e.Owner)); err != nil {
			return err
		}
		if s.links, err = e.DB.Links(e.Connection).GetManyTx(tx, e.Owner, ids); err != nil {
			return err
		}
		if s.accounts, err = e.DB.Accounts().GetManyTx(tx, e.Owner, ids); err != nil {
			return err
		}
		var gone []account.ID
		for id := range s.links {
			if _, lives := s.accounts[id]; !lives {
				gone = append(gone, id)
			}
		}
		s.binned, err = e.DB.Bin().GetManyTx(tx, e.Owner, gone)
		return err
	})
	return s, err
}

// tasks returns what is to be done for the accounts of a message.
func (e *Engine) tasks(ctx context.Context, m topic.Provision) ([]task, error) {
	ids := slices.Compact(slices.Sorted(slices.Values(slices.Concat(m.Accounts, m.Erased))))
	s, err := e.state(ctx, ids)
	if err != nil {
		return nil, err
	}
	var tasks []task
	for _, id := range ids {
		t := task{want: Wanted{Account: id}, link: s.links[id], proof: m.Receipt}
		a, lives := s.accounts[id]
		switch {
		case lives && (!inScope(a.Value) || a.Value.Limit.Holds()):
			continue
		case lives:
			t.want, t.ver, t.proof = want(a.Value), a.Value.Version, ""
		default:
			var known bool
			if t.fate, known = fateOf(m, id, s); !known {
				continue
			}
		}
		if !t.done() {
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// done reports whether nothing is to be done: all is applied, a person has to
// decide first, or an account that may not be used was never made.
func (t task) done() bool {
	l := t.link.Value
	switch {
	case t.fate == ends:
		return false
	case t.fate == rests:
		return t.rested()
	case l.Version > t.ver:
		return true // a later state was applied
	case l.State == connection.Conflict || l.State == connection.Failed:
		return l.Digest == t.want.tried() // tried with just this
	case l.State == "" && !t.want.Active:
		return true
	}
	return l.State == connection.Linked && l.Digest == t.want.digest() && slices.Equal(l.Groups, t.want.Groups)
}

// inScope leaves out guardians: targets are for pupils and staff.
func inScope(a account.Account) bool { return a.Kind != "guardian" }

func want(a account.Account) Wanted {
	w := Wanted{
		Account: a.ID, Address: a.Address, Given: a.Source.Name.Given(), Family: a.Source.Name.Family(),
		Kind: string(a.Kind), Active: a.State == account.Active,
	}
	if w.Active {
		w.Groups = a.Groups()
	}
	return w
}
