package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	fake "cool.example/sync/emulators/sendgrid"
	"cool.example/sync/functions/mail"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	owner   = tenant.ID("golfbreker")
	other   = tenant.ID("duinrand")
	zeester = school.ID("zeester")
	sender  = "no-reply@cool.example"
)

// stage is the function with an institution, whose mails a fake takes on.
type stage struct {
	t       *testing.T
	db      *store.DB
	clock   *clock.Manual
	secrets *emulators.SecretSpace
	fake    *fake.Server
	deps    mail.Deps
	handler http.Handler
}

func begin(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)), secrets: emulators.Secrets(t)}
	ctx := t.Context()
	var err error
	s.db, err = store.Open(ctx, store.Config{Project: emulators.Firestore(t), Clock: s.clock})
	require.NoError(t, err)
	s.secrets.Put("sendgrid-key", []byte(fake.Key+"\n"))
	vault, err := secret.Open(ctx, secret.Config{Project: s.secrets.Project, Endpoint: s.secrets.Endpoint, Clock: s.clock})
	require.NoError(t, err)
	s.fake, err = fake.Start(fake.Options{Sender: []string{sender}})
	require.NoError(t, err)
	t.Cleanup(func() { _, _, _ = s.db.Close(), vault.Close(), s.fake.Stop() }) // the test is over
	texts, err := i18n.Load()
	require.NoError(t, err)
	s.deps = mail.Deps{
		DB: s.db, Secrets: vault, Clock: s.clock, Texts: texts, Base: &url.URL{Scheme: "https", Host: "cool.example"},
		From: netmail.Address{Name: "COOL Sync", Address: sender}, SendGrid: s.fake.URL(), Patience: 2 * time.Second,
	}
	s.handler = mail.New(s.deps)
	require.NoError(t, s.db.Schools().Set(ctx, owner, zeester, school.School{ID: zeester, Name: "De Zeester & Zn"}))
	s.person(owner, "marijke", account.Active, access.Admin)
	return s
}

// person stores an account; its id is its name and half of its address.
func (s *stage) person(of tenant.ID, id account.ID, state account.State, roles ...access.Role) {
	s.t.Helper()
	require.NoError(s.t, s.db.Accounts().Set(s.t.Context(), of, id, account.Account{
		ID: id, Kind: person.Staff, State: state, Address: string(id) + "@" + string(of) + ".example", Own: account.Own{Roles: roles},
		Source: account.Source{Name: person.Name{Call: "Marijke", Surname: "Zeeman"}},
	}))
}

// run stores a run in that state, with leavers and names that are held.
func (s *stage) run(id roster.RunID, status roster.Status) {
	s.t.Helper()
	require.NoError(s.t, s.db.Runs().Set(s.t.Context(), owner, id, roster.Run{
		ID: id, School: zeester, Status: status, Held: []roster.Phase{roster.Names, roster.Leave},
		Rows:     map[roster.Phase]int{roster.People: 3, roster.Names: 12, roster.Leave: 240},
		ExpireAt: s.clock.Now().Add(90 * 24 * time.Hour),
	}))
}

// deliver hands the message about a run to the function, as its subscription
// does, and returns the status.
func (s *stage) deliver(id roster.RunID) int { return s.send(topic.Waits(owner, id)) }

func (s *stage) send(body topic.Mailing) int {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // it is text
	}
	push, err := json.Marshal(map[string]any{"message": map[string]any{"data": data, "messageId": "1"}})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequestWithContext(context.WithoutCancel(s.t.Context()), http.MethodPost, "/"+topic.Mail.Name, bytes.NewReader(push)))
	return w.Code
}

// told returns to whom mails went, in order.
func (s *stage) told() (to []string) {
	for _, m := range s.fake.Mails() {
		to = append(to, m.To...)
	}
	return to
}

// states returns the states of the stored mails of the institution by account.
func (s *stage) states() map[account.ID]store.MailState {
	s.t.Helper()
	all := map[account.ID]store.MailState{}
	for e, err := range s.db.Mails().All(s.t.Context(), owner) {
		require.NoError(s.t, err)
		require.Len(s.t, e.ID, 64)
		require.Equal(s.t, e.Value.Changed.Add(90*24*time.Hour), e.Value.ExpireAt)
		all[e.Value.Account] = e.Value.State
	}
	return all
}

// logged returns what the audit log says: "marijke irun sent".
func (s *stage) logged() (lines []string) {
	s.t.Helper()
	for e, err := range s.db.Log().All(s.t.Context(), owner) {
		require.NoError(s.t, err)
		require.Equal(s.t, audit.Mailed, e.Value.Action)
		require.Equal(s.t, audit.Actor{System: "mail"}, e.Value.Actor)
		require.Len(s.t, e.Value.Subjects, 1)
		lines = append(lines, string(e.Value.Subjects[0])+" "+e.Value.Object+" "+e.Value.Reason)
	}
	return lines
}
