package rosterpull_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/rosterpull"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	settings := map[string]string{
		"PROJECT": emulators.Firestore(t), "SECRET_MANAGER_ENDPOINT": os.Getenv("SECRET_MANAGER_ENDPOINT"), "KMS_KEY": emulators.Keys(t),
		"KMS_ENDPOINT": os.Getenv("KMS_ENDPOINT"), "UPLOADS_BUCKET": emulators.Storage(t),
		"STORAGE_EMULATOR_HOST": os.Getenv("STORAGE_EMULATOR_HOST"),
		"PUSH_AUDIENCE":         "https://cool.example", "PUSH_SERVICE_ACCOUNT": "push@cool.example",
	}
	lookup := func(name string) (string, bool) {
		value, ok := settings[name]
		return value, ok
	}
	handler, err := rosterpull.Open(t.Context(), lookup)
	require.NoError(t, err)
	for path, want := range map[string]int{"/tick-minute": http.StatusUnauthorized, "/roster-pull": http.StatusUnauthorized} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil))
		require.Equal(t, want, w.Code, path)
	}
	settings["PULL_ROOTS"] = "no certificate"
	_, err = rosterpull.Open(t.Context(), lookup)
	require.ErrorContains(t, err, "PULL_ROOTS")
	delete(settings, "UPLOADS_BUCKET")
	_, err = rosterpull.Open(t.Context(), lookup)
	require.ErrorContains(t, err, "UPLOADS_BUCKET")
}
