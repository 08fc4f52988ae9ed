package mail_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	fake "cool.example/sync/emulators/sendgrid"
	"cool.example/sync/functions/mail"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

// TestEverybodyWhoMayApproveIsToldOnce delivers over and over, and looks for
// mails to anybody else.
func TestEverybodyWhoMayApproveIsToldOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.person(owner, "both", account.Active, access.Signatory, access.Admin)
	s.person(owner, "signatory", account.Active, access.Signatory)
	s.person(owner, "teacher", account.Active)
	s.person(owner, "blocked", account.Blocked, access.Admin)
	s.person(owner, "left", account.Left, access.Admin)
	s.person(owner, "prepared", account.Prepared, access.Admin)
	s.person(other, "stranger", account.Active, access.Admin)
	s.run("irun", roster.Waiting)
	for range 3 {
		require.Equal(t, http.StatusNoContent, s.deliver("irun"))
		s.clock.Advance(time.Hour)
	}
	require.Equal(t, []string{"both@golfbreker.example", "marijke@golfbreker.example"}, s.told())
	for _, m := range s.fake.Mails() {
		require.Len(t, m.To, 1, "one sees the address of another")
		require.Equal(t, sender, m.From)
		require.Equal(t, "COOL Sync", m.FromName)
		require.Empty(t, m.Tracked)
	}
	require.Equal(t, map[account.ID]store.MailState{"both": store.MailSent, "marijke": store.MailSent}, s.states())
	require.ElementsMatch(t, []string{"both irun sent", "marijke irun sent"}, s.logged())

	s.person(owner, "new", account.Active, access.Admin)
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Equal(t, "new@golfbreker.example", s.told()[2], "who came later is told when a message comes")
	s.run("iother", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.deliver("iother"))
	require.Len(t, s.told(), 6, "another run is another mail")
}

// TestRightsSayWhoIsTold: somebody to whom the task is granted hears of a plan that
// waits; somebody to whom it is denied does not.
func TestRightsSayWhoIsTold(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.person(owner, "invaller", account.Active)
	s.person(owner, "straks", account.Active)
	s.person(owner, "ander", account.Active)
	s.person(owner, "geweigerd", account.Active, access.Admin)
	s.person(owner, "geblokkeerd", account.Blocked)
	task := right.Object{Sort: right.Task, ID: string(access.ApproveImport)}
	for id, r := range map[right.ID]right.Right{
		"r1": {What: task, Whom: right.Whom{By: right.ByPerson, Value: "invaller"}},
		"r2": {What: task, Whom: right.Whom{By: right.ByPerson, Value: "straks"}, From: s.clock.Now().Add(time.Hour)},
		"r3": {What: task, Whom: right.Whom{By: right.ByPerson, Value: "geweigerd"}, Deny: true},
		"r4": {What: task, Whom: right.Whom{By: right.ByPerson, Value: "geblokkeerd"}},
	} {
		require.NoError(t, s.db.Rights().Create(t.Context(), owner, id, r))
	}
	s.run("irun", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Equal(t, []string{"invaller@golfbreker.example", "marijke@golfbreker.example"}, s.told())
	require.NoError(t, s.db.Rights().Delete(t.Context(), owner, "r1"))
	require.NoError(t, s.db.Rights().Delete(t.Context(), owner, "r4"))
	s.run("iother", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.deliver("iother"))
	require.Equal(t, []string{"marijke@golfbreker.example"}, s.told()[2:], "a denial holds also where nothing is granted")
}

func TestDeliveriesSideBySide(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("irun", roster.Waiting)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { s.deliver("irun") })
	}
	wg.Wait()
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Equal(t, []string{"marijke@golfbreker.example"}, s.told())
}

func TestNobodyIsToldOfWhatNoLongerWaits(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, status := range []roster.Status{roster.Received, roster.Planned, roster.Applying, roster.Applied, roster.Refused} {
		s.run("irun", status)
		require.Equal(t, http.StatusNoContent, s.deliver("irun"), status)
	}
	require.Equal(t, http.StatusNoContent, s.deliver("nosuch"))
	require.Equal(t, http.StatusNoContent, s.send(topic.Mailing{Tenant: other, Letter: topic.ImportWaiting, Import: "irun"}))
	s.run("irun", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.send(topic.Mailing{Tenant: owner, Letter: "spam", Import: "irun"}))
	require.Empty(t, s.fake.Statuses())

	s.fake.Plan(fake.Planned{Status: http.StatusTooManyRequests})
	require.Equal(t, http.StatusServiceUnavailable, s.deliver("irun"))
	s.run("irun", roster.Applying) // somebody approved it meanwhile
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Empty(t, s.told())
	require.Empty(t, s.logged())
}

func TestMailServiceWithoutTimeIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable} {
		s := begin(t)
		s.person(owner, "zoe", account.Active, access.Admin)
		s.run("irun", roster.Waiting)
		s.fake.Plan(fake.Planned{Status: status})
		require.Equal(t, http.StatusServiceUnavailable, s.deliver("irun"))
		require.Equal(t, []string{"zoe@golfbreker.example"}, s.told(), "one person's trouble holds up another")
		require.Equal(t, map[account.ID]store.MailState{"marijke": store.MailDue, "zoe": store.MailSent}, s.states())
		require.Equal(t, http.StatusNoContent, s.deliver("irun"))
		require.Equal(t, []string{"zoe@golfbreker.example", "marijke@golfbreker.example"}, s.told())
		require.Equal(t, map[account.ID]store.MailState{"marijke": store.MailSent, "zoe": store.MailSent}, s.states())
		require.ElementsMatch(t, []string{"marijke irun sent", "zoe irun sent"}, s.logged())
	}
}

func TestRefusedMailIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge} {
		s := begin(t)
		s.run("irun", roster.Waiting)
		s.fake.Plan(fake.Planned{Status: status})
		for range 3 {
			require.Equal(t, http.StatusNoContent, s.deliver("irun"))
		}
		require.Equal(t, []int{status}, s.fake.Statuses())
		require.Equal(t, map[account.ID]store.MailState{"marijke": store.MailRefused}, s.states())
		require.Equal(t, []string{"marijke irun refused"}, s.logged())
		for e, err := range s.db.Mails().All(t.Context(), owner) {
			require.NoError(t, err)
			require.Equal(t, status, e.Value.Answer)
		}
	}
}

// TestAnswerThatNeverCame: the mail may have gone out, and is not sent again.
func TestAnswerThatNeverCame(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("irun", roster.Waiting)
	s.fake.Plan(fake.Planned{After: true})
	for range 3 {
		require.Equal(t, http.StatusNoContent, s.deliver("irun"))
		s.clock.Advance(time.Hour)
	}
	require.Len(t, s.told(), 1)
	require.Equal(t, map[account.ID]store.MailState{"marijke": store.MailUnknown}, s.states())
	require.Equal(t, []string{"marijke irun unknown"}, s.logged())
}

// TestMailServiceThatIsNotThere: nothing went out, so that it may be tried
// again.
func TestMailServiceThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("irun", roster.Waiting)
	gone := s.deps
	gone.SendGrid = "http://127.0.0.1:1"
	there := s.handler
	s.handler = mail.New(gone)
	require.Equal(t, http.StatusServiceUnavailable, s.deliver("irun"))
	s.handler = there
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Len(t, s.told(), 1)
}

// TestDeliveryThatDied leaves a mail on its way: it is waited for, and then
// not sent again.
func TestDeliveryThatDied(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("irun", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	for e, err := range s.db.Mails().All(t.Context(), owner) {
		require.NoError(t, err)
		m := e.Value
		m.State = store.MailSending
		require.NoError(t, s.db.Mails().Set(t.Context(), owner, e.ID, m))
	}
	require.Equal(t, http.StatusServiceUnavailable, s.deliver("irun"), "the other may still say that it is due")
	s.clock.Advance(5 * time.Minute)
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Equal(t, map[account.ID]store.MailState{"marijke": store.MailUnknown}, s.states())
	require.Len(t, s.told(), 1)
	require.ElementsMatch(t, []string{"marijke irun sent", "marijke irun unknown"}, s.logged())
}

// TestKeys expects a key that was replaced to be taken up at once, and a wrong
// one to be no reason to ask for ever.
func TestKeys(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("i1", roster.Waiting)
	s.secrets.Put("sendgrid-key", []byte("SG.old"))
	require.Equal(t, http.StatusNoContent, s.deliver("i1"))
	require.Equal(t, []int{401, 401}, s.fake.Statuses())
	require.Equal(t, []string{"marijke i1 refused"}, s.logged())
	s.secrets.Put("sendgrid-key", []byte(fake.Key))
	s.run("i2", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.deliver("i2"))
	require.Equal(t, []int{401, 401, 401, 202}, s.fake.Statuses())
}

func TestNoKeyYet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.run("irun", roster.Waiting)
	lacking := s.deps
	lacking.Secrets = none{}
	s.handler = mail.New(lacking)
	require.Equal(t, http.StatusServiceUnavailable, s.deliver("irun"))
	s.handler = mail.New(s.deps)
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	require.Len(t, s.told(), 1)
}
