package edexml_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// TestNumbersInTexts: a citizen service number within a name is left out, also
// within that of a group; what names an account is no text.
func TestNumbersInTexts(t *testing.T) {
	t.Parallel()
	list, found := read(t, file("", `<groepen><groep key="g4"><naam>4a 123456782</naam><jaargroep>4</jaargroep></groep></groepen>`,
		`<leerlingen><leerling key="1"><achternaam>Berg</achternaam><roepnaam>Bo 1234.56.782</roepnaam><groep key="g4"/>`+
			`<gebruikersnaam>123456782</gebruikersnaam><emailadres>123456782@school.example</emailadres></leerling></leerlingen>`, ""))
	require.Equal(t, []roster.Finding{
		{Code: edexml.BSNInText, Severity: roster.Warning, Line: 3, Column: 26, Field: "naam"},
		{Code: edexml.MissingGroupName, Severity: roster.Warning, Line: 3, Column: 10, Field: "naam"},
		{Code: edexml.BSNInText, Severity: roster.Warning, Line: 4, Column: 60, Field: "roepnaam"},
		{Code: edexml.MissingGivenName, Severity: roster.Note, Line: 4, Column: 13, Field: "roepnaam"},
	}, found.List)
	require.Equal(t, "g4", list.Groups[0].Name)
	require.Empty(t, list.People[0].Name.Call)
	require.Equal(t, "123456782", list.People[0].Username)
	require.Equal(t, "123456782@school.example", list.People[0].Email)
	require.Equal(t, 2, list.LeftOut["bsn"])
}
