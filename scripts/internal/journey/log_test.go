package journey_test

import (
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/proof"
)

// TestTheLogOfTheMainJobIsProven: everything that an import and its passing on
// have logged is signed, and one letter that is changed afterwards is found.
func TestTheLogOfTheMainJobIsProven(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Now())
	s := journey.BeginWith(t, "99XX", journey.Setting{Clock: now})
	invented := journey.School(40)
	require.Equal(t, "applied", s.Hand(journey.File(t, invented)).Status)
	s.PassedOn(len(invented.People))
	now.Advance(15 * time.Minute)
	r, err := s.Verify(t.Context(), demo.Tenant)
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	require.Zero(t, r.Pending+r.Unproven)
	db, err := s.Database(t.Context(), "")
	require.NoError(t, err)
	defer db.Close()
	var applied audit.ID
	entries := 0
	for e, err := range db.Log().All(t.Context(), demo.Tenant) {
		require.NoError(t, err)
		entries++
		if e.Value.Action == audit.ImportApplied {
			applied = e.ID
		}
	}
	require.Equal(t, entries, r.Signed)

	raw, err := firestore.NewClient(t.Context(), s.Space.Project)
	require.NoError(t, err)
	defer raw.Close()
	_, err = raw.Doc("tenants/"+string(demo.Tenant)+"/log/"+string(applied)).Update(t.Context(), []firestore.Update{{Path: "reason", Value: "Applied"}})
	require.NoError(t, err)
	r, err = s.Verify(t.Context(), demo.Tenant)
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	require.Equal(t, proof.Altered, r.Findings[0].Kind)
	require.Contains(t, r.Findings[0].Place, string(applied))
	require.Equal(t, entries-1, r.Signed)
}
