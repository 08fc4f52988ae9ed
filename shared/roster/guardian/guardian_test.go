package guardian_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/guardian"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

func file(name, body string) roster.File {
	return roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }}
}

func wanted() roster.Wanted {
	return roster.Wanted{
		School: school.Code{BRIN: "99ZZ", Location: "00"}, Sector: school.PO, Today: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC),
	}
}

func read(t *testing.T, files ...roster.File) (*roster.Roster, roster.Findings) {
	t.Helper()
	return readAs(t, wanted(), files...)
}

func readAs(t *testing.T, w roster.Wanted, files ...roster.File) (*roster.Roster, roster.Findings) {
	t.Helper()
	var found roster.Findings
	list, err := guardian.Format{}.Read(files, w, &found)
	require.NoError(t, err)
	return list, found
}

const plain = "Leerlingnummer;Volgnummer;Aanhef;Roepnaam;Tussenvoegsel;Achternaam;E-mail;Mag ontvangen;Telefoon;BSN\n" +
	"00123;1;mevrouw;Anna;van der;Berg;samen@thuis.example;ja;0612345678;x\n" +
	"123;2;de heer;Jan;;Vos;samen@thuis.example;nee;;x\n" +
	"124;1;mevrouw;Anna;van der;Berg;samen@thuis.example;JA;;x\n"

// TestOneForEachChildAndSlot: without an own key nobody is joined, however
// alike.
func TestOneForEachChildAndSlot(t *testing.T) {
	t.Parallel()
	list, found := read(t, file("", plain))
	require.Empty(t, found.List)
	all := roster.CallName | roster.Infix | roster.Surname | roster.Salutation | roster.Email | roster.Children
	anna := person.Name{Call: "Anna", Infix: "van der", Surname: "Berg"}
	require.Equal(t, &roster.Roster{
		Format: "guardians csv", School: school.Code{BRIN: "99ZZ", Location: "00"}, Year: 2026,
		People: []roster.Person{
			{
				Key: "123/1", Kind: person.Guardian, Name: anna, Salutation: person.Madam, Email: "samen@thuis.example", Line: 2, Fields: all,
				Children: []roster.Child{{Number: "123", Slot: 1, Receives: true}},
			},
			{
				Key: "123/2", Kind: person.Guardian, Name: person.Name{Call: "Jan", Surname: "Vos"}, Salutation: person.Sir, Email: "samen@thuis.example", Line: 3, Fields: all,
				Children: []roster.Child{{Number: "123", Slot: 2}},
			},
			{
				Key: "124/1", Kind: person.Guardian, Name: anna, Salutation: person.Madam, Email: "samen@thuis.example", Line: 4, Fields: all,
				Children: []roster.Child{{Number: "124", Slot: 1, Receives: true}},
			},
		},
		LeftOut: map[string]int{"telefoon": 1, "bsn": 3},
	}, list)
}

// TestOwnKeys join the rows of one guardian.
func TestOwnKeys(t *testing.T) {
	t.Parallel()
	list, found := read(t, file("", "Leerlingnummer;Verzorgernummer;Volgnummer;Naam;E-mail;Ontvangt\n"+
		"1;K7;1;Berg, Anna van der;anna@thuis.example;ja\n1;K8;2;Jan Vos;;nee\n2;K7;2;Anna van der Berg;ANNA@thuis.example;nee\n"))
	require.Equal(t, []roster.Finding{{Code: guardian.NameSplit, Severity: roster.Note, Line: 2, Column: 8, Field: "naam"}}, found.List)
	require.Len(t, list.People, 2)
	require.Equal(t, "K7", list.People[0].Key)
	require.Equal(t, []roster.Child{{Number: "1", Slot: 1, Receives: true}, {Number: "2", Slot: 2}}, list.People[0].Children)
	require.Equal(t, "Anna van der Berg", list.People[0].Name.Display())
	require.Equal(t, "anna@thuis.example", list.People[0].Email)
	require.Empty(t, list.Groups)
}

// TestAnAddressInOneRow is that of the guardian; two addresses are none.
func TestAnAddressInOneRow(t *testing.T) {
	t.Parallel()
	const head = "Leerlingnummer;Ouder-ID;Volgnummer;Achternaam;E-mail;Ontvangt\n"
	list, found := read(t, file("", head+"1;K7;1;Vos;;ja\n2;K7;1;Vos;a@thuis.example;ja\n3;K7;1;Vos;;ja\n"))
	require.Empty(t, found.List)
	require.Equal(t, "a@thuis.example", list.People[0].Email)
	list, found = read(t, file("", head+"1;K7;1;Vos;a@thuis.example;ja\n2;K7;1;Vos;b@thuis.example;ja\n3;K7;1;Vos;b@thuis.example;ja\n"))
	require.Equal(t, []roster.Finding{{Code: guardian.ConflictingEmail, Severity: roster.Warning, Line: 3, Column: 12, Field: "email"}}, found.List)
	require.Empty(t, list.People[0].Email)
	require.False(t, list.People[0].Fields.Has(roster.Email), "what is stored stays")
	require.Len(t, list.People[0].Children, 3)
}

// TestOrderOfAppearance says who is first where no column does.
func TestOrderOfAppearance(t *testing.T) {
	t.Parallel()
	list, found := read(t, file("", "Leerlingnummer;Ouder achternaam;Mag ontvangen\n1;Vos;ja\n2;Bos;ja\n1;Bos;nee\n"))
	require.Equal(t, []roster.Finding{{Code: guardian.NoSlot, Severity: roster.Warning, Line: 1}}, found.List)
	require.Equal(t, []string{"1/1", "2/1", "1/2"}, []string{list.People[0].Key, list.People[1].Key, list.People[2].Key})
}

// TestSeveralFiles are one list.
func TestSeveralFiles(t *testing.T) {
	t.Parallel()
	_, found := read(t, file("a.csv", plain), file("b.csv", plain))
	require.Equal(t, roster.Finding{
		Code: guardian.DuplicateSlot, Severity: roster.Stop, File: "table 2", Line: 2, Column: 7, Field: "volgnummer",
	}, found.List[0])
}

// TestTheChildsOwnName stands in such lists too, and is left out.
func TestTheChildsOwnName(t *testing.T) {
	t.Parallel()
	list, _ := read(t, file("", "Leerlingnummer;Roepnaam;Achternaam;Geslacht;LeerlingKlas;Ouder voorletters;Ouder achternaam;Ouder volgnummer;Ouder e-mail;E-mail;Aanhef\n"+
		"1;Zoë;Berg;V;3a;A.;Vos;Ouder 2;a@thuis.example;zoe@school.example;Dhr.\n"))
	require.Equal(t, person.Name{Initials: "A.", Surname: "Vos"}, list.People[0].Name)
	require.Equal(t, "a@thuis.example", list.People[0].Email)
	require.Equal(t, "1/2", list.People[0].Key)
	require.Equal(t, person.Sir, list.People[0].Salutation, "a child has none")
	require.Empty(t, list.People[0].Gender)
	require.Equal(t, map[string]int{"call_name": 1, "surname": 1, "gender": 1, "unknown": 1, "private_email": 1}, list.LeftOut)
}

func TestClaims(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		heading string
		claims  bool
	}{
		"slot and salutation":       {plain, true},
		"own key":                   {"Leerlingnummer;Ouder ID;Achternaam\n", true},
		"receives":                  {"Stamnummer;Achternaam;Mag ontvangen\n", true},
		"about a guardian":          {"Stamnummer;Verzorger achternaam\n", true},
		"a class beside a guardian": {"Leerlingnummer;Achternaam;Klas;Ouder achternaam\n", false},
		"wide list of pupils":       {"Leerlingnummer;Achternaam;Klas;Ouder1 naam;Ouder1 e-mail\n", false},
		"pupils":                    {"Leerlingnummer;Roepnaam;Achternaam;Klas\n", false},
		"staff":                     {"Medewerkernummer;Achternaam\n", false},
		"nothing":                   {"", false},
		"XML":                       {"<EDEX/>", false},
		"NUL":                       {"a\x00", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := guardian.Format{}
			require.Equal(t, c.claims, f.Claims([]roster.File{file("", c.heading)}))
			require.Equal(t, "guardian", f.Name())
			require.False(t, f.Claims(nil))
			require.False(t, f.Claims([]roster.File{file("", c.heading), file("", "Leerlingnummer;Naam\n")}))
		})
	}
}

// TestGuardiansAreNoPupils: a free table refuses such a list.
func TestGuardiansAreNoPupils(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	list, err := table.Format{}.Read([]roster.File{file("", plain)}, wanted(), &found)
	require.NoError(t, err)
	require.Equal(t, []roster.Finding{{Code: table.Guardians, Severity: roster.Stop, Line: 1}}, found.List)
	require.Empty(t, list.People)
	require.Equal(t, 3, list.LeftOut["bsn"])
}

func TestReadersErrorsArePassedOn(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	gone := roster.File{Open: func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }}
	_, err := guardian.Format{}.Read([]roster.File{gone}, wanted(), &found)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.False(t, guardian.Format{}.Claims([]roster.File{gone}))
}

// TestColumnOrderDoesNotMatter shuffles columns of which many compete.
func TestColumnOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	bsn := elevens(4)
	lines := [][]string{
		{"Leerlingnummer", "Stamnr", "Volgnummer", "Naam", "Ouder naam", "Aanhef", "E-mail", "Ouder e-mail", "Ontvangt", "Kenmerk", "Mobiel"},
		{"1", "x", "1", "Zoë Berg", "Vos, Anna de", "mw", "z@school.example", "a@thuis.example", "ja", bsn[0], "06"},
		{"1", "x", "2", "Zoë Berg", "Jan", "", "", "fout", "misschien", bsn[1], ""},
		{"2", "y", "1", "Bo Berg", "Anna Maria Bakker", "", "", "", "", bsn[2], ""},
		{"2", "y", "x", "Bo Berg", "", "", "", "", "", bsn[3], ""},
	}
	var first *roster.Roster
	var findings []roster.Finding
	for n := range 40 {
		order := rand.New(rand.NewPCG(uint64(n), 0)).Perm(len(lines[0]))
		var b strings.Builder
		for _, l := range lines {
			var cells []string
			for _, i := range order {
				cells = append(cells, `"`+l[i]+`"`)
			}
			b.WriteString(strings.Join(cells, ";") + "\n")
		}
		list, found := read(t, file("", b.String()))
		for i := range found.List {
			found.List[i].Column = 0
		}
		if first == nil {
			first, findings = list, found.List
		}
		require.Equal(t, first, list)
		require.Equal(t, findings, found.List)
	}
	require.Len(t, first.People, 3)
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

// TestExcel reads the same list from a workbook.
func TestExcel(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for i, line := range strings.Split(strings.TrimSpace(plain), "\n") {
		values := strings.Split(line, ";")
		require.NoError(t, f.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &values))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	excel := file("", b.String())
	require.True(t, guardian.Format{}.Claims([]roster.File{excel}))
	list, found := read(t, excel)
	require.Empty(t, found.List)
	text, _ := read(t, file("", plain))
	require.Equal(t, "guardians excel", list.Format)
	list.Format = text.Format
	require.Equal(t, text, list)
}
