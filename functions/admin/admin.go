package admin

import (
	"context"
	"net/http"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/functions/admin/internal/logbook"
	"cool.example/sync/functions/admin/internal/people"
	"cool.example/sync/functions/admin/internal/rules"
	"cool.example/sync/functions/admin/internal/sheets"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster/format"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/trail"
	"cool.example/sync/shared/upload"
	"cool.example/sync/web"
)

// Deps is what the console needs.
type Deps struct {
	DB          *store.DB
	Credentials *store.DB // the database of that name
	Vault       credential.Vault
	Uploads     upload.Shelf
	Plans       plan.Shelf
	Bin         erase.Keeper
	Post        outbox.Post
	People      serve.People
	Clock       clock.Clock
	Keys        change.Keys // of revisions
	Trail       trail.Trail
}

type server struct {
	Deps
	pages  *serve.Pages
	ground console.Console
}

// personal is a handler for a person who holds a permission.
type personal func(w http.ResponseWriter, r *http.Request, who session.Person) error

// New returns the console and the import API.
func New(d Deps) (http.Handler, error) {
	static, err := serve.NewStatic(web.Static, "static")
	if err != nil {
		return nil, err
	}
	pages, err := serve.NewPages(web.Templates, "admin", static)
	if err != nil {
		return nil, err
	}
	messages, err := format.Messages()
	if err != nil {
		return nil, err
	}
	for l, texts := range messages {
		pages.Texts().Add(i18n.Lang(l), "finding.", texts)
	}
	s := &server{Deps: d, pages: pages, ground: console.Console{DB: d.DB, Clock: d.Clock, Trail: d.Trail, Pages: pages}}
	mux := http.NewServeMux()
	api := func(pattern string, f serve.Func) { mux.Handle(pattern, serve.API(pages.Texts(), f)) }
	api("PUT /api/import/v1/files/{name}", s.receive)
	api("GET /api/import/v1/files/{id}", s.report)
	api("POST /api/import/v1/files/{id}/approve", s.approveByAPI)
	api("POST /api/import/v1/files/{id}/refuse", s.refuseByAPI)
	api("GET /api/import/v1/openapi.json", s.describe)
	api("/api/", serve.NoPage)

	page := func(pattern string, p access.Permission, f personal) {
		mux.Handle(pattern, pages.Handler(s.allow(p, f)))
	}
	page("GET /admin/{$}", access.ManageGroups, s.overview)
	page("GET /admin/groups/{id}", access.ManageGroups, s.group)
	page("GET /admin/imports/{id}", access.ViewImport, s.showImport)
	page("GET /admin/imports/{id}/rows/{phase}", access.ApproveImport, s.showRows)
	page("POST /admin/imports/{id}/rows/{phase}", access.ApproveImport, s.decide)
	page("GET /admin/imports/{id}/plan.csv", access.ApproveImport, s.exportPlan)
	page("GET /admin/imports/{id}/findings.csv", access.ViewImport, s.exportFindings)
	page("POST /admin/imports/{id}/approve", access.ApproveImport, s.answerByForm)
	page("POST /admin/imports", access.UploadRoster, s.receiveByForm)
	page("GET /admin/bin", access.ManageBin, s.showBin)
	page("POST /admin/bin/restore", access.ManageBin, s.restore)
	page("POST /admin/bin/grace", access.ManageSchool, s.setGrace)
	page("GET /admin/schools/{id}", access.ManageSchool, s.showSchool)
	page("POST /admin/schools/{id}/bounds", access.ManageSchool, s.setBounds)
	page("POST /admin/schools/{id}/columns", access.ManageSchool, s.setColumns)
	page("POST /admin/schools/{id}/strict", access.ManageSchool, s.setStrict)
	page("GET /admin/schools/{id}/year", access.ManageSchool, s.showLapses)
	page("POST /admin/schools/{id}/year", access.ManageSchool, s.setYear)
	page("POST /admin/schools/{id}/system", access.ManageSchool, s.setSystem)
	page("POST /admin/schools/{id}/sources", access.ManageSchool, s.forgetSource)
	page("POST /admin/schools/{id}/merger", access.ManageSchool, s.merge)
	page("GET /admin/schools/{id}/pull", access.ManageSchool, s.showPull)
	page("POST /admin/schools/{id}/pull", access.ManageSchool, s.setPull)
	s.mount(func(pattern string, p access.Permission, f console.Page) { page(pattern, p, personal(f)) })
	mux.Handle("/", pages.Handler(serve.NoPage))
	return s.sameOrigin(mux), nil
}

// mount mounts the parts of the console that are packages of their own.
func (s *server) mount(page console.Route) {
	desk := change.Desk{DB: s.DB, Post: s.Post, Clock: s.Clock, Keys: s.Keys}
	people.Office{Console: s.ground, Clerk: change.Clerk{Desk: desk, Index: s.Bin.Index}, Keeper: s.Bin}.Mount(page)
	logbook.Office{Console: s.ground}.Mount(page)
	sheets.Office{
		Console: s.ground, Credentials: s.Credentials, Vault: s.Vault, Badges: credential.Badges{Index: s.Bin.Index}, Origin: s.People.Origin,
	}.Mount(page)
	rules.Office{Console: s.ground, Desk: desk, Post: s.Post, Index: s.Bin.Index}.Mount(page)
}

// sameOrigin refuses what another site has a browser send.
func (s *server) sameOrigin(routes http.Handler) http.Handler {
	refuse := func(http.ResponseWriter, *http.Request) error { return fault.New(fault.Forbidden, "") }
	refused := http.NewServeMux()
	refused.Handle("/", s.pages.Handler(refuse))
	refused.Handle("/api/", serve.API(s.pages.Texts(), refuse))
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(refused)
	return protection.Handler(routes)
}

// allow lets a signed-in person with permission p through to f. Somebody who
// is not signed in is sent to sign in, where a page was asked for. A badge opens
// no console: whoever finds one could use it.
func (s *server) allow(p access.Permission, f personal) serve.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := s.People.Of(r)
		if err != nil {
			return serve.Unsigned(w, r, err)
		}
		if who.Session.ByBadge() {
			return fault.New(fault.Forbidden, "")
		}
		if err := s.ground.May(r.Context(), who, p); err != nil {
			return err
		}
		who.From = s.Trail.Of(r)
		return f(w, r, who)
	}
}

// approver returns the person who calls the API, where that person may
// approve plans.
func (s *server) approver(r *http.Request) (session.Person, error) {
	who, err := s.People.Of(r)
	if err != nil {
		return who, err
	}
	if who.Session.ByBadge() {
		return who, fault.New(fault.Forbidden, "")
	}
	who.From = s.Trail.Of(r)
	return who, s.ground.May(r.Context(), who, access.ApproveImport)
}

// entry returns an entry of what who does, with where who comes from.
func (s *server) entry(ctx context.Context, who session.Person, what audit.Action, subjects ...account.ID) audit.Entry {
	return s.ground.Entry(ctx, who, what, subjects...)
}
