package sds

import (
	"embed"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

// The codes of findings.
const (
	Version1       = "sds.version_1" // School.csv, Student.csv …
	SchoolNotFound = "sds.school_not_found"
	SchoolAssumed  = "sds.school_assumed" // the only school, and its id is no BRIN
	NoYear         = "sds.no_year"
	DateInvalid    = "sds.date_invalid"
	EnumUnknown    = "sds.enum_unknown"
	IDInvalid      = "sds.id_invalid"
	DuplicateID    = "sds.duplicate_id"
	Dangling       = "sds.dangling_reference"
	KeyIsBSN       = "sds.key_is_bsn"
	MissingName    = "sds.missing_name"
	MissingGiven   = "sds.missing_given_name"
	EmailInvalid   = "sds.email_invalid"
	GradeUnknown   = "sds.grade_unknown"
	NoPupils       = "sds.no_pupils"
	RoleLeftOut    = "sds.role_left_out" // neither pupil nor staff: alumni, other
)

// Codes returns every code of this package.
func Codes() []string {
	return []string{
		Version1, SchoolNotFound, SchoolAssumed, NoYear, DateInvalid, EnumUnknown, IDInvalid, DuplicateID, Dangling, KeyIsBSN,
		MissingName, MissingGiven, EmailInvalid, GradeUnknown, NoPupils, RoleLeftOut,
	}
}

func severity(code string) roster.Severity {
	switch code {
	case MissingGiven, RoleLeftOut:
		return roster.Note
	case SchoolAssumed, NoYear, DateInvalid, EmailInvalid, GradeUnknown:
		return roster.Warning
	default:
		return roster.Stop
	}
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }

func orgs() csvset.Table {
	return csvset.Table{
		Name: "orgs.csv", Columns: []string{"sourcedId", "name", "type", "parentSourcedId"},
		Required: []string{"sourcedId", "name", "type"}, Filled: []string{"sourcedId", "type"}, Bound: []string{"sourcedId", "type"},
	}
}

func sessions() csvset.Table {
	return csvset.Table{
		Name: "academicSessions.csv", Optional: true,
		Columns:  []string{"sourcedId", "title", "type", "schoolYear", "startDate", "endDate"},
		Required: []string{"sourcedId", "startDate", "endDate"}, Filled: []string{"sourcedId"}, Bound: []string{"sourcedId", "startDate", "endDate"},
	}
}

func users() csvset.Table {
	return csvset.Table{
		Name: "users.csv",
		Columns: []string{
			"sourcedId", "username", "givenName", "familyName", "password", "activeDirectoryMatchId", "email", "phone", "sms",
		},
		Required: []string{"sourcedId", "username", "givenName", "familyName"}, Filled: []string{"sourcedId"},
		Bound:   []string{"sourcedId", "username", "givenName", "familyName", "email"},
		Counted: []string{"password", "activeDirectoryMatchId", "phone", "sms"},
	}
}

func roles() csvset.Table {
	return csvset.Table{
		Name: "roles.csv",
		Columns: []string{
			"userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "grade", "isPrimary", "roleStartDate", "roleEndDate",
		},
		Required: []string{"userSourcedId", "orgSourcedId", "role"}, Filled: []string{"userSourcedId", "orgSourcedId", "role"},
		Bound: []string{"userSourcedId", "orgSourcedId", "role", "grade", "roleEndDate"},
	}
}

func classes() csvset.Table {
	return csvset.Table{
		Name: "classes.csv", Optional: true, Columns: []string{"sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId", "code"},
		Required: []string{"sourcedId", "orgSourcedId", "title"}, Filled: []string{"sourcedId", "orgSourcedId", "title"},
		Bound: []string{"sourcedId", "orgSourcedId", "title"},
	}
}

func enrollments() csvset.Table {
	return csvset.Table{
		Name: "enrollments.csv", Columns: []string{"classSourcedId", "userSourcedId", "role"},
		Required: []string{"classSourcedId", "userSourcedId", "role"}, Filled: []string{"classSourcedId", "userSourcedId", "role"},
		Bound: []string{"classSourcedId", "userSourcedId"},
	}
}

func demographics() csvset.Table {
	return csvset.Table{
		Name: "demographics.csv", Optional: true,
		Columns:  []string{"userSourcedId", "sex", "birthDate", "birthCity", "birthState", "birthCountry", "ethnicityCodes", "raceCodes"},
		Required: []string{"userSourcedId"}, Filled: []string{"userSourcedId"}, Bound: []string{"userSourcedId", "sex"},
		Counted: []string{"birthDate", "birthCity", "birthState", "birthCountry", "ethnicityCodes", "raceCodes"},
	}
}

// staff are the roles of the staff group, in small letters, each with the code
// of EDEXML's list that it stands for, "" for none.
func staff() map[string]string {
	return map[string]string{
		"principal": "DIR", "chair": "", "professor": "LRK", "researcher": "", "adjunct": "LRK", "affiliate": "",
		"occupationaltherapist": "", "physicaltherapist": "", "speechtherapist": "RT", "visiontherapist": "", "paraprofessional": "OWA",
		"specialservices": "IB", "advisor": "IB", "proctor": "TAL", "nurse": "", "officestaff": "ADM", "lecturer": "LRK", "itadmin": "ICT",
		"administrator": "ADM", "teacher": "LRK", "faculty": "LRK", "staff": "", "teacherassistant": "OWA", "assistant": "OWA",
		"instructor": "LRK", "substitute": "LRK", "coach": "",
	}
}
