package oneroster_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/oneroster"
)

// defects are what published samples do otherwise than the standard, and what
// the standard warns of, beyond traps.
func defects() map[string]trap {
	stop, warn, note := roster.Stop, roster.Warning, roster.Note
	return map[string]trap{
		"a manifest that names no more than is there": {func(s set) {
			s["manifest.csv"] = strings.Replace(s["manifest.csv"], "file.results,absent\n", "", 1)
		}, oneroster.ManifestShort, "manifest.csv", note},
		"a property twice":              {in("manifest.csv", "file.users,bulk\n", "file.users,bulk\n¦file.users,bulk\n"), oneroster.ManifestInvalid, "manifest.csv", warn},
		"another version of manifests":  {in("manifest.csv", "manifest.version,1.0", "manifest.version,¦2.0"), oneroster.ManifestInvalid, "manifest.csv", warn},
		"a property of nothing":         {in("manifest.csv", "file.orgs", "¦file.parents,bulk\nfile.orgs"), oneroster.ManifestInvalid, "manifest.csv", warn},
		"BULK":                          {in("manifest.csv", "file.orgs,bulk", "file.orgs,¦BULK"), oneroster.EnumCase, "manifest.csv", warn},
		"a word that is no kind of set": {in("manifest.csv", "file.orgs,bulk", "file.orgs,¦full"), oneroster.EnumUnknown, "manifest.csv", stop},
		"not named in the manifest":     {in("manifest.csv", "file.demographics,bulk\n", ""), csvset.Unexpected, "demographics.csv", note},
		"no file of the standard":       {func(s set) { s["leesmij.txt"] = "x" }, csvset.Unexpected, "", note},
		"named, but not there":          {without("demographics.csv"), csvset.MissingFile, "demographics.csv", warn},
		"no sessions":                   {without("academicSessions.csv"), csvset.MissingFile, "academicSessions.csv", stop},
		"no roles":                      {without("roles.csv"), csvset.MissingFile, "roles.csv", stop},
		"roles in a set of 1.1": {func(s set) {
			one := first()
			clear(s)
			for name, text := range one {
				s[name] = text
			}
			s["roles.csv"] = good()["roles.csv"]
		}, csvset.Unexpected, "", note},
		"userprofiles.csv": {func(s set) {
			s["userprofiles.csv"] = s["userProfiles.csv"]
			delete(s, "userProfiles.csv")
		}, csvset.FileCase, "userProfiles.csv", warn},
		"userProfiles.csv that holds roles": {func(s set) { s["userProfiles.csv"] = strings.Replace(s["roles.csv"], "roleType", "¦roleType", 1) }, csvset.UnknownColumn, "userProfiles.csv", warn},
		"one file twice":                    {func(s set) { s["Users.csv"] = s["users.csv"] }, csvset.DuplicateFile, "users.csv", stop},
		"prefferedGivenName":                {in("users.csv", "preferredGivenName", "¦prefferedGivenName"), csvset.UnknownColumn, "users.csv", warn},
		"dataLastModified":                  {in("roles.csv", "dateLastModified", "¦dataLastModified"), csvset.UnknownColumn, "roles.csv", warn},
		"no resourceSourcedIds": {func(s set) {
			s["users.csv"] = "§" + s["users.csv"]
			in("users.csv", "resourceSourcedIds,", "")(s)
		}, csvset.AbsentColumn, "users.csv", note},
		"ext_house": {in("orgs.csv", "parentSourcedId\n", "parentSourcedId,¦ext_house\n"), csvset.UnknownColumn, "orgs.csv", warn},
		"metadata between the columns": {func(s set) {
			s["orgs.csv"] = "§" + strings.Replace(strings.ReplaceAll(s["orgs.csv"], ",,,", ",,,,"), "name,", "metadata.x,name,", 1)
		}, csvset.ColumnOrder, "orgs.csv", note},
		"no org's name":                        {in("orgs.csv", "De Zeester", "¦"), csvset.MissingValue, "orgs.csv", warn},
		"no username":                          {in("users.csv", "sanne,,Sanne", "¦,,Sanne"), csvset.MissingValue, "users.csv", warn},
		"a date only for a moment":             {in("users.csv", "p2,,,", "p2,,¦2026-09-01,"), oneroster.DateInvalid, "users.csv", warn},
		"dateLastModified alone":               {in("users.csv", "p2,,,", "p2,,¦2026-09-01T00:00:00.000Z,"), oneroster.StatusInBulk, "users.csv", warn},
		"the status tobedeleted":               {in("users.csv", "x1,,,", "x1,¦tobedeleted,2026-09-01T00:00:00.000Z,"), oneroster.StatusInBulk, "users.csv", warn},
		"a month of thirteen":                  {in("roles.csv", "p1,primary,student,,", "p1,primary,student,,¦2027-13-31"), oneroster.DateInvalid, "roles.csv", warn},
		"a parent org that is not there":       {in("orgs.csv", "99XX-01,d1", "99XX-01,¦d9"), oneroster.ReferenceLost, "orgs.csv", warn},
		"a parent session that is not there":   {in("academicSessions.csv", "2027-08-01,,", "2027-08-01,¦as-syr,"), oneroster.ReferenceLost, "academicSessions.csv", warn},
		"a course that is not there":           {in("classes.csv", "04,co1", "04,¦co9"), oneroster.ReferenceLost, "classes.csv", warn},
		"a course of no year":                  {in("courses.csv", "co1,,,y26", "co1,,,¦y99"), oneroster.ReferenceLost, "courses.csv", warn},
		"a primary org that is not there":      {in("users.csv", ",,,s2,\n", ",,,¦s9,\n"), oneroster.ReferenceLost, "users.csv", warn},
		"enrolled at another school":           {in("enrollments.csv", "e2,,,c4a,s1", "e2,,,c4a,¦s2"), oneroster.ReferenceLost, "enrollments.csv", warn},
		"more codes than subjects":             {in("classes.csv", "s1,y26,,,\ncplus", "s1,y26,\"Rekenen\",¦\"1,2\",\ncplus"), oneroster.ListsDiffer, "classes.csv", warn},
		"one role's id twice":                  {in("roles.csv", "r2,,,p2", "¦r1,,,p2"), oneroster.DuplicateID, "roles.csv", stop},
		"one enrolment's id twice":             {in("enrollments.csv", "e2,,,c4a", "¦e1,,,c4a"), oneroster.DuplicateID, "enrollments.csv", stop},
		"one org's id twice":                   {in("orgs.csv", "s2,,,De Duinpan", "¦s1,,,De Duinpan"), oneroster.DuplicateID, "orgs.csv", stop},
		"one class's id twice":                 {in("classes.csv", "cplus,,,", "¦c4a,,,"), oneroster.DuplicateID, "classes.csv", stop},
		"demographics twice":                   {in("demographics.csv", "Texel,\n", "Texel,\n¦p1,,,,male,,,,,,,,,,,\n"), oneroster.DuplicateID, "demographics.csv", stop},
		"demographics of nobody":               {in("demographics.csv", "p1,,,", "¦p9,,,"), oneroster.Dangling, "demographics.csv", stop},
		"two primary roles at one school":      {in("roles.csv", "r2,,,p2", "r9,,,p1,¦primary,student,,,s1,\nr2,,,p2"), oneroster.SecondPrimary, "roles.csv", warn},
		"a role type of nowhere":               {in("roles.csv", "p2,primary", "p2,¦third"), oneroster.EnumUnknown, "roles.csv", warn},
		"a role in capitals":                   {in("roles.csv", "p2,primary,student", "p2,primary,¦Student"), oneroster.EnumCase, "roles.csv", warn},
		"a role of nowhere":                    {in("roles.csv", "p2,primary,student", "p2,primary,¦pupil"), oneroster.EnumUnknown, "roles.csv", stop},
		"a pupil who is somebody's main pupil": {in("enrollments.csv", "p2,student,", "p2,student,¦true"), oneroster.EnumUnknown, "enrollments.csv", warn},
		"two schools of one BRIN":              {in("orgs.csv", "99XX-01", "99ZZ00"), oneroster.SchoolTwice, "orgs.csv", stop},
		"the only school is another one": {func(s set) {
			in("orgs.csv", "99ZZ", "98AA")(s)
			in("orgs.csv", "De Duinpan,school,99XX-01", "De Duinpan,department,")(s)
		}, oneroster.SchoolNotFound, "orgs.csv", stop},
		"semicolons":              {func(s set) { s["orgs.csv"] = "§" + strings.ReplaceAll(s["orgs.csv"], ",", ";") }, csvset.Delimiter, "orgs.csv", warn},
		"Windows-1252":            {in("users.csv", "Bram,Kok", "Bram,K\xf6k"), csvset.Encoding, "users.csv", warn},
		"a line break in a cell":  {in("users.csv", "p2,,,true,bram,,Bram,Kok", "p2,,,true,bram,,Bram,¦\"Kok\nde Boer\""), csvset.LineBreak, "users.csv", warn},
		"a very long name":        {in("users.csv", "bram,,Bram", "bram,,¦"+strings.Repeat("x", 256)), csvset.TooLong, "users.csv", warn},
		"a name with a character": {in("users.csv", "bram,,Bram", "bram,,¦Br\x07am"), csvset.ControlCharacter, "users.csv", warn},
		"an open quotation mark":  {in("users.csv", "Bram,Kok", "¦\"Bram,Kok"), "table.damaged", "users.csv", stop},
		"a file that breaks off": {func(s set) {
			s["users.csv"] = strings.Replace(s["users.csv"], "x1,,,true,els,,Els,Elders,,,,,,,01,,,,,,,s2,\n", "§x1,,,true,els", 1)
		}, "table.truncated", "users.csv", stop},
		"a very long id":              {in("users.csv", "x1,,,", "¦"+strings.Repeat("x", 256)+",,,"), oneroster.IDInvalid, "users.csv", stop},
		"a pilot's ECK-iD":            {in("users.csv", "https://ketenid.nl/202601", "¦https://ketenid.nl/pilot"), oneroster.ECKiDInvalid, "users.csv", warn},
		"an ECK-iD in capitals":       {in("users.csv", eck, "¦"+strings.ToUpper(eck)), oneroster.ECKiDMended, "users.csv", warn},
		"a stampseudoniem":            {in("users.csv", "https://ketenid.nl/202601", "¦https://ketenid.nl/sp202601"), oneroster.ECKiDInvalid, "users.csv", warn},
		"one ECK-iD twice":            {in("users.csv", "bram,,Bram,Kok,,1002,,,,,04,,", "bram,,Bram,Kok,,1002,,,,,04,,¦"+eck), oneroster.DuplicateECKiD, "users.csv", stop},
		"a sex of nowhere":            {in("demographics.csv", "female", "¦f"), oneroster.EnumUnknown, "demographics.csv", stop},
		"an empty file of the set":    {func(s set) { s["demographics.csv"] = "" }, csvset.NoRows, "demographics.csv", warn},
		"courses with headings alone": {func(s set) { s["courses.csv"] = strings.SplitAfter(s["courses.csv"], "\n")[0] }, csvset.NoRows, "courses.csv", warn},
	}
}

// TestWhatTheStandardAllows: a byte order mark is ignored, and so is a last line without an end, and
// columns of one's own behind the others.
func TestWhatTheStandardAllows(t *testing.T) {
	t.Parallel()
	s := good()
	strict := wanted()
	strict.Strict = true
	want, _ := read(t, s, strict)
	for name, text := range s {
		s[name] = "\ufeff" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n")
	}
	s["orgs.csv"] = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.prefix\nd1,,,Bestuur,district,,,x\ns1,,,De Zeester,school,99ZZ,d1,\ns2,,,De Duinpan,school,99XX-01,d1,\n"
	got, found := read(t, s, strict)
	require.False(t, found.Stopped(), "%+v", found.List)
	want.LeftOut["unknown"] = 1
	require.Equal(t, want, got)
}

// TestAWordOfTheSchoolsOwn makes nobody a member of staff.
func TestAWordOfTheSchoolsOwn(t *testing.T) {
	t.Parallel()
	s := good()
	in("roles.csv", "t1,primary,teacher", "t1,primary,ext:visitor")(s)
	strict := wanted()
	strict.Strict = true
	list, found := read(t, s, strict)
	require.False(t, found.Stopped(), "%+v", found.List)
	require.Equal(t, 1, list.LeftOut["role"])
	for _, p := range list.People {
		require.NotEqual(t, "t1", p.Key)
	}
}

// TestARefusedSetHandsOverNobody: what may not be received stays nowhere.
func TestARefusedSetHandsOverNobody(t *testing.T) {
	t.Parallel()
	for name, c := range defects() {
		s := good()
		c.change(s)
		place(s)
		list, found := read(t, s, wanted())
		if found.Stopped() {
			require.Empty(t, list.People, name)
			require.Empty(t, list.Groups, name)
		}
	}
}

// TestSpellings of the code of a school.
func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"99ZZ", "99zz", "99ZZ00", "99ZZ-00", "99ZZ.00", "99ZZ|00", " 99ZZ00 "} {
		s := good()
		in("orgs.csv", "99ZZ", spelling)(s)
		list, found := read(t, s, wanted())
		require.False(t, found.Stopped(), spelling)
		require.Len(t, list.People, 4)
	}
	s := good()
	in("orgs.csv", "99ZZ", "99ZZ-01")(s)
	_, found := read(t, s, wanted())
	require.Equal(t, oneroster.SchoolNotFound, found.List[0].Code, "another location")
}
