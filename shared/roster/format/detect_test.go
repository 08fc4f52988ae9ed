package format_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/format"
	"cool.example/sync/shared/school"
)

// files makes files of these names and texts.
func files(set map[string]string) []roster.File {
	var list []roster.File
	for _, name := range slices.Sorted(maps.Keys(set)) {
		list = append(list, roster.File{Name: name, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader([]byte(set[name]))), nil
		}})
	}
	return list
}

func wanted() roster.Wanted {
	return roster.Wanted{
		School: school.Code{BRIN: "99ZZ", Location: "00"}, Sector: school.PO, Today: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
	}
}

// workbook makes an Excel file with one row below its headings.
func workbook(t testing.TB) string {
	t.Helper()
	f := excelize.NewFile()
	for i, cells := range [][]any{{"Leerlingnummer", "Roepnaam", "Achternaam", "Klas"}, {"1001", "Sanne", "Berg", "4A"}} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", cell, &cells))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.NoError(t, f.Close())
	return b.String()
}

func TestTheFormatIsFoundOut(t *testing.T) {
	t.Parallel()
	soap := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` +
		`<leerlinggegevens_antwoord xmlns="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"><geenwijzigingen/></leerlinggegevens_antwoord></s:Body></s:Envelope>`
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"EDEXML":                  {map[string]string{"": "<EDEX></EDEX>"}, "edexml"},
		"EDEXML with a mark":      {map[string]string{"": "\ufeff<?xml version=\"1.0\"?><EDEX/>"}, "edexml"},
		"EDEXML in a zip":         {map[string]string{"EDEX.XML": "<EDEX/>"}, "edexml"},
		"UWLR":                    {map[string]string{"": soap}, "uwlr"},
		"OneRoster":               {map[string]string{"manifest.csv": "propertyName,value\n", "users.csv": "", "orgs.csv": ""}, "oneroster"},
		"SDS":                     {map[string]string{"users.csv": "sourcedId\n", "orgs.csv": "sourcedId\n", "roles.csv": ""}, "sds"},
		"SDS, version 1":          {map[string]string{"School.csv": "SIS ID\n", "Student.csv": "SIS ID\n"}, "sds"},
		"guardians":               {map[string]string{"": "Leerlingnummer;Verzorger;Roepnaam;Achternaam;E-mail;Mag ontvangen\n1001;1;Eva;Berg;eva@mail.example;ja\n"}, "guardian"},
		"a list of pupils":        {map[string]string{"": "Leerlingnummer;Roepnaam;Achternaam;Klas\n1001;Sanne;Berg;4A\n"}, "table"},
		"a workbook":              {map[string]string{"": workbook(t)}, "table"},
		"a list without headings": {map[string]string{"": "1001;Sanne;Berg;4A\n"}, "table"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var claims []string
			for _, f := range format.All() {
				if f.Claims(files(c.set)) {
					claims = append(claims, f.Name())
				}
			}
			require.NotEmpty(t, claims)
			require.Equal(t, c.want, claims[0], "the closest format is asked first")
		})
	}
}

func TestWhatIsOfNoFormat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  map[string]string
		code string
	}{
		"nothing":         {map[string]string{"": ""}, "edexml.empty"},
		"two EDEXML":      {map[string]string{"a.xml": "<EDEX/>", "b.xml": "<EDEX/>"}, format.UnknownSet},
		"a photo":         {map[string]string{"": "\x89PNG\r\n\x1a\n\x00\x00"}, "table.not_text"},
		"words":           {map[string]string{"": "Beste school, hierbij de lijst.\n"}, "table.no_heading"},
		"SDS and photo's": {map[string]string{"a.csv": "x\n", "b.jpg": "\xff\xd8\xff\x00"}, format.UnknownSet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found roster.Findings
			_, pairs, err := format.Read(files(c.set), wanted(), &found)
			require.NoError(t, err)
			require.Nil(t, pairs)
			require.True(t, found.Stopped())
			require.Equal(t, c.code, found.List[0].Code)
		})
	}
}

func TestAMappingIsFoundOut(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	list, pairs, err := format.Read(files(map[string]string{"": "soort;oud;nieuw\nleerling;1;2\n\nmedewerker;a;b\n"}), wanted(), &found)
	require.NoError(t, err)
	require.Nil(t, list)
	require.Empty(t, found.List)
	require.Equal(t, []roster.Pair{{Kind: "pupil", Old: "1", New: "2", Line: 2}, {Kind: "staff", Old: "a", New: "b", Line: 4}}, pairs)
	for name, c := range map[string]struct{ text, code string }{
		"no new key":   {"oud;nieuw\n1;\n", "mapping.incomplete"},
		"no such kind": {"soort;oud;nieuw\nhond;1;2\n", "mapping.unknown_kind"},
		"no rows":      {"oud;nieuw\n", "mapping.no_rows"},
	} {
		var found roster.Findings
		_, _, err := format.Read(files(map[string]string{"": c.text}), wanted(), &found)
		require.NoError(t, err, name)
		require.NotEmpty(t, found.List, name)
		require.Equal(t, c.code, found.List[0].Code, name)
	}
}

// Every text of every format is there in both languages, and no two formats
// call different things by one code.
func TestMessages(t *testing.T) {
	t.Parallel()
	messages, err := format.Messages()
	require.NoError(t, err)
	require.Equal(t, slices.Sorted(maps.Keys(messages["nl"])), slices.Sorted(maps.Keys(messages["en"])))
	require.Greater(t, len(messages["nl"]), 150)
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"<EDEX/>", "a;b\n1;2\n", "oud;nieuw\n1;2\n", "PK\x03\x04", "\xff\xfea\x00", workbook(f), "Leerlingnummer;Roepnaam;Achternaam;Klas\n1;A;B;4A\n",
		"Leerlingnummer;Verzorger;Achternaam\n1;1;B\n", "Stamnummer,Klas,Roepnaam,Tussenvoegsel,Achternaam,Studie,Email,Telefoonnummer\n",
	} {
		f.Add(seed, "", "")
		f.Add(seed, "users.csv", "orgs.csv")
	}
	f.Fuzz(func(t *testing.T, text, second, third string) {
		set := map[string]string{"": text}
		if second != "" {
			set = map[string]string{second: text, third: text, "manifest.csv": text}
		}
		var found roster.Findings
		list, pairs, err := format.Read(files(set), wanted(), &found)
		require.NoError(t, err)
		require.True(t, list != nil || pairs != nil || found.Stopped(), "there is a roster, a mapping or a reason")
	})
}

// TestTheNameOfAFileIsNotKept: it may be somebody's. Only what a standard calls
// a file by that name.
func TestTheNameOfAFileIsNotKept(t *testing.T) {
	t.Parallel()
	const name, sheet = "Sanne de Vries", "Juf Eva Smit"
	pupils := "Leerlingnummer;Roepnaam;Achternaam;Klas;x\n1001;Sanne;Berg;4A;\n1002;;;4A;\n"
	guardians := "Leerlingnummer;Verzorger;Achternaam;Mag ontvangen\n1001;1;;ja\n"
	f := excelize.NewFile()
	require.NoError(t, f.SetSheetName("Sheet1", sheet))
	require.NoError(t, f.SetSheetRow("Juf Eva Smit", "A1", &[]string{"Leerlingnummer", "Roepnaam", "Klas"}))
	require.NoError(t, f.SetSheetRow("Juf Eva Smit", "A2", &[]string{"", "Sanne", "4A"}))
	var book bytes.Buffer
	require.NoError(t, f.Write(&book))
	sds := map[string]string{name + ".csv": "x", "users.csv": "sourcedId\n", "orgs.csv": "sourcedId\n", "roles.csv": "x"}
	for what, c := range map[string]struct {
		set  map[string]string
		file string // as the last finding calls it
	}{
		"lists of pupils":    {map[string]string{name + ".csv": pupils, "b.csv": pupils}, "table 2"},
		"lists of guardians": {map[string]string{name + ".csv": guardians, "b.csv": guardians}, "table 2"},
		"a workbook":         {map[string]string{name + ".xlsx": book.String()}, "sheet 1"},
		"workbooks":          {map[string]string{name + ".xlsx": book.String(), "b.xlsx": book.String()}, "table 2 sheet 1"},
		"one list":           {map[string]string{name + ".csv": pupils}, ""},
		"a set":              {sds, "orgs.csv"},
		"no set":             {map[string]string{name + ".jpg": "\xff\xd8", "b.jpg": "\xff\xd8"}, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var found roster.Findings
			list, _, err := format.Read(files(c.set), wanted(), &found)
			require.NoError(t, err)
			require.NotEmpty(t, found.List)
			require.Equal(t, c.file, found.List[len(found.List)-1].File)
			printed := fmt.Sprintf("%+v %+v", list, found)
			require.NotContains(t, printed, name)
			require.NotContains(t, printed, sheet)
		})
	}
}
