package admin_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/admin"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	secrets := emulators.Secrets(t)
	secrets.Put("verifier-key", bytes.Repeat([]byte{9}, 32))
	secrets.Put("index-key", bytes.Repeat([]byte{8}, 32))
	settings := map[string]string{
		"PROJECT": secrets.Project, "SECRET_MANAGER_ENDPOINT": secrets.Endpoint, "KMS_KEY": emulators.Keys(t),
		"KMS_ENDPOINT": os.Getenv("KMS_ENDPOINT"), "BASE_URL": "https://cool.example", "UPLOADS_BUCKET": emulators.Storage(t),
		"PLANS_BUCKET":          emulators.Storage(t),
		"STORAGE_EMULATOR_HOST": os.Getenv("STORAGE_EMULATOR_HOST"),
	}
	lookup := func(name string) (string, bool) {
		value, ok := settings[name]
		return value, ok
	}
	handler, err := admin.Open(t.Context(), lookup)
	require.NoError(t, err)
	for path, want := range map[string]int{
		"/health": http.StatusOK, "/admin/": http.StatusSeeOther, "/api/import/v1/files/x": http.StatusUnauthorized,
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, want, w.Code, path)
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
	}
	delete(settings, "UPLOADS_BUCKET")
	delete(settings, "BASE_URL")
	_, err = admin.Open(t.Context(), lookup)
	require.ErrorContains(t, err, "UPLOADS_BUCKET")
	require.ErrorContains(t, err, "BASE_URL")
}
