package mail_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/mail"
	"cool.example/sync/shared/topic"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	settings := map[string]string{
		"PROJECT": emulators.Firestore(t), "SECRET_MANAGER_ENDPOINT": os.Getenv("SECRET_MANAGER_ENDPOINT"),
		"BASE_URL": "https://cool.example", "MAIL_FROM": "COOL Sync <no-reply@cool.example>",
		"PUSH_AUDIENCE": "https://cool.example", "PUSH_SERVICE_ACCOUNT": "push@cool.example",
	}
	lookup := func(name string) (string, bool) {
		value, ok := settings[name]
		return value, ok
	}
	handler, err := mail.Open(t.Context(), lookup)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/"+topic.Mail.Name, http.NoBody))
	require.Equal(t, http.StatusUnauthorized, w.Code, "whoever asks has mails sent")

	settings["MAIL_FROM"] = "nobody"
	_, err = mail.Open(t.Context(), lookup)
	require.ErrorContains(t, err, "MAIL_FROM")
	delete(settings, "BASE_URL")
	_, err = mail.Open(t.Context(), lookup)
	require.ErrorContains(t, err, "BASE_URL")
}
