package mail_test

import (
	"context"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// none is a vault without secrets.
type none struct{}

func (none) Get(context.Context, string) ([]byte, error) { return nil, fault.New(fault.NotFound, "") }
func (none) Forget(...string)                            {}

// golden compares with a file of testdata/, which GOLDEN=write writes anew.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("GOLDEN") == "write" {
		require.NoError(t, os.WriteFile("testdata/"+name, []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestLetter(t *testing.T) {
	t.Parallel()
	s := begin(t)
	require.NoError(t, s.db.Accounts().Set(t.Context(), owner, "pupil", account.Account{
		ID: "pupil", Kind: person.Pupil, State: account.Active, Address: "bo.celik@leerling.example",
		Source: account.Source{Name: person.Name{Call: "Bo", Surname: "Çelik"}},
	}))
	s.run("irun", roster.Waiting)
	require.Equal(t, http.StatusNoContent, s.deliver("irun"))
	mails := s.fake.Mails()
	require.Len(t, mails, 1)
	m := mails[0]
	require.Equal(t, "Een importvoorstel wacht op goedkeuring / An import proposal is waiting for approval", m.Subject)
	golden(t, "letter.txt", m.Text)
	golden(t, "letter.html", m.HTML)
	for _, word := range []string{"Bo", "Çelik", "celik", "pupil", "Marijke", "Zeeman", "marijke", "Golfbreker"} {
		require.NotContains(t, m.Subject+m.Text+m.HTML, word, "the mail names somebody")
	}
}

// TestSchoolWithAnOddName expects a name to be shown as it is, whatever it
// looks like.
func TestSchoolWithAnOddName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ text, html string }{
		`<b>Zee</b> {count}`: {`Bij <b>Zee</b> {count} wacht`, `Bij &lt;b&gt;Zee&lt;/b&gt; {count} wacht`},
		"De\r\nZee":          {"Bij De Zee wacht", "Bij De Zee wacht"},
		"":                   {"Bij 99XX00 wacht", "Bij 99XX00 wacht"},
	} {
		s := begin(t)
		require.NoError(t, s.db.Schools().Set(t.Context(), owner, zeester, school.School{
			ID: zeester, Name: name, Code: school.Code{BRIN: "99XX", Location: "00"},
		}))
		s.run("irun", roster.Waiting)
		require.Equal(t, http.StatusNoContent, s.deliver("irun"))
		require.Contains(t, s.fake.Mails()[0].Text, want.text)
		require.Contains(t, s.fake.Mails()[0].HTML, want.html)
	}
}
