package admin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
)

// write stores entries, a minute apart, the last of them now.
func (s *stage) write(entries ...audit.Entry) {
	s.t.Helper()
	for i, e := range entries {
		e.At = s.clock.Now().Add(-time.Duration(len(entries)-i) * time.Minute)
		require.NoError(s.t, s.deps.DB.Log().Create(s.t.Context(), ours, e.ID, e))
	}
}

func TestTheLogIsRead(t *testing.T) {
	t.Parallel()
	s := begin(t)
	bram := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA))
	juf := s.add(ours, member(person.Staff, named("Juf", "", "Kok"), classA))
	several := []account.ID{bram.ID, account.NewID(), account.NewID(), account.NewID(), account.NewID()}
	entry := func(by audit.Actor, what audit.Action, subjects ...account.ID) audit.Entry {
		return audit.New(time.Time{}, by, what, subjects...)
	}
	s.write(
		entry(audit.Actor{Account: juf.ID}, audit.Viewed, bram.ID).Of("username").On("g4a"),
		entry(audit.Actor{System: "rosterapply"}, audit.ImportApplied, several...).On("irun"),
		entry(audit.Actor{Account: bram.ID}, audit.SignedIn, bram.ID),
	)
	look := func(fields url.Values) string {
		return text(find(page(t, s.submit("/admin/log", fields), http.StatusOK), "main")[0])
	}
	all := text(s.show(s.admin, "/admin/log"))
	for _, want := range []string{"Juf Kok", "Gegevens bekeken", "groep of levering g4a", "COOL Sync (rosterapply)", "en nog 2", "Ingelogd", "Gebruikersnaam"} {
		require.Contains(t, all, want)
	}
	rows := func(fields url.Values) int { return strings.Count(look(fields), "24-11-2026 ") }
	for name, c := range map[string]struct {
		fields url.Values
		want   int
	}{
		"what":          {url.Values{"action": {string(audit.SignedIn)}}, 1},
		"by whom":       {url.Values{"by": {juf.Address}}, 1},
		"whose":         {url.Values{"subject": {strings.ToUpper(bram.Username)}}, 3},
		"whose, by id":  {url.Values{"subject": {string(several[1])}}, 1},
		"both":          {url.Values{"subject": {bram.Address}, "by": {bram.Address}}, 1},
		"a day":         {url.Values{"from": {"2026-11-24"}, "until": {"2026-11-24"}, "subject": {bram.Address}, "action": {string(audit.Viewed)}}, 1},
		"a day before":  {url.Values{"until": {"2026-11-23"}}, 0},
		"a day to come": {url.Values{"from": {"2026-11-25"}}, 0},
	} {
		if got := rows(c.fields); name != "whose" {
			require.Equal(t, c.want, got, name)
		} else {
			require.GreaterOrEqual(t, got, c.want, name) // who looks at the log is logged too
		}
	}
	for name, wrong := range map[string]url.Values{"nobody": {"by": {"niemand"}}, "no day": {"from": {"gisteren"}}, "no cursor": {"cursor": {"x"}}} {
		require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/log", wrong).status, name)
	}
}

// TestTheLogIsPagedAndLooksAreLogged: the pages of a long log hold everything
// once, and each look leaves an entry with whom it showed.
func TestTheLogIsPagedAndLooksAreLogged(t *testing.T) {
	t.Parallel()
	s := begin(t)
	bram := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA))
	entries := make([]audit.Entry, 120)
	for i := range entries {
		entries[i] = audit.New(time.Time{}, audit.Actor{Account: bram.ID}, audit.SignedIn, bram.ID)
	}
	s.write(entries...)
	fields, seen := url.Values{"action": {string(audit.SignedIn)}}, 0
	for pages := 1; ; pages++ {
		root := page(t, s.submit("/admin/log", fields), http.StatusOK)
		seen += len(find(find(root, "tbody")[0], "tr"))
		forms := find(root, "form")
		if len(forms) < 2 {
			require.Equal(t, 3, pages)
			break
		}
		for _, input := range find(forms[1], "input") {
			fields.Set(attr(input, "name"), attr(input, "value"))
		}
	}
	require.Equal(t, len(entries), seen)
	looks := 0
	for _, e := range all(t, s.deps.DB.Log()) {
		if e.Action == audit.LogViewed {
			looks++
			require.Equal(t, []account.ID{bram.ID}, e.Subjects)
			require.Equal(t, "127.0.0.1", s.origin(e).Address)
		}
	}
	require.Equal(t, 3, looks)
}

// TestTheLogIsExportedAsTheStandardHasIt: each line is a processing action of
// the standard Verwerkingenlogging.
func TestTheLogIsExportedAsTheStandardHasIt(t *testing.T) {
	t.Parallel()
	s := begin(t)
	bram := s.add(ours, member(person.Pupil, named("Bram", "", "Vos"), classA))
	var entries []audit.Entry
	for range 210 { // more than are read at once
		entries = append(entries, audit.New(time.Time{}, audit.Actor{System: "rosterapply"}, audit.ImportApplied, bram.ID).Of("class").On("irun"))
	}
	s.write(entries...)
	s.show(s.admin, "/admin/people/"+string(bram.ID))
	got := s.submit("/admin/log/export", url.Values{"action": {string(audit.ImportApplied)}})
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	lines := strings.Split(strings.TrimSpace(got.body), "\n")
	require.Len(t, lines, len(entries))
	ids := map[string]bool{}
	for _, line := range lines {
		var w audit.Wire
		require.NoError(t, json.Unmarshal([]byte(line), &w))
		require.Equal(t, "import.applied", w.HandelingNaam)
		require.Equal(t, string(bram.ID), w.VerwerkteObjecten[0].ObjectID)
		ids[w.Reference] = true
	}
	require.Len(t, ids, len(entries))
	require.Equal(t, http.StatusUnprocessableEntity, s.submit("/admin/log/export", url.Values{"by": {"niemand"}}).status)
	asked := 0
	for _, e := range all(t, s.deps.DB.Log()) {
		if e.Action == audit.LogViewed && e.Reason == "export" {
			asked++
		}
	}
	require.Equal(t, 1, asked, "who took the log away is logged")
}
