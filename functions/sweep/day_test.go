package sweep_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// keep stores v and returns a look at whether it still is.
func keep[ID ~string, V, D any](s *stage, table func(*store.DB) store.Table[ID, V, D], id string, v V) func() bool {
	return keepIn(s, place{s.db, s.past}, table, id, v)
}

// place is a database, and the same one as it is, expired or not.
type place struct{ db, past *store.DB }

// keepIn is keep in another database.
func keepIn[ID ~string, V, D any](s *stage, in place, table func(*store.DB) store.Table[ID, V, D], id string, v V) func() bool {
	s.t.Helper()
	require.NoError(s.t, table(in.db).Create(s.t.Context(), ours, ID(id), v))
	return func() bool {
		_, err := table(in.past).Get(s.t.Context(), ours, ID(id))
		if err != nil {
			require.Equal(s.t, fault.NotFound, fault.KindOf(err), "%v", err)
		}
		return err == nil
	}
}

// lanes and links lead to tables below a run and a connection.
func lanes[T any](table func(*store.DB, roster.RunID, time.Time) T, expire time.Time) func(*store.DB) T {
	return func(db *store.DB) T { return table(db, "run", expire) }
}

func links[T any](table func(*store.DB, connection.ID) T) func(*store.DB) T {
	return func(db *store.DB) T { return table(db, "google") }
}

// expiring stores a document that expires at that moment in each collection
// whose documents do.
func (s *stage) expiring(at time.Time) map[string]func() bool {
	s.t.Helper()
	id := at.Format("20060102150405.000000")
	letter := outbox.Letter{ID: outbox.ID(id), Tenant: ours, Created: at.Add(-outbox.Keep)}
	entry := audit.Entry{ID: audit.ID(id), At: at.Add(-audit.Keep)}
	return map[string]func() bool{
		"sessions":  keep(s, (*store.DB).Sessions, id, session.Session{ExpireAt: at}),
		"codes":     keep(s, (*store.DB).Codes, id, grant.Code{ExpireAt: at}),
		"grants":    keep(s, (*store.DB).Grants, id, grant.Grant{ExpireAt: at}),
		"outbox":    keep(s, (*store.DB).Outbox, id, letter),
		"imports":   keep(s, (*store.DB).Runs, id, roster.Run{ExpireAt: at}),
		"log":       keep(s, (*store.DB).Log, id, entry),
		"private":   keep(s, (*store.DB).Private, id, audit.Sealed{ExpireAt: at}),
		"mails":     keep(s, (*store.DB).Mails, id, store.Mail{ExpireAt: at}),
		"mailboxes": keep(s, (*store.DB).Mailboxes, id, naming.Mailbox{ExpireAt: at}),
		"revisions": keep(s, (*store.DB).Revisions, id, revision.Revision{ExpireAt: at}),
		"ledger":    keepIn(s, place{s.bin.Ledger, s.pastLedger}, (*store.DB).Ledger, id, ledger.Entry{At: at.Add(-ledger.Keep)}),
		"sheets":    keepIn(s, place{s.bin.Credentials, s.pastCredentials}, (*store.DB).Sheets, id, credential.Sheet{ExpireAt: at}),
		"receipts":  keep(s, (*store.DB).Receipts, id, receipt.Receipt{At: at.Add(-receipt.Keep)}),
		"backups":   keep(s, (*store.DB).Backups, id, backup.Record{ExpireAt: at}),
		"lanes":     keep(s, lanes((*store.DB).Lanes, at), id, store.Lane{}),
	}
}

func TestWhatHasExpiredIsDeleted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	now := s.clock.Now()
	over, due, ahead := s.expiring(now.Add(-90*24*time.Hour)), s.expiring(now), s.expiring(now.Add(time.Microsecond))
	person := keep(s, (*store.DB).Accounts, "anna", account.Account{ID: "anna"})
	link := keep(s, links((*store.DB).Links), "anna", connection.Link{Until: now.Add(-time.Hour)})
	for range 2 {
		require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
		require.True(t, person())
		require.True(t, link(), "a lease that ran out is taken over, and its link is kept")
		for _, c := range store.Expiring() {
			require.False(t, over[c](), c)
			require.False(t, due[c](), c)
			require.True(t, ahead[c](), "%s was deleted before its time", c)
		}
	}
}

// prepares stores a school whose next year begins at that moment.
func (s *stage) prepares(owner tenant.ID, id school.ID, from time.Time) {
	s.t.Helper()
	require.NoError(s.t, s.db.Schools().Create(s.t.Context(), owner, id, school.School{ID: id, Prepared: school.Prepared{Year: 2027, From: from}}))
}

func TestPreparedYearsBegin(t *testing.T) {
	t.Parallel()
	s := begin(t)
	now := s.clock.Now()
	today := now.Format("20060102")
	s.prepares(ours, "due", now)
	s.prepares(ours, "tomorrow", now.Add(20*time.Hour))
	s.prepares(theirs, "missed", now.Add(-3*24*time.Hour))
	require.NoError(t, s.db.Schools().Create(t.Context(), ours, "without", school.School{ID: "without"}))
	for range 2 { // a tick may come twice
		require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
	}
	require.ElementsMatch(t, []string{
		topic.RosterReceived.Name + " switch-due-" + today, topic.RosterReceived.Name + " switch-missed-" + today,
	}, s.abouts())
	run, err := s.db.Runs().Get(t.Context(), theirs, roster.RunID("switch-missed-"+today))
	require.NoError(t, err)
	require.Equal(t, school.ID("missed"), run.School)
	require.Equal(t, roster.Switch, run.Kind)
	require.Equal(t, roster.Received, run.Status)
	require.EqualValues(t, 2027, run.Year)
}

// TestOrderIsSentAfterACrash: the order was stored and its message was not
// sent.
func TestOrderIsSentAfterACrash(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.post.refused = topic.RosterReceived.Name
	today := s.clock.Now().Format("20060102")
	s.prepares(ours, "due", s.clock.Now())
	require.Equal(t, http.StatusNoContent, s.tick(topic.Day))
	s.post.refused = ""
	s.clock.Advance(time.Minute)
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	require.Equal(t, []string{topic.RosterReceived.Name + " switch-due-" + today}, s.abouts())
}
