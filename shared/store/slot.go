package store

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Slot makes imports of one school exclusive: only the run that holds it may
// write, and another may take it over when Until has passed.
type Slot struct {
	Run     roster.RunID // "" where nobody imports
	Until   time.Time    // moves on while the run does
	Fence   int64        // raised whenever a run takes the school: see roster.Run
	Waiting roster.RunID // the run a part of which waits for approval; "" for none
}

// Held reports whether another run than id holds the school.
func (s Slot) Held(id roster.RunID, now time.Time) bool {
	return s.Run != "" && s.Run != id && s.Until.After(now)
}

// Is reports whether r holds the school, by the hold that it knows of.
func (s Slot) Is(r roster.Run) bool { return s.Run == r.ID && s.Fence == r.Fence }

// Taken returns the slot as id takes it: what held it before holds it no more.
func (s Slot) Taken(id roster.RunID, now time.Time) Slot {
	if s.Waiting == id {
		s.Waiting = ""
	}
	s.Run, s.Until, s.Fence = id, now.Add(roster.Hold), s.Fence+1
	return s
}

// Freed returns the slot as it is when nobody imports.
func (s Slot) Freed(waiting roster.RunID) Slot {
	return Slot{Fence: s.Fence, Waiting: waiting}
}

type slotDoc struct {
	Run     string    `firestore:"run" register:"-"`
	Until   time.Time `firestore:"until" register:"-"`
	Fence   int64     `firestore:"fence" register:"-"`
	Waiting string    `firestore:"waiting" register:"-"`
}

// Slots returns the table of import slots, one per school.
func (db *DB) Slots() Table[school.ID, Slot, slotDoc] {
	return Table[school.ID, Slot, slotDoc]{
		db: db, collection: "slots",
		toDoc: func(_ tenant.ID, s Slot) slotDoc { return slotDoc{string(s.Run), s.Until, s.Fence, string(s.Waiting)} },
		fromDoc: func(_ school.ID, d slotDoc) (Slot, error) {
			return Slot{roster.RunID(d.Run), d.Until, d.Fence, roster.RunID(d.Waiting)}, nil
		},
	}
}

// LaneID names a lane of a run's phase: "people-0".
type LaneID string

// Lane says how far one lane of a phase has come: Next is the first step of
// the plan that it has not applied.
type Lane struct {
	Next      int
	Conflicts int          // rows that were left alone because somebody changed them meanwhile
	Left      []account.ID // of the accounts of those rows, the first few
}

type laneDoc struct {
	Next      int       `firestore:"next" register:"-"`
	Conflicts int       `firestore:"conflicts" register:"-"`
	Left      []string  `firestore:"left,omitempty" register:"-"`
	ExpireAt  time.Time `firestore:"expireAt" register:"-"`
}

// Lanes returns the table of lanes of run r.
func (db *DB) Lanes(r roster.RunID, expire time.Time) Table[LaneID, Lane, laneDoc] {
	return Table[LaneID, Lane, laneDoc]{
		db: db, collection: "imports/" + string(r) + "/lanes",
		expires: func(d laneDoc) time.Time { return d.ExpireAt },
		toDoc:   func(_ tenant.ID, l Lane) laneDoc { return laneDoc{l.Next, l.Conflicts, texts(l.Left), expire} },
		fromDoc: func(_ LaneID, d laneDoc) (Lane, error) {
			return Lane{d.Next, d.Conflicts, named[account.ID](d.Left)}, nil
		},
	}
}
