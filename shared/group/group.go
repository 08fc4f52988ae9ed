// Package group describes the groups of a school: classes and lesson groups
// that its source delivers, groups that it fills by hand, and groups that a
// rule fills.
package group

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"cool.example/sync/shared/school"
)

// ID identifies a group within its institution. It is permanent.
type ID string

// Kind says what a group is for.
type Kind string

// The kinds of group.
const (
	Class  Kind = "class"  // stamgroep: a pupil is in at most one per school and year
	Lesson Kind = "lesson" // lesson group or composed group
	Manual Kind = "manual" // the school puts people in by hand
	Ruled  Kind = "ruled"  // everybody whom the group's rule fits is in it
)

// Band is how old the people of a group are, as far as it matters: how they
// sign in, how big things are on their screens. No birth date is kept, so the
// school says it, of a group or of one pupil.
type Band string

// The age bands. The zero Band means that the school has not said.
const (
	Young  Band = "young"  // groep 1 to 3: before reading and writing
	Middle Band = "middle" // groep 4 to 8
	Older  Band = "older"  // voortgezet onderwijs, adults
)

// Group is a group of one school, or of the whole institution. A class or
// lesson group is there for one school year.
type Group struct {
	ID     ID
	School school.ID   // "" for a group of the whole institution, which the school itself made
	Year   school.Year // in which it was made
	Key    string      // the source's key; "" for a group that the school made
	Kind   Kind
	Name   string
	Grade  string // jaargroep code: "4", "11", "C"
	Ended  bool   // no longer in the source, or ended by hand; read-only
	Band   Band   // as the school set it; "" for what the grade proposes: see BandOf
	Rule   Rule   // of a ruled group: who is in it
}

// Imported reports whether the source says what the group is and who is in it.
func (g Group) Imported() bool { return g.Kind != Manual && g.Kind != Ruled }

// Alike reports whether a source that delivers o would change nothing of g.
func (g Group) Alike(o Group) bool {
	return g.ID == o.ID && g.School == o.School && g.Year == o.Year && g.Key == o.Key && g.Kind == o.Kind &&
		g.Name == o.Name && g.Grade == o.Grade && g.Ended == o.Ended
}

// NewID returns a fresh random id, for a group that the school makes itself.
func NewID() ID { return ID("g" + strings.ToLower(rand.Text())) }

// IDOf derives the id of the group that a source calls key. One key names one
// group per school and school year, so that two imports which race make the
// same group, and next year's "4A" is another one than this year's.
func IDOf(s school.ID, y school.Year, key string) ID {
	sum := sha256.Sum256([]byte(string(s) + "\x00" + y.String() + "\x00" + key))
	return ID("g" + hex.EncodeToString(sum[:12]))
}

// BandOf proposes the age band of a jaargroep code: "" where none follows, as
// of special education and of groups without a year (S, V, C, N).
func BandOf(grade string) Band {
	switch grade {
	case "B", "D", "0", "1", "2", "3":
		return Young
	case "4", "5", "6", "7", "8":
		return Middle
	case "11", "12", "13", "14", "15", "16":
		return Older
	default:
		return ""
	}
}
