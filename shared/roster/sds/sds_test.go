package sds_test

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

	"cool.example/sync/emulators/samples"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/sds"
	"cool.example/sync/shared/school"
)

// set is a whole delivery: the name of each file → its text.
type set map[string]string

func good() set {
	return set{
		"orgs.csv":             "sourcedId,name,type,parentSourcedId\r\nb1,Bestuur,district,\r\n99ZZ00,De Zeester,school,b1\r\n99XX01,De Duinpan,school,b1\r\n",
		"academicSessions.csv": "sourcedId,title,type,schoolYear,startDate,endDate\r\ny26,2026-2027,schoolYear,2026,2026-08-01,2027-07-31\r\n",
		"users.csv": "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms\r\n" +
			"p1,Sanne@leerling.example,Sanne,van der Berg,geheim,,,+31612345678,\r\np2,bram@leerling.example,Bram,Kok,,,bram.kok@leerling.example,,\r\n" +
			"t1,eva@school.example,Eva,Smit,,,,,\r\nx1,els@leerling.example,Els,Elders,,,,,\r\n",
		"roles.csv": "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate\r\n" +
			"p1,99ZZ00,student,y26,04,true,2026-08-01,2027-07-31\r\np2,99ZZ00,Student,y26,4,true,2026-08-01,2026-10-01\r\nt1,99ZZ00,teacher,y26,,true,,\r\nx1,99XX01,student,y26,1,true,,\r\n",
		"classes.csv":       "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code\r\nc4a,99ZZ00,4A,y26,,\r\nc1x,99XX01,1X,y26,,\r\n",
		"enrollments.csv":   "classSourcedId,userSourcedId,role\r\nc4a,p1,student\r\nc4a,p2,student\r\nc4a,t1,teacher\r\nc1x,x1,student\r\n",
		"relationships.csv": "userSourcedId,relationshipUserSourcedId,relationshipRole\r\np1,x1,guardian\r\n",
		"userFlags.csv":     "userSourcedId,flag\r\np1,iep\r\n",
		"demographics.csv":  "userSourcedId,sex,birthDate,birthCity,birthState,birthCountry,ethnicityCodes,raceCodes\r\np1,female,2018-03-04,Texel,,,,\r\n",
	}
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

func read(t require.TestingT, s set) (*roster.Roster, roster.Findings) { return readAs(t, s, wanted()) }

// strict is what is wanted where every deviation refuses the set.
func strict() roster.Wanted {
	w := wanted()
	w.Strict = true
	return w
}

func readAs(t require.TestingT, s set, w roster.Wanted) (*roster.Roster, roster.Findings) {
	var found roster.Findings
	list, err := sds.Format{}.Read(files(s), w, &found)
	require.NoError(t, err)
	return list, found
}

func TestAGoodSet(t *testing.T) {
	t.Parallel()
	require.True(t, sds.Format{}.Claims(files(good())))
	list, found := readAs(t, good(), strict())
	require.Empty(t, found.List)
	require.Equal(t, school.Year(2026), list.Year)
	require.Equal(t, []roster.Group{{Key: "c4a", Kind: roster.Class, Name: "4A"}}, list.Groups)
	base := roster.CallName | roster.Surname | roster.InGroups | roster.Email | roster.Gender
	require.Equal(t, []roster.Person{
		{
			Key: "p1", Kind: person.Pupil, Name: person.Name{Call: "Sanne", Surname: "van der Berg"}, Gender: person.Female,
			Email: "sanne@leerling.example", Year: "4", Groups: []string{"c4a"}, Line: 2, Fields: base | roster.Grade,
		},
		{
			Key: "p2", Kind: person.Pupil, Name: person.Name{Call: "Bram", Surname: "Kok"}, Left: true,
			Email: "bram.kok@leerling.example", Year: "4", Groups: []string{"c4a"}, Line: 3, Fields: base | roster.Grade,
		},
		{
			Key: "t1", Kind: person.Staff, Name: person.Name{Call: "Eva", Surname: "Smit"}, Email: "eva@school.example",
			Groups: []string{"c4a"}, Roles: []string{"LRK"}, Line: 4, Fields: base | roster.Roles,
		},
	}, list.People)
	require.Equal(t, map[string]int{"password": 1, "phone": 1, "birthDate": 1, "birthCity": 1, "relationshipRole": 1, "flag": 1}, list.LeftOut)
}

func TestAPupilInTwoClassesMakesThemLessonGroups(t *testing.T) {
	t.Parallel()
	s := good()
	s["classes.csv"] += "cplus,99ZZ00,Plus,y26,,\r\n"
	s["enrollments.csv"] += "cplus,p1,student\r\n"
	list, _ := read(t, s)
	require.Equal(t, roster.Lesson, list.Groups[0].Kind)
}

func TestASetWithoutClasses(t *testing.T) {
	t.Parallel()
	s := good()
	delete(s, "classes.csv")
	delete(s, "enrollments.csv")
	list, found := read(t, s)
	require.Empty(t, found.List)
	require.False(t, list.People[0].Fields.Has(roster.InGroups), "a set without classes says nothing of them")
}

func TestAColumnOfBSNsIsRefused(t *testing.T) {
	t.Parallel()
	s := good()
	s["users.csv"] = strings.SplitAfter(s["users.csv"], "\n")[0]
	s["roles.csv"] = strings.SplitAfter(s["roles.csv"], "\n")[0]
	delete(s, "classes.csv")
	delete(s, "enrollments.csv")
	delete(s, "demographics.csv")
	for n, made := 111222330, 0; made < 12; n++ {
		if id := strconv.Itoa(n); rows.Eleven(id) {
			made++
			s["users.csv"] += id + ",kind@leerling.example,Kind,Berg,,,,,\n"
			s["roles.csv"] += id + ",99ZZ00,student,,,,,\n"
		}
	}
	_, found := read(t, s)
	require.Equal(t, []roster.Finding{{Code: sds.KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "sourcedId"}}, found.List)
}

func TestTheOrderOfRowsAndColumnsDoesNotMatter(t *testing.T) {
	t.Parallel()
	whole := good()
	whole["classes.csv"] += "cplus,99ZZ00,Plus,y26,,\r\n"
	whole["enrollments.csv"] += "cplus,p1,student\r\ncplus,t1,teacher\r\n"
	whole["roles.csv"] += "p2,99ZZ00,student,y26,3,true,2025-08-01,2026-07-31\r\nt1,99ZZ00,itAdmin,y26,,false,,\r\n"
	want, _ := read(t, whole)
	rapid.Check(t, func(t *rapid.T) {
		s := set{}
		for _, name := range slices.Sorted(maps.Keys(whole)) {
			lines := strings.Split(strings.TrimSuffix(whole[name], "\r\n"), "\r\n")
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
		got, found := read(t, s)
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

// TestPublishedSample reads the set that Microsoft publishes, where this machine
// has it, in the school year that it is of; else one that was written here.
func TestPublishedSample(t *testing.T) {
	t.Parallel()
	s := good()
	w := wanted()
	if found := samples.Files(t, "sds-v2.1", "*.csv"); len(found) > 0 {
		clear(s)
		for name, raw := range found {
			s[name] = string(raw)
		}
		require.Contains(t, s, "users.csv")
		w.Today, w.Sector = time.Date(2021, 10, 1, 0, 0, 0, 0, time.UTC), school.VO
	}
	var found roster.Findings
	list, err := sds.Format{}.Read(files(s), w, &found)
	require.NoError(t, err)
	require.False(t, found.Stopped(), "%+v", found.List)
	require.NotEmpty(t, list.People)
	require.NotEmpty(t, list.Groups)
}

func FuzzRead(f *testing.F) {
	g := good()
	f.Add(g["orgs.csv"], g["users.csv"], g["roles.csv"], g["enrollments.csv"])
	for _, c := range traps() {
		s := good()
		c.change(s)
		place(s)
		f.Add(s["orgs.csv"], s["users.csv"], s["roles.csv"], s["enrollments.csv"])
	}
	f.Fuzz(func(t *testing.T, orgs, users, roles, enrollments string) {
		s := good()
		s["orgs.csv"], s["users.csv"], s["roles.csv"], s["enrollments.csv"] = orgs, users, roles, enrollments
		list, found := read(t, s)
		if found.Stopped() {
			return
		}
		for _, p := range list.People {
			require.NotEmpty(t, p.Key)
			require.True(t, p.Kind.Valid())
			require.NotEmpty(t, p.Name.Given()+p.Name.Surname)
		}
	})
}

func TestEveryCodeHasItsMessages(t *testing.T) {
	t.Parallel()
	messages, err := sds.Messages()
	require.NoError(t, err)
	for lang, texts := range messages {
		require.ElementsMatch(t, sds.Codes(), slices.Collect(maps.Keys(texts)), lang)
	}
}
