package journey_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/samples"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// oneRoster writes pupils as a OneRoster 1.2 set, each in a class of their own
// grade, with things that may not be kept.
func oneRoster(pupils []roster.Person) map[string]string {
	set := map[string]string{
		"manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.academicSessions,bulk\nfile.orgs,bulk\n" +
			"file.courses,absent\nfile.classes,bulk\nfile.users,bulk\nfile.roles,bulk\nfile.enrollments,bulk\n",
		"academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\ny,,,26,schoolYear,2026-08-01,2027-08-01,,2027\n",
		"orgs.csv":             "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns,,,De Zeester,school,99XX,\n",
		"classes.csv":          "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds\nc,,,Vissen,,,,homeroom,,s,y\n",
		"users.csv":            "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n",
		"roles.csv":            "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId\n",
		"enrollments.csv":      "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\n",
	}
	for i, p := range pupils {
		set["users.csv"] += fmt.Sprintf("u%d,,,true,x,,%s,%s,,%s,,0699999999,,,,%s\n", i, p.Name.Given(), p.Name.Family(), p.Key, "wachtwoord-uit-het-bestand")
		set["roles.csv"] += fmt.Sprintf("r%d,,,u%d,primary,student,,,s\n", i, i)
		set["enrollments.csv"] += fmt.Sprintf("e%d,,,c,s,u%d,student\n", i, i)
	}
	return set
}

func TestAOneRosterSet(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	pupils := journey.School(40).Pupils()
	run := s.Hand(zipped(t, oneRoster(pupils)))
	require.Equal(t, "applied", run.Status, run.Findings)
	require.Equal(t, "oneroster 1.2", run.Format)
	require.Equal(t, len(pupils), run.Counts.Create)
	require.Equal(t, len(pupils), s.Hand(zipped(t, oneRoster(pupils))).Counts.Unchanged)
	for _, value := range []string{"0699999999", "wachtwoord-uit-het-bestand"} {
		require.Empty(t, s.Stored().Find(value))
		require.NotContains(t, s.Messages()+log.String(), value)
	}
	bad := oneRoster(pupils)
	bad["manifest.csv"] = strings.Replace(bad["manifest.csv"], "file.users,bulk", "file.users,delta", 1)
	delta := s.Hand(zipped(t, bad))
	require.Equal(t, "refused", delta.Status)
	require.Equal(t, "oneroster.delta", delta.Findings[0].Code)
}

func TestPupilsByListAndGuardiansByList(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	list := "Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam;Klas;Leerjaar;BSN;Telefoon\r\n" +
		"70001;Sanne;van der;Berg;4A;4;111222333;0612345678\r\n70002;Zo\xeb;;Bakker;4A;4;;\r\n70003;Mees;de;Wit;5B;5;;\r\n"
	run := s.Hand([]byte(list))
	require.Equal(t, "applied", run.Status, run.Findings)
	require.Equal(t, 3, run.Counts.Create)
	require.Empty(t, s.Stored().Find("111222333"))

	parents := "Leerlingnummer,Verzorger,Roepnaam,Achternaam,E-mail,Mag ontvangen,Telefoon\n" +
		"70001,1,Eva,Berg,eva@mail.example,ja,0687654321\n70001,2,Tom,Smit,tom@mail.example,nee,\n70003,1,Ria,Wit,ria@mail.example,ja,\n"
	run = s.Hand([]byte(parents))
	require.Equal(t, "applied", run.Status, run.Findings)
	require.Equal(t, 3, run.Counts.Create)
	require.Zero(t, run.Counts.Leave, "a list of guardians lets no pupil leave")
	kinds := map[person.Kind]int{}
	for _, a := range accounts(t, s) {
		kinds[a.Kind]++
		require.Equal(t, account.Active, a.State)
		if a.Kind == person.Guardian {
			require.Len(t, a.Source.Children, 1)
		}
	}
	require.Equal(t, map[person.Kind]int{person.Pupil: 3, person.Guardian: 3}, kinds)
	require.Equal(t, 3, s.Hand([]byte(parents)).Counts.Unchanged)
}

// TestPublishedSDSSample imports the published sample of School Data Sync, where
// this machine has it, moved to the present school year, beside an invented set.
func TestPublishedSDSSample(t *testing.T) {
	t.Parallel()
	sets := map[string]map[string]string{"own": {
		"orgs.csv":             "sourcedId,name,type\ns,De Zeester,school\n",
		"users.csv":            "sourcedId,username,givenName,familyName,email,phone\nu1,x,Sanne,Berg,,0699999999\nu2,y,Zoë,Vos,,\n",
		"roles.csv":            "userSourcedId,orgSourcedId,role,sessionSourcedId\nu1,s,student,y\nu2,s,teacher,y\n",
		"academicSessions.csv": "sourcedId,title,type,schoolYear,startDate,endDate\ny,26,schoolYear,2026,2026-08-24,2027-06-11\n",
	}}
	published := map[string]string{}
	later := strings.NewReplacer("2021", "2026", "2022", "2027")
	for name, body := range samples.Files(t, "sds-v2.1", "*.csv") {
		published[name] = later.Replace(string(body))
	}
	if len(published) > 0 {
		require.Contains(t, published, "users.csv")
		sets["published"] = published
	}
	for name, set := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := journey.Begin(t, "99XX")
			run := s.Hand(zipped(t, set))
			require.Equal(t, "applied", run.Status, "%+v", run.Findings)
			require.Contains(t, run.Format, "sds")
			require.Len(t, accounts(t, s), run.Counts.Create)
			require.NotZero(t, run.Counts.Create)
			require.Equal(t, run.Counts.Create, s.Hand(zipped(t, set)).Counts.Unchanged)
			require.Empty(t, s.Stored().Find("0699999999"))
		})
	}
}

// TestTablesThatAreRefused hands over lists and workbooks that nobody may take
// in, and expects each to end in a finding and to change nothing.
func TestTablesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	require.Equal(t, "applied", s.Hand([]byte("Leerlingnummer;Roepnaam;Achternaam;Klas\n70001;Sanne;Berg;4A\n70002;Zoë;Vos;4A\n")).Status)
	s.PassedOn(2)
	before := kept(t, s)
	for name, body := range map[string][]byte{
		"ten thousand columns":           []byte("Leerlingnummer" + strings.Repeat(";a", 10_000) + "\n1\n"),
		"mixed encodings":                []byte("Leerlingnummer;Naam\n1;Zo\u00eb\n2;Zo\xeb\n"),
		"NUL bytes":                      []byte("Leerlingnummer;Naam\n1;\x00\n"),
		"numbers in scientific notation": []byte("Leerlingnummer;Roepnaam;Achternaam\n7,0001E+04;Sanne;Berg\n7,0002E+04;Zoë;Vos\n"),
		"a heading twice":                []byte("Leerlingnummer;Naam;Klas;Klas\n70001;Bo Vos;4A;4B\n"),
		"no heading":                     []byte("70001;Sanne;Berg\n70002;Zoë;Vos\n"),
		"a quotation left open":          []byte("Leerlingnummer;Naam\n70001;Bo Vos\n70002;\"Zoë\n"),
		"a workbook that is none":        zipped(t, map[string]string{"xl/workbook.xml": "<workbook/>", "[Content_Types].xml": "<Types/>"}),
		"a workbook with a path":         zipped(t, map[string]string{"../../xl/workbook.xml": "<workbook/>"}),
	} {
		run := s.Hand(body)
		require.Equal(t, "refused", run.Status, "%s: %+v", name, run.Findings)
		require.NotEmpty(t, run.Findings, name)
		require.NotContains(t, run.Findings[0].Message, run.Findings[0].Code, name)
	}
	require.Equal(t, before, kept(t, s))
}
