package table_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// TestLocation reads where a school puts somebody, of pupils and staff, as the
// place of the import shows it.
func TestLocation(t *testing.T) {
	t.Parallel()
	for heading, body := range map[string]string{
		"Vestiging":           "Leerlingnummer;Roepnaam;Vestiging\n1;Bo;99ZZ01\n2;Zoë;\n",
		"Locatie":             "Leerlingnummer;Roepnaam;Locatie\n1;Bo;99ZZ01\n2;Zoë;\n",
		"leerlingVestiging":   "leerlingNummer;leerlingRoepnaam;leerlingVestigingAfkorting\n1;Bo;99ZZ01\n2;Zoë;\n",
		"staff's hoofdvesti…": "Medewerkernummer;Roepnaam;hoofdvestiging\n1;Bo;99ZZ01\n2;Zoë;\n",
	} {
		list, found := read(t, body)
		require.Empty(t, found.List, heading)
		require.Equal(t, []string{"99ZZ01", ""}, []string{list.People[0].Location, list.People[1].Location}, heading)
		require.Empty(t, list.LeftOut, heading)
		m, err := table.Map([]roster.File{file("", body)}, wanted(school.VO))
		require.NoError(t, err)
		require.Equal(t, "vestiging", m[0].Columns[2].Field)
	}
	list, _ := read(t, "Leerlingnummer;Roepnaam;Vestiging\n1;Bo;"+strings.Repeat("x", 65)+"\n")
	require.Empty(t, list.People[0].Location)
	require.Equal(t, map[string]int{"vestiging": 1}, list.LeftOut)
}

func TestNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]person.Name{
		"Vries, Lucas de":               {Call: "Lucas", Infix: "de", Surname: "Vries"},
		"Berg, Zoë van den":             {Call: "Zoë", Infix: "van den", Surname: "Berg"},
		"Berg van den, Zoë":             {Call: "Zoë", Infix: "van den", Surname: "Berg"},
		"Berg, van den, Zoë":            {Call: "Zoë", Infix: "van den", Surname: "Berg"},
		"van den Berg, Zoë":             {Call: "Zoë", Infix: "van den", Surname: "Berg"},
		"Berg, Anne Fleur van der":      {Call: "Anne Fleur", Infix: "van der", Surname: "Berg"},
		"Lucas de Vries":                {Call: "Lucas", Infix: "de", Surname: "Vries"},
		"Anne Fleur van der Berg":       {Call: "Anne Fleur", Infix: "van der", Surname: "Berg"},
		"Jan VAN DE Berg":               {Call: "Jan", Infix: "VAN DE", Surname: "Berg"},
		"Jan van ’t Hof":                {Call: "Jan", Infix: "van ’t", Surname: "Hof"},
		"Jan `t Hof":                    {Call: "Jan", Infix: "`t", Surname: "Hof"},
		"Sara d'Ancona":                 {Call: "Sara", Infix: "d'", Surname: "Ancona"},
		"Sara d’Ancona":                 {Call: "Sara", Infix: "d’", Surname: "Ancona"},
		"Jan van de l' Isle":            {Call: "Jan", Infix: "van de l'", Surname: "Isle"},
		"Kees voor in 't Hout":          {Call: "Kees", Infix: "voor in 't", Surname: "Hout"},
		"Zoë Berg":                      {Call: "Zoë", Surname: "Berg"},
		"Ben Al":                        {Call: "Ben", Surname: "Al"},
		"Ver Bakker":                    {Call: "Ver", Surname: "Bakker"},
		"In Bakker":                     {Call: "In", Surname: "Bakker"},
		"Don Bakker":                    {Call: "Don", Surname: "Bakker"},
		"Jan von Berg":                  {Call: "Jan", Surname: "von Berg"},
		"Zoë":                           {Call: "Zoë"},
		"Jan van den":                   {Call: "Jan", Infix: "van", Surname: "den"},
		"Berg, J.P. van den":            {Initials: "J.P.", Infix: "van den", Surname: "Berg"},
		"Berg-de Vries, Zoë":            {Call: "Zoë", Surname: "Berg-de Vries"},
		"Vries,Lucas   de":              {Call: "Lucas", Infix: "de", Surname: "Vries"},
		"'s-Gravesande, Zoë":            {Call: "Zoë", Surname: "'s-Gravesande"},
		"Jan v.d. Berg":                 {Call: "Jan", Surname: "v.d. Berg"},
		"Anna Maria Bakker":             {Call: "Anna", Surname: "Maria Bakker"},
		"Berg, van den, Zoë, mevrouw":   {Call: "Zoë", Infix: "van den", Surname: "Berg"},
		"\u00a0Berg,\u00a0Zoë van der ": {Call: "Zoë", Infix: "van der", Surname: "Berg"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			for _, heading := range []string{"Naam", "Achternaam, Roepnaam infix", "Volledige naam"} {
				list, _ := read(t, "Leerlingnummer;"+heading+"\n1;\""+text+"\"\n")
				require.Equal(t, want, list.People[0].Name)
			}
		})
	}
}

// TestSurnamesAreSplit only where no column holds the infix.
func TestSurnamesAreSplit(t *testing.T) {
	t.Parallel()
	list, found := check(t, wanted(school.VO), "Leerlingnummer;Roepnaam;Achternaam\n1;Bo;¦van der Berg\n2;Li;de Vries\n3;Zoë;Bos\n", "name_split achternaam")
	require.False(t, found.Stopped())
	require.Equal(t, "van der", list.People[0].Name.Infix)
	require.Equal(t, "Vries", list.People[1].Name.Surname)
	require.True(t, list.People[2].Fields.Has(roster.Infix|roster.Surname))
	list, found = read(t, "Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam\n1;Bo;;van der Berg\n")
	require.Empty(t, found.List)
	require.Equal(t, person.Name{Call: "Bo", Surname: "van der Berg"}, list.People[0].Name)
	list, _ = read(t, "Leerlingnummer;Naam;Voorvoegsel\n1;Bo de Berg;van\n")
	require.Equal(t, person.Name{Call: "Bo", Infix: "van", Surname: "Berg"}, list.People[0].Name)
	list, _ = read(t, "Leerlingnummer;Roepnaam;Naam\n1;Bo;Vos\n2;;de Vries, Li\n")
	require.Equal(t, person.Name{Call: "Bo", Surname: "Vos"}, list.People[0].Name)
	require.Equal(t, person.Name{Call: "Li", Infix: "de", Surname: "Vries"}, list.People[1].Name)
}

func TestYears(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sector              school.Sector
		heading, value      string
		year, class, ofList string
	}{
		"primary":                {school.PO, "Leerjaar", "5", "5", "", ""},
		"primary in words":       {school.PO, "Leerjaar", "Groep 5", "5", "", ""},
		"primary, nought":        {school.PO, "Jaargroep", "0", "0", "", ""},
		"special primary":        {school.SO, "Leerjaar", "8", "8", "", ""},
		"letters":                {school.SO, "Jaargroep", "s", "S", "", ""},
		"secondary":              {school.VO, "Leerjaar", "1", "11", "", ""},
		"secondary, six":         {school.VO, "Leerjaar", "6", "16", "", ""},
		"secondary, with nought": {school.VO, "Leerjaar", "03", "13", "", ""},
		"secondary by code":      {school.VO, "Leerjaar", "13", "13", "", ""},
		"secondary in words":     {school.VO, "Leerjaar", "Leerjaar 3", "13", "", ""},
		"secondary, ordinal":     {school.VO, "Leerjaar", "3e", "13", "", ""},
		"special secondary":      {school.VSO, "STUDYYEAR", "4", "14", "", ""},
		"class after its year":   {school.PO, "Groep", "Groep 3", "3", "groep3", "3"},
		"class that is a number": {school.PO, "Groep", "5", "5", "5", "5"},
		"class with a letter":    {school.PO, "Groep", "5a", "", "5a", ""},
		"secondary class":        {school.VO, "Groep", "3", "", "3", ""},
		"class with marks":       {school.VO, "Klas", "É 3-b", "", "e3b", ""},
		"class of marks":         {school.VO, "Klas", "--", "", "--", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := readAs(t, wanted(c.sector), file("", column(c.heading, c.value)))
			require.Empty(t, found.List)
			require.Equal(t, c.year, list.People[0].Year)
			require.Equal(t, c.year != "", list.People[0].Fields.Has(roster.Grade))
			if c.class != "" {
				require.Equal(t, []roster.Group{{Key: c.class, Kind: roster.Class, Name: c.value, Year: c.ofList}}, list.Groups)
			}
		})
	}
	for _, bad := range []string{"9", "groep 3a", "3/4", "99", "-1", "drie"} {
		_, found := readAs(t, wanted(school.PO), file("", column("Leerjaar", bad)))
		require.Equal(t, table.UnknownYear, found.List[0].Code, bad)
	}
}

// TestClasses are one however their name is written; one with pupils of
// several years has a year of its own.
func TestClasses(t *testing.T) {
	t.Parallel()
	list, found := readAs(t, wanted(school.PO), file("", "Leerlingnummer;Roepnaam;Groep;Klas\n1;Bo;5;5-6 A\n2;Li;6;5-6a\n3;Zoë;7;7\n4;Al;;7\n5;Bé;;\n"))
	require.Empty(t, found.List)
	require.Equal(t, []roster.Group{
		{Key: "56a", Kind: roster.Class, Name: "5-6 A", Year: "C"}, {Key: "7", Kind: roster.Class, Name: "7", Year: "7"},
	}, list.Groups)
	require.Nil(t, list.People[4].Groups)
}

func TestGenders(t *testing.T) {
	t.Parallel()
	for want, words := range map[person.Gender][]string{
		person.Male: {"M", "m", "man", "MAN", "male", "1", "jongen"}, person.Female: {"V", "vrouw", "VROUW", "female", "2", "Meisje"},
		person.Unknown: {"O", "ONBEKEND", "unknown", "0"}, person.Unspecified: {"9", "X", "anders"},
	} {
		for _, word := range words {
			list, found := read(t, column("Geslacht", word))
			require.Empty(t, found.List, word)
			require.Equal(t, want, list.People[0].Gender, word)
		}
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"LRK": "LRK", "lrk": "LRK", "Docent": "LRK", "leraar": "LRK", "Rector": "DIR", "conrector": "ADJ", "Administratie": "ADM",
		"Conciërge": "CON", "ICT-coördinator": "ICT", "Klassenassistent": "KLA", "Intern begeleider": "IB", "onderwijsassistent": "OWA",
		"remedial teacher": "RT", "stagiair(e)": "STA", "vakleerkracht": "VAK", "TAL": "TAL",
	} {
		list, found := read(t, "Medewerkernummer;Roepnaam;Functie\n1;Bo;"+word+"\n")
		require.Empty(t, found.List, word)
		require.Equal(t, []string{want}, list.People[0].Roles, word)
	}
}

// TestNumbersKeepTheirZeros however a spreadsheet was made to keep them.
func TestNumbersKeepTheirZeros(t *testing.T) {
	t.Parallel()
	for cell, number := range map[string]string{`="0012"`: "0012", "'0012": "0012", "0012": "0012", "12": "12", "A-012": "A-012", "0": "0", "000": "000"} {
		list, found := read(t, "Leerlingnummer;Roepnaam;ILT\n"+cell+";Bo;=\"0300\"\n")
		require.Empty(t, found.List, cell)
		require.Equal(t, number, list.People[0].Number)
		require.Equal(t, "0300", list.People[0].ILT)
	}
}

// TestFormulasOfText are kept as they stand: only an export must not hand them
// to a spreadsheet.
func TestFormulasOfText(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=1+1", "+Bo", "-Bo", "@Bo"} {
		list, found := read(t, "Leerlingnummer;Roepnaam\n1;"+cell+"\n")
		require.Empty(t, found.List)
		require.Equal(t, cell, list.People[0].Name.Call)
	}
}
