package admin_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/person"
)

// deleted adds pupils of a class and deletes them.
func (s *stage) deleted(names ...string) []account.ID {
	s.t.Helper()
	var ids []account.ID
	for _, n := range names {
		ids = append(ids, s.add(ours, member(person.Pupil, named(n, "de", "Vries"), classB)).ID)
	}
	n, err := s.deps.Bin.Bin(s.t.Context(), ours, ids, erase.Order{Actor: audit.Actor{System: "test"}, Why: bin.AbsentFromSource})
	require.NoError(s.t, err)
	require.Equal(s.t, len(ids), n)
	return ids
}

func TestTheBinShowsWhoLiesThereAndUntilWhen(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.deleted("Sanne", "Bram")
	got := s.do(call{method: "GET", path: "/admin/bin", session: s.admin})
	require.Equal(t, http.StatusOK, got.status)
	for _, want := range []string{"Vries, Sanne de", "Vries, Bram de", "24-11-2026", "22-02-2027", "Staat niet meer in de bron"} {
		require.Contains(t, got.body, want)
	}
	var viewed int
	for _, e := range all(t, s.deps.DB.Log()) {
		if e.Action == audit.Viewed && e.Object == "bin" {
			viewed += len(e.Subjects)
		}
	}
	require.Equal(t, 2, viewed, "who looked at whom is not in the log")
	require.NotContains(t, s.do(call{method: "GET", path: "/admin/bin?group=elders", session: s.admin}).body, "Vries, Sanne de")
}

func TestRestoreOneOrAClass(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ids := s.deleted("Sanne", "Bram", "Lotte")
	post := func(fields map[string]string) int {
		c := call{method: "POST", path: "/admin/bin/restore", session: s.admin}
		c.body, c.header = form(fields)
		return s.do(c).status
	}
	require.Equal(t, http.StatusUnprocessableEntity, post(map[string]string{"say": "chosen"}))
	require.Equal(t, http.StatusSeeOther, post(map[string]string{"account": string(ids[0])}))
	back, err := s.deps.DB.Accounts().Get(t.Context(), ours, ids[0])
	require.NoError(t, err)
	require.Equal(t, "Sanne", back.Source.Name.Call)
	require.Len(t, all(t, s.deps.DB.Bin()), 2)
	require.Equal(t, http.StatusUnprocessableEntity, post(map[string]string{"say": "all", "group": "elders"}), "nobody is in that class")
	require.Equal(t, http.StatusSeeOther, post(map[string]string{"say": "all", "group": string(classB)}))
	require.Empty(t, all(t, s.deps.DB.Bin()))
}

func TestGraceIsSet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for days, want := range map[string]int{"14": http.StatusSeeOther, "-1": http.StatusUnprocessableEntity, "91": http.StatusUnprocessableEntity, "x": http.StatusUnprocessableEntity} {
		c := call{method: "POST", path: "/admin/bin/grace", session: s.admin}
		c.body, c.header = form(map[string]string{"school": string(zeester), "days": days})
		require.Equal(t, want, s.do(c).status, days)
	}
	place, err := s.deps.DB.Schools().Get(t.Context(), ours, zeester)
	require.NoError(t, err)
	require.Equal(t, 14*24*time.Hour, place.Grace)
}
