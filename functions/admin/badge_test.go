package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// holder returns whose badge has a code, "" where it is good for nobody.
func (s *stage) holder(shown string) account.ID {
	s.t.Helper()
	b := credential.Badges{Index: s.deps.Bin.Index}
	code := credential.ReadBadge(shown)
	owner, found, err := s.deps.Credentials.BadgeOf(s.t.Context(), b.ID(code))
	if fault.KindOf(err) == fault.NotFound {
		return ""
	}
	require.NoError(s.t, err)
	require.Equal(s.t, ours, owner)
	c, err := s.deps.Credentials.Credentials().Get(s.t.Context(), ours, found.Account)
	require.NoError(s.t, err)
	if c.Badge != b.ID(code) || !b.Check(ours, found.Account, found, code) {
		return ""
	}
	return found.Account
}

// badges counts the badges that are stored.
func (s *stage) badges() int {
	s.t.Helper()
	n := 0
	for path := range s.documents(store.CredentialsDatabase) {
		if strings.HasPrefix(path, "/documents/badges/") {
			n++
		}
	}
	return n
}

// classOf makes a class of one pupil.
func (s *stage) classOf(id group.ID, band group.Band) account.Account {
	s.t.Helper()
	require.NoError(s.t, s.deps.DB.Groups().Create(s.t.Context(), ours, id, group.Group{ID: id, School: zeester, Kind: group.Class, Name: string(id), Band: band}))
	return s.add(ours, member(person.Pupil, named("Kind", "van", string(id)), id))
}

func TestWhatAgeGetsWhichCard(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for band, c := range map[group.Band]struct {
		password string
		badge    bool
	}{
		group.Young:  {`^[a-z]{2,5}(-[a-z]{2,5}){2}$`, true},
		group.Middle: {`^[a-z]+-[a-z]+-\d\d$`, true},
		group.Older:  {`^([a-z]+-){3}\d\d$`, false},
		"":           {`^[a-z]+-[a-z]+-\d\d$`, true},
	} {
		id := group.ID("gband" + string(band))
		a := s.classOf(id, band)
		got := s.issue("/admin/groups/" + string(id) + "/sheet")[0]
		require.Regexp(t, c.password, got.password, band)
		require.True(t, s.fits(a, got.password))
		if !c.badge {
			require.Empty(t, got.badge, band)
			continue
		}
		require.Regexp(t, `^[0-9A-HJKMNP-TV-Z]{4}( [0-9A-HJKMNP-TV-Z]{4}){6}$`, got.badge)
		require.Equal(t, a.ID, s.holder(got.badge))
	}
}

func TestNobodyButPupilsHasABadge(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(ours, member(person.Staff, named("Juf", "", "Ank"), classA))
	guardian := s.add(ours, account.Account{Kind: person.Guardian, Source: named("Els", "", "Ouder")})
	for _, path := range []string{"/admin/staff/sheet", "/admin/people/" + string(guardian.ID) + "/card"} {
		got := s.issue(path)
		require.Len(t, got, 1)
		require.Regexp(t, `^([a-z]+-){4}\d\d$`, got[0].password)
		require.Empty(t, got[0].badge)
	}
	require.Zero(t, s.badges())
}

// TestNobodyWhoMayMoreThanTheMaker is on a sheet: the maker could sign in as them.
func TestNobodyWhoMayMoreThanTheMaker(t *testing.T) {
	t.Parallel()
	s := begin(t)
	maker := s.add(ours, member(person.Staff, named("Mo", "", "Maker")))
	other := s.add(ours, member(person.Staff, named("Ria", "", "Rechten")))
	peer := s.add(ours, member(person.Staff, named("Pim", "", "Peer")))
	grant := func(p access.Permission, to account.ID) {
		x := right.Right{
			ID: right.NewID(), What: right.Object{Sort: right.Task, ID: string(p)}, Whom: right.Whom{By: right.ByPerson, Value: string(to)},
		}
		require.NoError(t, s.deps.DB.Rights().Create(t.Context(), ours, x.ID, x))
	}
	grant(access.IssueSheets, maker.ID)
	grant(access.IssueSheets, peer.ID)
	grant(access.ManageRights, other.ID)
	as := s.session(ours, maker)
	refused := s.do(call{method: "POST", path: "/admin/people/" + string(other.ID) + "/card", session: as})
	require.Contains(t, text(page(t, refused, http.StatusUnprocessableEntity)), "of daar meer mag dan jij")
	require.Equal(t, http.StatusSeeOther, s.do(call{method: "POST", path: "/admin/people/" + string(peer.ID) + "/card", session: as}).status)
	own := s.do(call{method: "POST", path: "/admin/people/" + string(maker.ID) + "/card", session: as})
	require.Contains(t, text(page(t, own, http.StatusUnprocessableEntity)), "Voor jezelf maak je geen inlogkaart")
	role := s.add(ours, account.Account{Kind: person.Pupil, Source: named("Rol", "", "Drager"), Own: account.Own{Roles: []access.Role{access.Signatory}}})
	page(t, s.do(call{method: "POST", path: "/admin/people/" + string(role.ID) + "/card", session: s.admin}), http.StatusUnprocessableEntity)
}

func TestANewCardVoidsTheOld(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	old := s.issue("/admin/groups/g4a/sheet")
	kept, err := s.deps.DB.Accounts().Get(t.Context(), ours, pupils[0].ID)
	require.NoError(t, err)
	signedIn := s.session(ours, kept)
	require.Contains(t, text(s.show(s.admin, "/admin/people/"+string(pupils[0].ID))), "Nieuwe inlogkaart maken")

	fresh := s.issue("/admin/people/" + string(pupils[0].ID) + "/card")
	require.Len(t, fresh, 1)
	require.Equal(t, pupils[0].Source.Name.Display(), fresh[0].name)
	require.True(t, s.fits(pupils[0], fresh[0].password))
	require.Equal(t, pupils[0].ID, s.holder(fresh[0].badge))
	require.False(t, s.fits(pupils[0], old[0].password), "the old password still holds")
	require.Empty(t, s.holder(old[0].badge), "the old badge still holds")
	_, err = s.deps.People.Sessions.Check(t.Context(), signedIn)
	require.Equal(t, fault.Unsigned, fault.KindOf(err), "a session goes on")
	for i := range pupils[1:] {
		require.True(t, s.fits(pupils[i+1], old[i+1].password), "a classmate's password is void")
		require.Equal(t, pupils[i+1].ID, s.holder(old[i+1].badge))
	}
	require.Equal(t, len(pupils), s.badges(), "a void badge is still there")

	blocked := "/admin/people/" + string(pupils[1].ID)
	require.Equal(t, http.StatusSeeOther, s.submit(blocked+"/state", url.Values{"say": {"block"}}).status)
	page(t, s.do(call{method: "POST", path: blocked + "/card", session: s.admin}), http.StatusUnprocessableEntity)
	page(t, s.do(call{method: "POST", path: "/admin/people/anobody/card", session: s.admin}), http.StatusNotFound)
}

func TestErasureTakesTheBadge(t *testing.T) {
	t.Parallel()
	s := begin(t)
	pupils := s.class()
	made := s.do(call{method: "POST", path: "/admin/groups/g4a/sheet", session: s.admin})
	got := cards(t, page(t, s.made(made), http.StatusOK))
	order := erase.Order{Actor: audit.Actor{System: "test"}, Why: bin.OnOrder, Ref: "A-1"}
	_, err := s.deps.Bin.Erase(t.Context(), ours, []account.ID{pupils[0].ID}, order)
	require.NoError(t, err)
	require.Empty(t, s.holder(got[0].badge))
	require.Equal(t, len(pupils)-1, s.badges())
	require.Equal(t, got[1:], cards(t, page(t, s.made(made), http.StatusOK)), "a sheet shows somebody who was erased")
	for path, fields := range s.documents(store.CredentialsDatabase) {
		require.NotContains(t, path+fields, string(pupils[0].ID))
	}
}

// TestTheConsoleIsClosedToBadges: a badge lies around.
func TestTheConsoleIsClosedToBadges(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.add(ours, account.Account{Kind: person.Pupil, Source: named("Rol", "", "Drager"), Own: account.Own{Roles: []access.Role{access.Admin}}})
	token, err := s.deps.People.Sessions.Begin(t.Context(), ours, a, session.By(session.Badge))
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, s.do(call{method: "GET", path: "/admin/", session: token}).status)
	s.waiting("ione")
	approve := s.do(call{
		method: "POST", path: "/api/import/v1/files/ione/approve", session: token, body: strings.NewReader(`{"plan_hash":"c0ffee"}`),
		header: map[string]string{"Content-Type": "application/json"},
	})
	require.Equal(t, http.StatusForbidden, approve.status)
}

// TestThePictureOfABadge reads the picture back, module by module.
func TestThePictureOfABadge(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.classOf("gyoung", group.Young)
	sheet := s.sheet("/admin/groups/gyoung/sheet")
	svg := find(sheet, "svg")[0]
	require.Equal(t, "true", attr(svg, "aria-hidden"), "the code beneath says the same")
	require.Equal(t, "0 0 41 41", attr(svg, "viewbox")+attr(svg, "viewBox"), "version 4, with its margin")
	black := map[[2]int]bool{}
	for _, run := range regexp.MustCompile(`M\d+ \d+h\d+v1h-\d+z`).FindAllString(attr(find(svg, "path")[1], "d"), -1) {
		var x, y, n, back int
		_, err := fmt.Sscanf(run, "M%d %dh%dv1h-%dz", &x, &y, &n, &back)
		require.NoError(t, err)
		require.Equal(t, n, back)
		for i := range n {
			black[[2]int{x + i, y}] = true
		}
	}
	for _, corner := range [][2]int{{4, 4}, {30, 4}, {4, 30}} { // the finder patterns
		for i := range 7 {
			require.True(t, black[[2]int{corner[0] + i, corner[1]}])
			require.True(t, black[[2]int{corner[0], corner[1] + i}])
		}
		require.False(t, black[[2]int{corner[0] + 1, corner[1] + 1}])
	}
	for at := range black {
		require.True(t, at[0] >= 4 && at[1] >= 4 && at[0] < 37 && at[1] < 37, "the margin is not white")
	}
	require.Contains(t, sites(sheet), "localhost:8080", "the card says where to sign in")
}

// sites returns where the cards of a sheet say that people sign in.
func sites(sheet *html.Node) (list []string) {
	for _, p := range find(sheet, "p") {
		if attr(p, "class") == "site" {
			list = append(list, text(p))
		}
	}
	return list
}
