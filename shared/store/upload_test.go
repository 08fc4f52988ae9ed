package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/tenant"
)

// TestAwaited asks for the uploads of every institution's runs.
func TestAwaited(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	for id, c := range map[roster.RunID]struct {
		owner  tenant.ID
		status roster.Status
	}{"one": {ours, roster.Received}, "two": {theirs, roster.Received}, "three": {ours, roster.Applied}} {
		run := roster.Run{Status: c.status, Upload: "uploads/" + string(id), ExpireAt: today.Add(time.Hour)}
		require.NoError(t, db.Runs().Create(t.Context(), c.owner, id, run))
	}
	for object, want := range map[string]bool{"uploads/one": true, "uploads/two": true, "uploads/three": false, "uploads/none": false, "": false} {
		got, err := db.Awaited(t.Context(), object)
		require.NoError(t, err)
		require.Equal(t, want, got, object)
	}
}
