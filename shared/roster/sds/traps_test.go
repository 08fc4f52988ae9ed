package sds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/sds"
)

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
		"version 2": {func(s set) {
			delete(s, "roles.csv")
			s["users.csv"] = "sourcedId,orgSourcedIds,givenName,familyName,username,password,role,grade\np1,99ZZ00,Sanne,Berg,sanne,,student,04\n"
		}, sds.Version2, "users.csv", stop},
		"no users":                   {without("users.csv"), csvset.MissingFile, "users.csv", stop},
		"enrolments without classes": {without("classes.csv"), csvset.MissingFile, "classes.csv", stop},
		"no file of the standard":    {func(s set) { s["leesmij.txt"] = "x" }, csvset.Unexpected, "", note},
		"Users.csv":                  {func(s set) { s["Users.csv"] = s["users.csv"]; delete(s, "users.csv") }, csvset.FileCase, "users.csv", warn},
		"one file twice":             {func(s set) { s["Roles.csv"] = s["roles.csv"] }, csvset.DuplicateFile, "roles.csv", stop},
		"a column of one's own":      {in("users.csv", "phone,sms", "phone,¦ext_house"), csvset.UnknownColumn, "users.csv", warn},
		"columns in another order": {func(s set) {
			s["orgs.csv"] = "§name,sourcedId,type,parentSourcedId\r\nBestuur,b1,district,\r\nDe Zeester,99ZZ00,school,b1\r\nDe Duinpan,99XX01,school,b1\r\n"
		}, csvset.ColumnOrder, "orgs.csv", note},
		"a blank heading":                {in("users.csv", "phone,sms", "phone,¦"), csvset.BlankHeading, "users.csv", warn},
		"only headings":                  {func(s set) { s["roles.csv"] = strings.SplitAfter(s["roles.csv"], "\n")[0] }, csvset.NoRows, "roles.csv", stop},
		"semicolons":                     {func(s set) { s["orgs.csv"] = "§" + strings.ReplaceAll(s["orgs.csv"], ",", ";") }, csvset.Delimiter, "orgs.csv", warn},
		"Windows-1252":                   {in("users.csv", "Bram,Kok", "Bram,K\xf6k"), csvset.Encoding, "users.csv", warn},
		"a line break in a cell":         {in("users.csv", "Bram,Kok", "Bram,¦\"Kok\nde Boer\""), csvset.LineBreak, "users.csv", warn},
		"no username":                    {in("users.csv", "t1,eva@school.example", "t1,¦"), csvset.MissingValue, "users.csv", warn},
		"a role without a word":          {in("roles.csv", "t1,99ZZ00,teacher", "t1,99ZZ00,¦"), csvset.MissingValue, "roles.csv", stop},
		"a type of nowhere":              {in("orgs.csv", "b1,Bestuur,district", "b1,Bestuur,¦board"), sds.EnumUnknown, "orgs.csv", warn},
		"a parent org that is not there": {in("orgs.csv", "De Zeester,school,b1", "De Zeester,school,¦b9"), sds.ReferenceLost, "orgs.csv", warn},
		"a session that is not there":    {in("roles.csv", "teacher,y26", "teacher,¦y99"), sds.ReferenceLost, "roles.csv", warn},
		"a course that is not there":     {in("classes.csv", "4A,y26,", "4A,y26,¦co9"), sds.ReferenceLost, "classes.csv", warn},
		"a kind of session of nowhere":   {in("academicSessions.csv", "2026-2027,schoolYear", "2026-2027,¦year"), sds.EnumUnknown, "academicSessions.csv", warn},
		"isPrimary ja":                   {in("roles.csv", "teacher,y26,,true", "teacher,y26,,¦ja"), sds.BoolInvalid, "roles.csv", warn},
		"a month of thirteen":            {in("roles.csv", "2027-07-31", "¦2027-13-31"), sds.DateInvalid, "roles.csv", warn},
		"a date with more":               {in("roles.csv", "2027-07-31", "¦2027-07-31 tot nu"), sds.DateInvalid, "roles.csv", warn},
		"one class's id twice":           {in("classes.csv", "c1x,99XX01", "¦c4a,99XX01"), sds.DuplicateID, "classes.csv", stop},
		"one org's id twice":             {in("orgs.csv", "99XX01,De Duinpan", "¦99ZZ00,De Duinpan"), sds.DuplicateID, "orgs.csv", stop},
		"one session's id twice":         {in("academicSessions.csv", "2027-07-31\r\n", "2027-07-31\r\n¦y26,x,term,2026,2026-08-01,2027-01-31\r\n"), sds.DuplicateID, "academicSessions.csv", stop},
		"demographics twice":             {in("demographics.csv", "p1,female,2018-03-04,Texel,,,,\r\n", "p1,female,,,,,,\r\n¦p1,male,,,,,,\r\n"), sds.DuplicateID, "demographics.csv", stop},
		"demographics of nobody":         {in("demographics.csv", "p1,female", "¦p9,female"), sds.Dangling, "demographics.csv", stop},
		"a class at no org":              {in("classes.csv", "c4a,99ZZ00", "c4a,¦99ZZ09"), sds.Dangling, "classes.csv", stop},
		"a teacher enrolled as student":  {in("enrollments.csv", "t1,teacher", "t1,¦student"), sds.RoleConflict, "enrollments.csv", warn},
		"enrolled as what is not known":  {in("enrollments.csv", "t1,teacher", "t1,¦wizard"), sds.EnumUnknown, "enrollments.csv", warn},
		"two schools of one BRIN":        {in("orgs.csv", "99XX01,De Duinpan", "99ZZ-00,De Duinpan"), sds.SchoolTwice, "orgs.csv", stop},
		"the only school is another one": {func(s set) {
			in("orgs.csv", "De Zeester,school", "De Zeester,department")(s)
		}, sds.SchoolNotFound, "orgs.csv", stop},
		"an empty file of the set": {func(s set) { s["demographics.csv"] = "" }, csvset.NoRows, "demographics.csv", warn},
		"a very long name":         {in("users.csv", "Bram,Kok", "¦"+strings.Repeat("x", 256)+",Kok"), csvset.TooLong, "users.csv", warn},
		"NUL bytes":                {in("users.csv", "Bram", "§Br\x00m"), "table.not_text", "users.csv", stop},
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
			list, found := read(t, s)
			i := slices.IndexFunc(found.List, func(f roster.Finding) bool { return f.Code == c.code })
			require.GreaterOrEqual(t, i, 0, "%+v", found.List)
			f := found.List[i]
			require.Equal(t, c.severity, f.Severity)
			require.Equal(t, [3]any{c.file, line, column}, [3]any{f.File, f.Line, f.Column})
			require.Equal(t, c.severity == roster.Stop, found.Stopped(), "%+v", found.List)
			if found.Stopped() {
				require.Empty(t, list.People, "a refused set hands over nobody")
			}
			_, hard := readAs(t, s, strict())
			require.True(t, hard.Stopped() || c.code == sds.RoleLeftOut, "in strict mode a deviation stops: %+v", hard.List)
			t.Logf("%-8s %s %s:%d:%d", f.Severity, f.Code, f.File, f.Line, f.Column)
		})
	}
}
