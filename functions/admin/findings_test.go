package admin_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
)

// TestFindingsOfATable: the place of a table is told in words, and a list that
// is cut says so, on the page and in the download.
func TestFindingsOfATable(t *testing.T) {
	t.Parallel()
	s := begin(t)
	now := s.clock.Now()
	run := roster.Run{
		ID: "iwide", School: zeester, Status: roster.Refused, Format: "excel", Created: now, Changed: now, ExpireAt: now.Add(time.Hour),
		Counts: roster.Counts{Findings: 250},
		Findings: []roster.Finding{
			{Code: "table.missing_number", Severity: roster.Stop, File: "table 2 sheet 3", Line: 12, Column: 1, Field: "leerlingnummer"},
			{Code: "set.missing_file", Severity: roster.Stop, File: "users.csv"},
		},
		Columns: []roster.Column{{File: "sheet 2", Place: 1, Heading: "Mentor", How: "unknown"}},
	}
	require.NoError(t, s.deps.DB.Runs().Create(t.Context(), ours, run.ID, run))
	page := text(s.show(s.admin, "/admin/imports/iwide"))
	require.Contains(t, page, "bestand 2 op naam, blad 3")
	require.Contains(t, page, "users.csv")
	require.Contains(t, page, "Mentor blad 2")
	require.Contains(t, page, "248 staan er niet bij")
	list := s.do(call{method: "GET", path: "/admin/imports/iwide/findings.csv", session: s.admin}).body
	require.Contains(t, list, ";bestand 2 op naam, blad 3;12;1;leerlingnummer;")
	require.Contains(t, list, "248 staan er niet bij")

	s.waiting("ione")
	require.NotContains(t, text(s.show(s.admin, "/admin/imports/ione")), "staan er niet bij")
	require.NotContains(t, s.do(call{method: "GET", path: "/admin/imports/ione/findings.csv", session: s.admin}).body, "staan er niet bij")
}
