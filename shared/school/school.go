// Package school describes a school of an institution: its BRIN and location,
// its sector, and the school years that run from 1 August to 31 July.
package school

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
)

// ID identifies a school within its institution. It is random and permanent.
type ID string

// Sector is the kind of education, which decides the words on screens.
type Sector string

// The sectors that COOL Sync serves.
const (
	PO  Sector = "PO"  // primary education
	SO  Sector = "SO"  // special primary education
	VO  Sector = "VO"  // secondary education
	VSO Sector = "VSO" // special secondary education
)

// School is one school: a BRIN and a location number.
type School struct {
	ID       ID
	Name     string
	Code     Code
	Sector   Sector
	LastYear Year     // school year of the newest roster that was applied; 0 for none
	Prepared Prepared // the school year that is prepared beside the present one
	Bounds   *Bounds  // nil for the usual ones
	Rollover *Bounds  // the bounds between July and September; nil for the usual ones
	// Delivers says which registered fields the sources deliver together, per
	// kind of person: nobody changes those but the sources.
	Delivers map[string][]string
	Sources  []Source          // of each kind of person, in the order in which they came
	System   Change            // the next file comes from another administration system
	FilesOf  Year              // the school year of files that name none; 0 for the present one
	LastRun  string            // id of the newest import that did something, or found nothing to do
	Columns  map[string]string // what the school said of the columns of its own tables
	Strict   bool              // every deviation of a file from its standard refuses it
	// Grace is how long an account of somebody who has left stays among the
	// living before it goes to the recycle bin; 0 for not at all.
	Grace  time.Duration
	Former []ID // schools that went up in this one
	Into   ID   // the school that this one went up in; "" while it is one
	// Naming says how people of each kind get usernames and addresses; the
	// usual rule holds where it says nothing.
	Naming map[person.Kind]naming.Rule
}

// Prepared is a school year whose roster has been loaded before it begins.
type Prepared struct {
	Year   Year      // 0 for none
	From   time.Time // when it takes the place of the present year
	Family string    // of the source that loaded it: see Source
}

// Code is a BRIN with the number of the location (vestiging, dependance):
// "99ZZ" and "00". DUO publishes both in its open data on institutions.
type Code struct {
	BRIN     string
	Location string
}

var (
	brin     = regexp.MustCompile(`^\d{2}[A-Z]{2}$`)
	location = regexp.MustCompile(`^\d{2}$`)
	years    = regexp.MustCompile(`^([12]\d{3}) ?[-/] ?([12]\d{3})$`)
)

// NewCode checks and returns a code. An empty location means the main one, 00.
// It answers Invalid for anything else than two digits and two capitals.
func NewCode(brincode, loc string) (Code, error) {
	if loc == "" {
		loc = "00"
	}
	if !brin.MatchString(brincode) || !location.MatchString(loc) {
		return Code{}, fault.New(fault.Invalid, "a BRIN has two digits and two capitals, a location two digits")
	}
	return Code{BRIN: brincode, Location: loc}, nil
}

// String returns BRIN and location as DUO writes them: "99ZZ00".
func (c Code) String() string { return c.BRIN + c.Location }

// Year is a school year, named by the calendar year in which it begins:
// 2026 for 2026-2027.
type Year int

// ParseYear reads "2026-2027" or "2026 / 2027". It answers Invalid where the
// second year does not follow the first. The list of years in the EDEXML
// schema ends at 2024-2025 and is not used.
func ParseYear(s string) (Year, error) {
	m := years.FindStringSubmatch(s)
	if m == nil {
		return 0, fault.New(fault.Invalid, "a school year is written as 2026-2027")
	}
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[2])
	if second != first+1 {
		return 0, fault.New(fault.Invalid, "a school year spans two calendar years that follow each other")
	}
	return Year(first), nil
}

// YearAt returns the school year that runs at t; it turns on 1 August.
func YearAt(t time.Time) Year {
	if t.Month() >= time.August {
		return Year(t.Year())
	}
	return Year(t.Year() - 1)
}

// YearAt returns the school year that the school is in at t. Where one is
// prepared, that turns on the day that the school has chosen; where the school
// has turned before that day, it is in the new year at once.
func (s School) YearAt(t time.Time) Year {
	y := YearAt(t)
	if s.Prepared.Year == y && s.Prepared.From.After(t) {
		y--
	}
	return max(y, s.LastYear)
}

// FileYear returns the school year of a file that names none.
func (s School) FileYear(t time.Time) Year { return max(s.FilesOf, s.YearAt(t)) }

// String returns the year as schools write it: "2026-2027".
func (y Year) String() string { return fmt.Sprintf("%d-%d", int(y), int(y)+1) }
