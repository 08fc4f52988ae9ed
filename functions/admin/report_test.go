package admin_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

func TestReport(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	token := s.token(ours, zeester)
	ask := func(language string) answer {
		return s.do(call{
			method: "GET", path: "/api/import/v1/files/ione", bearer: token, header: map[string]string{"Accept-Language": language},
		})
	}
	require.JSONEq(t, `{
		"id": "ione", "status": "waiting", "format": "edexml 2.1", "plan_hash": "c0ffee",
		"counts": {"create": 1, "change": 2, "move": 0, "leave": 20, "return": 3, "match": 0, "prepare": 0, "rename": 0, "conflicts": 0,
		           "unchanged": 400, "findings": 2, "left_out": 5},
		"held": ["leave"],
		"left_out": {"geboortedatum": 5},
		"findings": [
			{"line": 12, "column": 7, "field": "roepnaam", "severity": "warning", "code": "edexml.missing_given_name",
			 "message": "Van deze persoon is alleen de achternaam bekend. Vul in het administratiesysteem de roepnaam in."},
			{"severity": "note", "code": "plan.leavers_held",
			 "message": "Er vertrekken meer mensen dan de veiligheidsgrens toelaat; hun vertrek wacht op goedkeuring in Beheer."}
		]}`, ask("nl").body)
	english := ask("en-GB").body
	require.Contains(t, english, "More people leave than the bound allows")
	require.NotContains(t, english, "achternaam bekend")

	bare := roster.Run{ID: "ibare", School: zeester, Status: roster.Received, ExpireAt: s.clock.Now().Add(time.Hour)}
	require.NoError(t, s.deps.DB.Runs().Create(t.Context(), ours, bare.ID, bare))
	require.JSONEq(t, `{
		"id": "ibare", "status": "received", "left_out": {}, "findings": [], "held": [],
		"counts": {"create": 0, "change": 0, "move": 0, "leave": 0, "return": 0, "match": 0, "prepare": 0, "rename": 0, "conflicts": 0, "unchanged": 0, "findings": 0, "left_out": 0}}`,
		s.do(call{method: "GET", path: "/api/import/v1/files/ibare", bearer: token}).body)

	s.clock.Advance(2 * time.Hour)
	require.Equal(t, http.StatusNotFound, ask("nl").status, "a run that has expired")
	for _, id := range []string{"inone", "x%2Fione", strings.Repeat("i", 2000)} {
		require.Equal(t, http.StatusNotFound, s.do(call{method: "GET", path: "/api/import/v1/files/" + id, bearer: token}).status, id)
	}
}

// approval asks to approve a plan through the API as our administrator.
func approval(s *stage, id roster.RunID, hash string) call {
	return call{
		method: "POST", path: "/api/import/v1/files/" + string(id) + "/approve", session: s.admin,
		body: strings.NewReader(`{"plan_hash":"` + hash + `","phases":["leave"]}`),
	}
}

func TestApprove(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	s.clock.Advance(time.Minute)
	got := s.do(approval(s, "ione", "c0ffee"))
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Contains(t, got.body, `"status":"applying"`)

	run, err := s.deps.DB.Runs().Get(t.Context(), ours, "ione")
	require.NoError(t, err)
	require.Equal(t, roster.Applying, run.Status)
	require.Empty(t, run.Held)
	require.Equal(t, s.clock.Now(), run.Changed)
	require.Len(t, run.Findings, 2, "what was found stays")
	slot, err := s.deps.DB.Slots().Get(t.Context(), ours, zeester)
	require.NoError(t, err)
	require.Equal(t, store.Slot{Run: "ione", Until: s.clock.Now().Add(roster.Hold), Fence: run.Fence}, slot)
	require.EqualValues(t, 1, run.Fence)

	entries := all(t, s.deps.DB.Log())
	require.Len(t, entries, 1)
	require.Equal(t, audit.ImportApproved, entries[0].Action)
	require.Equal(t, "127.0.0.1", s.origin(entries[0]).Address)
	require.NotEmpty(t, entries[0].Actor.Account)
	require.Equal(t, "ione", entries[0].Object)

	var lanes []topic.Apply
	for _, m := range emulators.Pull(t, s.project, topic.RosterApply.Name, roster.Lanes) {
		var body topic.Apply
		require.NoError(t, json.Unmarshal(m.GetData(), &body))
		lanes = append(lanes, body)
	}
	want := []topic.Apply{}
	for lane := range roster.Lanes {
		want = append(want, topic.Apply{Tenant: ours, Import: "ione", Phase: roster.Leave, Lane: lane})
	}
	require.ElementsMatch(t, want, lanes)

	require.Equal(t, http.StatusConflict, s.do(approval(s, "ione", "c0ffee")).status, "it was approved before")
	require.Len(t, all(t, s.deps.DB.Log()), 1)
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	refuse := approval(s, "ione", "c0ffee")
	refuse.path = "/api/import/v1/files/ione/refuse"
	got := s.do(refuse)
	require.Equal(t, http.StatusOK, got.status, got.body)
	run, err := s.deps.DB.Runs().Get(t.Context(), ours, "ione")
	require.NoError(t, err)
	require.Equal(t, roster.Refused, run.Status)
	require.Equal(t, "plan.declined", run.Findings[len(run.Findings)-1].Code)
	slot, err := s.deps.DB.Slots().Get(t.Context(), ours, zeester)
	require.NoError(t, err)
	require.Empty(t, slot.Waiting, "the school waits for nothing")
	require.Equal(t, http.StatusConflict, s.do(approval(s, "ione", "c0ffee")).status, "what was refused cannot be approved")
	require.Equal(t, audit.ImportDeclined, all(t, s.deps.DB.Log())[0].Action)
}

func TestApproveSomeOfIt(t *testing.T) {
	t.Parallel()
	s := begin(t)
	run := s.planned("ione")
	run.Held = []roster.Phase{roster.People, roster.Matches, roster.Leave}
	require.NoError(t, s.deps.DB.Runs().Set(t.Context(), ours, run.ID, run))
	hash := `{"plan_hash":"` + run.Plan.Hash + `"`
	say := func(body string) answer {
		return s.do(call{method: "POST", path: "/api/import/v1/files/ione/approve", session: s.admin, body: strings.NewReader(body)})
	}
	for name, body := range map[string]string{
		"no part":                        `}`,
		"a part that does not wait":      `,"phases":["groups"]}`,
		"a part without rows":            `,"phases":["leave"]}`,
		"no such part":                   `,"phases":["everything"]}`,
		"the rest of another part":       `,"phases":["people"],"rest":["matches"]}`,
		"the rest of all":                `,"phases":["people"],"rest":["people"]}`,
		"no such decision":               `,"phases":["matches"],"decisions":{"matches":{"anew":"maybe"}}}`,
		"no such candidate":              `,"phases":["matches"],"decisions":{"matches":{"anew":"same:a1"}}}`,
		"somebody else's":                `,"phases":["matches"],"decisions":{"matches":{"a1":"same"}}}`,
		"what is not decided one by one": `,"phases":["people"],"decisions":{"people":{"a1":"same"}}}`,
	} {
		require.Equal(t, http.StatusUnprocessableEntity, say(hash+body).status, name)
	}
	got := say(hash + `,"phases":["people","matches"],"decisions":{"matches":{"anew":"same:aanna"}},"rest":["matches"]}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	run, err := s.deps.DB.Runs().Get(t.Context(), ours, "ione")
	require.NoError(t, err)
	require.Equal(t, []roster.Phase{roster.Leave}, run.Held)
	require.Equal(t, []roster.Phase{roster.People, roster.Matches}, run.Todo)
	require.Equal(t, []roster.Phase{roster.Matches}, run.Rest)
	require.Equal(t, anew(roster.SameAs("aanna")), run.Decisions)
}

func TestWhatIsNotApproved(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	token := s.token(ours, zeester)
	planned := s.waiting("iplanned")
	planned.Status, planned.Plan.Hash = roster.Planned, ""
	require.NoError(t, s.deps.DB.Runs().Set(t.Context(), ours, planned.ID, planned))
	before := s.traces()
	plain := func(id roster.RunID, body string) call {
		return call{method: "POST", path: "/api/import/v1/files/" + string(id) + "/approve", session: s.admin, body: strings.NewReader(body)}
	}
	byToken := approval(s, "ione", "c0ffee")
	byToken.session, byToken.bearer = "", token
	byBoth := approval(s, "ione", "c0ffee")
	byBoth.bearer = token
	for name, c := range map[string]struct {
		call call
		want int
	}{
		"another plan":              {approval(s, "ione", "c0ffef"), http.StatusConflict},
		"no plan":                   {approval(s, "ione", ""), http.StatusConflict},
		"no hash where none is":     {approval(s, "iplanned", ""), http.StatusConflict},
		"no such run":               {approval(s, "inone", "c0ffee"), http.StatusNotFound},
		"no JSON":                   {plain("ione", "plan_hash=c0ffee"), http.StatusUnprocessableEntity},
		"a hash that is no text":    {plain("ione", `{"plan_hash":1}`), http.StatusUnprocessableEntity},
		"a body without end":        {plain("ione", `{"plan_hash":"`+strings.Repeat("c", 9000)), http.StatusUnprocessableEntity},
		"an import token":           {byToken, http.StatusForbidden},
		"an import token, somebody": {byBoth, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.in(t).do(c.call)
			require.Equal(t, c.want, got.status, got.body)
			if c.call.bearer != "" {
				require.Contains(t, got.body, "goedgekeurd door een persoon", "the answer says who may")
			}
		})
	}
	require.Equal(t, before, s.traces())
}

func TestApproveWaitsForAnotherImport(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	busy := store.Slot{Run: "iother", Until: s.clock.Now().Add(time.Hour), Waiting: "ione"}
	require.NoError(t, s.deps.DB.Slots().Set(t.Context(), ours, zeester, busy))
	got := s.do(approval(s, "ione", "c0ffee"))
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.Contains(t, got.body, "andere levering")
	s.clock.Advance(time.Hour - time.Minute) // the run expires a moment after the other one's hold
	require.Equal(t, http.StatusServiceUnavailable, s.do(approval(s, "ione", "c0ffee")).status)

	require.NoError(t, s.deps.DB.Slots().Set(t.Context(), ours, zeester, store.Slot{Run: "iother", Until: s.clock.Now(), Waiting: "ione"}))
	require.Equal(t, http.StatusOK, s.do(approval(s, "ione", "c0ffee")).status, "what died holds a school no longer")
}

// TestApproveAtOnce has several people approve one plan: it begins once.
func TestApproveAtOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	got := make([]int, 3)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = s.do(approval(s, "ione", "c0ffee")).status })
	}
	wg.Wait()
	require.ElementsMatch(t, []int{http.StatusOK, http.StatusConflict, http.StatusConflict}, got)
	require.Len(t, all(t, s.deps.DB.Log()), 1)
}

func TestApproveByForm(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	post := func(hash string) answer {
		body, header := form(map[string]string{"plan_hash": hash, "phase": "leave"})
		return s.do(call{method: "POST", path: "/admin/imports/ione/approve", session: s.admin, body: body, header: header})
	}
	page(t, post("c0ffef"), http.StatusConflict)
	form := find(s.show(s.admin, "/admin/imports/ione"), "form")
	require.Len(t, form, 1)
	require.Equal(t, "/admin/imports/ione/approve", attr(form[0], "action"))
	hash := find(form[0], "input")[0]
	require.Equal(t, "plan_hash", attr(hash, "name"))

	got := post(attr(hash, "value"))
	require.Equal(t, http.StatusSeeOther, got.status)
	require.Equal(t, "/admin/imports/ione", got.header.Get("Location"))
	after := s.show(s.admin, "/admin/imports/ione")
	require.Empty(t, find(after, "form"), "there is nothing left to approve")
	require.Contains(t, text(after), "Wordt verwerkt")
}
