package sds

import "cool.example/sync/shared/roster/csvset"

// How many rows are beyond the largest boards.
const (
	mostPeople = 300_000
	mostPlaces = 1_500_000 // roles, enrolments
	mostOthers = 100_000   // orgs, sessions, courses, classes
)

func orgs() csvset.Table {
	return csvset.Table{
		Name: "orgs.csv", Columns: []string{"sourcedId", "name", "type", "parentSourcedId"},
		Required: []string{"sourcedId", "name", "type"}, Filled: []string{"sourcedId", "type"}, Bound: []string{"sourcedId", "type", "parentSourcedId"},
		Standard: []string{"name"}, Most: mostOthers,
	}
}

func sessions() csvset.Table {
	return csvset.Table{
		Name: "academicSessions.csv", Optional: true,
		Columns:  []string{"sourcedId", "title", "type", "schoolYear", "startDate", "endDate"},
		Required: []string{"sourcedId", "startDate", "endDate"}, Filled: []string{"sourcedId"}, Bound: []string{"sourcedId", "type", "startDate", "endDate"},
		Standard: []string{"title", "type", "schoolYear"}, Most: mostOthers,
	}
}

func users() csvset.Table {
	return csvset.Table{
		Name: "users.csv",
		Columns: []string{
			"sourcedId", "username", "givenName", "familyName", "password", "activeDirectoryMatchId", "email", "phone", "sms",
		},
		Required: []string{"sourcedId", "username", "givenName", "familyName"}, Filled: []string{"sourcedId"},
		Standard: []string{"username"}, Most: mostPeople,
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
		Bound: []string{
			"userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "grade", "isPrimary", "roleStartDate", "roleEndDate",
		},
		Most: mostPlaces,
	}
}

func classes() csvset.Table {
	return csvset.Table{
		Name: "classes.csv", Optional: true, Columns: []string{"sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId", "code"},
		Required: []string{"sourcedId", "orgSourcedId", "title"}, Filled: []string{"sourcedId", "orgSourcedId", "title"},
		Bound: []string{"sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId"}, Most: mostOthers,
	}
}

func enrollments() csvset.Table {
	return csvset.Table{
		Name: "enrollments.csv", Columns: []string{"classSourcedId", "userSourcedId", "role"},
		Required: []string{"classSourcedId", "userSourcedId", "role"}, Filled: []string{"classSourcedId", "userSourcedId", "role"},
		Bound: []string{"classSourcedId", "userSourcedId", "role"}, Most: mostPlaces,
	}
}

func demographics() csvset.Table {
	return csvset.Table{
		Name: "demographics.csv", Optional: true,
		Columns:  []string{"userSourcedId", "sex", "birthDate", "birthCity", "birthState", "birthCountry", "ethnicityCodes", "raceCodes"},
		Required: []string{"userSourcedId"}, Filled: []string{"userSourcedId"}, Bound: []string{"userSourcedId", "sex"},
		Counted: []string{"birthDate", "birthCity", "birthState", "birthCountry", "ethnicityCodes", "raceCodes"}, Most: mostPeople,
	}
}

func courses() csvset.Table {
	return csvset.Table{
		Name: "courses.csv", Optional: true, Columns: []string{"sourcedId", "orgSourcedId", "title", "code", "schoolYearSourcedId", "subject", "grade"},
		Required: []string{"sourcedId"}, Filled: []string{"sourcedId"}, Standard: []string{"orgSourcedId", "title"},
		Bound: []string{"sourcedId", "orgSourcedId", "schoolYearSourcedId"}, Most: mostOthers,
	}
}

// refused are tables that are opened only to count what stands in them: who is
// whose parent, and what is the matter with a pupil.
func refused() []csvset.Table {
	return []csvset.Table{
		{
			Name: "relationships.csv", Optional: true, Columns: []string{"userSourcedId", "relationshipUserSourcedId", "relationshipRole"},
			Counted: []string{"relationshipRole"}, Most: mostPlaces,
		},
		{
			Name: "userFlags.csv", Optional: true, Columns: []string{"userSourcedId", "flag"},
			Counted: []string{"flag"}, Most: mostPlaces,
		},
	}
}

// names are the files of the standard.
func names() []string {
	return []string{
		"orgs.csv", "users.csv", "roles.csv", "classes.csv", "enrollments.csv", "academicSessions.csv", "courses.csv", "demographics.csv",
		"userFlags.csv", "relationships.csv",
	}
}

// kinds are the types of an org.
func kinds() []string {
	return []string{
		"school", "ministryOfEducation", "localAuthority", "department", "university", "region", "district", "college", "division", "local",
		"campus", "province", "state", "adultEducation", "researchCenter", "national", "municipality", "program", "departmentOfEducation",
		"academicTrust",
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
