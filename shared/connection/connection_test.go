package connection_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/connection"
)

// TestStoredWords holds the words still that stand in databases.
func TestStoredWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, connection.Target("google"), connection.Google)
	require.Equal(t, []connection.LinkState{"creating", "linked", "conflict", "failed"},
		[]connection.LinkState{connection.Creating, connection.Linked, connection.Conflict, connection.Failed})
}
