package oneroster

import (
	"embed"

	"cool.example/sync/shared/roster"
)

// The codes of findings.
const (
	NoManifest      = "oneroster.no_manifest"      // a set of version 1.0, or no set
	VersionUnknown  = "oneroster.version_unknown"  // neither 1.1 nor 1.2
	Delta           = "oneroster.delta"            // only what changed: not the whole school
	NothingNew      = "oneroster.nothing_new"      // a manifest alone
	ManifestLacks   = "oneroster.manifest_lacks"   // a required property is not there
	ManifestShort   = "oneroster.manifest_short"   // a property of a file that we can do without is not there
	ManifestInvalid = "oneroster.manifest_invalid" // a property twice, of nothing, or of another version of the manifest
	NotInManifest   = "oneroster.not_in_manifest"  // a file that the manifest calls absent
	StatusInBulk    = "oneroster.status_in_bulk"   // status or dateLastModified in a bulk file
	StatusUnknown   = "oneroster.status_unknown"   //
	SchoolNotFound  = "oneroster.school_not_found" // none of the set's schools is the one
	SchoolTwice     = "oneroster.school_twice"     // two of them have its BRIN
	SchoolAssumed   = "oneroster.school_assumed"   // the only one, and it has no identifier
	NoYear          = "oneroster.no_year"          // the present one is taken
	YearInvalid     = "oneroster.year_invalid"
	DateInvalid     = "oneroster.date_invalid"
	BoolInvalid     = "oneroster.bool_invalid"
	BoolCase        = "oneroster.bool_case" // TRUE for true
	EnumCase        = "oneroster.enum_case" // Scheduled for scheduled
	EnumUnknown     = "oneroster.enum_unknown"
	IDInvalid       = "oneroster.id_invalid"
	DuplicateID     = "oneroster.duplicate_id"
	Dangling        = "oneroster.dangling_reference"
	ReferenceLost   = "oneroster.reference_lost" // to something that is not needed: a parent, a course
	ListsDiffer     = "oneroster.lists_differ"   // subjects and their codes
	KeyIsBSN        = "oneroster.key_is_bsn"
	MissingName     = "oneroster.missing_name"
	MissingGiven    = "oneroster.missing_given_name"
	EmailInvalid    = "oneroster.email_invalid"
	ECKiDInvalid    = "oneroster.eckid_invalid"
	ECKiDMended     = "oneroster.eckid_mended" // in capitals
	DuplicateECKiD  = "oneroster.duplicate_eckid"
	GradeUnknown    = "oneroster.grade_unknown"
	SecondPrimary   = "oneroster.second_primary"
	RoleConflict    = "oneroster.role_conflict" // enrolled as what the person is not
	SecondHomeroom  = "oneroster.second_homeroom"
	NoPupils        = "oneroster.no_pupils"
	GuardianLeftOut = "oneroster.guardian_left_out"
	RoleLeftOut     = "oneroster.role_left_out" // a word of the school's own: ext:x
)

// Codes returns every code of this package.
func Codes() []string {
	return []string{
		NoManifest, VersionUnknown, Delta, NothingNew, ManifestLacks, ManifestShort, ManifestInvalid, NotInManifest, StatusInBulk,
		StatusUnknown, SchoolNotFound, SchoolTwice, SchoolAssumed, NoYear, YearInvalid, DateInvalid, BoolInvalid, BoolCase, EnumCase,
		EnumUnknown, IDInvalid, DuplicateID, Dangling, ReferenceLost, ListsDiffer, KeyIsBSN, MissingName, MissingGiven, EmailInvalid,
		ECKiDInvalid, ECKiDMended, DuplicateECKiD, GradeUnknown, SecondPrimary, RoleConflict, SecondHomeroom, NoPupils, GuardianLeftOut,
		RoleLeftOut,
	}
}

// severity is what a finding does in lenient mode; csvset makes every warning
// stop in strict mode.
func severity(code string) roster.Severity {
	switch code {
	case GuardianLeftOut, RoleLeftOut:
		return roster.Note
	case ManifestLacks, ManifestInvalid, StatusInBulk, SchoolAssumed, NoYear, DateInvalid, BoolCase, EnumCase, ReferenceLost, ListsDiffer,
		EmailInvalid, ECKiDInvalid, ECKiDMended, GradeUnknown, SecondPrimary, RoleConflict, SecondHomeroom:
		return roster.Warning
	default:
		return roster.Stop
	}
}

// slight reports whether a deviation harms nobody who does not ask for the
// standard.
func slight(code string) bool {
	return code == MissingGiven || code == NotInManifest || code == ManifestShort
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
