package format_test

import (
	"errors"
	"io"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/format"
)

// A set of which one file is empty is known by the others, and the empty one is
// named: as its standard calls it, else by its place.
func TestAnEmptyFileOfASetIsNamed(t *testing.T) {
	t.Parallel()
	const list, parents = "Leerlingnummer;Roepnaam;Achternaam;Klas\n1001;Sanne;Berg;4A\n", "Leerlingnummer;Verzorger;Roepnaam;Mag ontvangen\n1001;1;Eva;ja\n"
	orgs := "sourcedId,name,type,parentSourcedId\n99ZZ00,De Zeester,school,\n"
	answer := `<leerlinggegevens_antwoord xmlns="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"><geenwijzigingen/></leerlinggegevens_antwoord>`
	for name, c := range map[string]struct {
		set        map[string]string
		code, file string
	}{
		"pupils and staff":         {map[string]string{"a.csv": list, "b.csv": ""}, format.EmptyFile, "table 2"},
		"the pupils":               {map[string]string{"a.csv": " \r\n", "b.csv": "Medewerkernummer;Achternaam\n1;Smit\n"}, format.EmptyFile, "table 1"},
		"guardians":                {map[string]string{"a.csv": parents, "b.csv": "\ufeff", "c.csv": parents}, format.EmptyFile, "table 2"},
		"workbooks":                {map[string]string{"a.xlsx": workbook(t), "b.xlsx": ""}, format.EmptyFile, "table 2"},
		"answers":                  {map[string]string{"a.xml": answer, "b.xml": answer, "c.xml": ""}, format.EmptyFile, "table 3"},
		"a mapping":                {map[string]string{"a.csv": "oud;nieuw\n1;2\n", "b.csv": ""}, format.EmptyFile, "table 2"},
		"all of them":              {map[string]string{"a.csv": "", "b.csv": ""}, format.EmptyFile, "table 1"},
		"OneRoster, manifest":      {map[string]string{"manifest.csv": "", "users.csv": "sourcedId\n", "orgs.csv": orgs}, "table.empty", "manifest.csv"},
		"SDS, people":              {map[string]string{"orgs.csv": orgs, "users.csv": "", "roles.csv": "userSourcedId,orgSourcedId,role\n"}, "table.empty", "users.csv"},
		"SDS, schools":             {map[string]string{"orgs.csv": "", "users.csv": "sourcedId\n", "roles.csv": "userSourcedId,orgSourcedId,role\n"}, "table.empty", "orgs.csv"},
		"beside what nobody takes": {map[string]string{"a.xml": "<EDEX/>", "b.xml": "<EDEX/>", "c.csv": ""}, format.UnknownSet, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found roster.Findings
			_, _, err := format.Read(files(c.set), wanted(), &found)
			require.NoError(t, err)
			require.True(t, found.Stopped())
			i := 0
			for i < len(found.List)-1 && found.List[i].Code != c.code {
				i++
			}
			require.Equal(t, [2]string{c.code, c.file}, [2]string{found.List[i].Code, found.List[i].File}, "%+v", found.List)
		})
	}
}

// A file that cannot be read is not called empty.
func TestAFileThatFailsIsNotEmpty(t *testing.T) {
	t.Parallel()
	list := files(map[string]string{"a.csv": "Leerlingnummer;Roepnaam;Achternaam;Klas\n1001;Sanne;Berg;4A\n", "b.csv": ""})
	for _, open := range []func() (io.ReadCloser, error){
		func() (io.ReadCloser, error) { return nil, errors.New("gone") },
		func() (io.ReadCloser, error) { return io.NopCloser(&broken{}), nil },
	} {
		list[1].Open = open
		var found roster.Findings
		_, _, err := format.Read(list, wanted(), &found)
		require.NoError(t, err)
		require.Equal(t, format.UnknownSet, found.List[0].Code)
	}
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

// Every file of the sets that a system exports may be the empty one.
func TestWhicheverFileIsEmpty(t *testing.T) {
	t.Parallel()
	sds := map[string]string{
		"orgs.csv":        "sourcedId,name,type,parentSourcedId\n99ZZ00,De Zeester,school,\n",
		"users.csv":       "sourcedId,username,givenName,familyName\np1,a@b.example,Sanne,Berg\n",
		"roles.csv":       "userSourcedId,orgSourcedId,role\np1,99ZZ00,student\n",
		"classes.csv":     "sourcedId,orgSourcedId,title\nc1,99ZZ00,4A\n",
		"enrollments.csv": "classSourcedId,userSourcedId,role\nc1,p1,student\n",
	}
	for name := range sds {
		set := maps.Clone(sds)
		set[name] = ""
		var found roster.Findings
		_, _, err := format.Read(files(set), wanted(), &found)
		require.NoError(t, err)
		named := false
		for _, f := range found.List {
			require.NotEqual(t, format.UnknownSet, f.Code)
			named = named || f.File == name && (f.Code == "table.empty" || f.Code == "set.no_rows")
		}
		require.True(t, named, "%s: %+v", name, found.List)
	}
}
