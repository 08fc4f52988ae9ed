package table_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// TestPresets reads the exports that systems are known to make, and those
// headings that schools are seen to use.
func TestPresets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, format string
		left         map[string]int
		codes        []string
	}{
		"Magister on the web": {
			"\ufeffStamnummer,Klas,Roepnaam,Tussenvoegsel,Achternaam,Studie,Email,Telefoonnummer\r\n\"0123\",\"H3b\",\"Zoë\",\"\",\"Berg\",\"HAVO 3\",\"\",\"0612345678\"\r\n",
			"csv magister",
			map[string]int{"studie": 1, "telefoon": 1},
			nil,
		},
		"Magister with a mentor": {
			"Stamnummer;Roepnaam;Tussenvoegsel;Achternaam;Klas;Klassenmentor 1\n123;Zoë;;Berg;H3b;JAN\n", "csv magister", map[string]int{"unknown": 1}, nil,
		},
		"Magister's service": {
			"stamnr_str;Roepnaam;Tussenv;Achternaam;Volledige_naam;Voorletters;Geslacht;geb_datum_str;Loginaccount.Naam;Klas;Leerfase.Leerjaar;Studie;Administratieve_eenheid.Omschrijving;Personeelslid.Volledige_naam\n" +
				"123;Zoë;;Berg;Berg, Zoë;Z.;V;2012-01-01;123;H3b;3;HAVO;Hoofd;Vries, Jan de\n",
			"csv magister",
			map[string]int{"studie": 1, "naam": 1, "gebdat": 1, "gebruikersnaam": 1, "unknown": 1},
			nil,
		},
		"Magister's layout, Windows-1252": {
			"STAMNR;INITIALS;FIRSTNAME;PREFIX;LASTNAME;EMAIL;GENDER;STUDYPERIOD;CLASS;PROFILECODE;STUDY;LOCATION;STUDYYEAR;PMENTORCODE;Aanmelddatum;studiebegindatum;studieeinddatum;vertrekdatum;login_naam;BIRTHDATE;STREET\n" +
				"123;Z.;Zo\xeb;;Berg;zoe@school.example;V;2627;H3b;P;HAVO;Hoofd;3;JAN;2024-01-01;2026-08-01;2027-07-31;1899/12/30;123;2012-01-01;Dorpsweg\n",
			"csv magister",
			map[string]int{
				"unknown": 3, "studie": 1, "studieperiode": 1, "begindatum": 1, "einddatum": 1, "vertrekdatum": 1, "gebruikersnaam": 1, "birth": 1, "street": 1,
			},
			nil,
		},
		"SOMtoday": {
			"leerlingnummer;roepnaam;voorvoegsel;achternaam;geslacht;stamgroep;leerjaar;opleidingcode;BSN\n123;Zoë;;Berg;VROUW;H3b;3;0300;geheim\n",
			"csv somtoday",
			map[string]int{"bsn": 1},
			nil,
		},
		"SOMtoday's old service": {
			"leerlingNummer;leerlingEckID;leerlingRoepnaam;leerlingVoorvoegsel;leerlingAchternaam;leerlingStamgroep;leerlingLeerjaar;leerlingOpleidingCode;leerlingLesgroepen;leerlingActief\n" +
				"123;" + eck("a") + ";Zoë;;Berg;H3b;3;0300;x;actief\n",
			"csv somtoday",
			map[string]int{"unknown": 1, "actief": 1},
			nil,
		},
		"Social Schools": {
			"Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam;Geboortedatum;Klasnaam;Leerjaar\n123;Zoë;;Berg;2012-01-01;H3b;3\n", "csv", map[string]int{"geboorte": 1}, nil,
		},
		"a mentor's list": {"leerlingnummer;voornaam;tussenvoegsel;achternaam;mentor;stamgroep\n123;Zoë;;Berg;JAN;H3b\n", "csv", map[string]int{"unknown": 1}, nil},
		"Samsam": {
			"Naam,E-mailadres,Leerlingnummer,Leerjaar,Klas,Leerweg\nZoë Berg,zoe@school.example,123,3,H3b,HAVO\n", "csv",
			map[string]int{"studie": 1},
			[]string{table.NameSplit},
		},
		"sep= line": {"sep=,\nLeerlingnummer,Roepnaam,Achternaam,Klas\n123,Zoë,Berg,H3b\n", "csv", map[string]int{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, c.body)
			var codes []string
			for _, f := range found.List {
				codes = append(codes, f.Code)
			}
			require.Equal(t, c.codes, codes)
			require.Equal(t, c.format, list.Format)
			require.Equal(t, c.left, list.LeftOut)
			require.Len(t, list.People, 1)
			p := list.People[0]
			require.Equal(t, "123", p.Key)
			require.Equal(t, "Zoë Berg", p.Name.Display())
			require.Equal(t, []string{"h3b"}, p.Groups)
			require.Equal(t, person.Pupil, p.Kind)
			require.Equal(t, strings.Contains(c.body, ";Hoofd;"), p.Location == "Hoofd")
			require.False(t, p.Left)
			require.True(t, p.Fields.Has(roster.Number|roster.CallName|roster.Surname|roster.InGroups))
		})
	}
}

// TestRowsOfOnePupil: of several study periods the one that runs today counts.
func TestRowsOfOnePupil(t *testing.T) {
	t.Parallel()
	const head = "STAMNR;FIRSTNAME;CLASS;STUDYPERIOD;studiebegindatum;studieeinddatum;vertrekdatum\n"
	other := "9;Bo;H1;2627;;;\n" // somebody who is there, whatever becomes of the other
	for name, c := range map[string]struct {
		rows  string
		class string
		left  bool
		code  string // of the finding, "" for none
		line  int
	}{
		"one row":                        {"1;Zoë;H3;2627;;;\n", "h3", false, "", 0},
		"an earlier one":                 {"1;Zoë;H2;2526;;;\n1;Zoë;H3;2627;;;\n", "h3", false, table.Periods, 4},
		"an earlier one below":           {"1;Zoë;H3;2627;;;\n1;Zoë;H2;2526;;;\n", "h3", false, table.Periods, 4},
		"zeros differ":                   {"01;Zoë;H2;2526;;;\n1;Zoë;H3;2627;;;\n", "h3", false, table.Periods, 4},
		"the next one":                   {"1;Zoë;H4;2728;;;\n1;Zoë;H3;2627;;;\n", "h3", false, table.Periods, 4},
		"by date within a year":          {"1;Zoë;H3;2627;2026-08-01;2026-10-31;\n1;Zoë;V3;2627;2026-11-01;2027-07-31;\n", "v3", false, table.Periods, 4},
		"by date alone":                  {"1;Zoë;H3;;01-08-2025;31-07-2026;\n1;Zoë;V3;;01-08-2026;31-07-2027;\n", "v3", false, table.Periods, 4},
		"null dates":                     {"1;Zoë;H3;2526;1899/12/30;1899/12/30;1899/12/30\n1;Zoë;V3;2627;1899/12/30;1899/12/30;1899/12/30\n", "v3", false, table.Periods, 4},
		"begins later this year":         {"1;Zoë;V3;2627;2027-01-01;2027-07-31;\n", "v3", false, "", 0},
		"earlier ones only":              {"1;Zoë;H2;2526;;;\n1;Zoë;H1;2425;;;\n", "", true, table.Periods, 4},
		"a later one only":               {"1;Zoë;H4;2728;;;\n", "", true, "", 0},
		"ended":                          {"1;Zoë;H3;2627;2026-08-01;2026-11-23;\n", "", true, "", 0},
		"ends today":                     {"1;Zoë;H3;2627;2026-08-01;2026-11-24;\n", "h3", false, "", 0},
		"left":                           {"1;Zoë;H3;2627;;;2026-11-23\n", "", true, "", 0},
		"leaves in summer":               {"1;Zoë;H3;2627;;;2027-07-31\n", "h3", false, "", 0},
		"two of the same period":         {"1;Zoë;H3;2627;;;\n1;Zoë;V3;2627;;;\n", "h3", false, table.DuplicateKey, 4},
		"two without a period":           {"1;Zoë;H3;;;;\n1;Zoë;V3;;;;\n", "h3", false, table.DuplicateKey, 4},
		"two past ones, and the present": {"1;Zoë;H1;2526;;;\n1;Zoë;H2;2526;;;\n1;Zoë;H3;2627;;;\n", "h3", false, table.Periods, 5},
		"the present, and two past ones": {"1;Zoë;H3;2627;;;\n1;Zoë;H1;2526;;;\n1;Zoë;H2;2526;;;\n", "h3", false, table.Periods, 5},
		"long years":                     {"1;Zoë;H2;2025-2026;;;\n1;Zoë;H3;2026-2027;;;\n", "h3", false, table.Periods, 4},
		"single years":                   {"1;Zoë;H2;2025;;;\n1;Zoë;H3;2026;;;\n", "h3", false, table.Periods, 4},
		"years as ParnasSys writes them": {"1;Zoë;H2;2025 / 2026;;;\n1;Zoë;H3;2026 / 2027;;;\n", "h3", false, table.Periods, 4},
		"years with a slash":             {"1;Zoë;H2;25/26;;;\n1;Zoë;H3;26/27;;;\n", "h3", false, table.Periods, 4},
		"dates with a time, or dots":     {"1;Zoë;H2;;2025/08/01 00:00:00;2026-07-31T00:00:00;\n1;Zoë;H3;;1/8/2026;31.7.2027;\n", "h3", false, table.Periods, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, head+other+c.rows)
			p := list.People[1]
			require.Equal(t, c.left, p.Left)
			if c.class == "" {
				require.Empty(t, p.Groups)
			} else {
				require.Equal(t, []string{c.class}, p.Groups)
			}
			if c.code == "" {
				require.Empty(t, found.List)
				return
			}
			require.Len(t, found.List, 1)
			require.Equal(t, c.code, found.List[0].Code)
			require.Len(t, list.People, 2)
			if c.code == table.DuplicateKey {
				require.Equal(t, c.line, found.List[0].Line)
			}
		})
	}
}

// TestAPreparedYear reads the rows as on the first day of the year that is
// wanted.
func TestAPreparedYear(t *testing.T) {
	t.Parallel()
	w := wanted(school.VO)
	w.Today, w.Year = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 2026
	list, found := readAs(t, w, file("", "STAMNR;FIRSTNAME;CLASS;STUDYPERIOD;studiebegindatum;studieeinddatum\n"+
		"1;Zoë;H2;2526;2025-08-01;2026-07-31\n1;Zoë;H3;2627;2026-08-01;2027-07-31\n"))
	require.False(t, found.Stopped())
	require.Equal(t, school.Year(2026), list.Year)
	require.Equal(t, []string{"h3"}, list.People[0].Groups)
}

// TestStaffOfMagister keeps the row of somebody's own account.
func TestStaffOfMagister(t *testing.T) {
	t.Parallel()
	const head = "stamnr_str;Code;Roepnaam;Tussenv;Achternaam;Loginaccount.Naam;Functie.Omschr;M_V;datum_in_str;dVertrek_str\n"
	for name, c := range map[string]struct {
		rows  string
		codes []string
		want  string
		left  bool
	}{
		"one row":                {"1;JAN;Jan;de;Wit;jan;Docent;M;2020/01/01;1899/12/30\n", nil, "Jan de Wit", false},
		"gone":                   {"1;JAN;Jan;de;Wit;jan;Docent;M;2020/01/01;2025/07/31\n", nil, "Jan de Wit", true},
		"own account below":      {"1;JAN;Jan;de;Wit;wita;Docent;M;;\n1;WITA;Anna;de;Wit;wita;Docent;V;;\n", []string{table.StaffTwice}, "Anna de Wit", false},
		"own account above":      {"1;WITA;Anna;de;Wit;wita;Docent;V;;\n1;JAN;Jan;de;Wit;wita;Docent;M;;\n", []string{table.StaffTwice}, "Anna de Wit", false},
		"two with an own":        {"1;WITA;Anna;de;Wit;wita;Docent;V;;\n1;JAN;Jan;de;Wit;jan;Docent;M;;\n", []string{table.DuplicateKey}, "Anna de Wit", false},
		"two with another's":     {"1;WITA;Anna;de;Wit;x;Docent;V;;\n1;JAN;Jan;de;Wit;y;Docent;M;;\n", []string{table.DuplicateKey}, "Anna de Wit", false},
		"two without an account": {"1;;Anna;de;Wit;;Docent;V;;\n1;;Jan;de;Wit;;Docent;M;;\n", []string{table.DuplicateKey}, "Anna de Wit", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, head+c.rows)
			var codes []string
			for _, f := range found.List {
				codes = append(codes, f.Code)
				require.Equal(t, 3, f.Line)
			}
			require.Equal(t, c.codes, codes)
			require.Equal(t, "csv magister", list.Format)
			require.Len(t, list.People, 1)
			require.Equal(t, c.want, list.People[0].Name.Display())
			require.Equal(t, c.left, list.People[0].Left)
			require.Equal(t, person.Staff, list.People[0].Kind)
		})
	}
}

// TestStaffOfSOMtoday reads who is still employed.
func TestStaffOfSOMtoday(t *testing.T) {
	t.Parallel()
	list, found := read(t, "medewerkernummer;afkorting;roepnaam;voorvoegsel;achternaam;medewerkerActiefOmschrijving;datum_uit_dienst\n"+
		"1;JAN;Jan;de;Wit;in dienst;\n2;BOS;Bo;;Bos;uit dienst;\n3;VOS;Li;;Vos;in dienst;2026-01-01\n")
	require.Empty(t, found.List)
	require.Equal(t, "csv somtoday", list.Format)
	require.Equal(t, map[string]int{"vertrekdatum": 1, "code": 3, "actief": 3}, list.LeftOut)
	require.Equal(t, []bool{false, true, true}, []bool{list.People[0].Left, list.People[1].Left, list.People[2].Left})
}
