package oneroster_test

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/oneroster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

// set is a whole delivery: the name of each file → its text.
type set map[string]string

// eck is a sound ECK-iD, of nobody.
var eck = "https://ketenid.nl/202601/" + strings.Repeat("0a", 64)

// manifest says of every file of a version whether it is there.
func manifest(version string, there ...string) string {
	text := "propertyName,value\nmanifest.version,1.0\noneroster.version," + version + "\n"
	all := strings.Fields("academicSessions categories classes classResources courses courseResources demographics enrollments lineItems orgs resources results users")
	if version == "1.2" {
		all = append(all, strings.Fields("lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales roles scoreScales userProfiles userResources")...)
	}
	for _, f := range all {
		if slices.Contains(there, f) {
			text += "file." + f + ",bulk\n"
		} else {
			text += "file." + f + ",absent\n"
		}
	}
	return text
}

// good is a set of version 1.2: two schools, a class and a lesson group, two
// pupils, a teacher, a head of two schools and a mother.
func good() set {
	return set{
		"manifest.csv":         manifest("1.2", "academicSessions", "orgs", "courses", "classes", "users", "roles", "enrollments", "demographics", "userProfiles"),
		"academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\ny26,,,2026-2027,schoolYear,2026-08-01,2027-08-01,,2027\n",
		"orgs.csv":             "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nd1,,,Bestuur,district,,\ns1,,,De Zeester,school,99ZZ,d1\ns2,,,De Duinpan,school,99XX-01,d1\n",
		"courses.csv":          "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\nco1,,,y26,Rekenen,,,s1,,\n",
		"classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n" +
			"c4a,,,4A,04,co1,,homeroom,,s1,y26,,,\ncplus,,,Plusgroep,,co1,,scheduled,,s1,y26,,,\nc1x,,,1X,,co1,,homeroom,,s2,y26,,,\n",
		"users.csv": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns\n" +
			"p1,,,true,sanne,,Sanne Maria,van der Berg,,1001,sanne@leerling.example,,0612345678,m1,04,geheim," + eck + ",,Sanne,,,s1,\n" +
			"p2,,,true,bram,,Bram,Kok,,1002,,,,,04,,,,,,,s1,\n" +
			"t1,,,true,eva,,Eva,Smit,,T77,eva@school.example,,,,,," + eck + ",,,,,s1,\n" +
			"h1,,,true,jan,,Jan,Wit,,,jan@school.example,,,,,,,,,,,s1,\n" +
			"m1,,,true,moeder,,Ria,Berg,,,ria@mail.example,,,,,,,,,,,s1,\n" +
			"x1,,,true,els,,Els,Elders,,,,,,,01,,,,,,,s2,\n",
		"roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n" +
			"r1,,,p1,primary,student,,,s1,\nr2,,,p2,primary,student,,,s1,\nr3,,,t1,primary,teacher,,,s1,\nr4,,,h1,primary,principal,,,s1,\nr5,,,h1,primary,principal,,,s2,\nr6,,,m1,primary,parent,,,s1,\nr7,,,x1,primary,student,,,s2,\n",
		"enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n" +
			"e1,,,c4a,s1,p1,student,,,\ne2,,,c4a,s1,p2,student,,,\ne3,,,cplus,s1,p1,student,,,\ne4,,,c4a,s1,t1,teacher,true,,\ne5,,,c1x,s2,x1,student,,,\n",
		"demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus\n" +
			"p1,,,2018-03-04,female,,,,,,,,,,Texel,\n",
		"userProfiles.csv": "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password\n" +
			"up1,,,p1,app,leverancier,,,wachtwoord,sanne,geheim\n",
	}
}

// first is a set of version 1.1.
func first() set {
	s := good()
	s["manifest.csv"] = manifest("1.1", "academicSessions", "orgs", "courses", "classes", "users", "enrollments")
	delete(s, "roles.csv")
	delete(s, "demographics.csv")
	delete(s, "userProfiles.csv")
	s["users.csv"] = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n" +
		"p1,,,true,s1,student,sanne,,Sanne,van der Berg,,1001,,,,,04,\np2,,,true,s1,student,bram,,Bram,Kok,,1002,,,,,04,\n" +
		"t1,,,true,\"s1,s2\",teacher,eva,,Eva,Smit,,,eva@school.example,,,,,\nx1,,,true,s2,student,els,,Els,Elders,,,,,,,,\n"
	return s
}

func files(s set) []roster.File {
	var list []roster.File
	for _, name := range slices.Sorted(maps.Keys(s)) {
		list = append(list, roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s[name])), nil }})
	}
	return list
}

func wanted() roster.Wanted {
	return roster.Wanted{
		School: school.Code{BRIN: "99ZZ", Location: "00"}, Sector: school.PO, Today: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
	}
}

func read(t require.TestingT, s set, w roster.Wanted) (*roster.Roster, roster.Findings) {
	var found roster.Findings
	list, err := oneroster.Format{}.Read(files(s), w, &found)
	require.NoError(t, err)
	return list, found
}

func TestAGoodSet(t *testing.T) {
	t.Parallel()
	require.True(t, oneroster.Format{}.Claims(files(good())))
	strict := wanted()
	strict.Strict = true
	list, found := read(t, good(), strict)
	require.Equal(t, []roster.Finding{{Code: oneroster.GuardianLeftOut, Severity: roster.Note, File: "users.csv", Line: 6, Field: "role"}}, found.List)
	require.Equal(t, "oneroster 1.2", list.Format)
	require.Equal(t, school.Year(2026), list.Year)
	require.Equal(t, []roster.Group{
		{Key: "c4a", Kind: roster.Class, Name: "4A", Year: "4"}, {Key: "cplus", Kind: roster.Lesson, Name: "Plusgroep"},
	}, list.Groups)
	base := roster.CallName | roster.Surname | roster.InGroups | roster.FirstNames | roster.Email | roster.Gender
	pupil := base | roster.Number | roster.ECK | roster.Grade
	require.Equal(t, []roster.Person{
		{
			Key: "p1", Kind: person.Pupil, Name: person.Name{Call: "Sanne", FirstNames: "Sanne Maria", Surname: "van der Berg"}, Gender: person.Female,
			Email: "sanne@leerling.example", Number: "1001", ECK: eck, Year: "4", Groups: []string{"c4a", "cplus"}, Line: 2, Fields: pupil,
		},
		{Key: "p2", Kind: person.Pupil, Name: person.Name{Call: "Bram", FirstNames: "Bram", Surname: "Kok"}, Number: "1002", Year: "4", Groups: []string{"c4a"}, Line: 3, Fields: pupil},
		{
			Key: "t1", Kind: person.Staff, Name: person.Name{Call: "Eva", FirstNames: "Eva", Surname: "Smit"}, Email: "eva@school.example", Groups: []string{"c4a"},
			Roles: []string{"LRK"}, Line: 4, Fields: base | roster.Roles,
		},
		{Key: "h1", Kind: person.Staff, Name: person.Name{Call: "Jan", FirstNames: "Jan", Surname: "Wit"}, Email: "jan@school.example", Roles: []string{"DIR"}, Line: 5, Fields: base | roster.Roles},
	}, list.People)
	require.Equal(t, map[string]int{
		"phone": 1, "agentSourcedIds": 1, "password": 2, "birthDate": 1, "cityOfBirth": 1, "identifier": 1, "userMasterIdentifier": 1, "guardian": 1,
		"username": 1, "vendorId": 1, "credentialType": 1,
	}, list.LeftOut)
}

func TestVersion11(t *testing.T) {
	t.Parallel()
	strict := wanted()
	strict.Strict = true
	list, found := read(t, first(), strict)
	require.Empty(t, found.List)
	require.Equal(t, "oneroster 1.1", list.Format)
	var keys []string
	for _, p := range list.People {
		keys = append(keys, p.Key)
	}
	require.Equal(t, []string{"p1", "p2", "t1"}, keys)
}

func TestAColumnOfBSNsIsRefused(t *testing.T) {
	t.Parallel()
	var numbers []string
	for n := 111222330; len(numbers) < 12; n++ {
		if s := strconv.Itoa(n); rows.Eleven(s) {
			numbers = append(numbers, s)
		}
	}
	for column, add := range map[string]func(s set, id, number string){
		"identifier": func(s set, id, number string) {
			s["users.csv"] += id + ",,,true,,,Kind,Berg,," + number + ",,,,,,,,,,,,s1,\n"
			s["roles.csv"] += "r" + id + ",,," + id + ",primary,student,,,s1,\n"
		},
		"sourcedId": func(s set, _, number string) {
			s["users.csv"] += number + ",,,true,,,Kind,Berg,,,,,,,,,,,,,,s1,\n"
			s["roles.csv"] += "r" + number + ",,," + number + ",primary,student,,,s1,\n"
		},
	} {
		s := good()
		s["users.csv"] = strings.SplitAfter(s["users.csv"], "\n")[0]
		s["roles.csv"] = strings.SplitAfter(s["roles.csv"], "\n")[0]
		s["enrollments.csv"] = "sourcedId,classSourcedId,userSourcedId,role\ne1,c4a,x1,student\n"
		s["users.csv"] += "x1,,,true,,,Els,Elders,,,,,,,,,,,,,,s2,\n"
		delete(s, "demographics.csv")
		for i, n := range numbers {
			add(s, "q"+strconv.Itoa(i), n)
		}
		_, found := read(t, s, wanted())
		last := found.List[len(found.List)-1]
		require.Equal(t, roster.Finding{Code: oneroster.KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: column}, last)
	}
}

func TestFirstVersionIsRefused(t *testing.T) {
	t.Parallel()
	s := first()
	delete(s, "manifest.csv")
	s["demographics.csv"] = good()["demographics.csv"]
	require.Len(t, s, 7)
	require.True(t, oneroster.Format{}.Claims(files(s)))
	_, found := read(t, s, wanted())
	require.Equal(t, oneroster.NoManifest, found.List[0].Code)
}

func TestWhoHasLeft(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(set){
		"not enabled":   in("users.csv", "p2,,,true", "p2,,,false"),
		"a role's end":  in("roles.csv", "p2,primary,student,,", "p2,primary,student,,2026-10-01"),
		"its last day":  in("roles.csv", "p2,primary,student,,", "p2,primary,student,,2026-11-24"),
		"a false false": in("users.csv", "p2,,,true", "p2,,,False"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good()
			change(s)
			list, found := read(t, s, wanted())
			require.False(t, found.Stopped())
			require.True(t, list.People[1].Left)
			require.False(t, list.People[0].Left)
		})
	}
}

func TestTheOrderOfRowsAndColumnsDoesNotMatter(t *testing.T) {
	t.Parallel()
	whole := good()
	whole["classes.csv"] += "cx,,,Techniek,,co1,,scheduled,,s1,y26,,,\n"
	whole["enrollments.csv"] += "e9,,,cx,s1,p1,student,,,\n"
	whole["roles.csv"] += "r9,,,t1,secondary,aide,,,s1,\n"
	want, _ := read(t, whole, wanted())
	rapid.Check(t, func(t *rapid.T) {
		s := set{}
		for _, name := range slices.Sorted(maps.Keys(whole)) {
			lines := strings.Split(strings.TrimSuffix(whole[name], "\n"), "\n")
			columns := rapid.Permutation(span(strings.Count(lines[0], ",")+1)).Draw(t, name)
			for i, line := range lines {
				cells := strings.Split(line, ",")
				mixed := make([]string, len(cells))
				for to, from := range columns {
					mixed[to] = cells[from]
				}
				lines[i] = strings.Join(mixed, ",")
			}
			s[name] = lines[0] + "\n" + strings.Join(rapid.Permutation(lines[1:]).Draw(t, "rows of "+name), "\n")
		}
		got, found := read(t, s, wanted())
		require.False(t, found.Stopped(), "%+v", found.List)
		require.Equal(t, want.LeftOut, got.LeftOut)
		require.ElementsMatch(t, want.Groups, got.Groups)
		require.Len(t, got.People, len(want.People))
		for _, p := range want.People {
			i := slices.IndexFunc(got.People, func(q roster.Person) bool { return q.Key == p.Key })
			q := got.People[i]
			q.Line = p.Line
			require.Equal(t, p, q)
		}
	})
}

func span(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func FuzzRead(f *testing.F) {
	g := good()
	f.Add(g["manifest.csv"], g["users.csv"], g["roles.csv"], g["enrollments.csv"], false)
	all := traps()
	maps.Copy(all, defects())
	for _, c := range all {
		s := good()
		c.change(s)
		place(s)
		f.Add(s["manifest.csv"], s["users.csv"], s["roles.csv"], s["enrollments.csv"], true)
	}
	f.Fuzz(func(t *testing.T, manifest, users, roles, enrollments string, strict bool) {
		s := good()
		s["manifest.csv"], s["users.csv"], s["roles.csv"], s["enrollments.csv"] = manifest, users, roles, enrollments
		w := wanted()
		w.Strict = strict
		list, found := read(t, s, w)
		if found.Stopped() {
			return
		}
		groups := map[string]bool{}
		for _, g := range list.Groups {
			groups[g.Key] = true
		}
		for _, p := range list.People {
			require.NotEmpty(t, p.Key)
			require.NotEmpty(t, p.Name.Given()+p.Name.Surname)
			for _, g := range p.Groups {
				require.True(t, groups[g])
			}
		}
	})
}

func TestEveryCodeHasItsMessages(t *testing.T) {
	t.Parallel()
	messages, err := oneroster.Messages()
	require.NoError(t, err)
	for lang, texts := range messages {
		require.ElementsMatch(t, oneroster.Codes(), slices.Collect(maps.Keys(texts)), lang)
	}
}
