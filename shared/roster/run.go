package roster

import (
	"time"

	"cool.example/sync/shared/school"
)

// Hold is how long a run may hold its school before another may take over: an
// import of the largest board takes minutes, and a run that died must not
// keep a school for a day.
const Hold = time.Hour

// RunID identifies one import run. It is random.
type RunID string

// Status is how far a run has come.
type Status string

// The states of a run, in the order in which they follow each other. A run
// ends as applied or refused; a run that waits goes on when somebody approves
// exactly its plan.
const (
	Received Status = "received" // the upload is stored, sealed
	Planned  Status = "planned"  // the plan stands; nothing has changed yet
	Applying Status = "applying"
	Waiting  Status = "waiting" // a safety bound holds back the leavers
	Applied  Status = "applied"
	Refused  Status = "refused"
)

// Done reports whether nothing more happens in the run.
func (s Status) Done() bool { return s == Applied || s == Refused }

// Phase is a part of a plan; a phase begins when the one before it is complete.
type Phase string

// The phases of a plan.
const (
	Groups Phase = "groups" // classes and lesson groups are made, changed, ended
	People Phase = "people" // accounts are created and changed; returners come back
	Leave  Phase = "leave"  // people who are no longer in the source
)

// Next returns the phase after p, "" after the last.
func (p Phase) Next() Phase {
	switch p {
	case Groups:
		return People
	case People:
		return Leave
	default:
		return ""
	}
}

// Counts sums up a plan.
type Counts struct {
	Create    int
	Change    int
	Leave     int
	Return    int
	Unchanged int
	Groups    int // groups made, changed or ended
	Findings  int
	LeftOut   int // values that were skipped while parsing
}

// Run is one import: what was handed over, what was planned, how far it is.
type Run struct {
	ID       RunID
	School   school.ID
	Status   Status
	Format   string
	Upload   string // object in the uploads bucket; "" once it is gone
	Year     school.Year
	Counts   Counts
	LeftOut  map[string]int // name of the source's field → values skipped
	Findings []Finding
	Plan     Stored
	Held     bool // the leave phase waits for an approval
	Created  time.Time
	Changed  time.Time
	ExpireAt time.Time
}

// Stored says where a plan lies and how to read one step of it.
type Stored struct {
	Object     string // object in the plans bucket
	Generation int64  // the object's generation: approval is bound to it
	Hash       string // SHA-256 of the sealed object, hex
	Key        []byte // the plan's data key, wrapped: see seal.Wrapped
	Steps      map[Phase][]Span
}

// Span is the byte range of one sealed step in a plan's object.
type Span struct {
	Offset int64
	Length int64
}
