package roster

import (
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
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
	Create  Action = "create"
	Change  Action = "change"
	Move    Action = "move"    // to another class
	Return  Action = "return"  // an account that had left becomes active again
	Depart  Action = "leave"   //
	Prepare Action = "prepare" // for the school year to come
	Rename  Action = "rename"  // another username and address
	End     Action = "end"     // a group that is no longer in the source
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
	// Before is the account as the plan saw it; nil for Create.
	Before *account.Account `json:",omitempty"`
	// Bin says of one who leaves that the account goes to the recycle bin at
	// once: the school sets no grace.
	Bin bool `json:",omitempty"`
	// FromBin says that the account comes back out of the recycle bin.
	FromBin bool          `json:",omitempty"`
	Changes []FieldChange `json:",omitempty"` // what differs, for who reads the plan
	// Claims are the addresses that the account comes to hold with the row, and
	// that nobody else may hold.
	Claims []string `json:",omitempty"`
	// Or is what happens instead where somebody confirms that the person is
	// one who is known already. Proposals, which stand in the phase Matches,
	// have it.
	Or *AccountRow `json:",omitempty"`
	// Others are what happens instead where the person is another one who is
	// known: with namesakes somebody has to say which, see SameAs.
	Others []AccountRow `json:",omitempty"`
	// With is what happens besides. Of an Or or one of Others, where two
	// accounts turn out to be one person's, the other account goes away; of a
	// proposal that is declined, further rows get accounts of their own.
	With []AccountRow `json:",omitempty"`
}

// FieldChange is how one field changes.
type FieldChange struct {
	Field string // entry of the field register
	Old   string // "" for empty; an ECK-iD is not shown
	New   string
}

// Plan is everything that an import will do. It fixes ids, names and the
// state that it expects to find, so that applying it needs no decisions and
// may be repeated.
type Plan struct {
	Groups   []GroupRow // that are made or changed
	Ends     []GroupRow // that end, when those who were in them have left
	Rows     map[Phase][]AccountRow
	Held     []Phase // phases that wait until somebody approves them
	Counts   Counts
	Tallies  []Tally
	Prepares bool // it loads a school year that has not begun
	// Days are the keys that sealed what the plan holds of people in the bin: it
	// may not be readable for longer than they are.
	Days []string
	// Supplement says that the source is the main one for no kind of person.
	Supplement bool
	// Switched are the kinds of person that came from the administration system
	// that the school changes to, and Space that of its keys: see school.Change.
	Switched []person.Kind
	Space    string
}

// Empty reports whether the plan changes nothing.
func (p Plan) Empty() bool {
	for _, rows := range p.Rows {
		if len(rows) > 0 {
			return false
		}
	}
	return len(p.Groups)+len(p.Ends) == 0
}

// Tally counts what a plan does with the people of one kind and class.
type Tally struct {
	Kind   person.Kind
	Class  string // name of the class; "" for those without
	Create int
	Change int
	Move   int
	Return int
	Leave  int
}

// Step is the rows of one transaction. Only one of the lists is filled.
type Step struct {
	Groups   []GroupRow   `json:",omitempty"`
	Accounts []AccountRow `json:",omitempty"`
}

// Steps cuts the plan's rows of a phase into steps.
func (p Plan) Steps(phase Phase) []Step {
	var steps []Step
	if phase == Groups {
		for rows := range slices.Chunk(p.Groups, StepRows) {
			steps = append(steps, Step{Groups: rows})
		}
		return steps
	}
	for rows := range slices.Chunk(p.Rows[phase], StepRows) {
		steps = append(steps, Step{Accounts: rows})
	}
	if phase == p.endsIn() {
		for rows := range slices.Chunk(p.Ends, StepRows) {
			steps = append(steps, Step{Groups: rows})
		}
	}
	return steps
}

// endsIn returns the phase in which groups end: when those who were in them
// have left. They do not wait for anybody but pupils.
func (p Plan) endsIn() Phase {
	waits := func(row AccountRow) bool { return row.Account.Kind == person.Pupil }
	if slices.Contains(p.Held, Leave) && !slices.ContainsFunc(p.Rows[Leave], waits) {
		return Gone
	}
	return Leave
}

// Decision is what a person says of a proposed match: Same, Other, or SameAs
// of one of its candidates. Of a proposed address, Same is to keep the old one
// and Other to get the new one.
type Decision string

// The decisions on a proposed match. A match without one waits for the next
// import, which proposes it again.
const (
	Same  Decision = "same"  // they are one person: the first candidate
	Other Decision = "other" // they are two
)

// sameAs begins a decision that names a candidate.
const sameAs = string(Same) + ":"

// SameAs is the decision that a person is the candidate with that account.
func SameAs(candidate account.ID) Decision { return Decision(sameAs + string(candidate)) }

// Candidates returns what happens for each account that the person of the row
// may be, the likeliest first; none where the row is no proposal.
func (r AccountRow) Candidates() []AccountRow {
	if r.Or == nil {
		return nil
	}
	return append([]AccountRow{*r.Or}, r.Others...)
}

// Takes reports whether d, or to take one back, is a decision on the row.
func (r AccountRow) Takes(d Decision) bool {
	candidate, named := strings.CutPrefix(string(d), sameAs)
	return r.Or != nil && (d == "" || d == Same || d == Other || named &&
		slices.ContainsFunc(r.Candidates(), func(c AccountRow) bool { return string(c.Account.ID) == candidate }))
}

// decided returns the rows that d makes of a proposal, none where it decides
// nothing.
func (r AccountRow) decided(d Decision) []AccountRow {
	candidates := r.Candidates()
	if d == Other {
		with := r.With
		r.Or, r.Others, r.With = nil, nil, nil
		return append([]AccountRow{r}, with...)
	}
	for i, c := range candidates {
		if d == SameAs(c.Account.ID) || d == Same && i == 0 {
			with := c.With
			c.With = nil
			return append([]AccountRow{c}, with...)
		}
	}
	return nil
}

// called returns the step of the phase Renames with what was decided of each
// row. Whoever is not decided on gets the new address where the rest was
// approved too, and keeps waiting where not.
func (s Step) called(by map[account.ID]Decision, rest bool) Step {
	var rows []AccountRow
	for _, row := range s.Accounts {
		stays, said := row.Or, by[row.Account.ID]
		row.Or = nil
		switch {
		case said == Same && stays != nil:
			rows = append(rows, *stays)
		case said == Other, said == "" && rest, stays == nil:
			rows = append(rows, row)
		}
	}
	s.Accounts = rows
	return s
}

// matched returns the step of the phase Matches with each proposed match
// replaced by what was decided, and those without a decision left out; so are
// the rows that need none, unless the rest was approved too.
func (s Step) matched(by map[account.ID]Decision, rest bool) Step {
	var rows []AccountRow
	for _, row := range s.Accounts {
		switch {
		case row.Or != nil:
			rows = append(rows, row.decided(by[row.Account.ID])...)
		case rest:
			rows = append(rows, row)
		}
	}
	s.Accounts = rows
	return s
}
