package oneroster

import (
	"embed"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

// The codes of findings.
const (
	NoManifest      = "oneroster.no_manifest"      // a set of version 1.0, or no set
	VersionUnknown  = "oneroster.version_unknown"  // neither 1.1 nor 1.2
	Delta           = "oneroster.delta"            // only what changed: not the whole school
	NothingNew      = "oneroster.nothing_new"      // a manifest alone
	ManifestLacks   = "oneroster.manifest_lacks"   // a required property is not there
	NotInManifest   = "oneroster.not_in_manifest"  // a file that the manifest calls absent
	StatusInBulk    = "oneroster.status_in_bulk"   // status or dateLastModified in a bulk file
	StatusUnknown   = "oneroster.status_unknown"   //
	SchoolNotFound  = "oneroster.school_not_found" // none of the set's schools is the one
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
	KeyIsBSN        = "oneroster.key_is_bsn"
	MissingName     = "oneroster.missing_name"
	MissingGiven    = "oneroster.missing_given_name"
	EmailInvalid    = "oneroster.email_invalid"
	ECKiDInvalid    = "oneroster.eckid_invalid"
	DuplicateECKiD  = "oneroster.duplicate_eckid"
	GradeUnknown    = "oneroster.grade_unknown"
	RoleConflict    = "oneroster.role_conflict" // enrolled as what the person is not
	SecondHomeroom  = "oneroster.second_homeroom"
	NoPupils        = "oneroster.no_pupils"
	GuardianLeftOut = "oneroster.guardian_left_out"
)

// Codes returns every code of this package.
func Codes() []string {
	return []string{
		NoManifest, VersionUnknown, Delta, NothingNew, ManifestLacks, NotInManifest, StatusInBulk, StatusUnknown, SchoolNotFound,
		SchoolAssumed, NoYear, YearInvalid, DateInvalid, BoolInvalid, BoolCase, EnumCase, EnumUnknown, IDInvalid, DuplicateID,
		Dangling, KeyIsBSN, MissingName, MissingGiven, EmailInvalid, ECKiDInvalid, DuplicateECKiD, GradeUnknown, RoleConflict,
		SecondHomeroom, NoPupils, GuardianLeftOut,
	}
}

// severity is what a finding does in lenient mode; csvset makes every warning
// stop in strict mode.
func severity(code string) roster.Severity {
	switch code {
	case GuardianLeftOut, MissingGiven, NotInManifest:
		return roster.Note
	case ManifestLacks, StatusInBulk, SchoolAssumed, NoYear, DateInvalid, BoolCase, EnumCase, EmailInvalid, ECKiDInvalid, GradeUnknown,
		RoleConflict, SecondHomeroom:
		return roster.Warning
	default:
		return roster.Stop
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }

// tables of the standard that are read. Rows of others are not looked at.
func academicSessions() csvset.Table {
	return csvset.Table{
		Name: "academicSessions.csv", Optional: true,
		Columns:  []string{"sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"},
		Required: []string{"sourcedId", "type", "schoolYear"}, Filled: []string{"sourcedId", "schoolYear"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "type", "startDate", "endDate", "schoolYear"},
	}
}

func orgs() csvset.Table {
	return csvset.Table{
		Name:     "orgs.csv",
		Columns:  []string{"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"},
		Required: []string{"sourcedId", "type"}, Filled: []string{"sourcedId", "type"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "type", "identifier"},
	}
}

func classes() csvset.Table {
	return csvset.Table{
		Name: "classes.csv",
		Columns: []string{
			"sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType", "location",
			"schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods",
		},
		Required: []string{"sourcedId", "title", "classType", "schoolSourcedId"}, Filled: []string{"sourcedId", "title", "classType", "schoolSourcedId"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "title", "grades", "classType", "schoolSourcedId", "termSourcedIds"},
	}
}

// users have other columns in version 1.1 than in 1.2.
func users(version string) csvset.Table {
	t := csvset.Table{
		Name:     "users.csv",
		Required: []string{"sourcedId", "givenName", "familyName"}, Filled: []string{"sourcedId"},
		Counted: []string{"userIds", "sms", "phone", "password", "agentSourcedIds", "middleName", "pronouns", "resourceSourcedIds", "preferredMiddleName", "preferredFamilyName"},
		Bound: []string{
			"sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "givenName", "familyName", "identifier",
			"email", "grades", "userMasterIdentifier", "preferredGivenName",
		},
	}
	if version == "1.1" {
		t.Columns = []string{
			"sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName",
			"familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password",
		}
		t.Required = append(t.Required, "orgSourcedIds", "role")
		return t
	}
	t.Columns = []string{
		"sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds", "givenName", "familyName", "middleName",
		"identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "resourceSourcedIds",
		"preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
	}
	return t
}

func roles() csvset.Table {
	return csvset.Table{
		Name: "roles.csv",
		Columns: []string{
			"sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
		},
		Required: []string{"userSourcedId", "role", "orgSourcedId"}, Filled: []string{"userSourcedId", "role", "orgSourcedId"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "userSourcedId", "role", "endDate", "orgSourcedId"},
	}
}

func enrollments() csvset.Table {
	return csvset.Table{
		Name: "enrollments.csv",
		Columns: []string{
			"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
		},
		Required: []string{"classSourcedId", "userSourcedId", "role"}, Filled: []string{"classSourcedId", "userSourcedId", "role"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "classSourcedId", "userSourcedId", "role", "beginDate", "endDate"},
	}
}

func demographics() csvset.Table {
	columns := []string{
		"sourcedId", "status", "dateLastModified", "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
		"nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity", "countryOfBirthCode",
		"stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
	}
	return csvset.Table{
		Name: "demographics.csv", Optional: true, Columns: columns, Required: []string{"sourcedId"}, Filled: []string{"sourcedId"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "sex"}, Counted: append([]string{"birthDate"}, columns[5:]...),
	}
}
