package journey_test

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/scripts/internal/rules"
)

// firstVisit is the most that signing in and the start page may weigh on the
// wire, in bytes.
const firstVisit = 50 << 10

// TestBrowser goes through the product with a real browser: signs in, reaches
// the start page and an application, and finds no page that keeps anybody out.
func TestBrowser(t *testing.T) {
	t.Parallel()
	root, err := rules.Root()
	require.NoError(t, err)
	require.DirExists(t, filepath.Join(root, "scripts", "browser", "node_modules"),
		"Playwright is missing. Install it: npm ci --prefix scripts/browser (scripts/test does)")
	chromium, err := browse.Chromium()
	require.NoError(t, err)
	s := journey.Begin(t, "99XX")
	card := sheet(t, s)[0]
	person := func(name, password string) map[string]string {
		return map[string]string{"username": name, "password": password}
	}
	pupil := person(card.Address, card.Password)
	pupil["badge"] = strings.ReplaceAll(card.Badge, " ", "")
	plan, err := json.Marshal(map[string]any{
		"chromium": chromium, "base": s.URL, "application": s.App.URL + "/", "screens": filepath.Join(root, ".local", "screens"),
		"pupil": pupil, "admin": person(s.Institution.Admin, demo.AdminPassword),
	})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", "journey.mjs")
	cmd.Dir = filepath.Join(root, "scripts", "browser")
	cmd.Env = append(os.Environ(), "JOURNEY="+string(plan))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err, string(out))
	var found struct {
		Problems []string
		Pages    map[string]struct{ Title, Lang, URL, Text string }
		Hosts    []string
		Bytes    int
		Tabs     []string
	}
	require.NoError(t, json.Unmarshal(out, &found))
	require.Empty(t, found.Problems)
	require.Len(t, found.Pages, 53)
	require.Contains(t, found.Pages["application"].Text, card.Name)
	require.Equal(t, "en", found.Pages["start-en-dark-320"].Lang)
	require.Contains(t, found.Tabs, "tile", "the tile is not reached with the keyboard")
	for _, host := range found.Hosts {
		require.Contains(t, []string{hostOf(t, s.URL), hostOf(t, s.App.URL)}, host, "the pages reach for another host")
	}
	require.Less(t, found.Bytes, firstVisit)
	t.Logf("first visit: %d bytes on the wire", found.Bytes)
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Host
}
