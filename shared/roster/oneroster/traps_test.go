package oneroster_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/oneroster"
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
		"no manifest":                 {without("manifest.csv"), oneroster.NoManifest, "", stop},
		"another version":             {in("manifest.csv", "version,1.2", "version,1.0"), oneroster.VersionUnknown, "manifest.csv", stop},
		"a delta set":                 {in("manifest.csv", "file.users,bulk", "file.users,¦delta"), oneroster.Delta, "manifest.csv", stop},
		"a manifest alone":            {func(s set) { maps.DeleteFunc(s, func(f, _ string) bool { return f != "manifest.csv" }) }, oneroster.NothingNew, "manifest.csv", stop},
		"a property that lacks":       {in("manifest.csv", "file.roles,bulk\n", ""), oneroster.ManifestLacks, "roles.csv", warn},
		"called absent, but there":    {in("manifest.csv", "file.demographics,bulk", "file.demographics,absent"), oneroster.NotInManifest, "demographics.csv", note},
		"a file that is missing":      {without("enrollments.csv"), csvset.MissingFile, "enrollments.csv", stop},
		"no courses":                  {without("courses.csv"), csvset.MissingFile, "courses.csv", warn},
		"a column that is missing":    {in("users.csv", "familyName", "§surname"), csvset.MissingColumn, "users.csv", stop},
		"a heading in other capitals": {in("users.csv", "givenName", "¦givenname"), csvset.ColumnCase, "users.csv", warn},
		"a heading twice":             {in("users.csv", "pronouns", "¦grades"), csvset.DuplicateColumn, "users.csv", stop},
		"columns in another order": {func(s set) {
			s["orgs.csv"] = "§status,sourcedId,dateLastModified,name,type,identifier,parentSourcedId\n,s1,,De Zeester,school,99ZZ,\n,s2,,De Duinpan,school,99XX,\n"
		}, csvset.ColumnOrder, "orgs.csv", note},
		"a blank heading":               {in("roles.csv", "userProfileSourcedId", "¦"), csvset.BlankHeading, "roles.csv", warn},
		"only headings":                 {func(s set) { s["enrollments.csv"] = strings.SplitAfter(s["enrollments.csv"], "\n")[0] }, csvset.NoRows, "enrollments.csv", stop},
		"a status in a bulk file":       {in("users.csv", "p2,,,", "p2,¦active,2026-09-01T00:00:00.000Z,"), oneroster.StatusInBulk, "users.csv", warn},
		"the status inactive":           {in("users.csv", "x1,,,", "x1,¦inactive,,"), oneroster.StatusInBulk, "users.csv", warn},
		"no such status":                {in("users.csv", "p2,,,", "p2,¦gone,,"), oneroster.StatusUnknown, "users.csv", stop},
		"Scheduled":                     {in("classes.csv", "scheduled", "¦Scheduled"), oneroster.EnumCase, "classes.csv", warn},
		"no such class type":            {in("classes.csv", "scheduled", "¦planned"), oneroster.EnumUnknown, "classes.csv", stop},
		"enabledUser TRUE":              {in("users.csv", "p1,,,true", "p1,,,¦TRUE"), oneroster.BoolCase, "users.csv", warn},
		"enabledUser maybe":             {in("users.csv", "p1,,,true", "p1,,,¦maybe"), oneroster.BoolInvalid, "users.csv", stop},
		"a date the Dutch way":          {in("roles.csv", "p1,primary,student,,", "p1,primary,student,,¦31-07-2027"), oneroster.DateInvalid, "roles.csv", warn},
		"a moment for a date":           {in("roles.csv", "p1,primary,student,,", "p1,primary,student,,¦2027-07-31T00:00:00Z"), oneroster.DateInvalid, "roles.csv", warn},
		"a class that is not there":     {in("enrollments.csv", "e2,,,c4a", "e2,,,¦c9z"), oneroster.Dangling, "enrollments.csv", stop},
		"a user who is not there":       {in("enrollments.csv", "c4a,s1,p2", "c4a,s1,¦p9"), oneroster.Dangling, "enrollments.csv", stop},
		"a role of nobody":              {in("roles.csv", "r2,,,p2", "r2,,,¦p9"), oneroster.Dangling, "roles.csv", stop},
		"a role at no org":              {in("roles.csv", "r2,,,p2,primary,student,,,s1", "r2,,,p2,primary,student,,,¦s9"), oneroster.Dangling, "roles.csv", stop},
		"a class of no school":          {in("classes.csv", "homeroom,,s1", "homeroom,,¦s9"), oneroster.Dangling, "classes.csv", stop},
		"a class in no term":            {in("classes.csv", "s1,y26", "s1,¦y99"), oneroster.Dangling, "classes.csv", stop},
		"one id twice":                  {in("users.csv", "p2,,,", "¦p1,,,"), oneroster.DuplicateID, "users.csv", stop},
		"an id with a space":            {in("users.csv", "p2,,,", "¦p 2,,,"), oneroster.IDInvalid, "users.csv", stop},
		"a teacher enrolled as student": {in("enrollments.csv", "t1,teacher", "t1,¦student"), oneroster.RoleConflict, "enrollments.csv", warn},
		"two homerooms": {func(s set) {
			in("classes.csv", "scheduled", "homeroom")(s)
			in("enrollments.csv", "e3,,,cplus", "e3,,,¦cplus")(s)
		}, oneroster.SecondHomeroom, "enrollments.csv", warn},
		"no BRIN of ours": {in("orgs.csv", "99ZZ", "98AA"), oneroster.SchoolNotFound, "orgs.csv", stop},
		"one school without a BRIN": {func(s set) {
			in("orgs.csv", "99ZZ", "")(s)
			in("orgs.csv", "s2,,,De Duinpan,school,99XX-01", "s2,,,De Duinpan,department,")(s)
		}, oneroster.SchoolAssumed, "orgs.csv", warn},
		"no school year":            {func(s set) { s["academicSessions.csv"] = strings.SplitAfter(s["academicSessions.csv"], "\n")[0] }, oneroster.NoYear, "academicSessions.csv", warn},
		"a school year in words":    {in("academicSessions.csv", ",2027\n", ",¦2026-2027\n"), oneroster.YearInvalid, "academicSessions.csv", stop},
		"no e-mail address":         {in("users.csv", "sanne@leerling.example", "¦sanne"), oneroster.EmailInvalid, "users.csv", warn},
		"no ECK-iD":                 {in("users.csv", eck, "¦https://id.school/LL_1"), oneroster.ECKiDInvalid, "users.csv", warn},
		"a grade of nowhere":        {in("users.csv", ",04,geheim", ",¦KG,geheim"), oneroster.GradeUnknown, "users.csv", warn},
		"nobody's name":             {in("users.csv", "bram,,Bram,Kok", "bram,,,¦"), oneroster.MissingName, "users.csv", stop},
		"a surname only":            {in("users.csv", "bram,,Bram,Kok", "bram,,¦,Kok"), oneroster.MissingGiven, "users.csv", note},
		"too few cells":             {in("roles.csv", "r6,,,m1,primary,parent,,,s1,", "§r6,,,m1,primary,parent,,,s1"), csvset.WidthDiffers, "roles.csv", warn},
		"an id that is not filled":  {in("users.csv", "p2,,,", "¦,,,"), csvset.MissingValue, "users.csv", stop},
		"NUL bytes":                 {in("users.csv", "Bram", "§Br\x00m"), "table.not_text", "users.csv", stop},
		"two encodings in one file": {in("users.csv", "Bram,Kok", "§Zoë,K\xf6k"), "table.mixed_encoding", "users.csv", stop},
		"nobody who learns": {func(s set) {
			s["roles.csv"] = strings.ReplaceAll(s["roles.csv"], "student", "teacher")
			s["enrollments.csv"] = strings.ReplaceAll(s["enrollments.csv"], "student", "teacher")
		}, oneroster.NoPupils, "users.csv", stop},
	}
}

func TestTraps(t *testing.T) {
	t.Parallel()
	all := traps()
	maps.Copy(all, defects())
	require.Len(t, all, len(traps())+len(defects()))
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good()
			c.change(s)
			line, column := place(s)
			_, found := read(t, s, wanted())
			i := slices.IndexFunc(found.List, func(f roster.Finding) bool { return f.Code == c.code })
			require.GreaterOrEqual(t, i, 0, "%+v", found.List)
			f := found.List[i]
			require.Equal(t, c.severity, f.Severity)
			require.Equal(t, [3]any{c.file, line, column}, [3]any{f.File, f.Line, f.Column})
			require.Equal(t, c.severity == roster.Stop, found.Stopped(), "%+v", found.List)
			t.Logf("%-8s %s %s:%d:%d", f.Severity, f.Code, f.File, f.Line, f.Column)

			strict := wanted()
			strict.Strict = true
			_, hard := read(t, s, strict)
			require.True(t, hard.Stopped(), "in strict mode a deviation stops: %+v", hard.List)
		})
	}
}
