package table_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// marked takes the marks ¦ out of text and returns the findings of those codes
// and fields, each at its mark; "@0" after a code means no place, "@3" line 3.
func marked(text string, wants ...string) (string, []roster.Finding) {
	pieces := strings.Split(text, "¦")
	var list []roster.Finding
	before := ""
	for _, want := range wants {
		head, field, _ := strings.Cut(want, " ")
		code, line, placed := strings.Cut(head, "@")
		f := roster.Finding{Code: "table." + code, Field: field}
		if placed {
			f.Line, _ = strconv.Atoi(line)
		} else {
			before += pieces[0]
			pieces = pieces[1:]
			f.Line = strings.Count(before, "\n") + 1
			f.Column = len(before) - strings.LastIndex(before, "\n")
		}
		list = append(list, f)
	}
	return strings.ReplaceAll(text, "¦", ""), list
}

// check reads text and expects exactly the findings at its marks.
func check(t *testing.T, w roster.Wanted, text string, wants ...string) (*roster.Roster, roster.Findings) {
	t.Helper()
	plain, want := marked(text, wants...)
	list, found := readAs(t, w, file("", plain))
	var got []roster.Finding
	for _, f := range found.List {
		f.Severity = ""
		got = append(got, f)
	}
	require.Equal(t, want, got)
	return list, found
}

// column returns a table with a column of values beside a number and a name.
func column(heading string, values ...string) string {
	var b strings.Builder
	b.WriteString("Leerlingnummer;Roepnaam;" + heading + "\n")
	for i, v := range values {
		b.WriteString(strconv.Itoa(1000+i) + ";Bo;" + v + "\n")
	}
	return b.String()
}

func TestRefusedTables(t *testing.T) {
	t.Parallel()
	bsn := elevens(12)
	numbers := func(list ...string) string {
		return "¦Leerlingnummer;Roepnaam\n" + strings.Join(list, ";Bo\n") + ";Bo\n"
	}
	for name, c := range map[string]struct {
		text  string
		wants []string
	}{
		"nothing":                     {"", []string{"empty@0"}},
		"white space":                 {" \r\n\t", []string{"empty@0"}},
		"NUL bytes":                   {"Leerlingnummer;Naam\n1;\x00\n", []string{"not_text@2"}},
		"two encodings":               {"Leerlingnummer;Naam\n1;Zoë\n2;Zo\xeb\n", []string{"mixed_encoding@3"}},
		"ten thousand columns":        {"Leerlingnummer" + strings.Repeat(";a", 10_000), []string{"too_many_columns@1"}},
		"a quotation never closed":    {"Leerlingnummer;Naam\n1;\"" + strings.Repeat("x\n", 60_000), []string{"row_too_long@2"}},
		"a quotation open at the end": {"Leerlingnummer;Naam\n1;Bo Vos\n2;¦\"Zoë\n3;Li Bos\n", []string{"damaged"}},
		"half a row at the end":       {"Leerlingnummer;Naam;Klas\n1;Bo Vos;3a\n2;Zo", []string{"truncated@3"}},
		"no heading":                  {"1;Zoë;Berg;3a\n2;Daan;Vries;3a\n", []string{"no_heading@1"}},
		"one heading known":           {"Naam;x;y\n1;2;3\n", []string{"no_heading@1"}},
		"blank lines, no heading":     {"\n;;\n1;Zoë;Berg\n", []string{"no_heading@3"}},
		"SOMtoday's structure file":   {"Vestiging;06XZ;naam;06XZ;\nOpleiding;23YT;HAVO 3;AH 3;0300\nStamgroep;06XZ;w1a;;\nMedewerker;23YT;Jansen;JAN;1234\n", []string{"structure_file@1"}},
		"structure file of one row":   {"Medewerker;23YT;Jansen;JAN;1234\n", []string{"structure_file@1"}},
		"headings only":               {"Leerlingnummer;Naam\n\n;\n", []string{"no_rows@1"}},
		"no number":                   {"Roepnaam;Achternaam;Klas\nZoë;Berg;3a\n", []string{"no_number@1"}},
		"no name":                     {"Leerlingnummer;Klas\n1;3a\n", []string{"no_name@1"}},
		"a heading twice":             {"Leerlingnummer;Naam;Klas;¦klas\n1;Bo;3a;3b\n", []string{"duplicate_heading klas"}},
		"pupils or staff":             {"Stamnummer;Achternaam\n1;Vos\n", []string{"unclear_kind@1"}},
		"a class and a function":      {"Stamnummer;Naam;Klas;Functie\n1;Bo Vos;3a;leerling\n", []string{"unclear_kind@1"}},
		"pupils and staff":            {"Leerlingnummer;Medewerkernummer;Naam\n1;2;Bo Vos\n", []string{"both_kinds@1"}},
		"numbers are BSNs":            {numbers(bsn...), []string{"number_is_bsn leerlingnummer"}},
		"four numbers, all BSNs":      {numbers(bsn[:4]...), []string{"number_is_bsn leerlingnummer"}},
		"most numbers are BSNs":       {numbers(append(append([]string{}, bsn...), "1", "2")...), []string{"number_is_bsn leerlingnummer"}},
		"BSNs without leading zeros":  {numbers("12345672", "12345684", "12345696", "12345702"), []string{"number_is_bsn leerlingnummer"}},
		"a row that is too wide":      {"Leerlingnummer;Roepnaam;Klas\n1;Bo;3a;;\n2;Vos;Bo;¦3a\n", []string{"too_wide"}},
		"a row without a number":      {"Leerlingnummer;Roepnaam\n¦;Bo\n", []string{"missing_number leerlingnummer"}},
		"a number with a comma":       {"Leerlingnummer;Roepnaam\n¦12,00;Bo\n", []string{"number_invalid leerlingnummer"}},
		"a number with an address":    {"Leerlingnummer;Roepnaam\n¦a@b.nl;Bo\n", []string{"number_invalid leerlingnummer"}},
		"a long number":               {"Leerlingnummer;Roepnaam\n¦" + strings.Repeat("1", 65) + ";Bo\n", []string{"number_invalid leerlingnummer"}},
		"scientific notation":         {"Leerlingnummer;Roepnaam\n¦1.23E+05;Bo\n", []string{"shortened leerlingnummer"}},
		"scientific, with a comma":    {"Leerlingnummer;Roepnaam\n¦1,23457E+08;Bo\n", []string{"shortened leerlingnummer"}},
		"scientific class":            {"Leerlingnummer;Roepnaam;Klas\n1;Bo;¦3E+05\n", []string{"shortened klas"}},
		"scientific ILT code":         {"Leerlingnummer;Roepnaam;ILT\n1;Bo;¦3E+05\n", []string{"shortened ilt"}},
		"a number twice":              {"Leerlingnummer;Roepnaam\n1;Bo\n2;Zoë\n¦1;Bo\n", []string{"duplicate_key leerlingnummer"}},
		"twice but for leading zeros": {"Leerlingnummer;Roepnaam\n0012;Bo\n¦12;Bo\n", []string{"duplicate_key leerlingnummer"}},
		"a row without a name":        {"Leerlingnummer;Roepnaam;Achternaam\n1;;¦\n", []string{"missing_name achternaam"}},
		"a total below the list":      {"Leerlingnummer;Roepnaam\n1;Bo\n¦;Totaal\n", []string{"missing_number leerlingnummer"}},
		"an ECK-iD twice":             {"Leerlingnummer;Roepnaam;ECK iD\n1;Bo;" + eck("a") + "\n2;Zoë;" + eck("a") + "\n", []string{"duplicate_eckid@3"}},
		"twice, once in capitals":     {"Leerlingnummer;Roepnaam;ECK iD\n1;Bo;" + eck("a") + "\n2;Zoë;¦" + strings.ToUpper(eck("a")) + "\n", []string{"eckid_mended eckid", "duplicate_eckid@3"}},
		"wrong year":                  {"Leerlingnummer;Roepnaam;Schooljaar\n1;Bo;2025-2026\n2;Zoë;2025-2026\n", []string{"wrong_year@0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := check(t, wanted(school.VO), c.text, c.wants...)
			require.True(t, found.Stopped())
		})
	}
}

func eck(digit string) string { return "https://ketenid.nl/201703/" + strings.Repeat(digit, 128) }

func TestWarnings(t *testing.T) {
	t.Parallel()
	bsn := elevens(5)
	for name, c := range map[string]struct {
		text  string
		wants []string
		left  map[string]int
	}{
		"unknown column of BSNs":   {"Leerlingnummer;Roepnaam;¦Nummer\n1;Bo;" + bsn[0] + "\n2;Bo;" + bsn[1] + "\n3;Bo;" + bsn[2] + "\n4;Bo;" + bsn[3] + "\n", []string{"column_like_bsn"}, map[string]int{"bsn": 4}},
		"class column of BSNs":     {"Leerlingnummer;Roepnaam;¦Klas\n1;Bo;" + bsn[0] + "\n2;Bo;" + bsn[1] + "\n3;Bo;" + bsn[2] + "\n4;Bo;" + bsn[3] + "\n", []string{"column_like_bsn"}, map[string]int{"bsn": 4}},
		"BSNs written with dots":   {"Leerlingnummer;Roepnaam;¦Nummer\n1;Bo;1234.56.782\n2;Bo;1234 56 782\n3;Bo;123456782\n4;Bo;=\"123456782\"\n", []string{"column_like_bsn"}, map[string]int{"bsn": 4}},
		"a BSN by chance":          {column("Kluisje", bsn[0], "12", "13", "14"), nil, map[string]int{"unknown": 4}},
		"unknown gender":           {column("Geslacht", "M", "¦P"), []string{"unknown_gender geslacht"}, map[string]int{"gender": 1}},
		"unknown year":             {column("Leerjaar", "3", "¦7"), []string{"unknown_year leerjaar"}, map[string]int{"year": 1}},
		"combined year of a pupil": {column("Leerjaar", "3", "¦C"), []string{"unknown_year leerjaar"}, map[string]int{"year": 1}},
		"ILT code without zeros":   {column("ILT-code", "0170", "¦170", "¦1"), []string{"ilt_padded iltcode", "ilt_padded iltcode"}, nil},
		"no ILT code":              {column("Opleidingcode", "0170", "¦H3", "¦01700"), []string{"ilt_invalid opleidingcode", "ilt_invalid opleidingcode"}, map[string]int{"ilt": 2}},
		"no address":               {column("E-mail", "bo@school.example", "¦bo@school", "¦b o@school.example"), []string{"email_invalid email", "email_invalid email"}, map[string]int{"school_email": 2}},
		"no ECK-iD":                {column("ECK-iD", eck("b"), "¦"+strings.ToUpper(eck("c")), "¦https://ketenid.nl/pilot/"+strings.Repeat("d", 128)), []string{"eckid_mended eckid", "eckid_invalid eckid"}, map[string]int{"eck_id": 1}},
		"no date":                  {column("Vertrekdatum", "31-07-2027", "¦gisteren", "1899/12/30"), []string{"date_invalid vertrekdatum"}, map[string]int{"vertrekdatum": 3}},
		"no school year":           {column("Studieperiode", "26/27", "¦zomer"), []string{"period_invalid studieperiode"}, map[string]int{"studieperiode": 2}},
		"unknown presence":         {column("Actief", "ja", "¦misschien"), []string{"unknown_state actief"}, map[string]int{"actief": 2}},
		"too long":                 {column("Klas", "3a", "¦"+strings.Repeat("x", 65)), []string{"too_long klas"}, map[string]int{"class": 1}},
		"a control character":      {column("Klas", "3a", "¦3\ab"), []string{"control_character klas"}, map[string]int{"class": 1}},
		"an unclear name":          {"Leerlingnummer;Naam\n1;¦¦Anna Maria Bakker\n", []string{"name_split naam", "name_unclear naam"}, nil},
		"no given name at all":     {"Leerlingnummer;Achternaam\n1;¦Vos\n2;Bos\n", []string{"missing_given_name achternaam"}, nil},
		"no given name":            {"Leerlingnummer;Roepnaam;Achternaam\n1;¦;Vos\n2;Bo;Vos\n", []string{"missing_given_name roepnaam"}, nil},
		"unknown function":         {"Medewerkernummer;Roepnaam;Functie\n1;Vos;¦tovenaar\n2;Bos;LRK\n", []string{"unknown_role functie"}, map[string]int{"function": 1}},
		"a parent among the staff": {"Medewerkernummer;Roepnaam;Functie\n1;Vos;¦OUD\n2;Bos;docent\n", []string{"parent_role functie"}, map[string]int{"function": 1}},
		"headings again":           {"Leerlingnummer;Roepnaam\n1;Bo\n¦Leerlingnummer;Roepnaam\n2;Zoë\nLeerlingnummer;Roepnaam\n", []string{"repeated_heading leerlingnummer"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := check(t, wanted(school.VO), c.text, c.wants...)
			require.False(t, found.Stopped())
			left := c.left
			if left == nil {
				left = map[string]int{}
			}
			require.Equal(t, left, list.LeftOut)
		})
	}
}

// TestALeftOutValueKeepsWhatIsStored: only an empty cell clears a field.
func TestALeftOutValueKeepsWhatIsStored(t *testing.T) {
	t.Parallel()
	list, _ := read(t, "Leerlingnummer;Roepnaam;Geslacht;Klas;Email;Tussenvoegsel\n1;Bo;?;3a;fout;\n2;Zoë;;;;\n3;Li;V;;;\n")
	require.False(t, list.People[0].Fields.Has(roster.Gender))
	require.True(t, list.People[1].Fields.Has(roster.Gender|roster.InGroups))
	require.False(t, list.People[0].Fields.Has(roster.Email))
	require.True(t, list.People[1].Fields.Has(roster.Email))
	require.False(t, list.People[0].Fields.Has(roster.Infix), "nothing in the whole column: it was not exported")
	require.False(t, list.People[0].Fields.Has(roster.Surname), "there is no such column")
}

// TestRefusedColumns reads every heading that is refused, as schools write
// them: none of the values comes out.
func TestRefusedColumns(t *testing.T) {
	t.Parallel()
	for heading, counted := range map[string]string{
		"BSN": "bsn", "bsn_ondwnr": "bsn", "Leerling BSN": "bsn", "PGN": "pgn", "Sofinummer": "sofinummer", "Onderwijsnummer": "onderwijsnummer",
		"Burgerservicenummer": "burgerservice", "Adres": "adres", "Straat": "straat", "Straatnaam": "straat", "Huisnummer": "huisnummer", "Nr": "nr",
		"Postcode": "postcode", "Woonplaats": "woonplaats", "Plaats": "plaats", "Plaats.Woonplaats": "woonplaats", "Telefoon": "telefoon",
		"Telefoonnummer": "telefoon", "Telefoon 2": "telefoon", "Mobiel": "mobiel", "Mobiel nummer": "mobiel", "GSM": "gsm",
		"Nationaliteit": "nationaliteit", "Land___Nationaliteit.Land": "nationaliteit", "Land van herkomst": "landvanherkomst",
		"Geboortedatum": "geboorte", "Geboorteplaats": "geboorte", "BIRTHDATE": "birth", "geb_datum_str": "gebdat", "STREET": "street",
	} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			w := wanted(school.VO)
			w.Columns = roster.Columns{roster.Fold(heading): "class", rows.Heading(heading): "class"}
			list, found := readAs(t, w, file("", column(heading, "geheim", "", "geheim")))
			require.Empty(t, found.List)
			require.Equal(t, map[string]int{counted: 2}, list.LeftOut)
			require.Empty(t, list.Groups)
		})
	}
}

// TestMostFindings expects a wholly broken table to cost a bounded list, and
// too many rows to stop it.
func TestMostFindings(t *testing.T) {
	t.Parallel()
	body := "Leerlingnummer;Roepnaam\n" + strings.Repeat("1;Bo\n", 1000)
	_, found := read(t, body)
	require.Len(t, found.List, 100)
	require.Equal(t, 899, found.Dropped)
	found = roster.Findings{}
	list, err := table.Format{People: 10}.Read([]roster.File{file("", body)}, wanted(school.VO), &found)
	require.NoError(t, err)
	require.True(t, found.Stopped())
	require.Equal(t, roster.Finding{Code: table.TooMany, Severity: roster.Stop, Line: 12}, found.List[0])
	require.LessOrEqual(t, len(list.People), 10)
}

// TestNumbersInTexts: a citizen service number within a heading or a class is
// left out; a pupil keeps the class that is stored.
func TestNumbersInTexts(t *testing.T) {
	t.Parallel()
	list, found := read(t, "Leerlingnummer;Roepnaam;Klas;Vestiging;Email;van 123456782\n123456782;Bo;4A;Noord;123456782@school.example;x\n2;Zoë;4A 123456782;123456782;;\n")
	require.Equal(t, []roster.Finding{
		{Code: table.BSNInText, Severity: roster.Warning, Line: 1, Column: 46},
		{Code: table.BSNInText, Severity: roster.Warning, Line: 3, Column: 21, Field: "vestiging"},
		{Code: table.BSNInText, Severity: roster.Warning, Line: 3, Column: 8, Field: "klas"},
	}, found.List)
	require.Equal(t, "123456782", list.People[0].Number)
	require.Equal(t, "123456782@school.example", list.People[0].Email)
	require.Empty(t, list.People[1].Groups)
	require.False(t, list.People[1].Fields.Has(roster.InGroups))
	require.Empty(t, list.People[1].Location)
	require.Empty(t, list.Columns[5].Heading)
	require.Equal(t, 2, list.LeftOut["bsn"])
}
