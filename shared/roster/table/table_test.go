package table_test

import (
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

func file(name, body string) roster.File {
	return roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }}
}

func wanted(sector school.Sector) roster.Wanted {
	return roster.Wanted{
		School: school.Code{BRIN: "99ZZ", Location: "00"}, Sector: sector, Today: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC),
	}
}

// read reads one file of a secondary school.
func read(t *testing.T, body string) (*roster.Roster, roster.Findings) {
	t.Helper()
	return readAs(t, wanted(school.VO), file("", body))
}

func readAs(t *testing.T, w roster.Wanted, files ...roster.File) (*roster.Roster, roster.Findings) {
	t.Helper()
	var found roster.Findings
	list, err := table.Format{}.Read(files, w, &found)
	require.NoError(t, err)
	return list, found
}

const pupils = "Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam;Geslacht;E-mail;Klas;Leerjaar;ILT-code;Geboortedatum;BSN\r\n" +
	"00123;Zoë;van der;Berg;V;zoe@school.example;H3b;3;0300;2012-01-02;900000001\r\n" +
	"124;Daan;;Vries;M;;V4a;4;170;2011-01-02;900000013\r\n"

func TestPupils(t *testing.T) {
	t.Parallel()
	list, found := read(t, pupils)
	require.Len(t, list.Columns, 11)
	require.Equal(t, roster.Column{Place: 1, Heading: "Leerlingnummer", Field: "administration_number", How: "heading"}, list.Columns[0])
	list.Columns = nil // see TestMap
	all := roster.Number | roster.CallName | roster.Infix | roster.Surname | roster.Gender | roster.Email | roster.InGroups | roster.Grade | roster.ILT
	require.Equal(t, &roster.Roster{
		Format: "csv", School: school.Code{BRIN: "99ZZ", Location: "00"}, Year: 2026,
		Groups: []roster.Group{{Key: "h3b", Kind: roster.Class, Name: "H3b", Year: "13"}, {Key: "v4a", Kind: roster.Class, Name: "V4a", Year: "14"}},
		People: []roster.Person{
			{
				Key: "123", Kind: person.Pupil, Name: person.Name{Call: "Zoë", Infix: "van der", Surname: "Berg"}, Gender: person.Female,
				Email: "zoe@school.example", Number: "00123", Year: "13", ILT: "0300", Groups: []string{"h3b"}, Line: 2, Fields: all,
			},
			{
				Key: "124", Kind: person.Pupil, Name: person.Name{Call: "Daan", Surname: "Vries"}, Gender: person.Male,
				Number: "124", Year: "14", ILT: "0170", Groups: []string{"v4a"}, Line: 3, Fields: all,
			},
		},
		LeftOut: map[string]int{"geboorte": 2, "bsn": 2},
	}, list)
	require.Equal(t, []roster.Finding{{Code: table.ILTPadded, Severity: roster.Warning, Line: 3, Column: 26, Field: "iltcode"}}, found.List)
}

func TestStaff(t *testing.T) {
	t.Parallel()
	list, found := read(t, "Medewerkernummer,Voorletters,Achternaam,Functie,Klas,Mobiel nummer\n"+
		"0012,S.,de Wit,\"docent, Directeur\",3a,0612345678\n13,B.,Bos,OWA,,\n")
	require.Len(t, found.List, 1)
	require.Equal(t, table.NameSplit, found.List[0].Code)
	require.Equal(t, []roster.Person{
		{
			Key: "12", Kind: person.Staff, Name: person.Name{Initials: "S.", Infix: "de", Surname: "Wit"}, Roles: []string{"LRK", "DIR"}, Line: 2,
			Fields: roster.Initials | roster.Infix | roster.Surname | roster.Roles,
		},
		{
			Key: "13", Kind: person.Staff, Name: person.Name{Initials: "B.", Surname: "Bos"}, Roles: []string{"OWA"}, Line: 3,
			Fields: roster.Initials | roster.Infix | roster.Surname | roster.Roles,
		},
	}, list.People)
	require.Equal(t, map[string]int{"class": 1, "mobiel": 1}, list.LeftOut)
}

// TestASetHoldsBothKinds reads two files together, and tells which of them a
// finding is about.
func TestASetHoldsBothKinds(t *testing.T) {
	t.Parallel()
	list, found := readAs(t, wanted(school.VO), file("leerlingen.csv", pupils), file("medewerkers.csv", "Personeelsnummer;Naam;M/V\n124;Bos;?\n"))
	require.Len(t, list.People, 3)
	require.False(t, found.Stopped(), "%v", found.List)
	require.Contains(t, found.List, roster.Finding{
		Code: table.UnknownGender, Severity: roster.Warning, File: "table 2", Line: 2, Column: 9, Field: "mv",
	})
	list, found = readAs(t, wanted(school.VO), file("a.csv", pupils), file("b.csv", pupils))
	require.True(t, found.Stopped())
	require.Contains(t, found.List, roster.Finding{
		Code: table.DuplicateKey, Severity: roster.Stop, File: "table 2", Line: 2, Column: 1, Field: "leerlingnummer",
	})
	require.Len(t, list.People, 2)
}

func TestClaims(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims bool
		files  []roster.File
	}{
		"one list":            {true, []roster.File{file("", pupils)}},
		"one text":            {true, []roster.File{file("", "Jansen;Piet\n")}},
		"nothing":             {false, []roster.File{file("", "")}},
		"white space":         {false, []roster.File{file("", " \n")}},
		"XML":                 {false, []roster.File{file("", "\ufeff <EDEX/>")}},
		"XML in UTF-16":       {false, []roster.File{file("", "\xff\xfe<\x00E\x00")}},
		"a list in UTF-16":    {true, []roster.File{file("", "\xff\xfeL\x00;\x00")}},
		"two lists":           {true, []roster.File{file("a.csv", pupils), file("b.csv", "x\n")}},
		"two unknown files":   {false, []roster.File{file("a.csv", "x;y\n"), file("b.csv", "x\n")}},
		"a file that is gone": {false, []roster.File{{Name: "a.csv", Open: func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.claims, table.Format{}.Claims(c.files))
			require.Equal(t, "table", table.Format{}.Name())
		})
	}
}

// TestReadersErrorsArePassedOn: they are not the table's fault.
func TestReadersErrorsArePassedOn(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	gone := roster.File{Open: func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }}
	_, err := table.Format{}.Read([]roster.File{gone}, wanted(school.VO), &found)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = table.Map([]roster.File{gone}, wanted(school.VO))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Empty(t, found.List)
}

// TestColumnOrderDoesNotMatter shuffles the columns of a table in which many
// compete: the same roster comes of it, and the same findings elsewhere.
func TestColumnOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	bsns := elevens(4)
	lines := [][]string{
		{"Leerlingnummer", "Stamnr", "Naam", "Voornaam", "Roepnaam", "Groep", "Klas", "M/V", "E-mail", "E-mailadres", "Opleidingcode", "Vak", "Postcode"},
		{"01", "x1", "Vries, Lucas de", "Lucas Jan", "Luuk", "5", "5a", "?", "a@b.nl", "c@d.nl", "30", bsns[0], "1234AB"},
		{"02", "x2", "Berg, Zoë", "Zoë Anna", "", "6", "5a", "V", "fout", "c@e.nl", "abc", bsns[1], ""},
		{"02", "x2", "Bos, Zoë", "Zoë Anna", "", "6", "5a", "V", "fout", "c@e.nl", "abc", bsns[2], ""},
		{"", "x3", "Bos", "Bo", "", "6", "", "9", "", "", "", bsns[3], ""},
	}
	var first *roster.Roster
	var codes []roster.Finding
	for n := range 60 {
		order := rand.New(rand.NewPCG(uint64(n), 0)).Perm(len(lines[0]))
		var b strings.Builder
		for _, l := range lines {
			var cells []string
			for _, i := range order {
				cells = append(cells, `"`+l[i]+`"`)
			}
			b.WriteString(strings.Join(cells, ";") + "\n")
		}
		list, found := readAs(t, wanted(school.PO), file("", b.String()))
		for i := range found.List {
			found.List[i].Column = 0
		}
		list.Columns = nil // they are told in their order
		if first == nil {
			first, codes = list, found.List
		}
		require.Equal(t, first, list)
		require.Equal(t, codes, found.List)
	}
	require.NotEmpty(t, codes)
	require.Equal(t, "Luuk", first.People[0].Name.Call)
	require.Equal(t, []string{"5a"}, first.People[0].Groups)
	require.Equal(t, "5", first.People[0].Year)
	require.Equal(t, 4, first.LeftOut["bsn"])
}

// elevens returns n invented numbers that pass the eleven test.
func elevens(n int) []string {
	var list []string
	for i := 912_345_000; len(list) < n; i++ {
		if text := strconv.Itoa(i); rows.Eleven(text) {
			list = append(list, text)
		}
	}
	return list
}
