package uwlr_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/uwlr"
)

// TestRefusedDeliveries expects deliveries that are none to be refused, each
// with what is wrong with it.
func TestRefusedDeliveries(t *testing.T) {
	t.Parallel()
	good := whole("2.3", pupil(`key="L1"`, "Bo"))
	fault := func(code string) string {
		return envelope("<soap:Fault><faultcode>" + code + "</faultcode><faultstring>900000001</faultstring></soap:Fault>")
	}
	staged := set("2.3", pupil(`key="L1"`, "Bo"))
	one := func(text string) []roster.File { return []roster.File{file("x.xml", text)} }
	for name, c := range map[string]struct {
		files []roster.File
		want  string
	}{
		"EDEXML without the namespace":  {one(strings.ReplaceAll(good, uwlr.Space, "")), uwlr.WrongAnswer},
		"another namespace":             {one(strings.ReplaceAll(good, uwlr.Space, uwlr.Space+"/x")), uwlr.WrongAnswer},
		"SOAP 1.2":                      {one(strings.ReplaceAll(good, uwlr.SOAP, "http://www.w3.org/2003/05/soap-envelope")), uwlr.WrongAnswer},
		"a page of a website":           {one("<!DOCTYPE html><html><body>Inloggen</body></html>"), uwlr.WrongAnswer},
		"nothing":                       {one(""), uwlr.WrongAnswer},
		"no file":                       {nil, uwlr.IncompleteSet},
		"a request":                     {one(envelope("<le:leerlinggegevens_verzoek/>")), uwlr.WrongAnswer},
		"an empty answer":               {one(envelope("<le:leerlinggegevens_antwoord/>")), uwlr.WrongAnswer},
		"an empty body":                 {one(envelope("")), uwlr.WrongAnswer},
		"pupils in a structure message": {one(envelope("<le:structuur_antwoord><le:leerlinggegevens/></le:structuur_antwoord>")), uwlr.WrongAnswer},
		"a document type":               {one(strings.Replace(good, "<soap:Env", "<!DOCTYPE x><soap:Env", 1)), uwlr.WrongAnswer},
		"a document type within":        {one(strings.Replace(good, "<le:groepen>", "<!DOCTYPE x><le:groepen>", 1)), uwlr.Damaged},
		"an entity":                     {one(strings.Replace(good, "Bo<", "&bo;<", 1)), uwlr.Damaged},
		"an answer that breaks off":     {one(good[:len(good)-60]), uwlr.Damaged},
		"geenwijzigingen":               {one(envelope("<le:leerlinggegevens_antwoord><le:geenwijzigingen/></le:leerlinggegevens_antwoord>")), uwlr.NoChange},
		"geengegevens":                  {one(envelope("<le:leerlinggegevens_antwoord><le:geengegevens/></le:leerlinggegevens_antwoord>")), uwlr.NoDataAtAll},
		"a fault":                       {one(fault("soap:Client.AutorisatieOngeldig")), uwlr.FaultAnswer},
		"two whole answers":             {append(one(good), one(good)...), uwlr.IncompleteSet},
		"two of three":                  {staged[:2], uwlr.IncompleteSet},
		"pupils alone":                  {staged[2:], uwlr.IncompleteSet},
		"three and a whole":             {append(one(good), staged...), uwlr.IncompleteSet},
		"the parts out of order":        {one(answer(uwlr.WholeAnswer, school("2.3")+pupils(pupil(`key="1"`, "Bo"))+groups)), uwlr.WrongAnswer},
		"no school":                     {one(answer(uwlr.WholeAnswer, groups+pupils(pupil(`key="1"`, "Bo")))), uwlr.WrongAnswer},
		"an endless header":             {one(strings.Replace(good, "<soap:Header>", "<soap:Header>"+strings.Repeat("<x/>", uwlr.HeadBytes()/4), 1)), uwlr.WrongAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := read(t, uwlr.Format{}, c.files...)
			require.True(t, found.Stopped())
			require.Contains(t, codes(found), c.want)
		})
	}
}

// TestIdentifiers goes through what an administration system may name a pupil
// by.
func TestIdentifiers(t *testing.T) {
	t.Parallel()
	stem := strings.Replace(eck(1), "201703", "sppilot", 1)
	for name, c := range map[string]struct {
		version, attributes string
		pilot               bool
		code                string // "" where all is well
		key                 string // "" where the ECK iD stands for it
		kept                bool   // the ECK iD is
	}{
		"both in 2.3":                  {version: "2.3", attributes: `key="L1" eckid="` + eck(1) + `"`, key: "L1", kept: true},
		"a key alone in 2.3":           {version: "2.3", attributes: `key="L1"`, key: "L1"},
		"an ECK iD alone in 2.3":       {version: "2.3", attributes: `eckid="` + eck(1) + `"`, kept: true},
		"an empty key in 2.3":          {version: "2.3", attributes: `key=" " eckid="` + eck(1) + `"`, kept: true},
		"an ECK iD alone, no version":  {version: "", attributes: `eckid="` + eck(1) + `"`, kept: true},
		"an ECK iD alone in 2.2":       {version: "2.2", attributes: `eckid="` + eck(1) + `"`, code: uwlr.MissingKey},
		"an ECK iD alone in 2.1":       {version: "2.1", attributes: `eckid="` + eck(1) + `"`, code: uwlr.MissingKey},
		"an ECK iD alone in 9.9":       {version: "9.9", attributes: `eckid="` + eck(1) + `"`, code: uwlr.UnknownVersion},
		"nothing":                      {version: "2.3", attributes: "", code: uwlr.MissingKey},
		"junk with a key":              {version: "2.3", attributes: `key="L1" eckid="eckid_L1"`, key: "L1", code: uwlr.ECKiDInvalid},
		"junk without a key":           {version: "2.3", attributes: `eckid="eckid_L1"`, code: uwlr.MissingKey},
		"a stampseudoniem":             {version: "2.3", attributes: `key="L1" eckid="` + stem + `"`, key: "L1", code: uwlr.ECKiDInvalid},
		"the test environment's":       {version: "2.3", attributes: `key="L1" eckid="` + strings.Replace(eck(1), "201703", "pilot", 1) + `"`, key: "L1", code: uwlr.ECKiDInvalid},
		"the test environment's, test": {version: "2.3", attributes: `eckid="` + strings.Replace(eck(1), "201703", "pilot", 1) + `"`, pilot: true, kept: true},
		"an ECK iD for a key":          {version: "2.3", attributes: `key="` + eck(1) + `"`, code: "edexml.key_invalid"},
		"capitals alone":               {version: "2.3", attributes: `eckid="` + strings.ToUpper(eck(10)) + `"`, code: "edexml.eckid_mended", kept: true},
		"capitals for a key":           {version: "2.3", attributes: `key="` + strings.ToUpper(eck(10)) + `"`, code: "edexml.key_invalid"},
		"capitals":                     {version: "2.3", attributes: `key="L1" eckid="` + strings.ToUpper(eck(10)) + `"`, key: "L1", code: "edexml.eckid_mended", kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, found := read(t, uwlr.Format{Pilot: c.pilot}, file("", whole(c.version, pupil(c.attributes, "Bo"))))
			if c.code != "" {
				require.Contains(t, codes(found), c.code)
			} else {
				require.Empty(t, found.List)
			}
			if found.Stopped() {
				return
			}
			p := list.People[0]
			require.Equal(t, strings.ToLower(p.ECK), p.ECK)
			require.Equal(t, c.kept, p.ECK != "")
			require.Equal(t, c.key == "", p.ByECK())
			require.Equal(t, c.key != "", p.Fields.Has(roster.Number))
			require.Equal(t, c.key, p.Number)
			if c.key != "" {
				require.Equal(t, c.key, p.Key)
			}
		})
	}
}

// TestECKiDIsNowhere expects an ECK iD to stand in its own field and in no
// key, count or finding.
func TestECKiDIsNowhere(t *testing.T) {
	t.Parallel()
	list, found := read(t, uwlr.Format{}, file("", whole("2.3",
		pupil(`eckid="`+eck(1)+`"`, "Bo"), pupil(`eckid="`+eck(1)+`"`, "Bo"), pupil(`eckid="x`+eck(2)+`"`, "Bo"))))
	require.True(t, found.Stopped(), "one ECK iD names two pupils")
	for i := range list.People {
		list.People[i].ECK = ""
	}
	raw, err := json.Marshal([]any{list, found})
	require.NoError(t, err)
	require.NotContains(t, string(raw), hex32)
}

// TestJunkECKiDs reads what a test system delivers: junk in nearly every row.
func TestJunkECKiDs(t *testing.T) {
	t.Parallel()
	var all []string
	for _, n := range strings.Split("abcdefghijklmnopqrst", "") {
		all = append(all, pupil(`key="L`+n+`" eckid="eckid_L`+n+`"`, "Bo"))
	}
	list, found := read(t, uwlr.Format{}, file("", whole("2.3", append(all, pupil(`key="L21" eckid="`+eck(1)+`"`, "Bo"))...)))
	require.False(t, found.Stopped())
	require.Len(t, found.List, 20)
	require.Len(t, list.People, 22)
	require.Equal(t, 20, list.LeftOut["eckid"])
}

// TestProfiles expects an answer to say which fields its profile delivers: the
// Smalle set has neither gender nor addresses of pupils, the LVS-set has
// gender.
func TestProfiles(t *testing.T) {
	t.Parallel()
	narrow, _ := read(t, uwlr.Format{}, file("", whole("2.3", pupil(`key="1"`, "Bo"))))
	require.False(t, narrow.People[0].Fields.Has(roster.Gender))
	require.False(t, narrow.People[0].Fields.Has(roster.Email))
	require.False(t, narrow.People[0].Fields.Has(roster.FirstNames))
	require.True(t, narrow.People[0].Fields.Has(roster.Number|roster.InGroups|roster.Grade))
	require.False(t, narrow.People[0].Fields.Has(roster.ECK))
	require.Equal(t, person.Staff, narrow.People[1].Kind)
	require.True(t, narrow.People[1].Fields.Has(roster.Email), "the Smalle set allows addresses of staff")
	require.False(t, narrow.People[1].Fields.Has(roster.ECK))

	wide := strings.Replace(pupil(`key="1"`, "Bo"), "<le:jaargroep>",
		"<le:geboortedatum>2014-02-03</le:geboortedatum><le:geslacht>2</le:geslacht><le:jaargroep>", 1)
	wide = strings.Replace(wide, "<le:mutatiedatum>", "<le:bsn_ondwnr-4>0001</le:bsn_ondwnr-4><le:mutatiedatum>", 1)
	list, found := read(t, uwlr.Format{}, file("", whole("2.2", wide)))
	require.Empty(t, found.List)
	require.Equal(t, person.Female, list.People[0].Gender)
	require.True(t, list.People[0].Fields.Has(roster.Gender))
	require.Equal(t, 1, list.LeftOut["bsn_ondwnr-4"])
	require.Equal(t, 1, list.LeftOut["geboortedatum"])
}

// TestBRINWithLocation reads the spelling of connectors: "99XX.00".
func TestBRINWithLocation(t *testing.T) {
	t.Parallel()
	text := strings.Replace(whole("2.3", pupil(`key="1"`, "Bo")), "99XX<", "99XX.00<", 1)
	list, found := read(t, uwlr.Format{}, file("", text))
	require.Equal(t, []string{"edexml.brin_mended"}, codes(found))
	require.Equal(t, "99XX00", list.School.String())
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]uwlr.Fault{
		"soap:Server.InterneFout": uwlr.Internal, "le:Server.TijdelijkNietBeschikbaar": uwlr.Unavailable,
		"Client.AutorisatieOngeldig": uwlr.Unauthorised, " x:Client.XsdVersieOngeldig ": uwlr.BadVersion,
		"soap:Client": uwlr.AnyClientFault, "Client.Iets": uwlr.AnyClientFault, "soap:MustUnderstand": uwlr.AnyServerFault, "": uwlr.AnyServerFault,
	} {
		a, err := uwlr.Peek(strings.NewReader(envelope("<soap:Fault><faultcode>" + code + "</faultcode></soap:Fault>")))
		require.NoError(t, err)
		require.Equal(t, want, a.Fault, code)
	}
	for _, f := range uwlr.Faults() {
		require.Equal(t, strings.HasPrefix(string(f), "Server"), f.Passing(), f)
	}
}

// TestUnreadable expects an answer that cannot be read to be no verdict on it.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	f := roster.File{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("<soap:Envelope"), iotest.ErrReader(broken))), nil
	}}
	var found roster.Findings
	_, err := uwlr.Format{}.Read([]roster.File{f}, roster.Wanted{}, &found)
	require.ErrorIs(t, err, broken)
	require.Empty(t, found.List)
	require.False(t, uwlr.Format{}.Claims([]roster.File{f}))
	require.False(t, uwlr.Format{}.Claims(nil))
	require.False(t, uwlr.Format{}.Claims([]roster.File{file("x", "<EDEX/>")}))
}

func FuzzRead(f *testing.F) {
	f.Add(whole("2.3", pupil(`eckid="`+eck(1)+`"`, "Bo")))
	f.Add(answer(uwlr.StructureAnswer, school("2.2")+groups))
	f.Add(envelope("<soap:Fault><faultcode>x:Client</faultcode></soap:Fault>"))
	f.Add(envelope("<le:leerlinggegevens_antwoord><le:geenwijzigingen/></le:leerlinggegevens_antwoord>"))
	f.Fuzz(func(t *testing.T, text string) {
		list, found := read(t, uwlr.Format{}, file("", text))
		if found.Stopped() {
			return
		}
		require.NotNil(t, list)
		require.True(t, uwlr.Format{}.Claims([]roster.File{file("", text)}))
		for _, p := range list.People {
			require.NotEmpty(t, p.Key)
			require.NotContains(t, p.Key, "ketenid.nl/201703")
		}
	})
}
