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

// decided returns heading → field and how it was decided.
func decided(t *testing.T, w roster.Wanted, body string) (table.Mapping, map[string]string) {
	t.Helper()
	list, err := table.Map([]roster.File{file("lijst.csv", body)}, w)
	require.NoError(t, err)
	require.Len(t, list, 1)
	got := map[string]string{}
	for i, c := range list[0].Columns {
		require.Equal(t, i+1, c.Place)
		got[c.Heading] = strings.TrimSpace(c.Field + " " + string(c.How))
	}
	return list[0], got
}

func TestMap(t *testing.T) {
	t.Parallel()
	bsn := strings.Join(elevens(4), "\n;;;;;;;;;;")
	m, got := decided(t, wanted(school.VO),
		"Leerlingnummer;Stamnr;Roep-naam;Tussen_voegsel;ACHTERNAAM;Kl.as;BSN;Studie;Naam;Mentor;Kenmerk\n;;;;;;;;;;"+bsn+"\n")
	require.Equal(t, person.Pupil, m.Kind)
	require.Empty(t, m.File, "the name is the school's own")
	require.Equal(t, map[string]string{
		"Leerlingnummer": "other", "Stamnr": "administration_number heading", "Roep-naam": "call_name heading", "Tussen_voegsel": "infix heading",
		"ACHTERNAAM": "surname heading", "Kl.as": "class heading", "BSN": "forbidden", "Studie": "not_used", "Naam": "other", "Mentor": "unknown",
		"Kenmerk": "like_bsn",
	}, got)
}

// TestMapKeepsNothingOfAFirstRow that may be somebody's.
func TestMapKeepsNothingOfAFirstRow(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a person":       "1;Zoë;Berg;3a\n2;Daan;Vries;3a\n",
		"one heading":    "Klas;Zoë;Berg\n",
		"structure file": "Vestiging;06XZ;Hoofd;06XZ;\n",
		"nothing":        "",
		"no text":        "a\x00b",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, got := decided(t, wanted(school.VO), body)
			require.Empty(t, got)
			require.Equal(t, table.Mapping{}, m)
		})
	}
}

// TestLongHeadingsAreCut in what is shown.
func TestLongHeadingsAreCut(t *testing.T) {
	t.Parallel()
	_, got := decided(t, wanted(school.VO), "Leerlingnummer;Roepnaam;"+strings.Repeat("é", 1000)+"\n")
	require.Contains(t, got, strings.Repeat("é", 64))
}

// TestTheSchoolsOwnColumns win over what the headings say, but never bind what
// is refused.
func TestTheSchoolsOwnColumns(t *testing.T) {
	t.Parallel()
	bsn := elevens(4)
	const head = "Leerlingnummer;Roepnaam;Klas;Cluster;BSN;Kenmerk\n"
	body := head
	for i, n := range bsn {
		body += string(rune('1'+i)) + ";Bo;3a;3a1;x;" + n + "\n"
	}
	w := wanted(school.VO)
	w.Columns = roster.Columns{"cluster": "class", "bsn": "class", "kenmerk": "surname", "roepnaam": ""}
	_, got := decided(t, w, body)
	require.Equal(t, map[string]string{
		"Leerlingnummer": "administration_number heading", "Roepnaam": "school", "Klas": "other", "Cluster": "class school", "BSN": "forbidden",
		"Kenmerk": "like_bsn",
	}, got)
	list, found := readAs(t, w, file("", body))
	require.Equal(t, []roster.Finding{
		{Code: table.ColumnLikeBSN, Severity: roster.Warning, Line: 1, Column: 42},
		{Code: table.NoName, Severity: roster.Stop, Line: 1},
	}, found.List)
	require.Equal(t, map[string]int{"unknown": 4, "class": 4, "bsn": 8}, list.LeftOut)

	w.Columns = roster.Columns{"cluster": "class", "kenmerk": "administration_number"}
	_, found = readAs(t, w, file("", body))
	require.Equal(t, []roster.Finding{{Code: table.NumberIsBSN, Severity: roster.Stop, Line: 1, Column: 42, Field: "administration_number"}}, found.List)

	w.Columns = roster.Columns{"cluster": "class", "rest_groep": "child"} // no column of a table holds a child
	list, found = readAs(t, w, file("", "Leerlingnummer;Roepnaam;Rest groep;Cluster\n1;Bo;x;3b\n"))
	require.Empty(t, found.List)
	require.Equal(t, "3b", list.Groups[0].Name)
	require.Equal(t, map[string]int{"unknown": 1}, list.LeftOut)
}

// TestTwoOwnColumns for one field: nobody knows which counts.
func TestTwoOwnColumns(t *testing.T) {
	t.Parallel()
	w := wanted(school.VO)
	w.Columns = roster.Columns{"a": "class", "b": "class"}
	_, found := check(t, w, "Leerlingnummer;Roepnaam;A;¦B\n1;Bo;x;y\n", "duplicate_heading class")
	require.True(t, found.Stopped())
}

// TestKindByTheSchoolsOwnColumns: what the school says of a column tells whom
// the table lists.
func TestKindByTheSchoolsOwnColumns(t *testing.T) {
	t.Parallel()
	w := wanted(school.VO)
	for field, kind := range map[string]person.Kind{"class": person.Pupil, "year": person.Pupil, "function": person.Staff} {
		w.Columns = roster.Columns{"x": field}
		m, _ := decided(t, w, "Stamnummer;Roepnaam;X\n1;Bo;3\n")
		require.Equal(t, kind, m.Kind)
	}
}
