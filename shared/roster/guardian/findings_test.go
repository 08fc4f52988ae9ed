package guardian_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/guardian"
	"cool.example/sync/shared/roster/rows"
)

// check reads text and expects exactly the findings at its marks ¦; "@3" after
// a code means line 3 without a column.
func check(t *testing.T, w roster.Wanted, text string, wants ...string) (*roster.Roster, roster.Findings) {
	t.Helper()
	pieces := strings.Split(text, "¦")
	var want []roster.Finding
	before := ""
	for _, x := range wants {
		head, field, _ := strings.Cut(x, " ")
		code, line, placed := strings.Cut(head, "@")
		f := roster.Finding{Code: "guardian." + code, Field: field}
		if strings.HasPrefix(code, "table.") {
			f.Code = code
		}
		if placed {
			f.Line, _ = strconv.Atoi(line)
		} else {
			before += pieces[0]
			pieces = pieces[1:]
			f.Line, f.Column = strings.Count(before, "\n")+1, len(before)-strings.LastIndex(before, "\n")
		}
		want = append(want, f)
	}
	list, found := readAs(t, w, file("", strings.ReplaceAll(text, "¦", "")))
	var got []roster.Finding
	for _, f := range found.List {
		f.Severity = ""
		got = append(got, f)
	}
	require.Equal(t, want, got)
	return list, found
}

const head = "Leerlingnummer;Volgnummer;Voorletters;Achternaam;Ontvangt\n"

func TestRefusedLists(t *testing.T) {
	t.Parallel()
	bsn := elevens(4)
	const keyed = "Leerlingnummer;Verzorgernummer;Volgnummer;Roepnaam;Ontvangt\n"
	for name, c := range map[string]struct {
		text  string
		wants []string
	}{
		"nothing":                   {"", []string{"table.empty@0"}},
		"NUL bytes":                 {head + "1;\x00\n", []string{"table.not_text@2"}},
		"no heading":                {"1;1;A.;Vos;ja\n", []string{"no_heading@1"}},
		"headings only":             {head, []string{"no_rows@1"}},
		"no child":                  {"Volgnummer;Achternaam;Ontvangt\n1;Vos;ja\n", []string{"no_child@1"}},
		"no name":                   {"Leerlingnummer;Volgnummer;Ontvangt\n1;1;ja\n", []string{"no_name@1"}},
		"a heading twice":           {"Leerlingnummer;Volgnummer;Achternaam;¦Achternaam\n1;1;Vos;Bos\n", []string{"duplicate_heading achternaam"}},
		"children's BSNs":           {"¦" + head + strings.Join(bsn, ";1;A.;Vos;ja\n") + ";1;A.;Vos;ja\n", []string{"number_is_bsn leerlingnummer"}},
		"guardians' BSNs":           {"Leerlingnummer;¦Verzorgernummer;Roepnaam\n1;" + strings.Join(bsn, ";Bo\n1;") + ";Bo\n", []string{"number_is_bsn verzorgernummer"}},
		"a row that is too wide":    {head + "1;1;A.;Vos;ja;¦x\n", []string{"too_wide"}},
		"no child's number":         {head + "¦;1;A.;Vos;ja\n", []string{"missing_child leerlingnummer"}},
		"no such number":            {head + "¦Zoë Berg;1;A.;Vos;ja\n", []string{"child_invalid leerlingnummer"}},
		"a number with a slash":     {head + "¦1/1;1;A.;Vos;ja\n", []string{"child_invalid leerlingnummer"}},
		"a shortened number":        {head + "¦1,23E+08;1;A.;Vos;ja\n", []string{"shortened leerlingnummer"}},
		"no own key":                {keyed + "1;¦;1;Bo;ja\n", []string{"missing_key verzorgernummer"}},
		"own key with a slash":      {keyed + "1;¦123/1;1;Bo;ja\n", []string{"key_invalid verzorgernummer"}},
		"a shortened key":           {keyed + "1;¦1.2E+10;1;Bo;ja\n", []string{"shortened verzorgernummer"}},
		"slot nought":               {head + "1;¦0;A.;Vos;ja\n", []string{"slot_invalid volgnummer"}},
		"slot ten":                  {head + "1;¦10;A.;Vos;ja\n", []string{"slot_invalid volgnummer"}},
		"slot in words":             {head + "1;¦eerste;A.;Vos;ja\n", []string{"slot_invalid volgnummer"}},
		"no slot":                   {head + "1;¦;A.;Vos;ja\n", []string{"slot_invalid volgnummer"}},
		"two first guardians":       {head + "1;1;A.;Vos;ja\n01;¦1;B.;Bos;ja\n", []string{"duplicate_slot volgnummer"}},
		"one child twice":           {keyed + "1;K;1;Bo;ja\n¦1;K;2;Bo;ja\n", []string{"duplicate_child leerlingnummer"}},
		"two names for one key":     {keyed + "1;K;1;Bo;ja\n2;¦K;1;Li;ja\n", []string{"conflicting_names verzorgernummer"}},
		"no name in a row":          {head + "1;1;;¦;ja\n2;1;A.;Vos;ja\n", []string{"missing_name achternaam"}},
		"ten in order of the rows":  {"Leerlingnummer;Ouder roepnaam;Ontvangt\n" + strings.Repeat("1;Bo;ja\n", 10), []string{"no_slot@1", "slot_invalid@11"}},
		"structure of another kind": {"Vestiging;06XZ;naam;06XZ;\n", []string{"no_heading@1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := check(t, wanted(), c.text, c.wants...)
			require.True(t, found.Stopped())
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	bsn := elevens(4)
	for name, c := range map[string]struct {
		text  string
		wants []string
		left  map[string]int
	}{
		"a column of BSNs":    {"Leerlingnummer;Volgnummer;Roepnaam;Ontvangt;¦Code\n1;1;Bo;ja;" + bsn[0] + "\n2;1;Bo;ja;" + bsn[1] + "\n3;1;Bo;ja;" + bsn[2] + "\n4;1;Bo;ja;" + bsn[3] + "\n", []string{"column_like_bsn"}, map[string]int{"bsn": 4}},
		"no address":          {"Leerlingnummer;Volgnummer;Roepnaam;Ontvangt;E-mail privé\n1;1;Bo;ja;¦thuis\n", []string{"email_invalid emailprive"}, map[string]int{"private_email": 1}},
		"perhaps":             {"Leerlingnummer;Volgnummer;Roepnaam;Mag ontvangen\n1;1;Bo;¦misschien\n", []string{"unknown_receives magontvangen"}, map[string]int{}},
		"nobody says":         {"Leerlingnummer;Volgnummer;Roepnaam\n1;1;Bo\n", []string{"no_receives@1"}, map[string]int{}},
		"too long":            {"Leerlingnummer;Volgnummer;Roepnaam;Achternaam;Ontvangt\n1;1;Bo;¦" + strings.Repeat("x", 201) + ";ja\n", []string{"too_long achternaam"}, map[string]int{"surname": 1}},
		"a control character": {"Leerlingnummer;Volgnummer;Roepnaam;Achternaam;Ontvangt\n1;1;Bo;¦V\aos;ja\n", []string{"control_character achternaam"}, map[string]int{"surname": 1}},
		"an unclear name":     {"Leerlingnummer;Volgnummer;Ontvangt;Naam\n1;1;ja;¦¦Anna Maria Bakker\n", []string{"name_split naam", "name_unclear naam"}, map[string]int{}},
		"surname with infix":  {head + "1;1;A.;¦van der Berg;ja\n", []string{"name_split achternaam"}, map[string]int{}},
		"headings again":      {head + "1;1;A.;Vos;ja\n¦" + head, []string{"repeated_heading leerlingnummer"}, map[string]int{}},
		"phone and address":   {"Leerlingnummer;Volgnummer;Roepnaam;Ontvangt;Mobiel;Telefoon thuis;Straat;Huisnummer;Postcode;Woonplaats;Geslacht\n1;1;Bo;ja;1;2;3;4;5;6;V\n", nil, map[string]int{"mobiel": 1, "telefoon": 1, "straat": 1, "huisnummer": 1, "postcode": 1, "woonplaats": 1}},
		"a title":             {"Leerlingnummer;Volgnummer;Roepnaam;Ontvangt;Titel\n1;1;Bo;ja;drs.\n", nil, map[string]int{"unknown": 1}},
		"unknown salutation":  {"Leerlingnummer;Volgnummer;Roepnaam;Ontvangt;Aanhef\n1;1;Bo;ja;¦excellentie\n", []string{"unknown_salutation aanhef"}, map[string]int{"salutation": 1}},
		"unknown gender":      {"Leerlingnummer;Volgnummer;Roepnaam;Ontvangt;Geslacht\n1;1;Bo;ja;¦hond\n", []string{"unknown_gender geslacht"}, map[string]int{"gender": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := check(t, wanted(), c.text, c.wants...)
			require.False(t, found.Stopped())
			require.Equal(t, c.left, list.LeftOut)
		})
	}
}

// TestOnlyAClearYesReceives.
func TestOnlyAClearYesReceives(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]bool{"ja": true, "J": true, "1": true, "TRUE": true, "x": true, "nee": false, "N": false, "0": false, "": false, "?": false} {
		list, _ := read(t, file("", head+"1;1;A.;Vos;"+word+"\n"))
		require.Equal(t, want, list.People[0].Children[0].Receives, word)
	}
}

// TestTheSchoolsOwnColumns win, but bind nothing that is refused and nothing
// that a guardian does not have.
func TestTheSchoolsOwnColumns(t *testing.T) {
	t.Parallel()
	w := wanted()
	w.Columns = roster.Columns{"zoon": "child", "contact": "private_email", "bsn": "surname", "klas": "class", "achternaam": ""}
	list, found := readAs(t, w, file("", "Zoon;Volgnummer;Roepnaam;Achternaam;Contact;BSN;Klas;Ontvangt\n7;1;Bo;Vos;bo@thuis.example;geheim;3a;ja\n"))
	require.Empty(t, found.List)
	require.Equal(t, roster.Person{
		Key: "7/1", Kind: person.Guardian, Name: person.Name{Call: "Bo"}, Email: "bo@thuis.example", Line: 2,
		Fields: roster.CallName | roster.Email | roster.Children, Children: []roster.Child{{Number: "7", Slot: 1, Receives: true}},
	}, list.People[0])
	require.Equal(t, map[string]int{"bsn": 1, "unknown": 2}, list.LeftOut)
}

// TestMost expects too many rows to stop the list, and a broken one to cost a
// bounded list of findings.
func TestMost(t *testing.T) {
	t.Parallel()
	var found roster.Findings
	body := head + strings.Repeat("1;1;A.;Vos;ja\n", 1000)
	_, err := guardian.Format{Rows: 10}.Read([]roster.File{file("", body)}, wanted(), &found)
	require.NoError(t, err)
	require.Equal(t, roster.Finding{Code: guardian.TooMany, Severity: roster.Stop, Line: 12}, found.List[len(found.List)-1])
	_, found = read(t, file("", body))
	require.Len(t, found.List, 100)
}

// FuzzRead reads anything: it never panics, never fails, and what it says
// names nothing but places and holds nothing that is refused.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		plain, head, head + "1;1;A.;Vos;ja\n", "", "\xff\xfeL\x00", "Leerlingnummer,Verzorgernummer,Naam\n1,K,Bo\n2,K,\"Vos, Bo\"\n",
		"Leerlingnummer;Ouder naam;Ouder e-mail\n1;Bo;x\n", "Leerlingnummer;BSN\n1;Zqx4711kwj\n",
	} {
		f.Add([]byte(seed))
	}
	field := regexp.MustCompile(`^[a-z_]*$`)
	codes := append(guardian.Codes(), rows.Codes()...)
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := []roster.File{file("", string(raw))}
		guardian.Format{}.Claims(in)
		var found roster.Findings
		list, err := guardian.Format{Rows: 100}.Read(in, wanted(), &found)
		require.NoError(t, err)
		for _, x := range found.List {
			require.Contains(t, codes, x.Code)
			require.Regexp(t, field, x.Field)
		}
		keys := map[string]bool{}
		for _, p := range list.People {
			require.False(t, keys[p.Key])
			keys[p.Key] = true
			require.Equal(t, person.Guardian, p.Kind)
			require.NotEmpty(t, p.Children)
		}
		if head, rest, ok := strings.Cut(string(raw), "Leerlingnummer;BSN\n1;Zqx4711kwj"); ok && head == "" && !strings.Contains(rest, "Zqx4711kwj") {
			require.NotContains(t, fmt.Sprintf("%+v %+v", list, found), "Zqx4711kwj")
		}
	})
}
