package start

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/web"
)

// Deps is what the start page needs.
type Deps struct {
	DB     *store.DB
	People serve.People
}

type server struct {
	Deps
	pages *serve.Pages
}

// New returns the start page and the static files.
func New(d Deps) (http.Handler, error) {
	static, err := serve.NewStatic(web.Static, "static")
	if err != nil {
		return nil, err
	}
	pages, err := serve.NewPages(web.Templates, "start", static)
	if err != nil {
		return nil, err
	}
	s := &server{Deps: d, pages: pages}
	mux := http.NewServeMux()
	mux.Handle("/static/", static)
	mux.Handle("GET /{$}", pages.Handler(s.show))
	mux.Handle("GET /me", pages.Handler(s.me))
	mux.Handle("/", pages.Handler(serve.NoPage))
	return mux, nil
}

type view struct {
	Name    string
	Console string // path of the first page of the console that is open to them; "" for none
	Big     bool   // bigger letters, for the youngest
	Off     bool   // the institution has not switched the module on
	Tiles   []tile
}

type tile struct{ Name, Letter, Launch, Group string }

// show answers GET /. It reads the session with its account, the institution,
// its applications, and the groups that its tiles name.
func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	who, err := s.People.Of(r)
	if err != nil {
		return serve.Unsigned(w, r, err)
	}
	institution, err := s.DB.Tenants().Get(r.Context(), who.Tenant, who.Tenant)
	if err != nil {
		return err
	}
	rights, err := s.DB.RightsOf(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	a := who.Account
	v := view{
		Name: a.Source.Name.Given(), Console: console(rights, a, s.People.Sessions.Clock.Now()), Big: a.BandIn() == group.Young, Off: !institution.Has(tenant.Start),
	}
	if !v.Off {
		if v.Tiles, err = s.tiles(r, who, rights); err != nil {
			return err
		}
	}
	return s.pages.Write(w, r, http.StatusOK, "start", v)
}

// console returns the first page of the console that somebody may open, by role or
// by a right of their own; "" for nobody's.
func console(rights right.List, a account.Account, now time.Time) string {
	for _, part := range []struct {
		task access.Permission
		path string
	}{
		{access.ManageGroups, "/admin/"},
		{access.ManagePeople, "/admin/people"},
		{access.ManageRules, "/admin/groups"},
		{access.ManageRights, "/admin/rights"},
		{access.ManageBin, "/admin/bin"},
		{access.ViewLog, "/admin/log"},
	} {
		if rights.Allow(part.task, a, now) == nil {
			return part.path
		}
	}
	return ""
}

// tiles returns the applications for who, in the order of their names.
func (s *server) tiles(r *http.Request, who session.Person, rights right.List) ([]tile, error) {
	now := s.People.Sessions.Clock.Now()
	var apps []app.App
	var through []group.ID
	for e, err := range s.DB.Apps().All(r.Context(), who.Tenant) {
		if err != nil {
			return nil, err
		}
		if rights.App(e.Value, who.Account, now).Allowed {
			apps = append(apps, e.Value)
			through = append(through, reason(e.Value, who.Account)...)
		}
	}
	slices.Sort(through)
	names, err := s.DB.Groups().GetMany(r.Context(), who.Tenant, slices.Compact(through))
	if err != nil {
		return nil, err
	}
	tiles := make([]tile, len(apps))
	for i, p := range apps {
		letter, _ := utf8.DecodeRuneInString(p.Name)
		tiles[i] = tile{Name: p.Name, Letter: string(letter), Launch: p.Launch}
		if why := reason(p, who.Account); len(why) > 0 {
			tiles[i].Group = names[why[0]].Value.Name
		}
	}
	slices.SortFunc(tiles, func(a, b tile) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return tiles, nil
}

// reason returns the first group through which a gets p, none where everybody
// of its kind does.
func reason(p app.App, a account.Account) []group.ID {
	for _, g := range a.Groups() {
		if slices.Contains(p.Groups, g) {
			return []group.ID{g}
		}
	}
	return nil
}
