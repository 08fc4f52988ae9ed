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
}

// IDOf derives the id of the group that a source calls key. One key names one
// group per school and school year, so that two imports which race make the
// same group, and next year's "4A" is another one than this year's.
func IDOf(s school.ID, y school.Year, key string) ID {
	sum := sha256.Sum256([]byte(string(s) + "\x00" + y.String() + "\x00" + key))
	return ID("g" + hex.EncodeToString(sum[:12]))
}
