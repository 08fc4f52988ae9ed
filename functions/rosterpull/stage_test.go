package rosterpull_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	fake "cool.example/sync/emulators/uwlr"
	"cool.example/sync/functions/rosterpull"
	"cool.example/sync/functions/rosterpull/internal/las"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/intake"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

const (
	owner   = tenant.ID("golfbreker")
	zeester = school.ID("zeester")
)

// stage is the function with one school, whose administration system is a
// fake.
type stage struct {
	t       *testing.T
	deps    rosterpull.Deps
	routes  http.Handler
	clock   *clock.Manual
	las     *fake.Server
	secrets *emulators.SecretSpace
	project string // of the messages
}

// edexml is the roster of the school in this year, with these pupils.
func edexml(year string, calls ...string) []byte {
	var pupils strings.Builder
	for i, call := range calls {
		pupils.WriteString(`<leerling key="` + string(rune('1'+i)) + `"><roepnaam>` + call + `</roepnaam><groep key="K1"/></leerling>`)
	}
	return []byte(`<EDEX><school><schooljaar>` + year + `</schooljaar><brincode>99XX</brincode><xsdversie>2.1</xsdversie></school>` +
		`<groepen><groep key="K1"><naam>1a</naam><jaargroep>1</jaargroep></groep></groepen><leerlingen>` + pupils.String() + `</leerlingen>` +
		`<leerkrachten><leerkracht key="M1"><roepnaam>Elif</roepnaam><groepen><groep key="K1"/></groepen></leerkracht></leerkrachten></EDEX>`)
}

// begin sets up a stage of its own for t.
func begin(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewManual(time.Now()), secrets: emulators.Secrets(t), project: emulators.PubSub(t)}
	year := school.YearAt(s.clock.Now()).String()
	var err error
	s.las, err = fake.Start(fake.Options{EDEXML: edexml(year, "Bo"), BRIN: "99XX", Year: year, Changed: s.clock.Now().Add(-time.Hour)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.las.Stop() })                                            // the test is over
	certificate, err := s.las.Authority().Client(time.Now().Add(30 * 24 * time.Hour)) // the clock is moved by days
	require.NoError(t, err)
	names := pull.SecretsOf(owner, zeester)
	for name, value := range map[string]string{
		names.Key: fake.Key, names.Client: fake.Client, names.ClientName: fake.ClientName, names.Certificate: string(certificate),
	} {
		s.secrets.Put(name, []byte(value))
	}
	emulators.Topics(t, s.project, topic.RosterReceived.Name, topic.RosterPull.Name, topic.Mail.Name)
	s.connect()
	s.routes = rosterpull.New(s.deps)
	require.NoError(t, s.deps.DB.Schools().Set(t.Context(), owner, zeester, school.School{ID: zeester, Code: school.Code{BRIN: "99XX", Location: "00"}}))
	return s
}

func (s *stage) connect() {
	s.t.Helper()
	ctx := s.t.Context()
	db, err := store.Open(ctx, store.Config{Project: emulators.Firestore(s.t), Clock: s.clock})
	require.NoError(s.t, err)
	bucket, err := blob.Open(ctx, blob.Config{Bucket: emulators.Storage(s.t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(s.t, err)
	sealer, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(s.t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(s.t, err)
	publisher, err := event.Open(ctx, s.project)
	require.NoError(s.t, err)
	vault, err := secret.Open(ctx, secret.Config{Project: s.secrets.Project, Endpoint: s.secrets.Endpoint, Clock: s.clock})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _, _, _, _, _ = db.Close(), bucket.Close(), sealer.Close(), publisher.Close(), vault.Close() }) // the test is over
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(s.las.Authority().PEM())
	limits := las.Usual()
	limits.Header = 2 * time.Second
	s.deps = rosterpull.Deps{
		Desk: intake.Desk{
			DB: db, Clock: s.clock, Uploads: upload.Shelf{Bucket: bucket, Keys: sealer},
			Post: outbox.Post{Publisher: publisher, Shelf: db.Outbox()},
		},
		Secrets: vault, Roots: trusted, Local: true, Limits: limits,
	}
}

// settings are those of the school's connection.
func (s *stage) settings() pull.Settings {
	return pull.Settings{
		URL: s.las.URL(), Operation: pull.Whole, Version: "2.3", Every: 24 * time.Hour,
		Secrets: pull.SecretsOf(owner, zeester),
	}
}

// set stores settings, to be tried at once.
func (s *stage) set(p pull.Settings) {
	s.t.Helper()
	c, err := s.deps.DB.Pulls().Get(s.t.Context(), owner, zeester)
	if err != nil {
		c = pull.Connection{School: zeester}
	}
	require.NoError(s.t, s.deps.DB.Pulls().Set(s.t.Context(), owner, zeester, c.With(p, s.clock.Now())))
}

func (s *stage) connection() pull.Connection {
	s.t.Helper()
	c, err := s.deps.DB.Pulls().Get(s.t.Context(), owner, zeester)
	require.NoError(s.t, err)
	return c
}

// deliver hands a message to the function, as its subscription does.
func (s *stage) deliver(name string, body any) int {
	s.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.t, err)
	push, err := json.Marshal(map[string]any{"message": map[string]any{"data": data, "messageId": "1"}})
	require.NoError(s.t, err)
	w := httptest.NewRecorder()
	s.routes.ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+name, bytes.NewReader(push)))
	return w.Code
}

// minute lets a minute's tick pass, and takes the turn where one began.
func (s *stage) minute() pull.Connection {
	s.t.Helper()
	before := s.connection().State
	require.Equal(s.t, http.StatusNoContent, s.deliver(topic.Minute.Name, topic.Tick{}))
	c := s.connection()
	if c.State.Open && c.State.Turn != before.Turn {
		require.Equal(s.t, http.StatusNoContent, s.deliver(topic.RosterPull.Name, topic.Pull{Tenant: owner, School: zeester, Turn: c.State.Turn}))
	}
	return s.connection()
}

// runs returns every run.
func (s *stage) runs() []roster.Run {
	s.t.Helper()
	var all []roster.Run
	for e, err := range s.deps.DB.Runs().All(s.t.Context(), owner) {
		require.NoError(s.t, err)
		all = append(all, e.Value)
	}
	return all
}

// ends ends a run as the last of the school.
func (s *stage) ends(id roster.RunID, change func(*roster.Run)) {
	s.t.Helper()
	run, err := s.deps.DB.Runs().Get(s.t.Context(), owner, id)
	require.NoError(s.t, err)
	run.Status = roster.Applied
	change(&run)
	require.NoError(s.t, s.deps.DB.Runs().Set(s.t.Context(), owner, id, run))
	place, err := s.deps.DB.Schools().Get(s.t.Context(), owner, zeester)
	require.NoError(s.t, err)
	place.LastRun = string(id)
	require.NoError(s.t, s.deps.DB.Schools().Set(s.t.Context(), owner, zeester, place))
}

// applied is that a run did everything that it was to do.
func applied(*roster.Run) {}

// uploaded returns the clear bytes of a run's upload.
func (s *stage) uploaded(run roster.Run) []byte {
	s.t.Helper()
	r, err := s.deps.Uploads.Open(s.t.Context(), owner, run)
	require.NoError(s.t, err)
	defer r.Close()
	body, err := io.ReadAll(r)
	require.NoError(s.t, err)
	return body
}
