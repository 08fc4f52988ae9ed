package annex_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/annex"
	"cool.example/sync/shared/privacy"
)

func TestTheCommittedAnnexIsTheGeneratedOne(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, annex.Write(&b))
	committed, err := os.ReadFile("../../../docs/privacy-annex.md")
	require.NoError(t, err)
	require.Equal(t, b.String(), string(committed), "write it anew: scripts/annex")
}

func TestNothingForbiddenIsStored(t *testing.T) {
	t.Parallel()
	for _, d := range annex.Deviations() {
		if d.Against {
			require.Contains(t, d.What, "heeft geen rij in deze tabel", "the annex says no to this")
		}
	}
}

func TestEveryRegisteredFieldStandsInTheAnnex(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, annex.Write(&b))
	_, tables, _ := strings.Cut(b.String(), "## F)")
	for _, f := range privacy.Register() {
		require.Contains(t, tables, "`"+f.Key+"`", "the annex keeps quiet about it")
	}
}
