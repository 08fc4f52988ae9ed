package oneroster

import "cool.example/sync/shared/roster/csvset"

// How many rows are beyond the largest boards.
const (
	mostPeople = 300_000
	mostPlaces = 1_500_000 // roles, enrolments
	mostOthers = 100_000   // orgs, sessions, courses, classes
)

// The tables of the standard that are read. Rows of others are not looked at.
func academicSessions() csvset.Table {
	return csvset.Table{
		Name: "academicSessions.csv", Optional: true,
		Columns:  []string{"sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"},
		Standard: []string{"title", "type", "startDate", "endDate"}, Whole: true, Extends: true, Most: mostOthers,
		Required: []string{"sourcedId", "type", "schoolYear"}, Filled: []string{"sourcedId", "schoolYear"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"},
	}
}

func orgs() csvset.Table {
	return csvset.Table{
		Name:     "orgs.csv",
		Columns:  []string{"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"},
		Standard: []string{"name"}, Whole: true, Extends: true, Most: mostOthers,
		Required: []string{"sourcedId", "type"}, Filled: []string{"sourcedId", "type"},
		Bound: []string{"sourcedId", "status", "dateLastModified", "type", "identifier", "parentSourcedId"},
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
		Standard: []string{"courseSourcedId", "termSourcedIds"}, Whole: true, Extends: true, Most: mostOthers,
		Bound: []string{
			"sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds",
			"subjects", "subjectCodes",
		},
	}
}

// users have other columns in version 1.1 than in 1.2.
func users(version string) csvset.Table {
	t := csvset.Table{
		Name:     "users.csv",
		Required: []string{"sourcedId", "givenName", "familyName"}, Filled: []string{"sourcedId"},
		Standard: []string{"enabledUser", "username"}, Whole: true, Extends: true, Most: mostPeople,
		Counted: []string{
			"userIds", "sms", "phone", "password", "agentSourcedIds", "middleName", "pronouns", "resourceSourcedIds", "preferredMiddleName",
			"preferredFamilyName",
		},
		Bound: []string{
			"sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "givenName", "familyName", "identifier",
			"email", "grades", "userMasterIdentifier", "preferredGivenName", "primaryOrgSourcedId",
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
		Standard: []string{"sourcedId", "roleType"}, Whole: true, Extends: true, Most: mostPlaces,
		Bound: []string{"sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"},
	}
}

func enrollments() csvset.Table {
	return csvset.Table{
		Name: "enrollments.csv",
		Columns: []string{
			"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
		},
		Required: []string{"classSourcedId", "userSourcedId", "role"}, Filled: []string{"classSourcedId", "userSourcedId", "role"},
		Standard: []string{"sourcedId", "schoolSourcedId"}, Whole: true, Extends: true, Most: mostPlaces,
		Bound: []string{
			"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
		},
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
		Whole: true, Extends: true, Most: mostPeople,
		Bound: []string{"sourcedId", "status", "dateLastModified", "sex"}, Counted: append([]string{"birthDate"}, columns[5:]...),
	}
}

func courses() csvset.Table {
	return csvset.Table{
		Name: "courses.csv", Optional: true,
		Columns: []string{
			"sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes",
		},
		Required: []string{"sourcedId"}, Filled: []string{"sourcedId"}, Standard: []string{"title", "orgSourcedId"},
		Whole: true, Extends: true, Most: mostOthers,
		Bound: []string{"sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "orgSourcedId", "subjects", "subjectCodes"},
	}
}

// userProfiles is opened only to count what stands in it: how people sign in
// elsewhere.
func userProfiles() csvset.Table {
	return csvset.Table{
		Name: "userProfiles.csv", Optional: true,
		Columns: []string{
			"sourcedId", "status", "dateLastModified", "userSourcedId", "profileType", "vendorId", "applicationId", "description",
			"credentialType", "username", "password",
		},
		Standard: []string{"sourcedId", "userSourcedId", "profileType", "vendorId", "username"}, Whole: true, Extends: true, Most: mostPlaces,
		Counted: []string{"vendorId", "applicationId", "description", "credentialType", "username", "password"},
	}
}
