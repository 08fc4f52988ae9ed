package journey_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/logged"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
)

// accounts returns the imported accounts of the demo institution by address.
func accounts(t *testing.T, s *journey.Stage) map[string]account.Account {
	t.Helper()
	db, err := s.Database(t.Context(), "")
	require.NoError(t, err)
	defer db.Close()
	all := map[string]account.Account{}
	for e, err := range db.Accounts().All(t.Context(), demo.Tenant) {
		require.NoError(t, err)
		if len(e.Value.Memberships) > 0 && e.Value.Memberships[0].Key != "" {
			require.NotContains(t, all, e.Value.Address, "an address was given twice")
			all[e.Value.Address] = e.Value
		}
	}
	return all
}

// log gathers what every function of every stage logs.
var log = logged.Catch(slog.LevelDebug)

func TestImportTwiceAndKeepNothingForbidden(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(120)
	file := journey.File(t, invented)
	first := s.Hand(journey.Packed(t, file))
	require.Equal(t, "applied", first.Status)
	require.Equal(t, len(invented.People), first.Counts.Create)
	made := accounts(t, s)
	require.Len(t, made, len(invented.People))

	second := s.Hand(file)
	require.Equal(t, "applied", second.Status)
	require.Equal(t, len(invented.People), second.Counts.Unchanged)
	require.Equal(t, made, accounts(t, s), "the same file again wrote an account")

	require.Eventually(t, func() bool { return len(s.Google.Users()) == len(invented.People) }, time.Minute, 50*time.Millisecond)
	require.Empty(t, s.Google.Violations())
	stored, said := s.Stored(), s.Messages()+log.String()
	require.Contains(t, said, "roster-received")
	require.NotEmpty(t, invented.Planted())
	for _, value := range invented.Planted() {
		require.Empty(t, stored.Find(value), "a value that may not be kept is stored")
		require.NotContains(t, said, value, "a value that may not be kept was said")
	}
	for address, a := range made {
		require.NotContains(t, said, address, "a message or the log holds an address")
		require.NotContains(t, said, a.Username+"@", "a message or the log holds a username")
		if len(a.Source.Name.Surname) > 4 {
			require.NotContains(t, said, a.Source.Name.Surname, "a message or the log names somebody")
		}
	}
}

func TestChangesAndLeavers(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(60)
	file := journey.File(t, invented)
	require.Equal(t, "applied", s.Hand(file).Status)
	before := accounts(t, s)

	gone := fmt.Sprintf(`<leerling key="%s"`, invented.People[3].Key)
	few := s.Hand(journey.Without(file, gone))
	require.Equal(t, "applied", few.Status)
	require.Equal(t, 1, few.Counts.Leave)

	back := s.Hand(file)
	require.Equal(t, 1, back.Counts.Return)
	after := accounts(t, s)
	require.Len(t, after, len(before), "somebody who came back got another account")
	for address, a := range after {
		require.Equal(t, before[address].ID, a.ID)
		require.Equal(t, account.Active, a.State)
	}

	var many []string
	for _, p := range invented.People[:20] {
		many = append(many, fmt.Sprintf(`<leerling key="%s"`, p.Key))
	}
	held := s.Hand(journey.Without(file, many...))
	require.Equal(t, "waiting", held.Status)
	require.Equal(t, 20, held.Counts.Leave)
	for _, a := range accounts(t, s) {
		require.Equal(t, account.Active, a.State, "somebody left before the plan was approved")
	}
	told(t, s, held)
	approve(t, s, held)
	require.Eventually(t, func() bool { return len(accounts(t, s)) == len(before)-20 }, time.Minute, 50*time.Millisecond)
	told(t, s, held)
}

// told demands that the administrator, and nobody else, has one mail about a
// run that waits or waited, which names none of the people in it.
func told(t *testing.T, s *journey.Stage, run browse.Run) {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.SendGrid.Mails()) > 0 }, time.Minute, 50*time.Millisecond)
	mails := s.SendGrid.Mails()
	require.Len(t, mails, 1)
	m := mails[0]
	require.Equal(t, []string{s.Institution.Admin}, m.To)
	require.Equal(t, stack.MailSender, m.From)
	require.Empty(t, m.Tracked)
	words := map[string]bool{}
	for _, body := range []string{m.Text, m.HTML} {
		require.Contains(t, body, "De Zeester")
		require.Contains(t, body, fmt.Sprintf("Vertrek: %d", run.Counts.Leave))
		require.Contains(t, body, s.URL+"/admin/imports/"+run.ID)
		for word := range strings.FieldsFuncSeq(m.Subject+" "+body, func(r rune) bool { return !unicode.IsLetter(r) }) {
			words[word] = true
		}
	}
	for address, a := range accounts(t, s) {
		require.NotContains(t, m.Subject+m.Text+m.HTML, address)
		require.False(t, words[a.Source.Name.Call], "the mail holds the name %s", a.Source.Name.Call)
		require.False(t, words[a.Source.Name.Surname], "the mail holds the name %s", a.Source.Name.Surname)
	}
}

// approve approves a plan as the administrator does, from its page: every part
// that is held.
func approve(t *testing.T, s *journey.Stage, run browse.Run) {
	t.Helper()
	admin, err := browse.New(s.URL)
	require.NoError(t, err)
	require.NoError(t, admin.SignIn(t.Context(), s.Institution.Admin, demo.AdminPassword))
	rest := slices.DeleteFunc(slices.Clone(run.Held), func(p string) bool { return p != string(roster.Matches) && p != string(roster.Renames) })
	page, err := admin.Post(t.Context(), "/admin/imports/"+run.ID+"/approve", map[string][]string{"plan_hash": {"another"}, "phase": run.Held, "rest": run.Held})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, page.Status, "another plan was approved")
	page, err = admin.Post(t.Context(), "/admin/imports/"+run.ID+"/approve", map[string][]string{"plan_hash": {run.PlanHash}, "phase": run.Held, "rest": rest})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status)
}
