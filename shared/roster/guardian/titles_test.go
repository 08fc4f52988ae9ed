package guardian_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/guardian"
)

// TestSalutations reads the words that schools write into such a column, under
// the headings that they give it.
func TestSalutations(t *testing.T) {
	t.Parallel()
	for want, words := range map[person.Salutation][]string{
		person.Sir:    {"de heer", "De heer", "Dhr.", "dhr", "heer", "Hr.", "Meneer", "Mijnheer", "Mr", "Geachte heer"},
		person.Madam:  {"mevrouw", "Mevrouw", "Mevr.", "Mw.", "mvr", "Mej.", "Mrs", "Ms.", "Miss", "Geachte mevrouw"},
		person.Family: {"Fam.", "familie", "De familie", "Family", "De heer en mevrouw", "Dhr./Mevr.", "Dhr. en mw.", "Mr and Mrs"},
		person.Plain:  {"Mx", "Mx.", "Neutraal", "geen", "alleen de naam"},
		"":            {"", "drs.", "prof. dr.", "excellentie", "M", "1", "-"},
	} {
		for _, word := range words {
			for _, heading := range []string{"Aanhef", "Aanspreekvorm", "Aanschrijftitel", "Salutation", "Ouder aanhef"} {
				list, found := read(t, file("", "Leerlingnummer;Volgnummer;Achternaam;Ontvangt;"+heading+"\n1;1;Vos;ja;"+word+"\n2;1;Bos;ja;mw.\n"))
				p := list.People[0]
				require.Equal(t, want, p.Salutation, word)
				require.Equal(t, want == "" && word != "", len(found.List) > 0, "%s %+v", word, found.List)
				require.Equal(t, want != "" || word == "", p.Fields.Has(roster.Salutation), "what is left out keeps what is stored: %s", word)
				require.False(t, p.Fields.Has(roster.Gender))
				require.Equal(t, person.Madam, list.People[1].Salutation)
			}
		}
	}
}

func TestGenders(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]person.Gender{"M": person.Male, "vrouw": person.Female, "X": person.Unspecified, "O": person.Unknown, "": ""} {
		list, found := read(t, file("", "Leerlingnummer;Volgnummer;Achternaam;Ontvangt;Geslacht\n1;1;Vos;ja;"+word+"\n2;1;Bos;ja;V\n"))
		require.Empty(t, found.List, word)
		require.Equal(t, want, list.People[0].Gender, word)
		require.True(t, list.People[0].Fields.Has(roster.Gender))
	}
}

// TestTitlesInSeveralRows: what one row of a guardian tells counts, and of two
// that differ neither.
func TestTitlesInSeveralRows(t *testing.T) {
	t.Parallel()
	const head = "Leerlingnummer;Ouder-ID;Volgnummer;Achternaam;Ontvangt;Aanhef;Geslacht\n"
	list, found := read(t, file("", head+"1;K7;1;Vos;ja;;V\n2;K7;1;Vos;ja;mevrouw;\n3;K7;1;Vos;ja;Mw.;v\n"))
	require.Empty(t, found.List)
	require.Equal(t, person.Madam, list.People[0].Salutation)
	require.Equal(t, person.Female, list.People[0].Gender)
	list, found = read(t, file("", head+"1;K7;1;Vos;ja;dhr.;V\n2;K7;1;Vos;ja;mevrouw;M\n3;K7;1;Vos;ja;Mw.;v\n"))
	require.Equal(t, []roster.Finding{
		{Code: guardian.ConflictingTitle, Severity: roster.Warning, Line: 3, Column: 15, Field: "aanhef"},
		{Code: guardian.ConflictingTitle, Severity: roster.Warning, Line: 3, Column: 23, Field: "geslacht"},
	}, found.List)
	require.Empty(t, list.People[0].Salutation)
	require.Empty(t, list.People[0].Gender)
	require.False(t, list.People[0].Fields.Has(roster.Salutation) || list.People[0].Fields.Has(roster.Gender), "what is stored stays")
	require.Len(t, list.People[0].Children, 3)
}

// TestTheSchoolsOwnTitles: a school says which column holds them.
func TestTheSchoolsOwnTitles(t *testing.T) {
	t.Parallel()
	w := wanted()
	w.Columns = roster.Columns{"titulatuur": "salutation", "sekse": "gender"}
	list, found := readAs(t, w, file("", "Leerlingnummer;Volgnummer;Achternaam;Ontvangt;Titulatuur;Sekse\n1;1;Vos;ja;Mx;x\n"))
	require.Empty(t, found.List)
	require.Equal(t, person.Plain, list.People[0].Salutation)
	require.Equal(t, person.Unspecified, list.People[0].Gender)
}
