package provisiongoogle_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/emulators/google"
	"cool.example/sync/functions/provisiongoogle"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	board   = tenant.ID("bestuur")
	link    = connection.ID("google")
	domain  = "board.example"
	boss    = "admin@" + domain
	keyName = "google-bestuur"

	sanne = account.ID("asanne")
	tim   = account.ID("atim")
	klas  = group.ID("gklas123456789")
	plus  = group.ID("gplus123456789")
)

// signer is the service account of every test: a key takes long to make.
var signer = sync.OnceValues(func() (*google.Account, error) { return google.NewAccount("sync@project.example") })

// stage is the function with an institution, two classes and a Workspace, on a
// clock that stands still but for the waits of calls.
type stage struct {
	t       *testing.T
	project string
	db      *store.DB
	clock   *clock.Manual
	fake    *google.Server
	secrets *emulators.SecretSpace
	handler http.Handler
}

func begin(t *testing.T, o google.Options) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewManual(time.Now()), secrets: emulators.Secrets(t), project: emulators.Firestore(t)}
	account, err := signer()
	require.NoError(t, err)
	o.Clock, o.Account, o.Customer, o.Domains, o.Admin = s.clock.Now, account, "C1", []string{domain}, boss
	s.fake, err = google.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.Empty(t, s.fake.Violations())
		require.NoError(t, s.fake.Stop())
	})
	s.db, err = store.Open(t.Context(), store.Config{Project: s.project, Clock: s.clock})
	require.NoError(t, err)
	vault, err := secret.Open(t.Context(), secret.Config{Project: s.secrets.Project, Endpoint: s.secrets.Endpoint, Clock: s.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = vault.Close(), s.db.Close() }) // nothing is left to send
	s.handler = provisiongoogle.New(provisiongoogle.Deps{
		DB: s.db, Secrets: vault, Clock: s.clock, Base: s.fake.URL(), Speed: 1e6,
		Pause: func(ctx context.Context, d time.Duration) error {
			s.clock.Advance(d.Truncate(time.Microsecond)) // as finely as is stored
			return ctx.Err()
		},
	})
	s.institution()
	return s
}

func (s *stage) institution() {
	s.t.Helper()
	ctx := s.t.Context()
	account, err := signer()
	require.NoError(s.t, err)
	file, err := account.JSON(s.fake.URL())
	require.NoError(s.t, err)
	s.secrets.Put(keyName, file)
	require.NoError(s.t, s.db.Tenants().Create(ctx, board, board, tenant.Tenant{ID: board, Domains: tenant.Domains{Staff: domain}}))
	require.NoError(s.t, s.db.Connections().Create(ctx, board, link, connection.Connection{
		ID: link, Target: connection.Google, On: true, Customer: "C1", Admin: boss, Secret: keyName,
	}))
	for id, name := range map[group.ID]string{klas: "4A", plus: "Plusklas"} {
		require.NoError(s.t, s.db.Groups().Create(ctx, board, id, group.Group{ID: id, Name: name, Year: 2026}))
	}
}

// pupil is an active account in the class, with a value in every field.
func pupil(id account.ID) account.Account {
	return account.Account{
		ID: id, Kind: person.Pupil, State: account.Active, Version: 1, Address: string(id[1:]) + "@" + domain, Username: string(id[1:]),
		Source: account.Source{
			Name: person.Name{
				Call: "Sanne", Infix: "van der", Surname: "Berg", FirstNames: "Secretfirst Secretsecond", Initials: "S.Q.Z.",
			},
			Gender: "secretgender", Email: "secret@private.example", Number: "secretnumber",
			ECK: account.ECK{Hash: "secreteckhash", Sealed: []byte("secreteck")},
		},
		Memberships: []account.Membership{{
			School: "secretschool", Key: "secretkey", Grade: "secretgrade", ILT: "secretilt", Groups: []group.ID{klas}, Roles: []string{"secretrole"},
		}},
	}
}

// save stores accounts.
func (s *stage) save(accounts ...account.Account) {
	s.t.Helper()
	for _, a := range accounts {
		require.NoError(s.t, s.db.Accounts().Set(s.t.Context(), board, a.ID, a))
	}
}

// change stores the next version of an account.
func (s *stage) change(id account.ID, f func(*account.Account)) {
	s.t.Helper()
	a, err := s.db.Accounts().Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	f(&a)
	a.Version++
	s.save(a)
}

// about is the message that accounts are to be brought.
func about(ids ...account.ID) outbox.Message {
	return outbox.To(topic.ProvisionGoogle, topic.Provision{Tenant: board, Connection: link, Accounts: ids})
}

// deliver hands a message to the function and returns the status.
func (s *stage) deliver(m outbox.Message) int {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": []byte(m.Body), "messageId": "1"}})
	require.NoError(s.t, err)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+m.Topic, bytes.NewReader(body)))
	return w.Code
}

// done delivers a message that has to be over with.
func (s *stage) done(ids ...account.ID) {
	s.t.Helper()
	require.Equal(s.t, http.StatusNoContent, s.deliver(about(ids...)))
}

// again delivers a message that has to come back.
func (s *stage) again(ids ...account.ID) {
	s.t.Helper()
	require.Equal(s.t, http.StatusServiceUnavailable, s.deliver(about(ids...)))
}

// letters returns the messages that are due and takes them away, as the sweep
// does.
func (s *stage) letters() []outbox.Message {
	s.t.Helper()
	left, err := s.db.Leftovers(s.t.Context(), s.clock.Now(), 100)
	require.NoError(s.t, err)
	var due []outbox.Message
	for _, l := range left {
		due = append(due, l.Messages...)
		require.NoError(s.t, s.db.Outbox().Delete(s.t.Context(), l.Tenant, l.ID))
	}
	return due
}

// stands demands an account's state at the target.
func (s *stage) stands(id account.ID, state connection.LinkState, reason string) {
	s.t.Helper()
	l, err := s.db.Links(link).Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	require.Equal(s.t, state, l.State)
	require.Equal(s.t, reason, l.Reason)
}

// connection returns the connection as it is stored.
func (s *stage) connection() connection.Connection {
	s.t.Helper()
	c, err := s.db.Connections().Get(s.t.Context(), board, link)
	require.NoError(s.t, err)
	return c
}

// calls returns how often a method was called with success.
func (s *stage) calls(method string) int {
	return s.fake.Counts()[google.Count{Method: "directory." + method, Status: http.StatusOK}]
}
