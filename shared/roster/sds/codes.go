package sds

import (
	"embed"

	"cool.example/sync/shared/roster"
)

// The codes of findings.
const (
	Version1       = "sds.version_1" // School.csv, Student.csv …
	Version2       = "sds.version_2" // roles stand in users.csv
	SchoolNotFound = "sds.school_not_found"
	SchoolTwice    = "sds.school_twice"   // two of them have its BRIN
	SchoolAssumed  = "sds.school_assumed" // the only school, and its id is no BRIN
	NoYear         = "sds.no_year"
	DateInvalid    = "sds.date_invalid"
	BoolInvalid    = "sds.bool_invalid"
	EnumUnknown    = "sds.enum_unknown"
	IDInvalid      = "sds.id_invalid"
	DuplicateID    = "sds.duplicate_id"
	Dangling       = "sds.dangling_reference"
	ReferenceLost  = "sds.reference_lost" // to something that is not needed: a parent, a course
	KeyIsBSN       = "sds.key_is_bsn"
	MissingName    = "sds.missing_name"
	MissingGiven   = "sds.missing_given_name"
	EmailInvalid   = "sds.email_invalid"
	GradeUnknown   = "sds.grade_unknown"
	NoPupils       = "sds.no_pupils"
	RoleLeftOut    = "sds.role_left_out" // neither pupil nor staff: alumni, other
	RoleConflict   = "sds.role_conflict" // enrolled as what the person is not
)

// Codes returns every code of this package.
func Codes() []string {
	return []string{
		Version1, Version2, SchoolNotFound, SchoolTwice, SchoolAssumed, NoYear, DateInvalid, BoolInvalid, EnumUnknown, IDInvalid, DuplicateID,
		Dangling, ReferenceLost, KeyIsBSN, MissingName, MissingGiven, EmailInvalid, GradeUnknown, NoPupils, RoleLeftOut, RoleConflict,
	}
}

func severity(code string) roster.Severity {
	switch code {
	case MissingGiven, RoleLeftOut:
		return roster.Note
	case SchoolAssumed, NoYear, DateInvalid, BoolInvalid, ReferenceLost, EmailInvalid, GradeUnknown, RoleConflict:
		return roster.Warning
	default:
		return roster.Stop
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
