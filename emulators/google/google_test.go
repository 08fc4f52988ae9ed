package google_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	oauth "golang.org/x/oauth2/google"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"cool.example/sync/emulators/google"
)

const (
	boss     = "admin@board.example"
	staff    = "board.example"
	pupils   = "pupils.board.example"
	stranger = "other.example"
)

// moment is a clock that stands still until it is moved.
type moment struct {
	mu sync.Mutex
	at time.Time
}

func newMoment() *moment { return &moment{at: time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC)} }

func (m *moment) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func (m *moment) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

// rig is a fake with Google's own client of it.
type rig struct {
	*google.Server
	api   *admin.Service
	http  *http.Client
	clock *moment
	keys  []byte
}

// start makes a fake with the customer C1, and C2 with the domain stranger.
func start(t *testing.T, o google.Options) rig {
	t.Helper()
	account, err := google.NewAccount("sync@project.example")
	require.NoError(t, err)
	r := rig{clock: newMoment()}
	if o.Account = account; o.Clock == nil {
		o.Clock = r.clock.now
	}
	o.Customer, o.Domains, o.Admin = "C1", []string{staff, pupils}, boss
	o.Others = []google.Customer{{ID: "C2", Domains: []string{stranger}, Admins: []string{"admin@" + stranger}}}
	r.Server, err = google.New(o)
	require.NoError(t, err)
	listener := httptest.NewServer(r.Server)
	t.Cleanup(listener.Close)
	r.keys, err = account.JSON(listener.URL)
	require.NoError(t, err)
	r.http = r.as(t, boss, admin.AdminDirectoryUserScope, admin.AdminDirectoryGroupScope, admin.AdminDirectoryOrgunitScope)
	r.api, err = admin.NewService(t.Context(), option.WithHTTPClient(r.http), option.WithEndpoint(listener.URL+"/"))
	require.NoError(t, err)
	return r
}

// as returns a client that acts as a user.
func (r rig) as(t *testing.T, subject string, scopes ...string) *http.Client {
	t.Helper()
	config, err := oauth.JWTConfigFromJSON(r.keys, scopes...)
	require.NoError(t, err)
	config.Subject = subject
	return oauth2.NewClient(t.Context(), config.TokenSource(t.Context()))
}

// refused checks that err is Google's error with a status and a reason.
func refused(t *testing.T, err error, status int, reason string) {
	t.Helper()
	e, ok := errors.AsType[*googleapi.Error](err)
	require.Truef(t, ok, "no error of the API: %v", err)
	require.Equal(t, status, e.Code, e.Message)
	require.Len(t, e.Errors, 1)
	require.Equal(t, reason, e.Errors[0].Reason, e.Message)
}

func pupil(email string) *admin.User {
	return &admin.User{
		PrimaryEmail: email, Password: "correct horse", Name: &admin.UserName{GivenName: "Sanne", FamilyName: "van der Berg"},
	}
}

// made inserts a pupil.
func (r rig) made(t *testing.T, email string) *admin.User {
	t.Helper()
	u, err := r.api.Users.Insert(pupil(email)).Do()
	require.NoError(t, err)
	return u
}

func (r rig) group(t *testing.T, email string) *admin.Group {
	t.Helper()
	g, err := r.api.Groups.Insert(&admin.Group{Email: email, Name: "Groep 8"}).Do()
	require.NoError(t, err)
	return g
}
