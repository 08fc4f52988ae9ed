package las_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	fake "cool.example/sync/emulators/uwlr"
	"cool.example/sync/functions/rosterpull/internal/las"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/uwlr"
	"cool.example/sync/shared/school"
)

const edexml = `<EDEX><school><schooljaar>2026-2027</schooljaar><brincode>99XX</brincode><xsdversie>2.1</xsdversie></school>` +
	`<groepen><groep key="K1"><naam>1a</naam><jaargroep>1</jaargroep></groep><samengestelde_groep key="S1"><naam>Plus</naam></samengestelde_groep></groepen>` +
	`<leerlingen><leerling key="1"><roepnaam>Bo &amp; Zo</roepnaam><groep key="K1"/></leerling><leerling key="2"><roepnaam>Ada</roepnaam></leerling></leerlingen>` +
	`<leerkrachten><leerkracht key="M1"><roepnaam>Elif</roepnaam><groepen><samengestelde_groep key="S1"/></groepen></leerkracht></leerkrachten></EDEX>`

// start starts a fake that delivers a small school.
func start(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	o.EDEXML, o.BRIN, o.Year = []byte(edexml), "99XX", "2026-2027"
	s, err := fake.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() }) // the test is over
	return s
}

// config leads a client to s with a sound certificate.
func config(t *testing.T, s *fake.Server) las.Config {
	t.Helper()
	own, err := s.Authority().Client(time.Now().Add(time.Hour))
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(s.Authority().PEM())
	limits := las.Usual()
	limits.Header = 2 * time.Second
	return las.Config{URL: s.URL(), Certificate: own, Roots: trusted, Local: true, Now: time.Now(), Limits: limits}
}

func request() las.Request {
	return las.Request{
		Message: las.AskWhole, As: las.Identity{Key: fake.Key, Client: fake.Client, ClientName: fake.ClientName},
		School: school.Code{BRIN: "99XX", Location: "00"}, Year: 2026, Version: "2.3",
	}
}

// ask asks and reads the whole answer.
func ask(t *testing.T, c las.Config, r las.Request) (uwlr.Answer, string, error) {
	t.Helper()
	client, err := las.New(c)
	if err != nil {
		return uwlr.Answer{}, "", err
	}
	defer client.Close()
	answer, err := client.Ask(t.Context(), r)
	if err != nil {
		return uwlr.Answer{}, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.Answer, string(body), err
}

// result returns how asking failed.
func result(t *testing.T, err error) pull.Result {
	t.Helper()
	f, ok := errors.AsType[*las.Failure](err)
	require.True(t, ok, "not a failure: %v", err)
	return f.Result
}

func TestWhole(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Sets: []string{"Smalle-set-VO"}, Changed: time.Now()})
	r := request()
	r.Set = "Smalle-set-VO"
	r.Since = time.Now().Add(-time.Hour)
	answer, body, err := ask(t, config(t, s), r)
	require.NoError(t, err)
	require.Equal(t, uwlr.Whole, answer.Kind)
	require.True(t, strings.HasPrefix(body, "<?xml"), "an answer is passed on from its first byte")
	require.True(t, strings.HasSuffix(body, "</soap:Envelope>"))
	require.Contains(t, body, "Bo &amp; Zo")
	require.Empty(t, s.Violations())
	require.Equal(t, "Smalle-set-VO", s.Requests()[0].Set)

	r.Since = time.Now().Add(time.Hour)
	answer, _, err = ask(t, config(t, s), r)
	require.NoError(t, err)
	require.Equal(t, uwlr.NoChanges, answer.Kind)
}

func TestStages(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	r := request()
	r.Message = las.AskStructure
	_, body, err := ask(t, config(t, s), r)
	require.NoError(t, err)
	r.Groups, err = uwlr.Groups(strings.NewReader(body))
	require.NoError(t, err)
	require.Equal(t, []roster.Group{{Key: "K1", Kind: roster.Class, Name: "1a", Year: "1"}, {Key: "S1", Kind: roster.Lesson, Name: "Plus"}}, r.Groups)
	r.Message = las.AskPupils
	answer, body, err := ask(t, config(t, s), r)
	require.NoError(t, err)
	require.Equal(t, uwlr.Pupils, answer.Kind)
	require.Contains(t, body, "Ada", "those in no group are asked for too")
	r.Message = las.AskStaff
	_, body, err = ask(t, config(t, s), r)
	require.NoError(t, err)
	require.Contains(t, body, "Elif")
	require.Empty(t, s.Violations())
	require.Equal(t, 3, s.Requests()[2].Groups)
}

// TestFaults expects each fault to be told apart, whichever status it comes
// with, and what a wrong setting brings about.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Versions: []string{"2.2"}})
	for _, f := range uwlr.Faults() {
		for _, status := range []int{500, 200} {
			s.Plan(fake.Planned{Fault: string(f), Status: status})
			r := request()
			r.Version = "2.2"
			_, _, err := ask(t, config(t, s), r)
			require.Equal(t, pull.Result(f), result(t, err))
			require.NotContains(t, err.Error(), "Geweigerd", "nobody says what stands in the text of a fault")
		}
	}
	for want, spoil := range map[uwlr.Fault]func(*las.Request){
		uwlr.Unauthorised:  func(r *las.Request) { r.As.Key = "another" },
		uwlr.UnknownClient: func(r *las.Request) { r.As.Client = "another" },
		uwlr.BadVersion:    func(r *las.Request) { r.Version = "2.3" },
		uwlr.BadTerm:       func(r *las.Request) { r.Set = "another" },
		uwlr.BadMessage:    func(r *las.Request) { r.Version = "" },
	} {
		r := request()
		r.Version = "2.2"
		spoil(&r)
		_, _, err := ask(t, config(t, s), r)
		require.Equal(t, pull.Result(want), result(t, err))
	}
	r := request()
	r.School.BRIN = "98YY"
	_, _, err := ask(t, config(t, s), r)
	require.Error(t, err)
}

// TestWhatIsNoAnswer goes through answers that are none.
func TestWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	for name, c := range map[string]struct {
		planned fake.Planned
		want    pull.Result
	}{
		"a page":               {fake.Planned{Body: "<html><body>Inloggen</body></html>"}, pull.NoAnswer},
		"nothing":              {fake.Planned{Body: " "}, pull.NoAnswer},
		"a page that refuses":  {fake.Planned{Body: "<html/>", Status: 403}, pull.Refused},
		"nothing that refuses": {fake.Planned{Status: 502}, pull.Refused},
		"leads on":             {fake.Planned{Location: "https://169.254.169.254/"}, pull.Redirected},
		"leads back":           {fake.Planned{Location: s.URL(), Status: 308}, pull.Redirected},
		"breaks off":           {fake.Planned{CutAfter: 600}, pull.Unreachable},
		"breaks off at once":   {fake.Planned{CutAfter: 10}, pull.Unreachable},
		"too late":             {fake.Planned{Wait: 3 * time.Second, Body: "x"}, pull.Slow},
	} {
		t.Run(name, func(t *testing.T) {
			s.Plan(c.planned)
			_, _, err := ask(t, config(t, s), request())
			require.Equal(t, c.want, result(t, err), "%v", err)
		})
	}
	require.Len(t, s.Requests(), 9, "nobody was asked again")
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	c := config(t, s)
	c.Limits.Bytes = 700
	_, body, err := ask(t, c, request())
	require.Equal(t, pull.TooLarge, result(t, err))
	require.LessOrEqual(t, len(body), 700)
}

// TestCertificates expects both sides to show who they are.
func TestCertificates(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	other, err := fake.NewAuthority("another authority")
	require.NoError(t, err)
	strange, err := other.Client(time.Now().Add(time.Hour))
	require.NoError(t, err)
	old, err := s.Authority().Client(time.Now().Add(-time.Hour))
	require.NoError(t, err)
	expired := start(t, fake.Options{Expired: true})
	for name, c := range map[string]struct {
		spoil func(*las.Config)
		want  pull.Result
	}{
		"of another authority":      {func(c *las.Config) { c.Certificate = strange }, pull.CertRefused},
		"expired":                   {func(c *las.Config) { c.Certificate = old }, pull.CertExpired},
		"expired, by another clock": {func(c *las.Config) { c.Certificate, c.Now = old, time.Now().Add(-2*time.Hour) }, pull.CertRefused},
		"none":                      {func(c *las.Config) { c.Certificate = nil }, pull.SecretMissing},
		"without a key":             {func(c *las.Config) { c.Certificate = s.Authority().PEM() }, pull.SecretMissing},
		"server not trusted":        {func(c *las.Config) { c.Roots = x509.NewCertPool() }, pull.BadServer},
		"server of another name":    {func(c *las.Config) { c.URL = strings.Replace(c.URL, "localhost", "127.0.0.1", 1) }, pull.BadServer},
		"server expired":            {func(c *las.Config) { *c = config(t, expired) }, pull.BadServer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := config(t, s)
			c.spoil(&given)
			_, _, err := ask(t, given, request())
			require.Equal(t, c.want, result(t, err), "%v", err)
		})
	}
}

// TestAddresses expects no request to leave for an address that is not on the
// public internet, however it is written.
func TestAddresses(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	for _, address := range []string{
		s.URL(), strings.Replace(s.URL(), "localhost", "127.0.0.1", 1), strings.Replace(s.URL(), "localhost", "[::ffff:127.0.0.1]", 1),
		"https://169.254.169.254/computeMetadata/v1/", "https://10.0.0.1/", "https://192.168.1.1/", "https://[fd00::1]/", "https://[fe80::1]/",
		"https://0.0.0.0/", "https://[::]/", "https://100.64.0.1/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
		strings.Replace(s.URL(), "https", "http", 1), "ftp://las.example/", "https://", "https://a:b@las.example/", "", "las.example", "https://%zz/",
	} {
		c := config(t, s)
		c.URL, c.Local = address, false
		_, _, err := ask(t, c, request())
		require.Equal(t, pull.BadAddress, result(t, err), address)
	}
	require.Empty(t, s.Requests())
	c := config(t, s)
	require.NoError(t, s.Stop())
	_, _, err := ask(t, c, request())
	require.Equal(t, pull.Unreachable, result(t, err))
}

func TestStoppedWhileWaiting(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	s.Plan(fake.Planned{Wait: 5 * time.Second})
	client, err := las.New(config(t, s))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	_, err = client.Ask(ctx, request())
	require.ErrorIs(t, err, context.Canceled, "that we stop says nothing of the other side")
}
