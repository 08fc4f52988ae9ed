// Package receipt describes the proof that people were erased: ids and counts,
// no names, and how far each connected target is.
package receipt

import (
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/connection"
)

// Keep is how long a receipt is kept.
const Keep = 5 * 366 * 24 * time.Hour

// ID identifies a receipt. It is random.
type ID string

// NewID returns a fresh random id.
func NewID() ID { return ID(strings.ToLower(rand.Text())) }

// Receipt is the proof of one erasure, of one person or of many whose time came
// together.
type Receipt struct {
	ID       ID
	At       time.Time
	Accounts []account.ID
	Why      bin.Reason // OnOrder, or "" where the 90 days had passed
	Order    string     // reference of the order
	Binned   time.Time  // the latest day 0 of those erased; zero where an order skipped the bin
	// Removed counts what was removed, by collection.
	Removed map[string]int
	// Verified is when every registered collection was read again; Found is
	// what was still there then, by collection: nothing, or the erasure is
	// tried again.
	Verified time.Time
	Found    map[string]int
	// Unreadable is when the last sealed copy, in plans, revisions and backups,
	// can no longer be opened: the key of its day is destroyed.
	Unreadable time.Time
	Targets    map[connection.ID]Target
}

// TargetState is how far the deletion at a target is.
type TargetState string

// The states.
const (
	Pending   TargetState = "pending"
	Confirmed TargetState = "confirmed"
	Failed    TargetState = "failed" // somebody has to look
)

// Target is what a connected target did. It may keep what it deleted in a bin
// of its own.
type Target struct {
	Wanted    int // accounts that the target had
	Confirmed int // of those, deleted
	Failed    int
	BinUntil  time.Time // when the target's own bin is empty of them; zero where it has none
}

// State sums t up.
func (t Target) State() TargetState {
	switch {
	case t.Failed > 0:
		return Failed
	case t.Confirmed < t.Wanted:
		return Pending
	default:
		return Confirmed
	}
}

// Clean reports whether the re-reading found nothing.
func (r Receipt) Clean() bool { return !r.Verified.IsZero() && len(r.Found) == 0 }

// Connections returns the targets in the order of their ids.
func (r Receipt) Connections() []connection.ID { return slices.Sorted(maps.Keys(r.Targets)) }
