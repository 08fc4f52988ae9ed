// Package group describes the groups of a school: classes, and lesson groups.
package group

import (
	"crypto/sha256"
	"encoding/hex"

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

// Group is a class or lesson group of one school in one school year.
type Group struct {
	ID     ID
	School school.ID
	Year   school.Year
	Key    string // the source's key
	Kind   Kind
	Name   string
	Grade  string // jaargroep code: "4", "11", "C"
	Ended  bool   // no longer in the source; read-only
	Band   Band   // as the school set it; "" for what the grade proposes: see BandOf
}

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
