package uwlr_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/uwlr"
)

const hex32 = "0123456789abcdef0123456789abcdef"

// eck returns the n-th ECK iD of the chain's production.
func eck(n int) string {
	return "https://ketenid.nl/201703/" + hex32 + hex32 + hex32 + fmt.Sprintf("%032x", n)
}

// file is one file with that text.
func file(name, text string) roster.File {
	return roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// envelope puts a body into a SOAP envelope with a header before it.
func envelope(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="` + uwlr.SOAP + `" xmlns:le="` + uwlr.Space + `">` +
		`<soap:Header><x:spoor xmlns:x="urn:x">1</x:spoor></soap:Header><soap:Body>` + body + `</soap:Body></soap:Envelope>`
}

// school is the school of an answer in that version, "" for none stated.
func school(version string) string {
	if version != "" {
		version = "<le:xsdversie>" + version + "</le:xsdversie>"
	}
	return `<le:school><le:schooljaar>2026-2027</le:schooljaar><le:brincode>99XX</le:brincode><le:dependancecode>00</le:dependancecode>` +
		`<le:aanmaakdatum>2026-11-24T06:00:00Z</le:aanmaakdatum>` + version + `</le:school>`
}

const groups = `<le:groepen><le:groep key="H1C"><le:naam>H1C</le:naam><le:jaargroep>11</le:jaargroep></le:groep>` +
	`<le:samengestelde_groep key="wi1"><le:naam>wi1</le:naam></le:samengestelde_groep></le:groepen>`

// pupil is a pupil with these attributes.
func pupil(attributes, call string) string {
	return `<le:leerling ` + attributes + `><le:achternaam>Berg</le:achternaam><le:voorvoegsel>van der</le:voorvoegsel><le:roepnaam>` + call +
		`</le:roepnaam><le:jaargroep>11</le:jaargroep><le:groep key="H1C"/><le:samengestelde_groepen><le:samengestelde_groep key="wi1"/></le:samengestelde_groepen>` +
		`<le:mutatiedatum>2026-09-07T08:47:34Z</le:mutatiedatum></le:leerling>`
}

func pupils(all ...string) string {
	return "<le:leerlingen>" + strings.Join(all, "") + "</le:leerlingen>"
}

const staff = `<le:leerkrachten><le:leerkracht key="M1"><le:achternaam>Kaya</le:achternaam><le:roepnaam>Elif</le:roepnaam>` +
	`<le:emailadres>e.kaya@school.example</le:emailadres><le:groepen><le:groep key="H1C"/></le:groepen></le:leerkracht></le:leerkrachten>`

// answer is a message whose element kind holds parts.
func answer(m uwlr.Message, parts string) string {
	return envelope(fmt.Sprintf("<le:%[1]s><le:%[2]s>%[3]s</le:%[2]s></le:%[1]s>", m, m.Holds(), parts))
}

// whole is a complete answer in that version with these pupils.
func whole(version string, all ...string) string {
	return answer(uwlr.WholeAnswer, school(version)+groups+pupils(all...)+staff)
}

func read(t testing.TB, f uwlr.Format, files ...roster.File) (*roster.Roster, roster.Findings) {
	t.Helper()
	var found roster.Findings
	list, err := f.Read(files, roster.Wanted{Today: time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)}, &found)
	require.NoError(t, err)
	return list, found
}

func codes(found roster.Findings) []string {
	var all []string
	for _, f := range found.List {
		all = append(all, f.Code)
	}
	return all
}

func TestWholeAnswer(t *testing.T) {
	t.Parallel()
	text := whole("2.2", pupil(`key="L21" eckid="`+eck(1)+`"`, "Zoë"), pupil(`key="L22"`, "Bo"))
	require.True(t, uwlr.Format{}.Claims([]roster.File{file("answer.xml", text)}))
	list, found := read(t, uwlr.Format{}, file("answer.xml", text))
	require.Empty(t, found.List)
	require.Equal(t, "uwlr 2.2", list.Format)
	require.Equal(t, "99XX00", list.School.String())
	require.Equal(t, "2026-2027", list.Year.String(), "the schema's own list of years ends before")
	require.Equal(t, []roster.Group{
		{Key: "H1C", Kind: roster.Class, Name: "H1C", Year: "11"}, {Key: "wi1", Kind: roster.Lesson, Name: "wi1"},
	}, list.Groups)
	require.Len(t, list.People, 3)
	first := list.People[0]
	require.Equal(t, person.Name{Call: "Zoë", Infix: "van der", Surname: "Berg"}, first.Name)
	require.Equal(t, "L21", first.Key)
	require.Equal(t, eck(1), first.ECK)
	require.False(t, first.ByECK())
	require.Equal(t, []string{"H1C", "wi1"}, first.Groups)
	require.Equal(t, []string{"H1C"}, list.People[2].Groups)
}

// TestWithoutEnvelope reads a message that was stored without its envelope,
// and one whose namespace is the default.
func TestWithoutEnvelope(t *testing.T) {
	t.Parallel()
	inner := school("2.3") + groups + pupils(pupil(`key="L1"`, "Bo"))
	for name, text := range map[string]string{
		"bare":         `<le:leerlinggegevens_antwoord xmlns:le="` + uwlr.Space + `"><le:leerlinggegevens>` + inner + `</le:leerlinggegevens></le:leerlinggegevens_antwoord>`,
		"default":      strings.ReplaceAll(answer(uwlr.WholeAnswer, inner), "le:", ""),
		"other prefix": strings.ReplaceAll(strings.ReplaceAll(answer(uwlr.WholeAnswer, inner), "le:", "ns2:"), "xmlns:le", "xmlns:ns2"),
		"a BOM":        "\xef\xbb\xbf" + answer(uwlr.WholeAnswer, inner),
		"Windows-1252": strings.Replace(strings.Replace(answer(uwlr.WholeAnswer, inner), "UTF-8", "ISO-8859-1", 1), "Bo<", "Zo\xeb<", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "default" {
				text = strings.Replace(text, "xmlns:", `xmlns:unused="urn:x" xmlns:`, 1)
				text = strings.Replace(text, "<leerlinggegevens_antwoord", `<leerlinggegevens_antwoord xmlns="`+uwlr.Space+`"`, 1)
				text = strings.Replace(text, `xmlns:="`, `xmlns:le="`, 1)
			}
			list, found := read(t, uwlr.Format{}, file("", text))
			require.Empty(t, found.List)
			require.Equal(t, "uwlr 2.3", list.Format)
			require.Len(t, list.People, 1)
		})
	}
}

func set(version string, all ...string) []roster.File {
	return []roster.File{
		file("leerkrachten.xml", answer(uwlr.StaffAnswer, staff)),
		file("structuur.xml", answer(uwlr.StructureAnswer, school(version)+groups)),
		file("leerlingen.xml", answer(uwlr.PupilsAnswer, pupils(all...))),
	}
}

// TestStagedEqualsWhole expects three answers, in any order, to be the same
// roster as one.
func TestStagedEqualsWhole(t *testing.T) {
	t.Parallel()
	all := []string{pupil(`key="L21" eckid="`+eck(1)+`"`, "Zoë"), pupil(`eckid="`+eck(2)+`"`, "Bo")}
	want, found := read(t, uwlr.Format{}, file("", whole("2.3", all...)))
	require.Empty(t, found.List)
	files := set("2.3", all...)
	require.True(t, uwlr.Format{}.Claims(files))
	got, found := read(t, uwlr.Format{}, files...)
	require.Empty(t, found.List)
	require.Equal(t, want, got)
}

func TestStagedFindingsNameTheFile(t *testing.T) {
	t.Parallel()
	_, found := read(t, uwlr.Format{}, set("2.3", pupil(`key="L1" eckid="eckid_L1"`, "Bo"))...)
	require.Len(t, found.List, 1)
	require.Equal(t, "leerlingen_antwoord", found.List[0].File, "what the standard calls the message")
	require.Equal(t, 1, found.List[0].Line)
}

// TestStaffMayBeNone expects a school that delivers no staff to deliver the
// rest, and nobody of the staff.
func TestStaffMayBeNone(t *testing.T) {
	t.Parallel()
	files := set("2.3", pupil(`key="L1"`, "Bo"))
	files[0] = file("leerkrachten.xml", envelope("<le:leerkrachten_antwoord><le:geengegevens/></le:leerkrachten_antwoord>"))
	list, found := read(t, uwlr.Format{}, files...)
	require.Empty(t, found.List)
	require.Len(t, list.People, 1)
}

func TestMessages(t *testing.T) {
	t.Parallel()
	all, err := uwlr.Messages()
	require.NoError(t, err)
	for _, lang := range []string{"nl", "en"} {
		require.Len(t, all[lang], len(uwlr.Codes()))
		for _, code := range uwlr.Codes() {
			require.NotEmpty(t, all[lang][code], code)
		}
	}
	require.NotEqual(t, all["nl"], all["en"])
}

func TestGroups(t *testing.T) {
	t.Parallel()
	got, err := uwlr.Groups(strings.NewReader(answer(uwlr.StructureAnswer, school("2.3")+groups)))
	require.NoError(t, err)
	require.Equal(t, []roster.Group{
		{Key: "H1C", Kind: roster.Class, Name: "H1C", Year: "11"}, {Key: "wi1", Kind: roster.Lesson, Name: "wi1"},
	}, got)
	for name, text := range map[string]string{
		"a whole answer": whole("2.3", pupil(`key="1"`, "Bo")),
		"nothing":        "",
		"no key":         answer(uwlr.StructureAnswer, school("2.3")+strings.Replace(groups, `key="H1C"`, "", 1)),
		"cut":            answer(uwlr.StructureAnswer, school("2.3")+groups)[:600],
	} {
		_, err := uwlr.Groups(strings.NewReader(text))
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
}
