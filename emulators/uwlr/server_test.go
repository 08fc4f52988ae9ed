package uwlr_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/uwlr"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
	format "cool.example/sync/shared/roster/uwlr"
)

// invented returns a school's EDEXML with that many pupils.
func invented(pupils int) []byte {
	var b bytes.Buffer
	b.WriteString(`<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><school><schooljaar>2026-2027</schooljaar><brincode>99XX</brincode>` +
		`<xsdversie>2.1</xsdversie></school><vestigingen><vestiging key="N"><naam>Noord</naam></vestiging></vestigingen>` +
		`<groepen><groep key="K1"><naam>1 &amp; 2</naam><jaargroep>C</jaargroep></groep><samengestelde_groep key="S1"><naam>Plus</naam></samengestelde_groep></groepen>` + "\n<leerlingen>\n")
	for i := range pupils {
		fmt.Fprintf(&b, `<leerling key="%d"><achternaam>Çelik</achternaam><roepnaam>Bo</roepnaam><jaargroep>1</jaargroep><groep key="K1"/><vestiging key="N"/>`+
			`<bsn>900000001</bsn><toevoegingen><blok xsi:type="Opmerking"><code>X</code></blok></toevoegingen></leerling>`+"\n", 200_000+i)
	}
	b.WriteString(`</leerlingen><leerkrachten><leerkracht key="M1"><roepnaam>Elif</roepnaam><groepen><samengestelde_groep key="S1"/></groepen></leerkracht></leerkrachten></EDEX>`)
	return b.Bytes()
}

// start starts a fake and returns a client that it accepts.
func start(t *testing.T, o uwlr.Options) (*uwlr.Server, *http.Client) {
	t.Helper()
	o.BRIN, o.Year = "99XX", "2026-2027"
	s, err := uwlr.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() }) // the test is over
	bundle, err := s.Authority().Client(time.Now().Add(time.Hour))
	require.NoError(t, err)
	own, err := tls.X509KeyPair(bundle, bundle)
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(s.Authority().PEM())
	return s, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: trusted}}}
}

// text is a request with a prefix for every namespace, as the standard's
// examples are written.
func text(message, inside string) string {
	return `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:aut="http://www.edustandaard.nl/leerresultaten/2/autorisatie" ` +
		`xmlns:le="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"><soapenv:Header><aut:autorisatie>` +
		`<aut:autorisatiesleutel>` + uwlr.Key + `</aut:autorisatiesleutel><aut:klantcode>` + uwlr.Client + `</aut:klantcode>` +
		`<aut:klantnaam>` + uwlr.ClientName + `</aut:klantnaam></aut:autorisatie></soapenv:Header><soapenv:Body><le:` + message + `>` +
		`<le:schooljaar>2026-2027</le:schooljaar><le:brincode>99XX</le:brincode>` + inside + `</le:` + message + `></soapenv:Body></soapenv:Envelope>`
}

const wholeAction = `"HaalLeerlinggegevens"`

func post(t *testing.T, c *http.Client, to, action, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	r.Header.Set("SOAPAction", action)
	answer, err := c.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(raw)
}

// TestDeliversWhatTheFileHolds expects the roster of an answer to be that of
// the EDEXML file behind it.
func TestDeliversWhatTheFileHolds(t *testing.T) {
	t.Parallel()
	file := invented(40)
	s, c := start(t, uwlr.Options{EDEXML: file})
	status, body := post(t, c, s.URL(), wholeAction, text("leerlinggegevens_verzoek", "<le:xsdversie>2.2</le:xsdversie>"))
	require.Equal(t, http.StatusOK, status, body)
	require.Empty(t, s.Violations())
	var found roster.Findings
	want, err := edexml.Parse(bytes.NewReader(file), &found)
	require.NoError(t, err)
	got, err := format.Format{}.Read([]roster.File{{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(body)), nil
	}}}, roster.Wanted{Today: time.Now()}, &found)
	require.NoError(t, err)
	require.Empty(t, found.List)
	require.Equal(t, want.Groups, got.Groups)
	require.Len(t, got.People, len(want.People))
	for i, p := range want.People {
		require.Equal(t, p.Name, got.People[i].Name)
		require.Equal(t, p.Groups, got.People[i].Groups)
	}
	require.Equal(t, want.LeftOut["bsn"], got.LeftOut["bsn"], "an administration system delivers what it should not, too")
}

func TestNaming(t *testing.T) {
	t.Parallel()
	s, c := start(t, uwlr.Options{EDEXML: invented(5)})
	for naming, want := range map[uwlr.Naming]string{
		uwlr.ByKey: `<leerling key="200000">`, uwlr.ByECK: `<leerling eckid="` + uwlr.ECKiD("200000") + `">`,
		uwlr.ByBoth: `<leerling eckid="` + uwlr.ECKiD("200000") + `" key="200000">`,
	} {
		s.Name(naming, time.Now())
		_, body := post(t, c, s.URL(), wholeAction, text("leerlinggegevens_verzoek", "<le:xsdversie>2.3</le:xsdversie>"))
		require.Contains(t, body, want)
		_, body = post(t, c, s.URL(), wholeAction, text("leerlinggegevens_verzoek", "<le:xsdversie>2.2</le:xsdversie>"))
		require.Contains(t, body, `<leerling key="200000">`)
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	good := text("leerlinggegevens_verzoek", "<le:xsdversie>2.3</le:xsdversie>")
	for name, c := range map[string]struct{ action, body string }{
		"another action":         {`"HaalStructuur"`, good},
		"no action":              {"", good},
		"no header":              {wholeAction, strings.Replace(good, "soapenv:Header", "soapenv:Body", 2)},
		"no envelope":            {wholeAction, "<x/>"},
		"another namespace":      {wholeAction, strings.Replace(good, "/2/leerlinggegevens", "/3/leerlinggegevens", 1)},
		"out of order":           {wholeAction, text("leerlinggegevens_verzoek", "<le:gegevenssetid>x</le:gegevenssetid><le:xsdversie>2.3</le:xsdversie>")},
		"no version":             {wholeAction, text("leerlinggegevens_verzoek", "")},
		"a moment that is none":  {wholeAction, text("leerlinggegevens_verzoek", "<le:xsdversie>2.3</le:xsdversie><le:laatstontvangengegevens>gisteren</le:laatstontvangengegevens>")},
		"an element too many":    {wholeAction, text("leerlinggegevens_verzoek", "<le:xsdversie>2.3</le:xsdversie><le:bsn>1</le:bsn>")},
		"groups where none go":   {wholeAction, text("leerlinggegevens_verzoek", "<le:xsdversie>2.3</le:xsdversie><le:groepen><le:groep/></le:groepen>")},
		"no groups where needed": {`"http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens/leerlingen_verzoek"`, text("leerlingen_verzoek", "<le:xsdversie>2.3</le:xsdversie>")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, client := start(t, uwlr.Options{EDEXML: invented(3)})
			status, body := post(t, client, s.URL(), c.action, c.body)
			require.Equal(t, http.StatusInternalServerError, status)
			require.Contains(t, body, "Client.OngeldigBericht")
			require.Len(t, s.Violations(), 1)
			require.Empty(t, s.Requests())
		})
	}
}

// TestStagesCoverTheirGroups expects people of the groups asked for, and no
// others.
func TestStagesCoverTheirGroups(t *testing.T) {
	t.Parallel()
	file := []byte(`<EDEX><school/><leerlingen><leerling key="1"><groep key="A"/></leerling><leerling key="2"><groep key="B"/></leerling><leerling key="3"/></leerlingen></EDEX>`)
	s, c := start(t, uwlr.Options{EDEXML: file})
	for asked, want := range map[string][]bool{
		`<le:groep key="A"/>`: {true, false, false}, `<le:groep/>`: {false, false, true}, `<le:groep key="A"/><le:groep key="B"/>`: {true, true, false},
		`<le:samengestelde_groep key="A"/>`: {false, false, false},
	} {
		_, body := post(t, c, s.URL(), `"http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens/leerlingen_verzoek"`,
			text("leerlingen_verzoek", "<le:xsdversie>2.3</le:xsdversie><le:groepen>"+asked+"</le:groepen>"))
		for i, there := range want {
			require.Equal(t, there, strings.Contains(body, fmt.Sprintf(`key="%d"`, i+1)), asked)
		}
	}
	require.Empty(t, s.Violations())
}

func TestNobodyWithoutCertificate(t *testing.T) {
	t.Parallel()
	s, c := start(t, uwlr.Options{EDEXML: invented(3)})
	c.Transport.(*http.Transport).TLSClientConfig.Certificates = nil
	_, err := c.Post(s.URL(), "text/xml", strings.NewReader("x")) //nolint:bodyclose // there is none
	require.ErrorContains(t, err, "certificate required")
}
