package journey_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/upload"
)

// second opens another school in the institution and returns its token.
func second(t *testing.T, s *journey.Stage) string {
	t.Helper()
	db, err := s.Database(t.Context(), "")
	require.NoError(t, err)
	defer db.Close()
	place := school.School{ID: "duinpan", Name: "De Duinpan", Code: school.Code{BRIN: "99XY", Location: "00"}, Sector: school.PO}
	require.NoError(t, db.Schools().Create(t.Context(), demo.Tenant, place.ID, place))
	token := upload.NewToken(demo.Tenant)
	_, hash, err := upload.ParseToken(token)
	require.NoError(t, err)
	require.NoError(t, db.Tokens().Create(t.Context(), demo.Tenant, store.TokenID(hash), store.Token{School: place.ID}))
	return token
}

func TestATeacherOfTwoSchoolsIsOnePerson(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(40)
	require.Equal(t, "applied", s.Hand(journey.File(t, invented)).Status)
	before := accounts(t, s)
	teacher := invented.Staff()[0]

	// The other school has one pupil, who is new, and that teacher under another key.
	pupil := invented.Pupils()[0]
	file := strings.ReplaceAll(string(journey.File(t, invented)), "99XX", "99XY")
	var others []string
	for _, p := range invented.People {
		element := map[person.Kind]string{person.Pupil: "leerling", person.Staff: "leerkracht"}[p.Kind]
		if p.Key != pupil.Key && p.Key != teacher.Key {
			others = append(others, fmt.Sprintf(`<%s key="%s"`, element, p.Key))
		}
	}
	file = string(journey.Without([]byte(file), others...))
	file = strings.Replace(file, fmt.Sprintf(`<leerling key="%s"`, pupil.Key), `<leerling key="77777"`, 1)
	file = strings.Replace(file, fmt.Sprintf(`<leerkracht key="%s"`, teacher.Key), `<leerkracht key="elders"`, 1)
	run := s.HandAs(second(t, s), []byte(file))
	require.Equal(t, "waiting", run.Status, run.Findings)
	require.Equal(t, []string{"matches"}, run.Held)
	require.Equal(t, 1, run.Counts.Match)
	require.Equal(t, 1, run.Counts.Create, "the pupil does not wait for the teacher")

	admin, err := browse.New(s.URL)
	require.NoError(t, err)
	require.NoError(t, admin.SignIn(t.Context(), s.Institution.Admin, demo.AdminPassword))
	page, err := admin.Get(t.Context(), "/admin/imports/"+run.ID+"/rows/matches")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status)
	text := browse.Text(page.Root)
	require.Contains(t, text, teacher.Name.Surname)
	_, id, _ := strings.Cut(attributeOf(page, "select", "name"), "match-")
	page, err = admin.Post(t.Context(), "/admin/imports/"+run.ID+"/rows/matches", map[string][]string{
		"plan_hash": {run.PlanHash}, "page": {"1"}, "match-" + id: {"same"},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status)
	page, err = admin.Post(t.Context(), "/admin/imports/"+run.ID+"/approve", map[string][]string{
		"plan_hash": {run.PlanHash}, "phase": {"matches"}, "say": {"approve"},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status)
	require.Eventually(t, func() bool {
		both := 0
		for address, a := range accounts(t, s) {
			if len(a.Memberships) == 2 && a.ID == before[address].ID && a.State == account.Active {
				both++
			}
		}
		return both == 1
	}, time.Minute, 50*time.Millisecond, "the teacher is one person of two schools")
	require.Len(t, accounts(t, s), len(before)+1)
}

// attributeOf returns an attribute of the first element of that name.
func attributeOf(p browse.Page, element, attribute string) string {
	for n := range p.Root.Descendants() {
		if n.Data == element {
			return browse.Attribute(n, attribute)
		}
	}
	return ""
}
