package sendgrid_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/functions/mail/internal/sendgrid"
	"cool.example/sync/shared/fault"
)

// one is a mail.
var one = sendgrid.Mail{
	From: mail.Address{Name: "COOL Sync", Address: "no-reply@cool.example"}, To: "marijke@school.example",
	Subject: "Onderwerp", Text: "Hallo", HTML: "<p>Hallo</p>",
}

// serve starts a mail service that answers so.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestRequest(t *testing.T) {
	t.Parallel()
	var got string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + r.Header.Get("Content-Type") + " " + string(raw)
		w.WriteHeader(http.StatusAccepted)
	})
	require.NoError(t, sendgrid.New(base+"/", time.Second).Send(t.Context(), []byte("SG.key\n"), one))
	body := `{"personalizations":[{"to":[{"email":"marijke@school.example"}]}],"from":{"email":"no-reply@cool.example","name":"COOL Sync"},` +
		`"subject":"Onderwerp","content":[{"type":"text/plain","value":"Hallo"},{"type":"text/html","value":"\u003cp\u003eHallo\u003c/p\u003e"}],` +
		`"tracking_settings":{"click_tracking":{"enable":false,"enable_text":false},"open_tracking":{"enable":false},` +
		`"subscription_tracking":{"enable":false},"ganalytics":{"enable":false}}}`
	require.True(t, json.Valid([]byte(body)))
	require.Equal(t, "POST /v3/mail/send Bearer SG.key application/json "+body, got)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]fault.Kind{
		http.StatusFound: fault.Invalid, http.StatusBadRequest: fault.Invalid, http.StatusUnauthorized: fault.Invalid,
		http.StatusForbidden: fault.Invalid, http.StatusRequestEntityTooLarge: fault.Invalid,
		http.StatusRequestTimeout: fault.Busy, http.StatusTooManyRequests: fault.Busy,
		http.StatusInternalServerError: fault.Busy, http.StatusBadGateway: fault.Busy, http.StatusServiceUnavailable: fault.Busy,
	} {
		asked := 0
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"errors":[{"message":"marijke@school.example is not valid"}]}`))
		})
		err := sendgrid.New(base, time.Second).Send(t.Context(), []byte("SG.key"), one)
		var answer *sendgrid.Answer
		require.ErrorAs(t, err, &answer)
		require.Equal(t, status, answer.Status)
		require.Equal(t, kind, fault.KindOf(err), status)
		require.NotContains(t, err.Error(), "marijke", "an address in an error ends in a log")
		require.Equal(t, 1, asked)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	base := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	begun := time.Now()
	err := sendgrid.New(base, 50*time.Millisecond).Send(t.Context(), []byte("SG.key"), one)
	require.ErrorIs(t, err, sendgrid.ErrUnheard)
	require.NotEqual(t, fault.Busy, fault.KindOf(err))
	require.Less(t, time.Since(begun), 5*time.Second)

	base = serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	err = sendgrid.New(base, time.Second).Send(t.Context(), []byte("SG.key"), one)
	require.ErrorIs(t, err, sendgrid.ErrUnheard)
}

func TestNotReached(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	err := sendgrid.New(gone.URL, time.Second).Send(t.Context(), []byte("SG.key"), one)
	require.Equal(t, fault.Busy, fault.KindOf(err))
	require.NotErrorIs(t, err, sendgrid.ErrUnheard)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = sendgrid.New(gone.URL, time.Second).Send(ended, []byte("SG.key"), one)
	require.Equal(t, fault.Busy, fault.KindOf(err))
}
