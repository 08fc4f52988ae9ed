package annex_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/annex"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/tenant"
)

func TestTheCommittedAnnexIsTheGeneratedOne(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, annex.Write(&b, annex.Settings{}))
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
	require.NoError(t, annex.Write(&b, annex.Settings{}))
	_, tables, _ := strings.Cut(b.String(), "## F)")
	for _, f := range privacy.Register() {
		require.Contains(t, tables, "`"+f.Key+"`", "the annex keeps quiet about it")
	}
}

// TestWhatTheAnnexNamesIsThere: code that it refers to exists, and what it calls
// built or in use is so.
func TestWhatTheAnnexNamesIsThere(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, annex.Write(&b, annex.Settings{}))
	named := regexp.MustCompile("`((?:shared|functions|scripts)/[a-z-]+)`").FindAllStringSubmatch(b.String(), -1)
	require.Greater(t, len(named), 20)
	for _, m := range named {
		_, err := os.Stat("../../../" + m[1])
		require.NoError(t, err)
	}
}

func TestTheAnnexOfAnInstitution(t *testing.T) {
	t.Parallel()
	write := func(s annex.Settings) string {
		var b bytes.Buffer
		require.NoError(t, annex.Write(&b, s))
		return b.String()
	}
	one := write(annex.Settings{Institution: "Stichting De Golfbreker", Modules: []tenant.Module{tenant.Start}, LogMonths: map[string]int{"views": 24}})
	require.Contains(t, one, "Voor Stichting De Golfbreker")
	require.Contains(t, one, "| Start | leest accountgegevens binnen dezelfde dataset | ☒ | ☒ |")
	require.Regexp(t, `Koppeling met Google Workspace .* ☒ \| ☐ \|`, one)
	require.Contains(t, one, "in maanden: inloggen 12; wijzigingen 12; inzage 24; doorgifte 12")
	require.NotContains(t, write(annex.Settings{}), "aangezet")
	require.Contains(t, write(annex.Settings{LogMonths: map[string]int{"access": 6, "changes": 6, "views": 6, "outward": 6}}), "6 maanden")
}
