package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
)

// card is what a sheet says of one person.
type card struct{ name, address, password, badge string }

func cards(t *testing.T, sheet *html.Node) []card {
	t.Helper()
	var list []card
	for _, item := range find(sheet, "li") {
		values := texts(item, "dd")
		require.Len(t, values, 2)
		c := card{name: texts(item, "h2")[0], address: strings.ReplaceAll(values[0], " ", ""), password: values[1]}
		for _, p := range find(item, "p") {
			if attr(p, "class") == "badge" {
				c.badge = text(p)
			}
		}
		require.Len(t, find(item, "svg"), min(len(c.badge), 1), "a badge has a picture, and nothing else has")
		list = append(list, c)
	}
	return list
}

// key returns the cookie that an answer sets for a sheet.
func key(t *testing.T, a answer) *http.Cookie {
	t.Helper()
	set := (&http.Response{Header: a.header}).Cookies()
	require.Len(t, set, 1)
	return set[0]
}

// made follows the answer to who made a sheet.
func (s *stage) made(a answer) answer {
	s.t.Helper()
	require.Equal(s.t, http.StatusSeeOther, a.status, a.body)
	return s.do(call{method: "GET", path: a.header.Get("Location"), session: s.admin, cookie: key(s.t, a)})
}

// sheet makes a sheet and returns its page.
func (s *stage) sheet(path string) *html.Node {
	s.t.Helper()
	return page(s.t, s.made(s.do(call{method: "POST", path: path, session: s.admin})), http.StatusOK)
}

// issue makes a sheet and returns its cards.
func (s *stage) issue(path string) []card {
	s.t.Helper()
	return cards(s.t, s.sheet(path))
}

// fits reports whether a password is a's.
func (s *stage) fits(a account.Account, password string) bool {
	s.t.Helper()
	stored, err := s.deps.Credentials.Credentials().Get(s.t.Context(), ours, a.ID)
	require.NoError(s.t, err)
	good, err := s.deps.Vault.Check(s.t.Context(), ours, a.ID, stored, password)
	require.NoError(s.t, err)
	return good
}

// class fills a class, and puts beside it who is not to be on its sheet. It
// returns the pupils in the order of a Dutch list.
func (s *stage) class() []account.Account {
	s.t.Helper()
	gone := member(person.Pupil, named("Weg", "", "Vertrokken"), classA)
	gone.State = account.Left
	blocked := member(person.Pupil, named("Bas", "", "Geblokkeerd"), classA)
	blocked.State = account.Blocked
	moved := member(person.Pupil, named("Mo", "", "Verhuisd"), classA)
	moved.Memberships[0].Left = true
	for _, a := range []account.Account{
		gone, blocked, moved, member(person.Pupil, named("Ander", "", "Elders"), classB), member(person.Staff, named("Juf", "", "Ank"), classA),
	} {
		s.add(ours, a)
	}
	last := s.add(ours, member(person.Pupil, named("Sanne", "", "Zee"), "glesson", classA))
	first := s.add(ours, member(person.Pupil, named("Ömer", "", "åkerman"), classA))
	second := s.add(ours, member(person.Pupil, named("Tim", "van den", "Berg"), classA))
	return []account.Account{first, second, last}
}

func TestSheet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	first := s.issue("/admin/groups/g4a/sheet")
	require.Len(t, first, len(pupils))
	for i, a := range pupils {
		require.Equal(t, card{a.Source.Name.Display(), a.Address, first[i].password, first[i].badge}, first[i])
		require.True(t, s.fits(a, first[i].password))
		require.False(t, s.fits(a, first[(i+1)%len(pupils)].password), "a password opens one account")
		stored, err := s.deps.Credentials.Credentials().Get(t.Context(), ours, a.ID)
		require.NoError(t, err)
		require.True(t, stored.First)
		require.Equal(t, s.clock.Now(), stored.Issued)
		require.NotContains(t, string(stored.Verifier), "argon2", "a verifier is stored sealed")
		same, err := s.deps.DB.Accounts().Get(t.Context(), ours, a.ID)
		require.NoError(t, err)
		require.Equal(t, a.Epoch+1, same.Epoch, "sessions that were begun before go on")
		same.Epoch = a.Epoch
		require.Equal(t, a, same, "issuing a password changes nothing else of an account")
	}
	require.Len(t, all(t, s.deps.Credentials.Credentials()), len(pupils), "somebody who is not on the sheet got a password")

	var actions []audit.Action
	for _, e := range all(t, s.deps.DB.Log()) {
		actions = append(actions, e.Action)
		require.Equal(t, []string{"call_name", "infix", "surname", "username"}, e.Fields)
		require.Equal(t, "127.0.0.1", s.origin(e).Address, "from where it was done is kept")
		require.Equal(t, string(classA), e.Object)
		require.NotEmpty(t, e.Actor.Account)
		require.ElementsMatch(t, []account.ID{pupils[0].ID, pupils[1].ID, pupils[2].ID}, e.Subjects)
	}
	require.ElementsMatch(t, []audit.Action{audit.SheetIssued, audit.Viewed}, actions)

	second := s.issue("/admin/groups/g4a/sheet")
	for i, a := range pupils {
		require.True(t, s.fits(a, second[i].password))
		require.False(t, s.fits(a, first[i].password), "a password that was issued before still holds")
	}
}

// TestSheetEndsSessions: whoever sits at another's session is out once the
// school hands out a new password.
func TestSheetEndsSessions(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	on, off := s.session(ours, pupils[0]), s.session(ours, s.add(ours, member(person.Pupil, named("Zus", "", "Anders"), classB)))
	s.issue("/admin/groups/g4a/sheet")
	_, err := s.deps.People.Sessions.Check(t.Context(), on)
	require.Equal(t, fault.Unsigned, fault.KindOf(err))
	_, err = s.deps.People.Sessions.Check(t.Context(), off)
	require.NoError(t, err, "somebody who is not on the sheet was signed out")
}

// TestRolesAreNotOnSheets: whoever makes a sheet could sign in as anybody on it.
func TestRolesAreNotOnSheets(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	powerful := member(person.Pupil, named("Kind", "", "Aanrecht"), classA)
	powerful.Own.Roles = []access.Role{access.Signatory}
	powerful = s.add(ours, powerful)
	for _, path := range []string{"/admin/staff/sheet", "/admin/groups/g4a/sheet"} {
		sheet := s.sheet(path)
		require.NotEmpty(t, cards(t, sheet))
		for _, c := range cards(t, sheet) {
			require.NotContains(t, []string{"Marijke Zeeman", powerful.Source.Name.Display()}, c.name)
		}
		require.Contains(t, text(sheet), "Wie een rol in Beheer heeft", path)
	}
	_, err := s.deps.Credentials.Credentials().Get(t.Context(), ours, powerful.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

// TestFirstPasswordsReachNothing signs in as an administrator who has not
// chosen a password of their own.
func TestFirstPasswordsReachNothing(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token, err := s.deps.People.Sessions.Begin(t.Context(), ours, s.add(ours, account.Account{
		Kind: person.Staff, Source: named("Nieuw", "", "Begin"), Own: account.Own{Roles: []access.Role{access.Admin}},
	}), session.Start{Methods: []string{"pwd"}, First: true})
	require.NoError(t, err)
	before := s.traces()
	got := s.do(call{method: "GET", path: "/admin/", session: token})
	require.Equal(t, http.StatusSeeOther, got.status)
	require.Equal(t, "/password?next=%2Fadmin%2F", got.header.Get("Location"))
	for _, path := range []string{"/admin/staff/sheet", "/admin/groups/g4a/sheet", "/api/import/v1/files/ione/approve"} {
		require.Equal(t, http.StatusForbidden, s.do(call{method: "POST", path: path, session: token}).status, path)
	}
	require.Equal(t, before, s.traces())
}

func TestSheetEndsWaiting(t *testing.T) {
	t.Parallel()
	s := begin(t)
	locked := s.class()[0]
	tried := credential.Credential{Verifier: []byte("x"), Failures: 12}
	require.NoError(t, s.deps.Credentials.Credentials().Set(t.Context(), ours, locked.ID, tried.Failed(s.clock.Now())))
	s.issue("/admin/groups/g4a/sheet")
	stored, err := s.deps.Credentials.Credentials().Get(t.Context(), ours, locked.ID)
	require.NoError(t, err)
	require.Zero(t, stored.Failures, "a pupil with a new password may try it at once")
	require.False(t, stored.Waiting(s.clock.Now()))
}

// TestSheetsAtOnce makes sheets of one class at the same time: one of them, whole,
// is the sheet that holds, and the others say so.
func TestSheetsAtOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	answers := make([]answer, 3)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin}) })
	}
	wg.Wait()
	whole, void := 0, 0
	for _, a := range answers {
		sheet := page(t, s.made(a), http.StatusOK)
		if strings.Count(text(sheet), "Vervallen") == len(pupils) {
			void++
			require.Empty(t, find(sheet, "dd"))
			continue
		}
		whole++
		for i, c := range cards(t, sheet) {
			require.True(t, s.fits(pupils[i], c.password), "a sheet holds for some of its pupils only")
			require.Equal(t, pupils[i].ID, s.holder(c.badge))
		}
	}
	require.Equal(t, 1, whole)
	require.Equal(t, len(answers)-1, void)
	require.Equal(t, len(pupils), s.badges(), "a badge of a void sheet is still there")
}

func TestStaffSheet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.class()
	has := s.add(ours, member(person.Staff, named("Ria", "", "Gereed")))
	made, err := s.deps.Vault.Issue(t.Context(), ours, has.ID, "een-eigen-wachtwoord", s.clock.Now())
	require.NoError(t, err)
	require.NoError(t, s.deps.Credentials.Credentials().Create(t.Context(), ours, has.ID, made))
	sheet := s.issue("/admin/staff/sheet")
	require.Equal(t, "Juf Ank", sheet[0].name)
	require.Len(t, sheet, 1, "somebody with a role, or with a password, is on the sheet")
	require.True(t, s.fits(has, "een-eigen-wachtwoord"), "a password that somebody has stays as it is")

	again := s.do(call{method: "POST", path: "/admin/staff/sheet", session: s.admin})
	require.Contains(t, text(page(t, again, http.StatusUnprocessableEntity)), "Wie een rol in Beheer heeft, of daar meer mag dan jij, krijgt geen wachtwoord")
	require.Len(t, all(t, s.deps.DB.Log()), 2)
}

// TestStaffSheetsAtOnce makes two sheets of staff at the same time: a password
// of the one is never replaced by the other.
func TestStaffSheetsAtOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	teacher := s.add(ours, member(person.Staff, named("Aad", "", "Aalbers")))
	answers := make([]answer, 3)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = s.do(call{method: "POST", path: "/admin/staff/sheet", session: s.admin}) })
	}
	wg.Wait()
	made := 0
	for _, a := range answers {
		if a.status == http.StatusSeeOther {
			made++
			require.True(t, s.fits(teacher, cards(t, page(t, s.made(a), http.StatusOK))[0].password))
			continue
		}
		require.Contains(t, []int{http.StatusConflict, http.StatusUnprocessableEntity}, a.status)
	}
	require.Equal(t, 1, made)
}

// TestStaffOnTheNextSheet makes sheets of more people than one sheet holds.
func TestStaffOnTheNextSheet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for i := range 154 {
		s.add(ours, member(person.Staff, named("Noor", "", fmt.Sprintf("Meester%03d", i))))
	}
	first, second := s.issue("/admin/staff/sheet"), s.issue("/admin/staff/sheet")
	require.Len(t, first, 150)
	require.Len(t, second, 4)
	seen := map[string]bool{}
	for _, c := range append(first, second...) {
		seen[c.address] = true
	}
	require.Len(t, seen, 154)
}

func TestSheetOfNobody(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for path, want := range map[string]int{
		"/admin/groups/g10b/sheet":  http.StatusUnprocessableEntity,
		"/admin/groups/gnone/sheet": http.StatusNotFound,
		"/admin/groups/x%2Fy/sheet": http.StatusNotFound,
	} {
		page(t, s.do(call{method: "POST", path: path, session: s.admin}), want)
	}
	require.Empty(t, all(t, s.deps.DB.Log()))
}
