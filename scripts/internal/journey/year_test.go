package journey_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

// order has the administrator press a button of the school's settings, and
// waits until the run that it begins has ended.
func order(t *testing.T, s *journey.Stage, at string, form url.Values) browse.Run {
	t.Helper()
	admin, err := browse.New(s.URL)
	require.NoError(t, err)
	require.NoError(t, admin.SignIn(t.Context(), s.Institution.Admin, demo.AdminPassword))
	page, err := admin.Post(t.Context(), "/admin/schools/"+string(demo.School)+at, form)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status, page.URL)
	id := path.Base(page.URL.Path)
	run, err := browse.Watch(t.Context(), s.URL, s.Institution.ImportToken, id, "applied", "refused", "waiting")
	require.NoError(t, err)
	return run
}

func TestASchoolYearIsPreparedAndBegins(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(60)
	file := journey.File(t, invented)
	require.Equal(t, "applied", s.Hand(file).Status)
	before := accounts(t, s)

	gone := fmt.Sprintf(`<leerling key="%s"`, invented.People[3].Key)
	next := []byte(strings.ReplaceAll(string(journey.Without(file, gone)), "2026-2027", "2027-2028"))
	prepared := s.Hand(next)
	require.Equal(t, "applied", prepared.Status, prepared.Findings)
	require.Equal(t, len(invented.People)-1, prepared.Counts.Prepare)
	for address, a := range accounts(t, s) {
		require.Equal(t, before[address].Memberships, a.Memberships, "this year stays as it is")
	}
	again := s.Hand(file)
	require.Equal(t, len(invented.People), again.Counts.Unchanged, "this year's file still comes in: %+v", again)

	begun := order(t, s, "/year", url.Values{"say": {"now"}})
	require.Equal(t, "applied", begun.Status)
	require.Equal(t, 1, begun.Counts.Leave)
	after := accounts(t, s)
	require.Len(t, after, len(before)-1, "who leaves goes to the recycle bin")
	for address, a := range after {
		require.Equal(t, before[address].ID, a.ID)
		if a.Memberships[0].Key != "" {
			require.Equal(t, school.Year(2027), a.Memberships[0].Year)
			require.Empty(t, a.Next)
		}
	}
	require.Equal(t, "refused", s.Hand(file).Status, "last year's file comes too late")
}

func TestAnAdministrationSystemIsChanged(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(40)
	file := string(journey.File(t, invented))
	require.Equal(t, "applied", s.Hand([]byte(file)).Status)
	before := accounts(t, s)

	list := "Soort;Oude sleutel;Nieuwe sleutel\r\n"
	renumbered := file
	for _, p := range invented.People {
		kind, element := "leerling", "leerling"
		if p.Kind == person.Staff {
			kind, element = "medewerker", "leerkracht"
		}
		list += fmt.Sprintf("%s;%s;nieuw-%s\r\n", kind, p.Key, p.Key)
		renumbered = strings.Replace(renumbered, fmt.Sprintf(`<%s key="%s"`, element, p.Key), fmt.Sprintf(`<%s key="nieuw-%s"`, element, p.Key), 1)
	}
	bad := s.Hand([]byte(list + "leerling;bestaatniet;x\r\n"))
	require.Equal(t, "refused", bad.Status, "half a mapping is none")
	require.Equal(t, before, accounts(t, s))

	mapped := s.Hand([]byte(list))
	require.Equal(t, "applied", mapped.Status, mapped.Findings)
	require.Equal(t, len(invented.People), mapped.Counts.Change)
	moved := s.Hand([]byte(renumbered))
	require.Equal(t, "applied", moved.Status, moved.Findings)
	require.Zero(t, moved.Counts.Create+moved.Counts.Leave, "%+v", moved.Counts)
	after := accounts(t, s)
	require.Len(t, after, len(before))
	for address, a := range after {
		require.Equal(t, before[address].ID, a.ID, "ids and addresses stay")
	}
}

func TestTwoSchoolsMerge(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	token := second(t, s)
	theirs := journey.School(30)
	file := strings.ReplaceAll(string(journey.File(t, theirs)), "99XX", "99XY")
	run := s.HandAs(token, []byte(file))
	require.Equal(t, "applied", run.Status, run.Findings)
	before := accounts(t, s)

	merged := order(t, s, "/merger", url.Values{"from": {"duinpan"}})
	require.Equal(t, "applied", merged.Status)
	require.Equal(t, len(theirs.People), merged.Counts.Change)
	for address, a := range accounts(t, s) {
		require.Equal(t, before[address].ID, a.ID)
		require.Equal(t, demo.School, a.Memberships[0].School)
	}
	late := s.HandAs(token, []byte(file))
	require.Equal(t, "refused", late.Status)
	require.Equal(t, "plan.school_merged", late.Findings[0].Code, "the school that went up hands over no more files")

	together := s.Hand(journey.File(t, theirs))
	require.Equal(t, "applied", together.Status, together.Findings)
	require.Zero(t, together.Counts.Create+together.Counts.Leave, "the first common file finds everybody: %+v", together.Counts)
	require.Len(t, accounts(t, s), len(before))
}
