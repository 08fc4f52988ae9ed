package edexml_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// planted are values that no school has, each in an element that may never be
// kept.
func planted() map[string]string {
	return map[string]string{
		"bsn": "900731902", "sofinummer": "900846155", "onderwijsnummer": "900557318", "bsn_ondwnr-4": "94086173",
		"rijksregisternummer": "90011973155", "geboortedatum": "2917-11-29", "start_ondw_jgr3": "2918-12-28",
		"instroomdatum": "2919-10-27", "uitstroomdatum": "2016-09-26", "postcodenl": "4913QZ", "postnummerbe": "94913",
		"postcodeoverig": "QZ-77-4913", "etniciteit": "ETN9713", "land": "LND9714", "land_vader": "LND9715",
		"land_moeder": "LND9716", "gewicht": "GEW9717", "gewicht_nieuw": "GEW9718", "fotourl": "https://foto9719.example",
		"rolomschrijving": "rol9721", "mutatiedatum": "2921-08-25T01:02:03",
		"telefoon": "0619713155", "adres": "Straat 9722", "auteur": "auteur9723",
	}
}

// row returns the planted values as elements, in the order of their names,
// once as they are and once within a toevoegingen block.
func row() string {
	var b strings.Builder
	for _, name := range []string{
		"bsn", "sofinummer", "onderwijsnummer", "bsn_ondwnr-4", "rijksregisternummer", "geboortedatum", "start_ondw_jgr3",
		"instroomdatum", "uitstroomdatum", "postcodenl", "postnummerbe", "postcodeoverig", "etniciteit", "land", "land_vader",
		"land_moeder", "gewicht", "gewicht_nieuw", "fotourl", "rolomschrijving", "mutatiedatum", "telefoon",
		"adres", "auteur",
	} {
		fmt.Fprintf(&b, "<%s>%s</%s>", name, planted()[name], name)
	}
	return b.String() + "<toevoegingen><blok><code>9724</code>" + b.String() + "</blok></toevoegingen>"
}

// around puts fragment before planted values in every part of a file.
func around(fragment string) string {
	part := fragment + row()
	return "<EDEX><school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode>" + part + "</school>" +
		`<vestigingen><vestiging key="v">` + part + `</vestiging></vestigingen>` +
		`<groepen><groep key="g4"><naam>4a</naam>` + part + `</groep></groepen>` +
		`<leerlingen><leerling key="1" bsn="900731902"><roepnaam>Bo</roepnaam>` + part + part + `</leerling></leerlingen>` +
		`<leerkrachten><leerkracht key="1" geboortedatum="2917-11-29"><roepnaam>Bo</roepnaam><groepen><groep key="g4">` + row() + `</groep></groepen>` +
		part + `</leerkracht></leerkrachten></EDEX>`
}

func leak(t *testing.T, list *roster.Roster, found roster.Findings) {
	t.Helper()
	printed := fmt.Sprintf("%+v %+v", list, found)
	for name, value := range planted() {
		require.NotContains(t, printed, value, name)
	}
}

func TestForbiddenValuesStayOut(t *testing.T) {
	t.Parallel()
	list, found := read(t, around(""))
	leak(t, list, found)
	require.False(t, found.Stopped())
	for name := range planted() {
		if name != "telefoon" && name != "adres" {
			require.GreaterOrEqual(t, list.LeftOut[name], 5, name)
		}
	}
	require.Equal(t, 16, list.LeftOut[edexml.Unknown])
	require.Equal(t, 7, list.LeftOut["toevoegingen"])
}

// FuzzForbidden puts any fragment before forbidden values: none of them may
// come out, whatever the fragment opens or leaves open.
func FuzzForbidden(f *testing.F) {
	for _, seed := range []string{
		"", "<roepnaam>", "<roepnaam>Bo</roepnaam>", "<achternaam><![CDATA[", "<!--", "<x y='", "</leerling>", "<jaargroep>4",
		"<toevoegingen>", "<geslacht>1</geslacht><geslacht/>", "&amp;", "<a><b>", "</school></EDEX>", "<groep key=\"g4\"/>", "]]>", "<naam>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, fragment string) {
		for _, value := range planted() {
			if strings.Contains(fragment, value) {
				return
			}
		}
		list, found := read(t, around(fragment))
		leak(t, list, found)
	})
}

// FuzzParse reads anything: it never panics, never fails, and what it says is
// bounded and names nothing but places.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		whole, strings.ReplaceAll(whole, "\n", "\r\n"), whole[:len(whole)/2], file("", "", "", ""), pupil("<achternaam>Vos</achternaam>"),
		member("<rol>OUD</rol>"), around(""), "", "\xff\xfe<", "<EDEX><school/></EDEX>", "<!DOCTYPE a [<!ENTITY b 'c'>]><EDEX>&b;</EDEX>",
		`<?xml version="1.0" encoding="ISO-8859-1"?><EDEX><leerlingen><leerling key="` + "\xe9" + `"><roepnaam>` + "\xeb\x80" + `</roepnaam></leerling></leerlingen></EDEX>`,
	} {
		f.Add([]byte(seed))
	}
	field := regexp.MustCompile(`^[a-z_]*$`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := usual()
		p.Bytes, p.People, p.Groups = 64<<10, 100, 50
		var found roster.Findings
		list, err := p.Parse(strings.NewReader(string(raw)), &found)
		require.NoError(t, err)
		require.LessOrEqual(t, len(list.People), p.People)
		require.LessOrEqual(t, len(list.Groups), p.Groups)
		require.LessOrEqual(t, len(list.LeftOut), 64)
		require.LessOrEqual(t, len(found.List), 100*len(edexml.Codes()))
		for _, x := range found.List {
			require.Contains(t, edexml.Codes(), x.Code)
			require.Regexp(t, field, x.Field)
			require.GreaterOrEqual(t, x.Line, 0)
		}
		for _, who := range list.People {
			require.NotEmpty(t, who.Key)
			require.NotEmpty(t, who.Name.Display())
		}
		if !found.Stopped() {
			require.NotZero(t, list.Year)
			require.NotEmpty(t, list.School.BRIN)
		}
	})
}
