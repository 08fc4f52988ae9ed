package admin_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/admin"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/trail"
	"cool.example/sync/shared/upload"
)

// Two institutions: ours with two schools, and another.
const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")

	zeester = school.ID("zeester")
	schelp  = school.ID("schelp")
	duin    = school.ID("duin")

	classA = group.ID("g4a")
	classB = group.ID("g10b")
)

// stage is the console with everything it needs, and nobody in it but two
// administrators.
type stage struct {
	t       *testing.T
	deps    admin.Deps
	url     string
	project string // of the messages
	bucket  string
	store   string // project of the databases
	clock   *clock.Manual
	handled *atomic.Int64 // requests that were answered or given up

	admin, stranger string // session tokens of our administrator and of theirs
}

// begin sets up a stage of its own for t.
func begin(t *testing.T) *stage {
	t.Helper()
	s := &stage{
		t: t, project: emulators.PubSub(t), bucket: emulators.Storage(t), handled: new(atomic.Int64),
		clock: clock.NewManual(time.Date(2026, time.November, 24, 9, 30, 0, 0, time.UTC)),
	}
	emulators.Topics(t, s.project, topic.RosterReceived.Name, topic.RosterApply.Name, topic.Recalculate.Name)
	s.deps = s.connect()
	s.url = s.serve(s.deps)
	s.institutions()
	s.admin = s.session(ours, s.add(ours, account.Account{
		Kind: person.Staff, Source: named("Marijke", "", "Zeeman"), Own: account.Own{Roles: []access.Role{access.Admin}},
	}))
	s.stranger = s.session(theirs, s.add(theirs, account.Account{
		Kind: person.Staff, Source: named("Wim", "", "Vreemd"), Own: account.Own{Roles: []access.Role{access.Admin}},
	}))
	return s
}

func (s *stage) connect() admin.Deps {
	s.t.Helper()
	s.store = emulators.Firestore(s.t)
	config := store.Config{Project: s.store, Clock: s.clock}
	db := s.open(config)
	config.Database = store.CredentialsDatabase
	bucket, err := blob.Open(s.t.Context(), blob.Config{Bucket: s.bucket, Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(s.t, err)
	publisher, err := event.Open(s.t.Context(), s.project)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _, _ = bucket.Close(), publisher.Close() }) // nothing is left to send
	ring, err := seal.NewRing("verifier", map[int][]byte{1: bytes.Repeat([]byte{7}, 32)})
	require.NoError(s.t, err)
	origin, err := url.Parse("http://localhost:8080")
	require.NoError(s.t, err)
	sealer := s.sealer()
	index, err := seal.NewIndex(bytes.Repeat([]byte{9}, 32))
	require.NoError(s.t, err)
	config.Database = store.LedgerDatabase
	records := s.open(config)
	config.Database = store.CredentialsDatabase
	credentials := s.open(config)
	post := outbox.Post{Publisher: publisher, Shelf: db.Outbox()}
	return admin.Deps{
		Keys: sealer,
		Bin:  erase.Keeper{DB: db, Ledger: records, Credentials: credentials, Box: sealer, Index: index, Post: post, Clock: s.clock},
		DB:   db, Credentials: credentials, Clock: s.clock,
		Vault:   credential.Vault{Hasher: credential.NewHasher(credential.Params{Memory: 64, Time: 1, Threads: 1}), Ring: ring},
		Uploads: upload.Shelf{Bucket: bucket, Keys: sealer},
		Plans:   plan.Shelf{Bucket: bucket, Keys: sealer},
		Post:    post,
		People:  serve.People{Origin: serve.Origin{URL: origin}, Sessions: session.Keeper{Store: db, Clock: s.clock}},
		Trail:   trail.Trail{Box: sealer},
	}
}

func (s *stage) open(c store.Config) *store.DB {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), c)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = db.Close() }) // some tests close it themselves
	return db
}

// sealer returns a sealer with a day key of its own.
func (s *stage) sealer() *seal.Sealer {
	s.t.Helper()
	sealer, err := seal.Open(s.t.Context(), seal.Config{Key: emulators.Keys(s.t), Hold: emulators.Keys(s.t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = sealer.Close() }) // nothing is left to send
	return sealer
}

// serve serves a console and returns its address.
func (s *stage) serve(d admin.Deps) string {
	s.t.Helper()
	routes, err := admin.New(d)
	require.NoError(s.t, err)
	outer := serve.Outer("admin", routes)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.handled.Add(1)
		outer.ServeHTTP(w, r)
	}))
	s.t.Cleanup(server.Close)
	return server.URL
}

func (s *stage) institutions() {
	s.t.Helper()
	ctx, db := s.t.Context(), s.deps.DB
	for owner, name := range map[tenant.ID]string{ours: "Stichting De Golfbreker", theirs: "Stichting Duinrand"} {
		require.NoError(s.t, db.Tenants().Create(ctx, owner, owner, tenant.Tenant{ID: owner, Name: name}))
	}
	for id, at := range map[school.ID]struct {
		owner  tenant.ID
		name   string
		sector school.Sector
	}{zeester: {ours, "De Zeester", school.PO}, schelp: {ours, "De Schelp", school.VO}, duin: {theirs, "Het Duin", school.PO}} {
		made := school.School{ID: id, Name: at.name, Code: school.Code{BRIN: "99XX", Location: "00"}, Sector: at.sector}
		require.NoError(s.t, db.Schools().Create(ctx, at.owner, id, made))
	}
	for _, g := range []group.Group{
		{ID: classB, School: zeester, Kind: group.Class, Name: "10B"},
		{ID: classA, School: zeester, Kind: group.Class, Name: "4A"},
		{ID: "glesson", School: zeester, Kind: group.Lesson, Name: "Rekenen plus"},
		{ID: "gold", School: zeester, Kind: group.Class, Name: "Vorig jaar", Ended: true},
	} {
		require.NoError(s.t, db.Groups().Create(ctx, ours, g.ID, g))
	}
}

// token makes an import token of a school.
func (s *stage) token(owner tenant.ID, of school.ID) string {
	s.t.Helper()
	token := upload.NewToken(owner)
	_, hash, err := upload.ParseToken(token)
	require.NoError(s.t, err)
	require.NoError(s.t, s.deps.DB.Tokens().Create(s.t.Context(), owner, store.TokenID(hash), store.Token{School: of, Created: s.clock.Now()}))
	return token
}

func named(call, infix, surname string) account.Source {
	return account.Source{Name: person.Name{Call: call, Infix: infix, Surname: surname}}
}

// member is somebody of our first school who is in these groups.
func member(kind person.Kind, source account.Source, in ...group.ID) account.Account {
	return account.Account{Kind: kind, Source: source, Memberships: []account.Membership{{School: zeester, Groups: in}}}
}

// origin returns from where an entry says that something was done.
func (s *stage) origin(e audit.Entry) audit.Origin {
	s.t.Helper()
	sealed, err := s.deps.DB.Private().Get(s.t.Context(), ours, e.ID)
	require.NoError(s.t, err, "%s has no private part", e.Action)
	o, err := s.deps.Trail.Open(s.t.Context(), ours, e, sealed)
	require.NoError(s.t, err)
	return o
}

// add stores an account, active unless a says otherwise.
func (s *stage) add(owner tenant.ID, a account.Account) account.Account {
	s.t.Helper()
	a.ID = account.NewID()
	if a.State == "" {
		a.State = account.Active
	}
	a.Username = naming.Username(a.Source.Name, func(string) bool { return false })
	a.Address = a.Username + "@school.example"
	require.NoError(s.t, s.deps.DB.Accounts().Create(s.t.Context(), owner, a.ID, a))
	return a
}

// session signs a in and returns the session's token.
func (s *stage) session(owner tenant.ID, a account.Account) string {
	s.t.Helper()
	token, err := s.deps.People.Sessions.Begin(s.t.Context(), owner, a, session.By("pwd"))
	require.NoError(s.t, err)
	return token
}

// waiting stores a run of our first school whose leavers wait for approval.
func (s *stage) waiting(id roster.RunID) roster.Run {
	s.t.Helper()
	now := s.clock.Now()
	run := roster.Run{
		ID: id, School: zeester, Status: roster.Waiting, Format: "edexml 2.1", Held: []roster.Phase{roster.Leave}, Rows: map[roster.Phase]int{roster.Leave: 20},
		Created: now, Changed: now, ExpireAt: now.Add(time.Hour),
		Counts:  roster.Counts{Create: 1, Change: 2, Leave: 20, Return: 3, Unchanged: 400, Findings: 2, LeftOut: 5},
		LeftOut: map[string]int{"geboortedatum": 5},
		Findings: []roster.Finding{
			{Code: "edexml.missing_given_name", Severity: roster.Warning, Line: 12, Column: 7, Field: "roepnaam"},
			{Code: "plan.leavers_held", Severity: roster.Note},
		},
		Plan: roster.Stored{Object: "plans/x", Hash: "c0ffee", Steps: map[roster.Phase][]roster.Span{
			roster.Leave: {{Length: 1}, {Offset: 1, Length: 1}, {Offset: 2, Length: 1}},
		}},
	}
	require.NoError(s.t, s.deps.DB.Runs().Create(s.t.Context(), ours, id, run))
	require.NoError(s.t, s.deps.DB.Slots().Set(s.t.Context(), ours, zeester, store.Slot{Waiting: id}))
	return run
}

// call is a request.
type call struct {
	method, path    string
	body            io.Reader
	session, bearer string
	header          map[string]string
	cookie          *http.Cookie // beside that of the session
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request and returns its answer. An answer of the API is one that
// the API's own description promises.
func (s *stage) do(c call) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), c.method, s.url+c.path, c.body)
	require.NoError(s.t, err)
	if c.session != "" {
		r.AddCookie(&http.Cookie{Name: serve.SessionCookie, Value: c.session})
	}
	if c.cookie != nil {
		r.AddCookie(c.cookie)
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	require.NoError(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	a := answer{response.StatusCode, response.Header, string(body)}
	promised(s.t, c, a)
	return a
}

func form(values map[string]string) (io.Reader, map[string]string) {
	f := url.Values{}
	for name, value := range values {
		f.Set(name, value)
	}
	return bytes.NewReader([]byte(f.Encode())), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
}

func decode[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(a.body), &v), a.body)
	return v
}

// objects returns the names of everything in the uploads bucket, as the
// storage service itself lists it.
func (s *stage) objects() []string {
	s.t.Helper()
	var list struct {
		Items []struct{ Name string }
	}
	require.NoError(s.t, json.Unmarshal(s.storage("/storage/v1/b/"+s.bucket+"/o?versions=true"), &list))
	names := []string{}
	for _, o := range list.Items {
		names = append(names, o.Name)
	}
	return names
}

func (s *stage) storage(path string) []byte {
	s.t.Helper()
	response, err := http.Get("http://" + os.Getenv("STORAGE_EMULATOR_HOST") + path)
	require.NoError(s.t, err)
	defer response.Body.Close()
	require.Equal(s.t, http.StatusOK, response.StatusCode)
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return body
}

// stored returns the bytes of an upload as they lie in the bucket.
func (s *stage) stored(object string) []byte {
	s.t.Helper()
	return s.storage(fmt.Sprintf("/storage/v1/b/%s/o/%s?alt=media", s.bucket, url.PathEscape(object)))
}

// all returns every value of a table of ours.
func all[ID ~string, V, D any](t *testing.T, table store.Table[ID, V, D]) []V {
	t.Helper()
	values := []V{}
	for e, err := range table.All(t.Context(), ours) {
		require.NoError(t, err)
		values = append(values, e.Value)
	}
	return values
}
