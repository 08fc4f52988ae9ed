package admin_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// callers are who calls every route, those who may last.
type callers struct {
	nobody, pupil, teacher, signatory, stranger, admin string // sessions
}

// statuses are the answers to each of the callers, in the same order.
type statuses [6]int

func (c callers) list() [6]struct{ name, session string } {
	return [6]struct{ name, session string }{
		{"nobody", c.nobody},
		{"a pupil", c.pupil},
		{"a teacher without a role", c.teacher},
		{"a signatory", c.signatory},
		{"an administrator of another institution", c.stranger},
		{"an administrator", c.admin},
	}
}

func everybody(s *stage) callers {
	return callers{
		pupil:   s.session(ours, s.add(ours, member(person.Pupil, named("Sanne", "de", "Vries"), classB))),
		teacher: s.session(ours, s.add(ours, member(person.Staff, named("Ahmed", "", "Yilmaz"), classA))),
		signatory: s.session(ours, s.add(ours, account.Account{
			Kind: person.Staff, Source: named("Gerard", "van", "Duinen"), Own: account.Own{Roles: []access.Role{access.Signatory}},
		})),
		stranger: s.stranger, admin: s.admin,
	}
}

// handed is the console's form with a file for a school.
func handed(t *testing.T, of school.ID, name, body string) (io.Reader, map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(t, w.WriteField("school", string(of)))
	file, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = io.WriteString(file, body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return &b, map[string]string{"Content-Type": w.FormDataContentType()}
}

// TestWhoMayCallWhat calls every route as everybody. Somebody of another
// institution sees their own console, and nothing of ours.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	s := begin(t)
	everyone := everybody(s)
	s.add(ours, member(person.Pupil, named("Bram", "de", "Vries"), classA))
	kim := s.add(ours, member(person.Pupil, named("Kim", "", "Vos"), classB))
	bram := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classB))
	s.waiting("ione")
	s.waiting("itwo")
	json := func() (io.Reader, map[string]string) {
		return strings.NewReader(`{"plan_hash":"c0ffee","phases":["leave"]}`), map[string]string{"Content-Type": "application/json"}
	}
	for _, route := range []route{
		{"GET", "/admin/", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"GET", "/admin/groups/g4a", nil, statuses{303, 403, 403, 403, 404, 200}},
		{"GET", "/admin/imports/ione", nil, statuses{303, 403, 403, 403, 404, 200}},
		{"GET", "/admin/elsewhere", nil, statuses{404, 404, 404, 404, 404, 404}},
		{"GET", "/api/import/v1/files/ione", nil, statuses{401, 401, 401, 401, 401, 401}},
		{"GET", "/api/import/v1/openapi.json", nil, statuses{200, 200, 200, 200, 200, 200}},
		{"GET", "/api/import/v1/elsewhere", nil, statuses{404, 404, 404, 404, 404, 404}},
		{"PUT", "/api/import/v1/files/school.xml", nil, statuses{401, 401, 401, 401, 401, 401}},
		{"POST", "/api/import/v1/files/ione/approve", json, statuses{401, 403, 403, 403, 404, 200}},
		{"POST", "/admin/imports/itwo/approve", func() (io.Reader, map[string]string) {
			return form(map[string]string{"plan_hash": "c0ffee", "phase": "leave"})
		}, statuses{401, 403, 403, 403, 404, 303}},
		{"POST", "/admin/imports", func() (io.Reader, map[string]string) {
			return handed(t, zeester, "school.xml", "<EDEX/>")
		}, statuses{401, 403, 403, 403, 404, 303}},
		{"POST", "/admin/schools/" + string(zeester) + "/strict", func() (io.Reader, map[string]string) {
			return form(map[string]string{"strict": "yes"})
		}, statuses{401, 403, 403, 403, 404, 303}},
		{"GET", "/admin/schools/" + string(zeester) + "/year", nil, statuses{303, 403, 403, 403, 404, 404}},
		{"GET", "/admin/bin", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"GET", "/admin/bin/aweg", nil, statuses{303, 403, 403, 403, 404, 404}},
		{"POST", "/admin/bin/restore", func() (io.Reader, map[string]string) {
			return form(map[string]string{"account": "aweg"})
		}, statuses{401, 403, 403, 403, 303, 303}},
		{"POST", "/admin/bin/grace", func() (io.Reader, map[string]string) {
			return form(map[string]string{"school": string(zeester), "days": "14"})
		}, statuses{401, 403, 403, 403, 404, 303}},
		{"GET", "/admin/people", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/people", func() (io.Reader, map[string]string) { return form(map[string]string{"query": "bram"}) }, statuses{401, 403, 403, 403, 200, 200}},
		{"GET", "/admin/people/new", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"GET", "/admin/people/file", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/people/bulk", func() (io.Reader, map[string]string) {
			return form(map[string]string{"person": string(bram.ID), "what": "block"})
		}, statuses{401, 403, 403, 403, 200, 200}},
		{"GET", "/admin/people/" + string(bram.ID), nil, statuses{303, 403, 403, 403, 404, 200}},
		{"POST", "/admin/people/" + string(bram.ID), func() (io.Reader, map[string]string) { return form(map[string]string{"version": "0"}) }, statuses{401, 403, 403, 403, 404, 303}},
		{"POST", "/admin/people/" + string(bram.ID) + "/undo", nil, statuses{401, 403, 403, 403, 404, 404}},
		{"POST", "/admin/people/" + string(bram.ID) + "/export", nil, statuses{401, 403, 403, 403, 404, 200}},
		{"POST", "/admin/people/" + string(bram.ID) + "/order", func() (io.Reader, map[string]string) {
			return form(map[string]string{"say": "restrict", "ref": "A-1"})
		}, statuses{401, 403, 403, 403, 404, 303}},
		{"POST", "/admin/people/" + string(bram.ID) + "/state", func() (io.Reader, map[string]string) { return form(map[string]string{"say": "block"}) }, statuses{401, 403, 403, 403, 404, 303}},
		{"GET", "/admin/rights", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/rights", func() (io.Reader, map[string]string) {
			return form(map[string]string{"what": "task:people.manage", "whom": "kind:guardian", "from": "2030-01-01"})
		}, statuses{401, 403, 403, 403, 303, 303}},
		{"POST", "/admin/rights/rx", nil, statuses{401, 403, 403, 403, 404, 404}},
		{"GET", "/admin/groups", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/groups", func() (io.Reader, map[string]string) { return form(map[string]string{"name": "Club"}) }, statuses{401, 403, 403, 403, 303, 303}},
		{"POST", "/admin/groups/g4a", func() (io.Reader, map[string]string) { return form(map[string]string{"say": "band"}) }, statuses{401, 403, 403, 403, 404, 303}},
		{"GET", "/admin/links", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/links", func() (io.Reader, map[string]string) { return form(map[string]string{"by": "class"}) }, statuses{401, 403, 403, 403, 303, 303}},
		{"POST", "/admin/links/kx", nil, statuses{401, 403, 403, 403, 404, 404}},
		{"POST", "/admin/supervision/" + string(bram.ID), func() (io.Reader, map[string]string) { return form(map[string]string{"say": "in"}) }, statuses{401, 403, 403, 403, 404, 422}},
		{"GET", "/admin/names", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/names", func() (io.Reader, map[string]string) {
			return form(map[string]string{"school": string(zeester), "kind": "pupil", "renames": "never"})
		}, statuses{401, 403, 403, 403, 404, 200}},
		{"POST", "/admin/names/reserved", func() (io.Reader, map[string]string) {
			return form(map[string]string{"reserved": "info"})
		}, statuses{401, 403, 403, 403, 303, 303}},
		{"POST", "/admin/names/mailboxes", func() (io.Reader, map[string]string) {
			return form(map[string]string{"school": string(zeester), "kind": "pupil", "boxes": "bram@leerling.example;471"})
		}, statuses{401, 403, 403, 403, 404, 422}},
		{"GET", "/admin/log", nil, statuses{303, 403, 403, 403, 200, 200}},
		{"POST", "/admin/log", func() (io.Reader, map[string]string) {
			return form(map[string]string{"action": string(audit.Viewed)})
		}, statuses{401, 403, 403, 403, 200, 200}},
		{"POST", "/admin/log/export", nil, statuses{401, 403, 403, 403, 200, 200}},
		{"GET", "/admin/sheets/sx", nil, statuses{303, 403, 403, 403, 404, 404}},
		{"POST", "/admin/sheets/sx/printed", nil, statuses{401, 403, 403, 403, 404, 404}},
		{"POST", "/admin/people/" + string(kim.ID) + "/card", nil, statuses{401, 403, 403, 403, 404, 303}},
		{"POST", "/admin/groups/g4a/sheet", nil, statuses{401, 403, 403, 403, 404, 303}},
		{"POST", "/admin/staff/sheet", nil, statuses{401, 403, 403, 403, 422, 303}},
	} {
		t.Run(route.method+" "+route.path, func(t *testing.T) { s.in(t).calledBy(everyone, route) })
	}
}

// route is a handler with the answers that everybody gets.
type route struct {
	method, path string
	body         func() (io.Reader, map[string]string)
	want         statuses
}

// calledBy calls a route as everybody. Whoever may not leaves nothing behind,
// and sees nothing of ours.
func (s *stage) calledBy(everyone callers, route route) {
	s.t.Helper()
	for i, who := range everyone.list() {
		before := s.traces()
		c := call{method: route.method, path: route.path, session: who.session}
		if route.body != nil {
			c.body, c.header = route.body()
		}
		got := s.do(c)
		require.Equal(s.t, route.want[i], got.status, "%s: %s", who.name, got.body)
		if got.status == http.StatusSeeOther && who.session == "" {
			require.Equal(s.t, "/login?next="+strings.ReplaceAll(route.path, "/", "%2F"), got.header.Get("Location"))
		}
		if who.session != everyone.admin {
			require.Equal(s.t, before, s.traces(), "%s left something behind", who.name)
			for _, value := range []string{"Golfbreker", "Zeester", "Vries", "Yilmaz", "c0ffee", "geboortedatum"} {
				require.NotContains(s.t, got.body, value, "%s saw something of ours", who.name)
			}
		}
	}
	s.freeSlot()
}

// in returns the stage for a subtest.
func (s *stage) in(t *testing.T) *stage {
	copied := *s
	copied.t = t
	return &copied
}

// freeSlot ends whatever holds our first school, so that the next approval is
// not told to wait.
func (s *stage) freeSlot() {
	require.NoError(s.t, s.deps.DB.Slots().Delete(s.t.Context(), ours, zeester))
}

// traces is everything that a call can leave behind at our institution.
type traces struct {
	runs, log, credentials int
	waiting                int
	objects                []string
}

func (s *stage) traces() traces {
	s.t.Helper()
	found := traces{
		log: len(all(s.t, s.deps.DB.Log())), credentials: len(all(s.t, s.deps.Credentials.Credentials())), objects: s.objects(),
	}
	for _, run := range all(s.t, s.deps.DB.Runs()) {
		found.runs++
		if run.Status == roster.Waiting {
			found.waiting++
		}
	}
	return found
}

func TestTokensOfOthers(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	mine, sister, foreign := s.token(ours, zeester), s.token(ours, schelp), s.token(theirs, duin)
	_, secret, _ := strings.Cut(foreign, ".")
	unknown := s.do(call{method: "GET", path: "/api/import/v1/files/ione", bearer: string(ours) + "." + secret})
	for name, c := range map[string]struct {
		bearer string
		want   int
	}{
		"the school's own":                      {mine, http.StatusOK},
		"another school of the institution":     {sister, http.StatusNotFound},
		"another institution":                   {foreign, http.StatusNotFound},
		"another institution's secret, as ours": {string(ours) + "." + secret, http.StatusUnauthorized},
		"an institution that is not there":      {"nergens." + secret, http.StatusUnauthorized},
		"no secret":                             {string(ours) + ".", http.StatusUnauthorized},
		"a path":                                {"a/../" + mine, http.StatusUnauthorized},
		"our own word for nobody":               {"nobody.nobody", http.StatusUnauthorized},
		"a token with more behind it":           {mine + "x", http.StatusUnauthorized},
		"a very long token":                     {mine + strings.Repeat("x", 4000), http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.in(t).do(call{method: "GET", path: "/api/import/v1/files/ione", bearer: c.bearer})
			require.Equal(t, c.want, got.status)
			if c.want != http.StatusUnauthorized {
				return
			}
			require.Equal(t, unknown.body, got.body, "the answer hints at what is wrong")
			require.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"))
			put := s.in(t).do(call{method: "PUT", path: "/api/import/v1/files/x", bearer: c.bearer, body: strings.NewReader("<EDEX/>")})
			require.Equal(t, http.StatusUnauthorized, put.status)
		})
	}
	lower := s.do(call{method: "GET", path: "/api/import/v1/files/ione", header: map[string]string{"Authorization": "bearer " + mine}})
	require.Equal(t, http.StatusOK, lower.status, "the scheme's name has no case")
}

func TestOtherSitesSendNothing(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	before := s.traces()
	for _, path := range []string{
		"/admin/imports", "/admin/imports/ione/approve", "/admin/groups/g4a/sheet", "/admin/staff/sheet",
		"/admin/people/ax/card", "/admin/sheets/sx/printed", "/api/import/v1/files/ione/approve",
	} {
		t.Run(path, func(t *testing.T) {
			for name, header := range map[string]map[string]string{
				"by the browser's word": {"Sec-Fetch-Site": "cross-site"}, "by the origin": {"Origin": "https://elders.example"},
			} {
				body, kind := form(map[string]string{"plan_hash": "c0ffee", "phase": "leave"})
				header["Content-Type"] = kind["Content-Type"]
				got := s.in(t).do(call{method: "POST", path: path, body: body, session: s.admin, header: header})
				require.Equal(t, http.StatusForbidden, got.status, name)
				if strings.HasPrefix(path, "/admin/") {
					page(t, got, http.StatusForbidden)
				}
			}
		})
	}
	require.Equal(t, before, s.traces())
}
