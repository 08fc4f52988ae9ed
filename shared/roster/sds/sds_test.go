package sds_test

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
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
		"classes.csv":      "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code\r\nc4a,99ZZ00,4A,y26,,\r\nc1x,99XX01,1X,y26,,\r\n",
		"enrollments.csv":  "classSourcedId,userSourcedId,role\r\nc4a,p1,student\r\nc4a,p2,student\r\nc4a,t1,teacher\r\nc1x,x1,student\r\n",
		"demographics.csv": "userSourcedId,sex,birthDate,birthCity,birthState,birthCountry,ethnicityCodes,raceCodes\r\np1,female,2018-03-04,Texel,,,,\r\n",
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

func read(t require.TestingT, s set) (*roster.Roster, roster.Findings) {
	var found roster.Findings
	list, err := sds.Format{}.Read(files(s), wanted(), &found)
	require.NoError(t, err)
	return list, found
}

func TestAGoodSet(t *testing.T) {
	t.Parallel()
	require.True(t, sds.Format{}.Claims(files(good())))
	list, found := read(t, good())
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
	require.Equal(t, map[string]int{"password": 1, "phone": 1, "birthDate": 1, "birthCity": 1}, list.LeftOut)
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

// in replaces text in one file. A mark ¦ in the new text says where the finding
// stands, § on which line.
func in(file, old, now string) func(set) {
	return func(s set) {
		if !strings.Contains(s[file], old) {
			panic(old + " is not in " + file)
		}
		s[file] = strings.Replace(s[file], old, now, 1)
	}
}

func without(file string) func(set) { return func(s set) { delete(s, file) } }

// place takes the mark out of s and returns where it stood.
func place(s set) (line, column int) {
	for name, text := range s {
		for _, mark := range []string{"¦", "§"} {
			before, after, ok := strings.Cut(text, mark)
			if !ok {
				continue
			}
			s[name] = before + after
			line = strings.Count(before, "\n") + 1
			if mark == "¦" {
				column = len(before) - strings.LastIndex(before, "\n")
			}
		}
	}
	return line, column
}

// trap is a deviation that is met, with what it gives.
type trap struct {
	change   func(set)
	code     string
	file     string
	severity roster.Severity
}

func traps() map[string]trap {
	stop, warn, note := roster.Stop, roster.Warning, roster.Note
	return map[string]trap{
		"version 1": {func(s set) {
			clear(s)
			s["School.csv"], s["Student.csv"] = "SIS ID,Name\n1,x\n", "SIS ID,School SIS ID,Username\n1,1,x\n"
		}, sds.Version1, "", stop},
		"no roles":                    {without("roles.csv"), csvset.MissingFile, "roles.csv", stop},
		"classes without enrollments": {without("enrollments.csv"), csvset.MissingFile, "enrollments.csv", stop},
		"a column that is missing":    {in("users.csv", "familyName", "§lastName"), csvset.MissingColumn, "users.csv", stop},
		"a heading in other capitals": {in("users.csv", "givenName", "¦GivenName"), csvset.ColumnCase, "users.csv", warn},
		"a heading twice":             {in("users.csv", "phone,sms", "phone,¦phone"), csvset.DuplicateColumn, "users.csv", stop},
		"too many cells":              {in("roles.csv", "t1,99ZZ00,teacher,y26,,true,,", "§t1,99ZZ00,teacher,y26,,true,,,x"), csvset.WidthDiffers, "roles.csv", warn},
		"no BRIN of ours":             {in("orgs.csv", "99ZZ00", "98AA00"), sds.SchoolNotFound, "orgs.csv", stop},
		"one school without a BRIN": {func(s set) {
			for name, text := range s {
				s[name] = strings.ReplaceAll(text, "99ZZ00", "110003")
			}
			in("orgs.csv", "De Duinpan,school", "De Duinpan,department")(s)
		}, sds.SchoolAssumed, "orgs.csv", warn},
		"two schools without a BRIN": {func(s set) {
			for name, text := range s {
				s[name] = strings.NewReplacer("99ZZ00", "110003", "99XX01", "110004").Replace(text)
			}
		}, sds.SchoolNotFound, "orgs.csv", stop},
		"no school year":            {without("academicSessions.csv"), sds.NoYear, "academicSessions.csv", warn},
		"a date the Dutch way":      {in("roles.csv", "2027-07-31", "¦31-07-2027"), sds.DateInvalid, "roles.csv", warn},
		"one id twice":              {in("users.csv", "p2,bram", "¦p1,bram"), sds.DuplicateID, "users.csv", stop},
		"an id with a space":        {in("users.csv", "p2,bram", "¦p 2,bram"), sds.IDInvalid, "users.csv", stop},
		"ids differ by case":        {in("roles.csv", "p2,99ZZ00", "¦P2,99ZZ00"), sds.Dangling, "roles.csv", stop},
		"a role at no org":          {in("roles.csv", "t1,99ZZ00", "t1,¦99ZZ09"), sds.Dangling, "roles.csv", stop},
		"a class that is not there": {in("enrollments.csv", "c4a,p2", "¦c9z,p2"), sds.Dangling, "enrollments.csv", stop},
		"a user who is not there":   {in("enrollments.csv", "c4a,p2", "c4a,¦p9"), sds.Dangling, "enrollments.csv", stop},
		"no such role":              {in("roles.csv", "teacher", "¦wizard"), sds.EnumUnknown, "roles.csv", stop},
		"an old pupil":              {in("roles.csv", "99ZZ00,Student", "99ZZ00,¦alumni"), sds.RoleLeftOut, "roles.csv", note},
		"a grade of nowhere":        {in("roles.csv", ",4,true", ",¦ps1,true"), sds.GradeUnknown, "roles.csv", warn},
		"no e-mail address":         {in("users.csv", "bram.kok@leerling.example", "¦bram"), sds.EmailInvalid, "users.csv", warn},
		"nobody's name":             {in("users.csv", "Bram,Kok", ",¦"), sds.MissingName, "users.csv", stop},
		"a surname only":            {in("users.csv", "Bram,Kok", "¦,Kok"), sds.MissingGiven, "users.csv", note},
		"nobody who learns": {func(s set) {
			s["roles.csv"] = strings.ReplaceAll(strings.ReplaceAll(s["roles.csv"], "student", "teacher"), "Student", "teacher")
		}, sds.NoPupils, "users.csv", stop},
		"NUL bytes": {in("users.csv", "Bram", "§Br\x00m"), "table.not_text", "users.csv", stop},
	}
}

func TestTraps(t *testing.T) {
	t.Parallel()
	for name, c := range traps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good()
			c.change(s)
			line, column := place(s)
			require.True(t, sds.Format{}.Claims(files(s)))
			_, found := read(t, s)
			i := slices.IndexFunc(found.List, func(f roster.Finding) bool { return f.Code == c.code })
			require.GreaterOrEqual(t, i, 0, "%+v", found.List)
			f := found.List[i]
			require.Equal(t, c.severity, f.Severity)
			require.Equal(t, [3]any{c.file, line, column}, [3]any{f.File, f.Line, f.Column})
			require.Equal(t, c.severity == roster.Stop, found.Stopped(), "%+v", found.List)
			t.Logf("%-8s %s %s:%d:%d", f.Severity, f.Code, f.File, f.Line, f.Column)
		})
	}
}

func TestAColumnOfBSNsIsRefused(t *testing.T) {
	t.Parallel()
	s := good()
	s["users.csv"] = strings.SplitAfter(s["users.csv"], "\n")[0]
	s["roles.csv"] = strings.SplitAfter(s["roles.csv"], "\n")[0]
	delete(s, "classes.csv")
	delete(s, "demographics.csv")
	for n, made := 111222330, 0; made < 12; n++ {
		if id := strconv.Itoa(n); rows.Eleven(id) {
			made++
			s["users.csv"] += id + ",,Kind,Berg,,,,,\n"
			s["roles.csv"] += id + ",99ZZ00,student,,,,,\n"
		}
	}
	_, found := read(t, s)
	require.Equal(t, []roster.Finding{{Code: sds.KeyIsBSN, Severity: roster.Stop, File: "users.csv", Field: "sourcedId"}}, found.List)
}

// TestPublishedSample reads the set that Microsoft publishes, where
// SDS_SAMPLES names its folder: in the school year that it is of.
func TestPublishedSample(t *testing.T) {
	t.Parallel()
	s := good()
	w := wanted()
	if folder := os.Getenv("SDS_SAMPLES"); folder != "" {
		clear(s)
		names, err := filepath.Glob(filepath.Join(folder, "*.csv"))
		require.NoError(t, err)
		require.NotEmpty(t, names, "no CSV file in SDS_SAMPLES")
		for _, name := range names {
			raw, err := os.ReadFile(name)
			require.NoError(t, err)
			s[filepath.Base(name)] = string(raw)
		}
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
