package edexml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// marked takes the marks ¦ out of text and returns the findings of those
// codes and fields, each at its mark; "@0" after a code means no place.
func marked(text string, wants ...string) (string, []roster.Finding) {
	pieces := strings.Split(text, "¦")
	var list []roster.Finding
	before := ""
	for _, want := range wants {
		code, field, _ := strings.Cut(want, " ")
		f := roster.Finding{Code: "edexml." + strings.TrimSuffix(code, "@0"), Field: field}
		if !strings.HasSuffix(code, "@0") {
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
func check(t *testing.T, text string, wants ...string) (*roster.Roster, roster.Findings) {
	t.Helper()
	clear, want := marked(text, wants...)
	list, found := read(t, clear)
	var got []roster.Finding
	for _, f := range found.List {
		f.Severity = ""
		got = append(got, f)
	}
	require.Equal(t, want, got)
	return list, found
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	deep := "¦" + strings.Repeat("<a>", 63) + "¦<a>" + strings.Repeat("</a>", 64)
	for name, c := range map[string]struct {
		text  string
		wants []string
	}{
		"no bytes":            {"", []string{"empty@0"}},
		"a mark only":         {"\xef\xbb\xbf", []string{"empty@0"}},
		"white space":         {" \n\t", []string{"empty@0"}},
		"only a header":       {`<?xml version="1.0"?><!-- x -->`, []string{"empty@0"}},
		"a list":              {"¦leerling;bsn\n1;900000001\n", []string{"not_xml"}},
		"a zip":               {"¦PK\x03\x04\x14\x00", []string{"not_xml"}},
		"an unclosed tag":     {"¦<", []string{"not_xml"}},
		"version 1.1":         {`¦<?xml version="1.1"?><EDEX/>`, []string{"not_xml"}},
		"another root":        {"\n ¦<leerlinggegevens/>", []string{"wrong_root"}},
		"lower case root":     {"¦<edex/>", []string{"wrong_root"}},
		"a document type":     {"¦<!DOCTYPE EDEX><EDEX/>", []string{"doctype"}},
		"a bomb":              {`<?xml version="1.0"?>` + "\n" + `¦<!DOCTYPE EDEX [<!ENTITY a "900000001">]><EDEX>&a;</EDEX>`, []string{"doctype"}},
		"a directive within":  {"<EDEX>¦<!ENTITY x SYSTEM \"file:///etc/passwd\"></EDEX>", []string{"doctype"}},
		"an entity":           {"<EDEX><school><schooljaar>¦&bsn900000001;</schooljaar></school></EDEX>", []string{"entity"}},
		"a bare ampersand":    {"<EDEX><school><schooljaar>¦a & b</schooljaar></school></EDEX>", []string{"entity"}},
		"UTF-16":              {"¦\xff\xfe<\x00E\x00", []string{"encoding"}},
		"another encoding":    {`¦<?xml version="1.0" encoding="UTF-7"?><EDEX/>`, []string{"encoding"}},
		"ISO-8859-15":         {`¦<?xml version="1.0" encoding="ISO-8859-15"?><EDEX/>`, []string{"encoding"}},
		"Latin without a say": {"<EDEX><school><auteur>¦Zo\xeb</auteur></school></EDEX>", []string{"invalid_utf8"}},
		"NUL":                 {"<EDEX><school><auteur>¦Zo\x00</auteur></school></EDEX>", []string{"illegal_character"}},
		"NUL by number":       {"<EDEX><school><auteur>¦Zo&#0;</auteur></school></EDEX>", []string{"illegal_character"}},
		"wrong nesting":       {"<EDEX><school>¦</scholen></EDEX>", []string{"malformed"}},
		"two roots":           {file("", "", "", "") + "¦<EDEX/>", []string{"malformed"}},
		"text after the root": {file("", "", "", "") + "¦900000001", []string{"malformed"}},
		"an attribute twice":  {`<EDEX>¦<school key="1" key="2"/></EDEX>`, []string{"malformed"}},
		"too deep":            {"<EDEX>" + deep + "</EDEX>", []string{"unknown_element", "too_deep"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := check(t, c.text, c.wants...)
			require.True(t, found.Stopped())
		})
	}
}

// TestTruncated cuts a good file everywhere: nothing but the last white space
// may be missing.
func TestTruncated(t *testing.T) {
	t.Parallel()
	end := len(strings.TrimSpace(whole))
	for n := range end {
		_, found := read(t, whole[:n])
		require.True(t, found.Stopped(), "cut after %d bytes", n)
		last := found.List[len(found.List)-1]
		if n > strings.Index(whole, "<school>") && n < end {
			require.Contains(t, []string{edexml.Truncated, edexml.InvalidUTF8}, last.Code, "cut after %d bytes", n)
		}
	}
	_, found := read(t, whole[:end])
	require.Empty(t, found.List)
}

func TestSchoolFindings(t *testing.T) {
	t.Parallel()
	const year = "<schooljaar>2026-2027</schooljaar>"
	for name, c := range map[string]struct {
		school string
		wants  []string
	}{
		"no school":             {"-", []string{"missing_school vestigingen"}},
		"empty school":          {"¦¦<school/>", []string{"missing_year schooljaar", "missing_brin brincode"}},
		"no year":               {"¦<school><brincode>99ZZ</brincode></school>", []string{"missing_year schooljaar"}},
		"a year with a slash":   {"<school>¦<schooljaar>2026/2027</schooljaar><brincode>99ZZ</brincode></school>", []string{"year_invalid schooljaar"}},
		"one year":              {"<school>¦<schooljaar>2026</schooljaar><brincode>99ZZ</brincode></school>", []string{"year_invalid schooljaar"}},
		"years apart":           {"<school>¦<schooljaar>2026-2028</schooljaar><brincode>99ZZ</brincode></school>", []string{"year_invalid schooljaar"}},
		"no BRIN":               {"¦<school>" + year + "<schoolkey>4</schoolkey></school>", []string{"missing_brin brincode"}},
		"a BRIN of letters":     {"<school>" + year + "\n¦<brincode>ABCD</brincode></school>", []string{"brin_invalid brincode"}},
		"a BRIN too long":       {"<school>" + year + "¦<brincode>99ZZ001</brincode></school>", []string{"brin_invalid brincode"}},
		"a BRIN mended":         {"<school>" + year + "¦<brincode>99zz</brincode></school>", []string{"brin_mended brincode"}},
		"a location of letters": {"<school>" + year + "<brincode>99ZZ</brincode>¦<dependancecode>A</dependancecode></school>", []string{"location_invalid dependancecode"}},
		"two locations": {
			"<school>" + year + "¦<brincode>99ZZ01</brincode>¦<dependancecode>02</dependancecode></school>",
			[]string{"brin_mended brincode", "location_invalid dependancecode"},
		},
		"Flanders": {"<school>" + year + "¦<instellingsnummer>12345</instellingsnummer></school>", []string{"flemish instellingsnummer"}},
		"unknown version": {
			"<school>" + year + "<brincode>99ZZ</brincode>¦<xsdversie>3.0</xsdversie></school>", []string{"unknown_version xsdversie"},
		},
		"twice": {
			"<school>" + year + "<brincode>99ZZ</brincode>¦<brincode>99XX</brincode></school>", []string{"duplicate_element brincode"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := file(c.school, "", "", "")
			if name == "no school" {
				text = strings.Replace(text, "<groepen>", "<vestigingen/><groepen>", 1)
				text = strings.Replace(text, "<vestigingen/>", "¦<vestigingen/>", 1)
			}
			_, found := check(t, text, c.wants...)
			mild := c.wants[0] == "brin_mended brincode" && len(c.wants) == 1
			mild = mild || strings.HasPrefix(c.wants[0], "unknown_version") || strings.HasPrefix(c.wants[0], "duplicate_element")
			require.Equal(t, !mild, found.Stopped())
		})
	}
}

func TestStructureFindings(t *testing.T) {
	t.Parallel()
	const one = `<leerling key="1"><roepnaam>Bo</roepnaam></leerling>`
	for name, c := range map[string]struct {
		text  string
		wants []string
	}{
		"nothing within":     {"<EDEX></EDEX>", []string{"missing_school@0 school", "no_pupils@0 leerlingen"}},
		"no list of pupils":  {file("", "", "-", ""), []string{"no_pupils@0 leerlingen"}},
		"empty list":         {file("", "", "<leerlingen/>", ""), []string{"no_pupils@0 leerlingen"}},
		"groups after":       {file("", "-", "", `¦<groepen><groep key="g"/></groepen>`), []string{"section_order groepen"}},
		"pupils twice":       {file("", "", "", `¦<leerlingen><leerling key="2"/></leerlingen>`), []string{"section_order leerlingen"}},
		"school twice":       {file("", "-", "-", `<leerlingen>`+one+`</leerlingen>¦<school/>`), []string{"section_order school"}},
		"unknown part":       {file("", "", "", `¦<ouders><ouder>900000001</ouder></ouders>`), []string{"unknown_element"}},
		"text between":       {file("", "", "", `¦900000001`), []string{"unknown_element"}},
		"unknown row":        {file("", "", `<leerlingen>`+one+`¦<kind/></leerlingen>`, ""), []string{"unknown_element"}},
		"another namespace":  {file("", "", `<leerlingen>`+one+`¦<x:leerling xmlns:x="urn:x" key="2"/></leerlingen>`, ""), []string{"unknown_element"}},
		"unknown attribute":  {file("", "", `<leerlingen>¦<leerling key="1" bsn="900000001"><roepnaam>Bo</roepnaam></leerling></leerlingen>`, ""), []string{"unknown_element"}},
		"noted once":         {pupil("<roepnaam>Bo</roepnaam>¦<fax>1</fax><fax>2</fax>"), []string{"unknown_element"}},
		"location twice":     {file("", `<vestigingen><vestiging key="N"/>¦<vestiging key="N"><naam>N</naam></vestiging></vestigingen>`, "", ""), []string{"duplicate_key vestiging"}},
		"location, no key":   {file("", `<vestigingen>¦<vestiging/></vestigingen>`, "", ""), []string{"missing_key vestiging"}},
		"class twice":        {file("", `<groepen><groep key="a"><naam>A</naam><jaargroep>1</jaargroep></groep>¦<groep key="a"><naam>B</naam><jaargroep>1</jaargroep></groep></groepen>`, "", ""), []string{"duplicate_key groep"}},
		"class and lesson":   {file("", `<groepen><groep key="a"><naam>A</naam><jaargroep>1</jaargroep></groep>¦<samengestelde_groep key="a"><naam>B</naam></samengestelde_groep></groepen>`, "", ""), []string{"duplicate_key samengestelde_groep"}},
		"keys by case":       {file("", `<groepen><samengestelde_groep key="a"><naam>A</naam></samengestelde_groep><samengestelde_groep key="A"><naam>B</naam></samengestelde_groep></groepen>`, "", ""), nil},
		"group without name": {file("", `<groepen>¦<samengestelde_groep key="a"/></groepen>`, "", ""), []string{"missing_group_name naam"}},
		"group, no year":     {file("", `<groepen>¦<groep key="a"><naam>A</naam></groep></groepen>`, "", ""), []string{"unknown_year jaargroep"}},
		"group, odd year":    {file("", `<groepen><groep key="a"><naam>A</naam>¦<jaargroep>9</jaargroep></groep></groepen>`, "", ""), []string{"unknown_year jaargroep"}},
		"pupil twice":        {file("", "", `<leerlingen>`+one+`¦`+one+`</leerlingen>`, ""), []string{"duplicate_key leerling"}},
		"staff twice":        {file("", "", "", `<leerkrachten><leerkracht key="a"><roepnaam>A</roepnaam></leerkracht>¦<leerkracht key="a"><roepnaam>B</roepnaam></leerkracht></leerkrachten>`), []string{"duplicate_key leerkracht"}},
		"pupil, no key":      {file("", "", `<leerlingen>`+one+`¦<leerling key=" "><roepnaam>A</roepnaam></leerling></leerlingen>`, ""), []string{"missing_key leerling"}},
		"pupil, long key":    {file("", "", `<leerlingen>`+one+`¦<leerling key="`+strings.Repeat("é", 257)+`"><roepnaam>A</roepnaam></leerling></leerlingen>`, ""), []string{"key_too_long leerling"}},
		"pupil, odd key":     {file("", "", "<leerlingen>"+one+"¦<leerling key=\"1&#x85;2\"><roepnaam>A</roepnaam></leerling></leerlingen>", ""), []string{"key_invalid leerling"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, c.text, c.wants...)
		})
	}
}

func TestPersonFindings(t *testing.T) {
	t.Parallel()
	const bo = "<roepnaam>Bo</roepnaam>"
	for name, c := range map[string]struct {
		text  string
		wants []string
	}{
		"no such class":      {pupil(bo + `¦<groep key="x"/>`), []string{"dangling_reference groep"}},
		"no such lesson":     {pupil(bo + `<samengestelde_groepen>¦<samengestelde_groep key="x"/></samengestelde_groepen>`), []string{"dangling_reference samengestelde_groep"}},
		"no such location":   {pupil(bo + `¦<vestiging key="x"/>`), []string{"dangling_reference vestiging"}},
		"two locations":      {file("", `<vestigingen><vestiging key="a"/><vestiging key="b"/></vestigingen>`, `<leerlingen><leerling key="1">`+bo+`<vestiging key="a"/>¦<vestiging key="b"/></leerling></leerlingen>`, ""), []string{"duplicate_element vestiging"}},
		"a long username":    {pupil(bo + "¦<gebruikersnaam>" + strings.Repeat("x", 65) + "</gebruikersnaam>"), []string{"too_long gebruikersnaam"}},
		"reference, no key":  {pupil(bo + `¦<groep/>`), []string{"missing_key groep"}},
		"lesson as class":    {pupil(bo + `¦<groep key="s1"/>`), []string{"wrong_kind groep"}},
		"class as lesson":    {pupil(bo + `<samengestelde_groepen>¦<samengestelde_groep key="g4"/></samengestelde_groepen>`), []string{"wrong_kind samengestelde_groep"}},
		"staff, no class":    {member(`<groepen>¦<groep key="x"/></groepen>`), []string{"dangling_reference groep"}},
		"staff, wrong kind":  {member(`<groepen>¦<samengestelde_groep key="g4"/></groepen>`), []string{"wrong_kind samengestelde_groep"}},
		"two classes":        {pupil(bo + `<groep key="g4"/>¦<groep key="gc"/>`), []string{"duplicate_element groep"}},
		"one class twice":    {member(`<groepen><groep key="g4"/><groep key="g4"/></groepen>`), nil},
		"no name":            {strings.Replace(pupil("<geslacht>1</geslacht>"), `<leerling `, `¦<leerling `, 1), []string{"missing_name achternaam"}},
		"empty names":        {strings.Replace(pupil("<roepnaam> </roepnaam><achternaam/>"), `<leerling `, `¦<leerling `, 1), []string{"missing_name achternaam"}},
		"surname only":       {strings.Replace(pupil("<achternaam>Vos</achternaam>"), `<leerling `, `¦<leerling `, 1), []string{"missing_given_name roepnaam"}},
		"other infix":        {pupil(bo + "¦<tussenvoegsel>de</tussenvoegsel>"), []string{"other_infix"}},
		"unknown year":       {pupil(bo + "\n  ¦<jaargroep>9</jaargroep>"), []string{"unknown_year jaargroep"}},
		"unknown gender":     {pupil(bo + "¦<geslacht>M</geslacht>"), []string{"unknown_gender geslacht"}},
		"unknown role":       {member("<rol>LRK</rol>¦<rol>BAAS</rol>"), []string{"unknown_role rol"}},
		"unknown group role": {member(`<groepen><groep key="g4">¦<rol>BAAS</rol></groep></groepen>`), []string{"unknown_role rol"}},
		"parent":             {strings.Replace(member("<rol>OUD</rol>"), `<leerkracht `, `¦<leerkracht `, 1), []string{"parent_role rol"}},
		"parent in a group":  {strings.Replace(member(`<groepen><groep key="g4"><rol>OUD</rol></groep></groepen>`), `<leerkracht `, `¦<leerkracht `, 1), []string{"parent_role rol"}},
		"long name":          {pupil(bo + "¦<achternaam>" + strings.Repeat("a", 201) + "</achternaam>"), []string{"too_long achternaam"}},
		"endless name":       {pupil(bo + "¦<achternaam>" + strings.Repeat("<![CDATA["+strings.Repeat(" ", 9000)+"]]>", 2) + "</achternaam>"), []string{"too_long achternaam"}},
		"control character":  {pupil(bo + "¦<achternaam>V&#x9f;s</achternaam>"), []string{"control_character achternaam"}},
		"no address":         {pupil(bo + "¦<emailadres>bo at school</emailadres>"), []string{"email_invalid emailadres"}},
		"two addresses":      {pupil(bo + "¦<emailadres>bo@a.example;bo@b.example</emailadres>"), []string{"email_invalid emailadres"}},
		"no date":            {pupil(bo + "¦<uitstroomdatum>18-07-2026</uitstroomdatum>"), []string{"date_invalid uitstroomdatum"}},
		"a date twice":       {pupil(bo + "<geslacht>1</geslacht>¦<geslacht>2</geslacht>"), []string{"duplicate_element geslacht"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, c.text, c.wants...)
		})
	}
}

func TestECKiD(t *testing.T) {
	t.Parallel()
	good := "https://ketenid.nl/201703/" + hex128
	row := func(list, key, id string) string {
		return fmt.Sprintf(`<%s key="%s" eckid="%s"><roepnaam>Bo</roepnaam></%s>`, list, key, id, list)
	}
	for name, c := range map[string]struct {
		pupils, staff string
		wants         []string
		leftOut       int
	}{
		"good":                     {row("leerling", "1", good), "", nil, 1},
		"pilot":                    {row("leerling", "1", strings.Replace(good, "201703", "pilot", 1)), "", nil, 1},
		"pupil and staff":          {row("leerling", "1", good), row("leerkracht", "1", good), nil, 2},
		"empty":                    {row("leerling", "1", ""), "", nil, 0},
		"stampseudoniem":           {"¦" + row("leerling", "1", strings.Replace(good, "201703", "sppilot", 1)), "", []string{"eckid_invalid leerling"}, 1},
		"too short":                {"¦" + row("leerling", "1", good[:100]), "", []string{"eckid_invalid leerling"}, 1},
		"upper case":               {"¦" + row("leerling", "1", strings.Replace(good, "abcdef", "ABCDEF", 1)), "", []string{"eckid_mended leerling"}, 1},
		"two pupils":               {row("leerling", "1", good) + "¦" + row("leerling", "2", good), "", []string{"duplicate_eckid leerling"}, 2},
		"two, one in capitals":     {row("leerling", "1", good) + "¦" + "¦" + row("leerling", "2", strings.ToUpper(good)), "", []string{"eckid_mended leerling", "duplicate_eckid leerling"}, 2},
		"two of staff":             {row("leerling", "1", ""), row("leerkracht", "1", good) + "¦" + row("leerkracht", "2", good), []string{"duplicate_eckid leerkracht"}, 2},
		"two that are not ECK iDs": {"¦" + row("leerling", "1", "x") + "¦" + row("leerling", "2", "x"), "", []string{"eckid_invalid leerling", "eckid_invalid leerling"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := file("", "", "<leerlingen>"+c.pupils+"</leerlingen>", "<leerkrachten>"+c.staff+"</leerkrachten>")
			list, found := check(t, text, c.wants...)
			require.Equal(t, strings.Contains(strings.Join(c.wants, " "), "duplicate"), found.Stopped())
			require.Equal(t, c.leftOut, list.LeftOut["eckid"])
			require.NotContains(t, fmt.Sprintf("%+v", list), "ketenid")
		})
	}
}

// TestKeysThatAreBSN expects a file to be refused whose pupils are numbered
// by citizen service number, and no other.
func TestKeysThatAreBSN(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		count   int
		key     func(i int) int
		refused bool
	}{
		"all pass":        {20, func(i int) int { return passing(i) }, true},
		"one in five not": {20, func(i int) int { return passing(i) + min(1, (i+1)%5/4) }, true},
		"half":            {20, func(i int) int { return passing(i) + i%2*50_000_000 }, false},
		"too few to tell": {9, func(i int) int { return passing(i) }, false},
		"counted on":      {40, func(i int) int { return 900_000_000 + i }, false},
		"short":           {40, func(i int) int { return 1_000_000 + i }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rows strings.Builder
			for i := range c.count {
				fmt.Fprintf(&rows, `<leerling key="%d"><roepnaam>Bo</roepnaam></leerling>`, c.key(i))
			}
			_, found := read(t, file("", "", "<leerlingen>"+rows.String()+"</leerlingen>", ""))
			require.Equal(t, c.refused, found.Stopped())
			if c.refused {
				require.Equal(t, []roster.Finding{{Code: edexml.KeyIsBSN, Severity: roster.Stop, Field: "leerling"}}, found.List)
			}
		})
	}
}

// passing returns the i-th number from 900,000,000 that passes the eleven
// test; numbers that high were never issued.
func passing(i int) int {
	for n := 900_000_000; ; n++ {
		sum, rest := -(n % 10), n/10
		for w := 2; rest > 0; w, rest = w+1, rest/10 {
			sum += w * (rest % 10)
		}
		if sum%11 == 0 {
			if i--; i < 0 {
				return n
			}
		}
	}
}
