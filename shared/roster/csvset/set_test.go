package csvset_test

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/school"
)

func table() csvset.Table {
	return csvset.Table{
		Name: "a.csv", Columns: []string{"id", "name", "kind", "phone", "more"}, Required: []string{"id"}, Filled: []string{"id"},
		Standard: []string{"kind"}, Whole: true, Extends: true, Bound: []string{"id", "name"}, Counted: []string{"phone"}, Most: 3,
	}
}

// read reads one file called name, and returns the names that its rows hold.
func read(t *testing.T, name, text string, strict bool) (names []string, s *csvset.Set) {
	t.Helper()
	s = &csvset.Set{Strict: strict, Found: &roster.Findings{}, Roster: &roster.Roster{LeftOut: map[string]int{}}}
	if name != "" {
		s.Files = []roster.File{{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}
	}
	require.NoError(t, s.Each(table(), func(r *csvset.Record) { names = append(names, r.Get("id")+" "+r.Text("name")) }))
	return names, s
}

func TestEach(t *testing.T) {
	t.Parallel()
	const head = "id,name,kind,phone,more\n"
	finding := func(code string, severity roster.Severity, line, column int, field string) []roster.Finding {
		return []roster.Finding{{Code: code, Severity: severity, File: "a.csv", Line: line, Column: column, Field: field}}
	}
	for name, c := range map[string]struct {
		text string
		want []string
		find []roster.Finding // in lenient mode
	}{
		"as it should be":         {head + "1,Bo,x,06,\n2,Zoë,x,,\n", []string{"1 Bo", "2 Zoë"}, nil},
		"blank rows":              {head + "1,Bo,x,06,\n\n,,,,\n2,Zoë,x,,\n", []string{"1 Bo", "2 Zoë"}, nil},
		"a column of one's own":   {"id,name,kind,phone,more,metadata.x\n1,Bo,x,06,,y\n", []string{"1 Bo"}, nil},
		"semicolons":              {"id;name;kind;phone;more\n1;Bo;x;06;\n", []string{"1 Bo"}, finding(csvset.Delimiter, roster.Warning, 1, 0, "")},
		"a declared comma":        {"sep=,\n" + head + "1,Bo,x,06,\n", []string{"1 Bo"}, finding(csvset.Delimiter, roster.Warning, 1, 0, "")},
		"Windows-1252":            {head + "1,Zo\xeb,x,06,\n", []string{"1 Zoë"}, finding(csvset.Encoding, roster.Warning, 0, 0, "")},
		"a missing column":        {"name,kind,phone,more\nBo,x,06,\n", nil, finding(csvset.MissingColumn, roster.Stop, 1, 0, "id")},
		"one that we do not need": {"id,name,phone,more\n1,Bo,06,\n", []string{"1 Bo"}, finding(csvset.MissingColumn, roster.Warning, 1, 0, "kind")},
		"one that may be empty":   {"id,name,kind,phone\n1,Bo,x,06\n", []string{"1 Bo"}, finding(csvset.AbsentColumn, roster.Note, 1, 0, "more")},
		"an unknown column":       {"id,name,kind,phone,more,Phone 2\n1,Bo,x,06,,y\n", []string{"1 Bo"}, finding(csvset.UnknownColumn, roster.Warning, 1, 25, "")},
		"a column twice":          {"id,name,kind,phone,more,NAME\n1,Bo,x,06,,y\n", nil, append(finding(csvset.ColumnCase, roster.Warning, 1, 25, ""), finding(csvset.DuplicateColumn, roster.Stop, 1, 25, "")...)},
		"other capitals":          {"ID,name,kind,phone,more\n1,Bo,x,06,\n", []string{"1 Bo"}, finding(csvset.ColumnCase, roster.Warning, 1, 1, "")},
		"another order":           {"name,id,kind,phone,more\nBo,1,x,06,\n", []string{"1 Bo"}, finding(csvset.ColumnOrder, roster.Note, 1, 0, "")},
		"a blank heading":         {"id,name,kind,phone,more,\n1,Bo,x,06,,\n", []string{"1 Bo"}, finding(csvset.BlankHeading, roster.Warning, 1, 25, "")},
		"no rows":                 {head, nil, finding(csvset.NoRows, roster.Stop, 0, 0, "")},
		"nothing":                 {"", nil, finding("table.empty", roster.Stop, 0, 0, "")},
		"too many rows":           {head + strings.Repeat("1,Bo,x,06,\n", 4), []string{"1 Bo", "1 Bo", "1 Bo"}, finding("table.too_large", roster.Stop, 5, 0, "")},
		"a short row":             {head + "1,Bo,x,06\n", []string{"1 Bo"}, finding(csvset.WidthDiffers, roster.Warning, 2, 0, "")},
		"an empty id":             {head + ",Bo,x,06,\n", nil, finding(csvset.MissingValue, roster.Stop, 2, 1, "id")},
		"an empty kind, twice":    {head + "1,Bo,,06,\n2,Zoë,,,\n", []string{"1 Bo", "2 Zoë"}, finding(csvset.MissingValue, roster.Warning, 2, 6, "kind")},
		"a line break":            {head + "1,\"Bo\nde Wit\",x,06,\n", []string{"1 Bo de Wit"}, finding(csvset.LineBreak, roster.Warning, 2, 3, "")},
		"a carriage return":       {head + "1,\"Bo\rde Wit\",x,06,\n", []string{"1 Bo de Wit"}, finding(csvset.LineBreak, roster.Warning, 2, 3, "")},
		"a long name":             {head + "1," + strings.Repeat("é", 256) + ",x,06,\n", []string{"1 "}, finding(csvset.TooLong, roster.Warning, 2, 3, "name")},
		"a bell":                  {head + "1,B\x07o,x,06,\n", []string{"1 "}, finding(csvset.ControlCharacter, roster.Warning, 2, 3, "name")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, s := read(t, "a.csv", c.text, false)
			require.Equal(t, c.want, names)
			require.Equal(t, c.find, s.Found.List)
			_, s = read(t, "a.csv", c.text, true)
			require.Equal(t, c.find != nil, s.Found.Stopped(), "in strict mode: %+v", s.Found.List)
		})
	}
}

func TestWhatIsNotBoundIsCounted(t *testing.T) {
	t.Parallel()
	_, s := read(t, "a.csv", "id,name,kind,PHONE,more,BSN\n1,Bo,x,06,y,123\n2,Zoë,x,,y,456\n", false)
	require.Equal(t, map[string]int{"phone": 1, "unknown": 2}, s.Roster.LeftOut)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	_, s := read(t, "", "", false)
	require.Equal(t, []roster.Finding{{Code: csvset.MissingFile, Severity: roster.Stop, File: "a.csv"}}, s.Found.List)
	for name, want := range map[string]roster.Finding{
		"A.csv": {Code: csvset.FileCase, Severity: roster.Warning, File: "a.csv"},
		"b.csv": {Code: csvset.Unexpected, Severity: roster.Note},
	} {
		var found roster.Findings
		set := csvset.Set{Files: []roster.File{{Name: name}}, Found: &found}
		set.Check([]string{"a.csv"})
		require.Equal(t, []roster.Finding{want}, found.List)
	}
	var found roster.Findings
	set := csvset.Set{Files: []roster.File{{Name: "a.csv"}, {Name: "A.csv"}}, Found: &found}
	set.Check([]string{"a.csv"})
	require.Equal(t, []roster.Finding{{Code: csvset.DuplicateFile, Severity: roster.Stop, File: "a.csv"}}, found.List)
}

// TestAReaderThatFails gives its own error, which is no finding.
func TestAReaderThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	set := csvset.Set{
		Files: []roster.File{{Name: "a.csv", Open: func() (io.ReadCloser, error) { return nil, broken }}},
		Found: &roster.Findings{}, Roster: &roster.Roster{},
	}
	require.ErrorIs(t, set.Each(table(), func(*csvset.Record) {}), broken)
	require.Empty(t, set.Found.List)
}

func TestGrade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cell   string
		sector school.Sector
		want   string
		ok     bool
	}{
		{"", school.PO, "", true},
		{"04", school.PO, "4", true},
		{"8", school.PO, "8", true},
		{"9", school.PO, "", false},
		{"3", school.VO, "13", true},
		{"06,05", school.VO, "16", true},
		{"7", school.VO, "", false},
		{"KG", school.PO, "", false},
		{"0", school.PO, "", false},
	} {
		got, ok := csvset.Grade(c.cell, c.sector)
		require.Equal(t, [2]any{c.want, c.ok}, [2]any{got, ok}, "%q in %s", c.cell, c.sector)
	}
}

// TestPlace: what is found later on about a record is told where it stands.
func TestPlace(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	set := csvset.Set{Files: []roster.File{{Name: "a.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("id,name,kind,phone,more\n1,Bo,x,06,\n2,Zoë,x,,\n")), nil
	}}}, Found: &found, Roster: &roster.Roster{LeftOut: map[string]int{}}}
	var places []csvset.Place
	require.NoError(t, set.Each(table(), func(r *csvset.Record) { places = append(places, r.Place()) }))
	places[0].Record().Add("x", roster.Note, "kind")
	places[1].Record().Add("y", roster.Note, "kind")
	require.Equal(t, []roster.Finding{
		{Code: "x", Severity: roster.Note, File: "a.csv", Line: 2, Column: 6, Field: "kind"},
		{Code: "y", Severity: roster.Note, File: "a.csv", Line: 3, Column: 8, Field: "kind"},
	}, found.List)
	require.Empty(t, places[0].Record().Get("name"), "its cells are not kept")
	require.Empty(t, places[0].Record().Get("colour"))
}

func TestSeen(t *testing.T) {
	t.Parallel()
	var seen csvset.Seen
	require.False(t, seen.Again("a"))
	require.False(t, seen.Again("A"))
	require.True(t, seen.Again("a"))
	require.False(t, seen.Again("a", "b"), "several are others than each")
	require.False(t, seen.Again("b", "a"))
	require.False(t, seen.Again("ab"))
	require.True(t, seen.Again("a", "b"))
	for i := range 20_000 {
		require.False(t, seen.Again(strconv.Itoa(i)))
	}
	for i := range 20_000 {
		require.True(t, seen.Again(strconv.Itoa(i)))
	}
}

func TestEveryCodeHasItsMessages(t *testing.T) {
	t.Parallel()
	messages, err := csvset.Messages()
	require.NoError(t, err)
	require.Len(t, messages, 2)
	for lang, texts := range messages {
		require.ElementsMatch(t, csvset.Codes(), slices.Collect(maps.Keys(texts)), lang)
	}
}
