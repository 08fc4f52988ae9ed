package edexml_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/school"
)

// usual reads as on 24 November 2026.
func usual() edexml.Parser {
	p := edexml.Usual()
	p.Today = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	return p
}

// read parses text, which must be readable.
func read(t testing.TB, text string) (*roster.Roster, roster.Findings) {
	t.Helper()
	var found roster.Findings
	list, err := usual().Parse(strings.NewReader(text), &found)
	require.NoError(t, err)
	require.NotNil(t, list)
	return list, found
}

// file puts parts into a document; a part that is empty is the usual one, "-"
// is none. The parts begin on lines 2, 3, 4 and 5.
func file(school, groups, pupils, staff string) string {
	usual := func(part, otherwise string) string {
		switch part {
		case "":
			return otherwise + "\n"
		case "-":
			return "\n"
		}
		return part + "\n"
	}
	return "<EDEX>\n" +
		usual(school, `<school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school>`) +
		usual(groups, `<groepen><groep key="g4"><naam>4a</naam><jaargroep>4</jaargroep></groep>`+
			`<groep key="gc"><naam>5/6</naam><jaargroep>C</jaargroep></groep>`+
			`<samengestelde_groep key="s1"><naam>Plus</naam></samengestelde_groep></groepen>`) +
		usual(pupils, `<leerlingen><leerling key="1"><roepnaam>Sanne</roepnaam></leerling></leerlingen>`) +
		usual(staff, `<leerkrachten><leerkracht key="1"><roepnaam>Fatima</roepnaam></leerkracht></leerkrachten>`) +
		"</EDEX>\n"
}

// pupils puts the inside of one pupil on line 4.
func pupil(inside string) string {
	return file("", "", `<leerlingen><leerling key="1">`+inside+`</leerling></leerlingen>`, "")
}

// member puts the inside of one member of staff on line 5.
func member(inside string) string {
	return file("", "", "", `<leerkrachten><leerkracht key="7"><roepnaam>Fatima</roepnaam>`+inside+`</leerkracht></leerkrachten>`)
}

const (
	hex32  = "0123456789abcdef0123456789abcdef"
	hex128 = hex32 + hex32 + hex32 + hex32
)

const whole = "\xef\xbb\xbf" + `<?xml version="1.0" encoding="UTF-8"?>
<!-- an invented school -->
<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="EDEXML.structuur.xsd">
  <school>
    <schooljaar>2026-2027</schooljaar>
    <peildatum>2026-10-01</peildatum>
    <brincode>99XX</brincode>
    <dependancecode>01</dependancecode>
    <schoolkey>412</schoolkey>
    <auteur>Invented</auteur>
    <xsdversie>2.1</xsdversie>
  </school>
  <vestigingen><vestiging key="N"><naam>Noord</naam></vestiging></vestigingen>
  <groepen>
    <groep key="g4"><naam>Groep 4 &amp; 5</naam><jaargroep>C</jaargroep></groep>
    <samengestelde_groep key="s1"><naam>Plusgroep</naam><omschrijving>Extra</omschrijving></samengestelde_groep>
    <groep key="g8"><naam>8a</naam><jaargroep>8</jaargroep></groep>
  </groepen>
  <leerlingen>
    <leerling key="1001" eckid="https://ketenid.nl/201703/` + hex128 + `">
      <achternaam>Berg</achternaam>
      <voorvoegsel>van der</voorvoegsel>
      <voornamen>Zoë  Maria</voornamen>
      <voorletters-1>ZM</voorletters-1>
      <roepnaam>Zoë</roepnaam>
      <geboortedatum>2018-03-04</geboortedatum>
      <geslacht>2</geslacht>
      <jaargroep>4</jaargroep>
      <groep key="g4"/>
      <samengestelde_groepen><samengestelde_groep key="s1"/></samengestelde_groepen>
      <vestiging key="N"/>
      <gebruikersnaam>zoe.berg</gebruikersnaam>
      <emailadres>zoe@school.example</emailadres>
      <bsn>900000001</bsn>
      <toevoegingen><blok xsi:type="Opmerking"><code>X</code><diep><bsn_ondwnr-4>0001</bsn_ondwnr-4></diep></blok></toevoegingen>
      <mutatiedatum>2026-09-07T08:47:34</mutatiedatum>
    </leerling>
    <leerling key="1002">
      <roepnaam><![CDATA[Çelik & Co]]></roepnaam>
      <voorvoegsel></voorvoegsel>
      <geslacht>9</geslacht>
      <groep key="g8"/>
    </leerling>
    <leerling key="1003">
      <achternaam>Hof</achternaam><voorvoegsel>van 't</voorvoegsel><roepnaam>José</roepnaam>
      <jaargroep>H</jaargroep><uitstroomdatum>2026-07-18</uitstroomdatum>
    </leerling>
  </leerlingen>
  <leerkrachten>
    <leerkracht key="LK1">
      <achternaam>Yılmaz</achternaam><roepnaam>Elif</roepnaam>
      <rol>DIR</rol><rol>LRK</rol><rolomschrijving>Van alles</rolomschrijving>
      <groepen><samengestelde_groep key="s1"/><groep key="g8"><rol>OWA</rol></groep><groep key="g4"/></groepen>
    </leerkracht>
    <leerkracht key="LK2">
      <achternaam>Bruin</achternaam><voorvoegsel>de</voorvoegsel><roepnaam>Lia</roepnaam>
      <groepen><groep key="g4"><rol>STA</rol></groep></groepen>
    </leerkracht>
  </leerkrachten>
</EDEX>
`

func TestParse(t *testing.T) {
	t.Parallel()
	list, found := read(t, whole)
	require.Empty(t, found.List)
	require.Equal(t, "edexml 2.1", list.Format)
	require.Equal(t, school.Code{BRIN: "99XX", Location: "01"}, list.School)
	require.Equal(t, school.Year(2026), list.Year)
	require.Equal(t, []roster.Group{
		{Key: "g4", Kind: roster.Class, Name: "Groep 4 & 5", Year: "C"},
		{Key: "s1", Kind: roster.Lesson, Name: "Plusgroep"},
		{Key: "g8", Kind: roster.Class, Name: "8a", Year: "8"},
	}, list.Groups)
	require.Equal(t, []roster.Person{
		{
			Key: "1001", Kind: person.Pupil, Gender: person.Female, Email: "zoe@school.example", Username: "zoe.berg", Location: "Noord", Year: "4", Groups: []string{"g4", "s1"}, Line: 20,
			Name: person.Name{Call: "Zoë", FirstNames: "Zoë Maria", Initials: "ZM", Infix: "van der", Surname: "Berg"},
		},
		{Key: "1002", Kind: person.Pupil, Gender: person.Unspecified, Year: "8", Groups: []string{"g8"}, Line: 38, Name: person.Name{Call: "Çelik & Co"}},
		{Key: "1003", Kind: person.Pupil, Year: "H", Left: true, Line: 44, Name: person.Name{Call: "José", Infix: "van 't", Surname: "Hof"}},
		{
			Key: "LK1", Kind: person.Staff, Groups: []string{"g8", "g4", "s1"}, Roles: []string{"DIR", "LRK"}, Line: 50,
			Name: person.Name{Call: "Elif", Surname: "Yılmaz"},
		},
		{
			Key: "LK2", Kind: person.Staff, Groups: []string{"g4"}, Roles: []string{"STA"}, Line: 55,
			Name: person.Name{Call: "Lia", Infix: "de", Surname: "Bruin"},
		},
	}, list.People)
	require.Equal(t, map[string]int{
		"peildatum": 1, "schoolkey": 1, "auteur": 1, "omschrijving": 1, "eckid": 1, "geboortedatum": 1, "bsn": 1,
		"toevoegingen": 1, "mutatiedatum": 1, "uitstroomdatum": 1, "rolomschrijving": 1, "rol": 1,
	}, list.LeftOut)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"": "edexml", "1.03": "edexml 1.03", "2.0": "edexml 2.0", "2.1": "edexml 2.1", "9.9": "edexml"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, file(`<school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode><xsdversie>`+version+`</xsdversie></school>`, "", "", ""))
			require.Equal(t, want, list.Format)
			require.False(t, found.Stopped())
		})
	}
}

// TestOldest reads version 1.03, in which a pupil has a class or a year.
func TestOldest(t *testing.T) {
	t.Parallel()
	list, found := read(t, file("", "", `<leerlingen>
<leerling key="1"><achternaam>Da</achternaam><roepnaam>Bo</roepnaam><sofinummer>900000001</sofinummer><groep key="g4"/></leerling>
<leerling key="2"><roepnaam>Jo</roepnaam><jaargroep>3</jaargroep></leerling>
<leerling key="3"><roepnaam>Li</roepnaam><groep key="gc"/></leerling></leerlingen>`, "-"))
	require.Empty(t, found.List)
	require.Equal(t, []string{"4", "3", ""}, []string{list.People[0].Year, list.People[1].Year, list.People[2].Year})
	require.Equal(t, 1, list.LeftOut["sofinummer"])
}

func TestLocation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inside string
		want   school.Code
	}{
		"main location":       {`<brincode>99ZZ</brincode><dependancecode>00</dependancecode>`, school.Code{BRIN: "99ZZ", Location: "00"}},
		"empty is main":       {`<brincode>99ZZ</brincode><dependancecode></dependancecode>`, school.Code{BRIN: "99ZZ", Location: "00"}},
		"another location":    {`<brincode>99ZZ</brincode><dependancecode>03</dependancecode>`, school.Code{BRIN: "99ZZ", Location: "03"}},
		"white space":         {"<brincode>\n 99ZZ </brincode>", school.Code{BRIN: "99ZZ", Location: "00"}},
		"lower case":          {`<brincode>99zz</brincode>`, school.Code{BRIN: "99ZZ", Location: "00"}},
		"joined":              {`<brincode>99ZZ03</brincode>`, school.Code{BRIN: "99ZZ", Location: "03"}},
		"joined by a hyphen":  {`<brincode>99ZZ-03</brincode>`, school.Code{BRIN: "99ZZ", Location: "03"}},
		"joined by a dot":     {`<brincode>99ZZ.03</brincode><dependancecode>03</dependancecode>`, school.Code{BRIN: "99ZZ", Location: "03"}},
		"joined by a bar":     {`<brincode>99ZZ|03</brincode>`, school.Code{BRIN: "99ZZ", Location: "03"}},
		"BRIN before Flemish": {`<brincode>99ZZ</brincode><instellingsnummer>123456</instellingsnummer>`, school.Code{BRIN: "99ZZ", Location: "00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, file(`<school><schooljaar>2026-2027</schooljaar>`+c.inside+`</school>`, "", "", ""))
			require.False(t, found.Stopped(), "%v", found.List)
			require.Equal(t, c.want, list.School)
		})
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inside string
		left   bool
	}{
		"nothing said":      {"", false},
		"yesterday":         {"<uitstroomdatum>2026-11-23</uitstroomdatum>", true},
		"today":             {"<uitstroomdatum>2026-11-24</uitstroomdatum>", false},
		"end of the year":   {"<uitstroomdatum>2027-07-31</uitstroomdatum>", false},
		"with a time zone":  {"<uitstroomdatum>2026-11-23+01:00</uitstroomdatum>", true},
		"no date":           {"<uitstroomdatum>onbekend</uitstroomdatum>", false},
		"empty":             {"<uitstroomdatum/>", false},
		"historical":        {"<jaargroep>H</jaargroep>", true},
		"historical, later": {"<jaargroep>H</jaargroep><uitstroomdatum>2027-07-31</uitstroomdatum>", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, _ := read(t, pupil("<roepnaam>Bo</roepnaam>"+c.inside))
			require.Equal(t, c.left, list.People[0].Left)
		})
	}
}

// TestLocations: a pupil is at a location by its number where the key is one,
// else by its name.
func TestLocations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ location, want string }{
		"a number":             {`<vestiging key="01"><naam>Noord</naam></vestiging>`, "01"},
		"a BRIN with a number": {`<vestiging key="99ZZ01"><naam>Noord</naam></vestiging>`, "99ZZ01"},
		"a name":               {`<vestiging key="v7"><naam>Noord</naam></vestiging>`, "Noord"},
		"a key alone":          {`<vestiging key="v7"/>`, "v7"},
		"an empty name":        {`<vestiging key="v7"><naam> </naam></vestiging>`, "v7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := strings.Split(c.location, `"`)[1]
			list, found := read(t, file("", "<vestigingen>"+c.location+"</vestigingen>",
				`<leerlingen><leerling key="1"><roepnaam>Bo</roepnaam><vestiging key="`+key+`"/></leerling><leerling key="2"><roepnaam>Zo</roepnaam></leerling></leerlingen>`, ""))
			require.Empty(t, found.List)
			require.Equal(t, c.want, list.People[0].Location)
			require.Empty(t, list.People[1].Location)
			require.Empty(t, list.LeftOut)
		})
	}
}

func TestPupilOfHistoricalClassHasLeft(t *testing.T) {
	t.Parallel()
	list, _ := read(t, file("", `<groepen><groep key="h"><naam>Weg</naam><jaargroep>H</jaargroep></groep></groepen>`,
		`<leerlingen><leerling key="1"><roepnaam>Bo</roepnaam><groep key="h"/></leerling></leerlingen>`, ""))
	require.True(t, list.People[0].Left)
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inside string
		want   person.Name
	}{
		"call name only":       {"<roepnaam>Bo</roepnaam>", person.Name{Call: "Bo"}},
		"no call name":         {"<achternaam>Ait</achternaam><voornamen>Ismaël Hassan</voornamen>", person.Name{Surname: "Ait", FirstNames: "Ismaël Hassan"}},
		"other infix":          {"<achternaam>Vries</achternaam><tussenvoegsel>de</tussenvoegsel><roepnaam>Bo</roepnaam>", person.Name{Surname: "Vries", Infix: "de", Call: "Bo"}},
		"abbreviated infix":    {"<achternaam>Wal</achternaam><voorvoegsel>v. d.</voorvoegsel><roepnaam>Bo</roepnaam>", person.Name{Surname: "Wal", Infix: "v. d.", Call: "Bo"}},
		"infix of twelve":      {"<achternaam>Erve</achternaam><voorvoegsel>van op de 't</voorvoegsel><roepnaam>Bo</roepnaam>", person.Name{Surname: "Erve", Infix: "van op de 't", Call: "Bo"}},
		"white space":          {"<achternaam>\n\tde  \n Wit </achternaam><roepnaam> Bo </roepnaam>", person.Name{Surname: "de Wit", Call: "Bo"}},
		"composed":             {"<roepnaam>Zoe\u0308</roepnaam>", person.Name{Call: "Zoë"}},
		"in pieces":            {"<roepnaam>An<![CDATA[ne]]><!-- - -->-So&#112;hie</roepnaam>", person.Name{Call: "Anne-Sophie"}},
		"child left out":       {"<roepnaam>B<b>900000001</b>o</roepnaam>", person.Name{Call: "Bo"}},
		"empty means absent":   {"<achternaam></achternaam><roepnaam>Bo</roepnaam><achternaam>Vos</achternaam>", person.Name{Surname: "Vos", Call: "Bo"}},
		"deeper names ignored": {"<roepnaam>Bo</roepnaam><toevoegingen><achternaam>Fout</achternaam></toevoegingen>", person.Name{Call: "Bo"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, pupil(c.inside))
			require.False(t, found.Stopped())
			require.Equal(t, c.want, list.People[0].Name)
		})
	}
}

// TestEncodings reads the same name in each encoding, and expects the place
// of a finding behind it to be that of the bytes in the file.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const body = "<EDEX>\n<school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school>\n" +
		"<leerlingen><leerling key=\"1\"><roepnaam>Zo\xeb \x80\x9e</roepnaam><geslacht>3</geslacht></leerling></leerlingen>\n</EDEX>"
	utf := strings.NewReplacer("\xeb", "ë", "\x80", "€", "\x9e", "ž").Replace(body)
	for name, text := range map[string]string{
		"none declared":           utf,
		"UTF-8":                   `<?xml version="1.0" encoding="UTF-8"?>` + utf,
		"lower case":              `<?xml version="1.0" encoding="utf-8"?>` + utf,
		"byte order mark":         "\xef\xbb\xbf" + utf,
		"mark against the header": "\xef\xbb\xbf" + `<?xml version="1.0" encoding="ISO-8859-1"?>` + utf,
		"ISO-8859-1":              `<?xml version="1.0" encoding="ISO-8859-1"?>` + body,
		"Windows-1252":            `<?xml version="1.0" encoding='windows-1252'?>` + body,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, text)
			column := strings.Index(strings.Split(text, "\n")[2], "<geslacht>") + 1
			require.Equal(t, "Zoë €ž", list.People[0].Name.Call)
			require.Equal(t, []roster.Finding{{Code: edexml.UnknownGender, Severity: roster.Warning, Line: 3, Column: column, Field: "geslacht"}}, found.List)
		})
	}
}

func TestReadsInAnyPieces(t *testing.T) {
	t.Parallel()
	want, _ := read(t, whole)
	for name, r := range map[string]io.Reader{
		"one byte":       iotest.OneByteReader(strings.NewReader(whole)),
		"half":           iotest.HalfReader(strings.NewReader(whole)),
		"end with bytes": iotest.DataErrReader(strings.NewReader(whole)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found roster.Findings
			got, err := usual().Parse(r, &found)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// TestUnreadable expects the reader's own error back: it says nothing about
// the file, and reading again may help.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	broken := errors.New("the wire is cut")
	for name, before := range map[string]string{
		"at once":      "",
		"in a mark":    "\xef",
		"in the root":  "<EDEX><sch",
		"in a text":    "<EDEX><school><schooljaar>2026",
		"in an entity": "<EDEX>&am",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found roster.Findings
			_, err := edexml.Parse(io.MultiReader(strings.NewReader(before), iotest.ErrReader(broken)), &found)
			require.ErrorIs(t, err, broken)
			require.Empty(t, found.List)
		})
	}
}

// idle never returns anything.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestReaderWithoutProgress(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{"at once": "", "in a mark": "\xef", "later": "<EDEX><school>"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found roster.Findings
			_, err := edexml.Parse(io.MultiReader(strings.NewReader(before), idle{}), &found)
			require.ErrorIs(t, err, io.ErrNoProgress)
		})
	}
}
