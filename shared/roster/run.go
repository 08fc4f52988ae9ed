package roster

import (
	"fmt"
	"slices"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
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
// ends as applied, refused or failed; a run that waits goes on when somebody
// approves exactly its plan.
const (
	Received Status = "received" // the upload is stored, sealed
	Planned  Status = "planned"  // the plan stands; nothing has changed yet
	Applying Status = "applying"
	Waiting  Status = "waiting" // a safety bound or a proposed match waits for a person
	Applied  Status = "applied"
	Refused  Status = "refused"
	Failed   Status = "failed" // it broke again and again, and was given up: the next import plans anew
)

// Done reports whether nothing more happens in the run.
func (s Status) Done() bool { return s == Applied || s == Refused || s == Failed }

// Phase is a part of a plan; a phase begins when the one before it is complete.
type Phase string

// The phases of a plan, in the order in which they are applied. Those that a
// bound holds back wait for somebody's approval, while the others go on.
const (
	Groups  Phase = "groups"  // classes and lesson groups are made, changed, ended
	People  Phase = "people"  // accounts are created and changed; returners come back
	Names   Phase = "names"   // held: too many people with another name, or another person under a key
	Moves   Phase = "moves"   // held: too many pupils who change class
	Matches Phase = "matches" // held: people who may be somebody who is known already
	Renames Phase = "renames" // held: people whose address would follow another name, or a rule
	Fresh   Phase = "fresh"   // held: too many new people while as many would leave
	Gone    Phase = "gone"    // people who leave within the bounds, while the bounds hold back others
	Leave   Phase = "leave"   // people who are no longer in the source; held beyond the bounds
)

// Phases returns the phases in their order.
func Phases() []Phase {
	return []Phase{Groups, People, Names, Moves, Matches, Renames, Fresh, Gone, Leave}
}

// Counts sums up a plan.
type Counts struct {
	Create    int
	Change    int
	Move      int
	Leave     int
	Return    int
	Match     int // proposed matches
	Prepare   int // people prepared for the school year to come
	Rename    int // people with another address: proposed, or by a rule
	Unchanged int
	Groups    int // groups made, changed or ended
	Findings  int
	LeftOut   int // values that were skipped while parsing
	Conflicts int // rows that applying left alone, since somebody had changed them after the plan was made
}

// Kind says what a run begins with.
type Kind string

// The kinds of run. The zero Kind is an import of a file.
const (
	Import Kind = ""
	Switch Kind = "switch" // the prepared school year takes the place of the present one
	Merger Kind = "merger" // another school of the institution goes up in this one
	Naming Kind = "naming" // people of one kind are called by the school's rule
)

// Run is one import: what was handed over, what was planned, how far it is.
type Run struct {
	ID       RunID
	Kind     Kind
	School   school.ID
	From     school.ID   // the school that goes up in School; of a merger only
	Of       person.Kind // who are called by the school's rule; of a naming only
	Status   Status
	Format   string
	Upload   string // object in the uploads bucket; "" once it is gone
	Year     school.Year
	Prepares bool // it loads a school year that has not begun
	// Supplement says that the file's source is the main one for nobody.
	Supplement bool
	// Switched are the kinds of person that came from the administration system
	// that the school changes to, and Space that of its keys: see school.Change.
	Switched  []person.Kind
	Space     string
	Counts    Counts
	Tallies   []Tally
	LeftOut   map[string]int // name of the source's field → values skipped
	Columns   []Column       // what was made of the headings of a free table
	Delivers  map[person.Kind][]string
	Findings  []Finding
	Plan      Stored
	Todo      []Phase                           // phases that are applied now
	Held      []Phase                           // phases that wait for an approval
	Rows      map[Phase]int                     // how many rows each phase has
	Decisions map[Phase]map[account.ID]Decision // on the rows of Matches and Renames, by the row's account
	Rest      []Phase                           // phases of which the rows without a decision were approved too
	Fence     int64                             // of the school's slot while the run holds it; raised with every hold
	Created   time.Time
	Changed   time.Time
	ExpireAt  time.Time
}

// Begins returns the first phase of those that are applied now.
func (r Run) Begins() (Phase, bool) { return r.after(-1) }

// Follows returns the phase that is applied after p.
func (r Run) Follows(p Phase) (Phase, bool) { return r.after(slices.Index(Phases(), p)) }

func (r Run) after(i int) (Phase, bool) {
	for _, p := range Phases()[i+1:] {
		if slices.Contains(r.Todo, p) && len(r.Plan.Steps[p]) > 0 {
			return p, true
		}
	}
	return "", false
}

// SwitchOf returns the run that begins a school's prepared year. Its id says
// which school and day, so that an order may be repeated, and one that was
// refused is given again the next day.
func SwitchOf(s school.School, now time.Time) Run {
	return Run{
		ID: RunID(fmt.Sprintf("switch-%s-%s", s.ID, now.UTC().Format("20060102"))), Kind: Switch, Year: s.Prepared.Year, Format: "switch",
	}
}

// MergerOf returns the run in which the school from goes up in another.
func MergerOf(from school.School) Run {
	return Run{ID: RunID("merger-" + string(from.ID)), Kind: Merger, From: from.ID, Format: "merger"}
}

// NamingOf returns the run in which the people of a kind whose main school it
// is are called by its rule. Its id says when, to the minute, so that an order
// that was given twice is one.
func NamingOf(s school.School, k person.Kind, now time.Time) Run {
	return Run{
		ID: RunID(fmt.Sprintf("naming-%s-%s-%s", s.ID, k, now.UTC().Format("200601021504"))), Kind: Naming, Of: k, Year: s.LastYear, Format: "naming",
	}
}

// Concluded returns s, the run's school, as it is when the run has done what
// nobody holds back.
func (r Run) Concluded(s school.School) school.School {
	if r.Kind == Naming {
		return s
	}
	s.LastRun = string(r.ID)
	if r.Kind == Merger {
		if !slices.Contains(s.Former, r.From) {
			s.Former = append(slices.Clone(s.Former), r.From)
		}
		return s
	}
	switch {
	case r.Supplement:
		// which year it is, is the main source's to say
	case r.Prepares:
		from := r.Year.Begins()
		if s.Prepared.Year == r.Year {
			from = s.Prepared.From // the day that the school has chosen
		}
		s.Prepared = school.Prepared{Year: r.Year, From: from, Family: FamilyOf(r.Format)}
	default:
		s.LastYear = max(s.LastYear, r.Year)
		if s.Prepared.Year <= s.LastYear {
			s.Prepared = school.Prepared{}
		}
	}
	return r.sources(s)
}

// sources returns s with what the run's file says of its source.
func (r Run) sources(s school.School) school.School {
	d := school.Delivery{Family: FamilyOf(r.Format), Fields: r.Delivers, At: r.Changed}
	if r.wrote() {
		d.Changed, d.Space = r.Switched, r.Space
	}
	if len(r.Delivers) == 0 { // a mapping
		for _, kind := range d.Changed {
			s = s.Rekeyed(kind, d.Space)
		}
		return s
	}
	s = s.Delivered(d)
	if r.Space != "" && r.Space == s.System.Space() && len(r.Held) == 0 && r.Undecided() == 0 {
		s.System = school.Change{}
	}
	return s
}

// wrote reports whether the run has applied anything.
func (r Run) wrote() bool {
	return slices.ContainsFunc(r.Todo, func(p Phase) bool { return r.Rows[p] > 0 })
}

// Undecided returns how many rows of the phase Matches nobody has decided on:
// proposals, and rows that need no decision but were not approved either.
func (r Run) Undecided() int {
	n := max(0, r.Counts.Match-len(r.Decisions[Matches]))
	if !slices.Contains(r.Rest, Matches) {
		n += r.Sure()
	}
	return n
}

// Sure returns how many rows of the phase Matches need no decision.
func (r Run) Sure() int { return max(0, r.Rows[Matches]-r.Counts.Match) }

// Asks reports whether the rows of a phase are decided on one by one. Where a
// school's rule names everybody, nobody is asked of each.
func (r Run) Asks(p Phase) bool { return p == Matches || p == Renames && r.Kind != Naming }

// Decided returns what is left of a step once the decisions on its rows, if the
// phase asks for any, are taken in.
func (r Run) Decided(p Phase, s Step) Step {
	rest := slices.Contains(r.Rest, p)
	switch p {
	case Matches:
		return s.matched(r.Decisions[p], rest)
	case Renames:
		return s.called(r.Decisions[p], rest)
	default:
		return s
	}
}

// Settled reports whether the run has done everything that its file asks for:
// nothing was refused, is held back, was left undecided or left alone. What was
// not done is planned anew from the whole of the next file.
func (r Run) Settled() bool {
	return r.Status == Applied && len(r.Held) == 0 && r.Undecided() == 0 && r.Counts.Conflicts == 0
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
