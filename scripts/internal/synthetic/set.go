package synthetic

import (
	"fmt"
	"strconv"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// The ids of a set's org and school year.
const (
	orgID  = "school"
	yearID = "jaar"
)

// headed begins a table of a set with its headings, which blanks divide.
func headed(name, headings string) *table {
	return &table{name: name, comma: ",", end: "\r\n", rows: [][]string{strings.Fields(headings)}}
}

// add adds a row; the cells that are not given are empty.
func (t *table) add(cells map[string]string) {
	row := make([]string, len(t.rows[0]))
	for i, heading := range t.rows[0] {
		row[i] = cells[heading]
	}
	t.rows = append(t.rows, row)
}

// grade returns the number of a year, "" for one that has none.
func grade(year string) string {
	n, err := strconv.Atoi(year)
	switch {
	case err != nil:
		return ""
	case n > 10:
		n -= 10
	}
	return fmt.Sprintf("%02d", n)
}

// The columns of OneRoster's tables (1EdTech, "OneRoster CSV Binding").
const (
	everyRow     = "sourcedId status dateLastModified "
	usersFirst   = everyRow + "enabledUser orgSourcedIds role username userIds givenName familyName middleName identifier email sms phone agentSourcedIds grades password"
	usersSecond  = everyRow + "enabledUser username userIds givenName familyName middleName identifier email sms phone agentSourcedIds grades password userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns"
	absentFirst  = "categories classResources courseResources lineItems resources results"
	absentSecond = absentFirst + " lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales scoreScales userProfiles userResources"
)

// oneRoster writes the school as a bulk set of OneRoster.
func (s *School) oneRoster(version string) []*table {
	first := version == "1.1"
	manifest := headed("manifest.csv", "propertyName value")
	manifest.rows = append(manifest.rows, []string{"manifest.version", "1.0"}, []string{"oneroster.version", version})
	sessions := headed("academicSessions.csv", everyRow+"title type startDate endDate parentSourcedId schoolYear")
	next := s.Options.Year + 1
	sessions.add(map[string]string{
		"sourcedId": yearID, "title": s.Options.Year.String(), "type": "schoolYear", "startDate": fmt.Sprintf("%d-08-01", s.Options.Year),
		"endDate": fmt.Sprintf("%d-08-01", next), "schoolYear": strconv.Itoa(int(next)),
	})
	orgs := headed("orgs.csv", everyRow+"name type identifier parentSourcedId")
	orgs.add(map[string]string{"sourcedId": orgID, "name": "De Zeester", "type": "school", "identifier": s.Options.Code.String()})
	courses := headed("courses.csv", everyRow+"schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes")
	courses.add(map[string]string{"sourcedId": "vak", "schoolYearSourcedId": yearID, "title": "Onderwijs", "orgSourcedId": orgID})
	users, roles := headed("users.csv", usersSecond), headed("roles.csv", everyRow+"userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId")
	if first {
		users = headed("users.csv", usersFirst)
	}
	enrolments := headed("enrollments.csv", everyRow+"classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate")
	demographics := headed("demographics.csv", everyRow+"birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus")
	for i, p := range s.People {
		s.oneRosterUser(users, roles, p)
		for _, key := range p.Groups {
			enrolments.add(map[string]string{
				"sourcedId": fmt.Sprintf("e%d", len(enrolments.rows)), "classSourcedId": key, "schoolSourcedId": orgID, "userSourcedId": p.Key, "role": part(p),
			})
		}
		if sex := sexOf(p); sex != "" {
			demographics.add(map[string]string{"sourcedId": p.Key, "birthDate": s.extra(i).born, "sex": sex})
		}
	}
	there := []*table{sessions, orgs, courses, s.oneRosterClasses(), users}
	if !first {
		there = append(there, roles)
	}
	there = append(there, demographics, enrolments)
	for _, t := range there {
		manifest.rows = append(manifest.rows, []string{"file." + strings.TrimSuffix(t.name, ".csv"), "bulk"})
	}
	absent := absentSecond
	if first {
		absent = absentFirst
	}
	for _, name := range strings.Fields(absent) {
		manifest.rows = append(manifest.rows, []string{"file." + name, "absent"})
	}
	return append([]*table{manifest}, there...)
}

func (s *School) oneRosterClasses() *table {
	t := headed("classes.csv", everyRow+"title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds subjects subjectCodes periods")
	for _, g := range s.Groups {
		kind := "scheduled"
		if g.Kind == roster.Class {
			kind = "homeroom"
		}
		t.add(map[string]string{
			"sourcedId": g.Key, "title": g.Name, "grades": grade(g.Year), "courseSourcedId": "vak", "classType": kind, "schoolSourcedId": orgID, "termSourcedIds": yearID,
		})
	}
	return t
}

// oneRosterUser writes a person. The standard has fewer functions than a school:
// the others are teachers.
func (s *School) oneRosterUser(users, roles *table, p roster.Person) {
	role := part(p)
	if p.Kind == person.Staff {
		switch p.Roles[0] {
		case "DIR":
			role = "principal"
		case "IB":
			role = "counselor"
		}
	}
	given, preferred := p.Name.FirstNames, p.Name.Call
	if len(users.rows[0]) == len(strings.Fields(usersFirst)) {
		given = p.Name.Call
		if role != "student" {
			role = "teacher"
		}
	}
	users.add(map[string]string{
		"sourcedId": p.Key, "enabledUser": "true", "orgSourcedIds": orgID, "role": role, "username": "u" + p.Key, "givenName": given,
		"familyName": p.Name.Family(), "identifier": numberOf(p), "email": p.Email, "grades": grade(p.Year), "userMasterIdentifier": p.ECK,
		"preferredGivenName": preferred, "primaryOrgSourcedId": orgID,
	})
	roles.add(map[string]string{
		"sourcedId": fmt.Sprintf("r%d", len(roles.rows)), "userSourcedId": p.Key, "roleType": "primary", "role": role, "orgSourcedId": orgID,
	})
}

// part returns what a person is in a class.
func part(p roster.Person) string {
	if p.Kind == person.Pupil {
		return "student"
	}
	return "teacher"
}

// numberOf returns the administration number, which only pupils have.
func numberOf(p roster.Person) string {
	if p.Kind == person.Pupil {
		return p.Key
	}
	return ""
}

func sexOf(p roster.Person) string {
	switch p.Gender {
	case person.Male:
		return "male"
	case person.Female:
		return "female"
	}
	return ""
}

// extra returns what may not be kept of the i-th person.
func (s *School) extra(i int) forbidden {
	if i < len(s.extras) {
		return s.extras[i]
	}
	return forbidden{}
}

// schoolDataSync writes the school as a set of School Data Sync
// (learn.microsoft.com, "SDS v2.1 CSV file format").
func (s *School) schoolDataSync() []*table {
	code := s.Options.Code.String()
	orgs := headed("orgs.csv", "sourcedId name type parentSourcedId")
	orgs.add(map[string]string{"sourcedId": code, "name": "De Zeester", "type": "school"})
	sessions := headed("academicSessions.csv", "sourcedId title type schoolYear startDate endDate")
	sessions.add(map[string]string{
		"sourcedId": yearID, "title": s.Options.Year.String(), "type": "schoolYear", "schoolYear": strconv.Itoa(int(s.Options.Year)),
		"startDate": fmt.Sprintf("%d-08-01", s.Options.Year), "endDate": fmt.Sprintf("%d-07-31", s.Options.Year+1),
	})
	users := headed("users.csv", "sourcedId username givenName familyName password activeDirectoryMatchId email phone sms")
	roles := headed("roles.csv", "userSourcedId orgSourcedId role sessionSourcedId grade isPrimary roleStartDate roleEndDate")
	classes := headed("classes.csv", "sourcedId orgSourcedId title sessionSourcedIds courseSourcedId code")
	enrolments := headed("enrollments.csv", "classSourcedId userSourcedId role")
	for _, g := range s.Groups {
		classes.add(map[string]string{"sourcedId": g.Key, "orgSourcedId": code, "title": g.Name, "sessionSourcedIds": yearID})
	}
	for _, p := range s.People {
		role := part(p)
		if role != "student" && p.Roles[0] != "LRK" {
			role = map[string]string{"DIR": "principal", "ICT": "itAdmin", "ADM": "officeStaff", "OWA": "teacherAssistant"}[p.Roles[0]]
		}
		if role == "" {
			role = "staff"
		}
		users.add(map[string]string{
			"sourcedId": p.Key, "username": "u" + strings.ToLower(p.Key) + "@leerling.example", "givenName": p.Name.Call, "familyName": p.Name.Family(), "email": p.Email,
		})
		roles.add(map[string]string{
			"userSourcedId": p.Key, "orgSourcedId": code, "role": role, "sessionSourcedId": yearID, "grade": grade(p.Year), "isPrimary": "true",
		})
		for _, key := range p.Groups {
			enrolments.add(map[string]string{"classSourcedId": key, "userSourcedId": p.Key, "role": part(p)})
		}
	}
	return []*table{orgs, sessions, users, roles, classes, enrolments}
}
