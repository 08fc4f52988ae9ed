package rosterplan_test

import (
	"archive/zip"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
)

// packed is a set of files as a zip.
func packed(t *testing.T, set map[string]string) string {
	t.Helper()
	var b strings.Builder
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, set[name])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

// TestStrictIsTheSchoolsChoice hands over a set with one heading in other
// capitals: read where the school does not ask for the standard's own, refused
// where it does.
func TestStrictIsTheSchoolsChoice(t *testing.T) {
	t.Parallel()
	f := begin(t)
	set := packed(t, map[string]string{
		"orgs.csv":             "sourcedId,name,type,parentSourcedId\n99ZZ00,De Zeester,school,\n",
		"academicSessions.csv": "sourcedId,title,type,schoolYear,startDate,endDate\ny26,2026-2027,schoolYear,2026,2026-08-01,2027-07-31\n",
		"users.csv":            "sourcedId,username,GivenName,familyName\np1,sanne@leerling.example,Sanne,Berg\n",
		"roles.csv":            "userSourcedId,orgSourcedId,role\np1,99ZZ00,student\n",
	})
	ours, err := f.db.Schools().Get(t.Context(), board, place)
	require.NoError(t, err)
	ours.Strict = true
	require.NoError(t, f.db.Schools().Set(t.Context(), board, place, ours))
	run, _ := f.receive("r1", set)
	require.Equal(t, roster.Refused, run.Status)
	want := roster.Finding{Code: "set.column_case", Severity: roster.Stop, File: "users.csv", Line: 1, Column: 20}
	require.Equal(t, []roster.Finding{want}, run.Findings)

	ours.Strict = false
	require.NoError(t, f.db.Schools().Set(t.Context(), board, place, ours))
	run, _ = f.receive("r2", set)
	require.Equal(t, roster.Applying, run.Status, run.Findings)
	want.Severity = roster.Warning
	require.Contains(t, run.Findings, want)
}
