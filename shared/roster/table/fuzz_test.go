package table_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// planted is a value that stands in every column that is refused.
const planted = "Zqx4711kwj"

// FuzzRefused puts any heading and value beside refused columns: what these
// hold never comes out.
func FuzzRefused(f *testing.F) {
	for _, seed := range [][2]string{{"Klas", "3a"}, {"bsn", "\""}, {"\"", ";"}, {"Naam", "\n"}, {"Geboortedatum", "'"}, {"Leerjaar\n", "3"}, {"Groep;Klas", "1;2"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, heading, value string) {
		if strings.Contains(heading, planted) || strings.Contains(value, planted) || strings.ContainsAny(heading+value, ";\"\n\r") {
			return // a delimiter moves the columns: those of a table that is broken mean something else
		}
		body := "Leerlingnummer;Roepnaam;BSN;" + heading + ";Telefoon\n1;Bo;" + planted + ";" + value + ";" + planted + "\n"
		var found roster.Findings
		list, err := table.Format{}.Read([]roster.File{file("", body)}, wanted(school.PO), &found)
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprintf("%+v %+v", list, found), planted)
	})
}

// FuzzRead reads anything: it never panics, never fails, and what it says is
// bounded and names nothing but places.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		pupils, strings.ReplaceAll(pupils, ";", ","), strings.ReplaceAll(pupils, ";", "\t"), "\ufeff" + pupils, pupils[:len(pupils)/2],
		"sep=;\nLeerlingnummer;Naam\n1;Vries, Lucas de\n", "", "\xff\xfeL\x00", "Vestiging;06XZ;naam;06XZ;\n", "Leerlingnummer;Naam\n\"1;Bo",
		"STAMNR;FIRSTNAME;STUDYPERIOD;studiebegindatum\n1;Zo\xeb;2627;1899/12/30\n1;Zo\xeb;2526;2025-01-01\n",
		"stamnr_str;Code;Loginaccount.Naam;Functie.Omschr;Naam\n1;a;a;OUD;x\n1;a;b;docent;y\n",
	} {
		f.Add([]byte(seed))
	}
	field := regexp.MustCompile(`^[a-z_]*$`)
	codes := append(table.Codes(), rows.Codes()...)
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, sector := range []school.Sector{school.PO, school.VO} {
			in := file("", string(raw))
			var found roster.Findings
			list, err := table.Format{People: 100}.Read([]roster.File{in}, wanted(sector), &found)
			require.NoError(t, err)
			_, err = table.Map([]roster.File{in}, wanted(sector))
			require.NoError(t, err)
			table.Format{}.Claims([]roster.File{in})
			require.LessOrEqual(t, len(list.People), 100)
			for name := range list.LeftOut {
				require.Regexp(t, field, name)
			}
			for _, x := range found.List {
				require.Contains(t, codes, x.Code)
				require.Regexp(t, field, x.Field)
			}
			groups := map[string]bool{}
			for _, g := range list.Groups {
				require.False(t, groups[g.Key])
				groups[g.Key] = true
			}
			for _, p := range list.People {
				require.NotEmpty(t, p.Key)
				require.NotEmpty(t, p.Name.Display())
				for _, g := range p.Groups {
					require.True(t, groups[g])
				}
			}
		}
	})
}
