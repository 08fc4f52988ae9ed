package sendgrid_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/sendgrid"
)

// good is a mail in the form of SendGrid's reference.
const good = `{"personalizations":[{"to":[{"email":"marijke@school.example"}]}],` +
	`"from":{"email":"no-reply@cool.example","name":"COOL Sync"},"subject":"Onderwerp",` +
	`"content":[{"type":"text/plain","value":"Hallo"},{"type":"text/html","value":"<p>Hallo</p>"}],` +
	`"tracking_settings":{"click_tracking":{"enable":false,"enable_text":false},"open_tracking":{"enable":false}}}`

func start(t *testing.T, o sendgrid.Options) *sendgrid.Server {
	t.Helper()
	s, err := sendgrid.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() }) // the test is over
	return s
}

// post sends a body and returns the status and what is said of it: "field:
// message".
func post(t *testing.T, s *sendgrid.Server, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v3/mail/send", strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+sendgrid.Key)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	if answer.StatusCode == http.StatusAccepted {
		require.NotEmpty(t, answer.Header.Get("X-Message-Id"))
		require.Empty(t, raw)
		return answer.StatusCode, ""
	}
	var said struct {
		Errors []struct {
			Message string
			Field   *string
		}
	}
	require.NoError(t, json.Unmarshal(raw, &said), string(raw))
	require.Len(t, said.Errors, 1)
	if f := said.Errors[0].Field; f != nil {
		return answer.StatusCode, *f + ": " + said.Errors[0].Message
	}
	return answer.StatusCode, said.Errors[0].Message
}

func TestTakesMailsOn(t *testing.T) {
	t.Parallel()
	s := start(t, sendgrid.Options{Sender: []string{"no-reply@cool.example"}})
	status, _ := post(t, s, good)
	require.Equal(t, http.StatusAccepted, status)
	status, _ = post(t, s, strings.Replace(good, `"click_tracking":{"enable":false,"enable_text":false},`, "", 1), "Content-Type", "application/json; charset=utf-8")
	require.Equal(t, http.StatusAccepted, status)
	mails := s.Mails()
	require.Len(t, mails, 2)
	require.False(t, mails[0].Taken.IsZero())
	mails[0].Taken = mails[1].Taken
	require.Equal(t, sendgrid.Mail{
		To: []string{"marijke@school.example"}, From: "no-reply@cool.example", FromName: "COOL Sync", Subject: "Onderwerp",
		Text: "Hallo", HTML: "<p>Hallo</p>", Taken: mails[1].Taken,
	}, mails[0])
	require.Equal(t, []string{"click", "click_text"}, mails[1].Tracked, "what is not switched off may be on")

	answer, err := http.Get(s.URL() + "/mails")
	require.NoError(t, err)
	defer answer.Body.Close()
	var read []sendgrid.Mail
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&read))
	require.Len(t, read, 2)
	require.Equal(t, "Hallo", read[0].Text)
}

func TestRefusesWhatTheReferenceRefuses(t *testing.T) {
	t.Parallel()
	plain, html := `{"type":"text/plain","value":"Hallo"}`, `{"type":"text/html","value":"<p>Hallo</p>"}`
	for name, c := range map[string]struct {
		old, new string
		status   int
		said     string
	}{
		"no JSON":            {`{"personalizations"`, `{personalizations`, 400, "Bad Request"},
		"two documents":      {`"open_tracking":{"enable":false}}}`, `"open_tracking":{"enable":false}}}{}`, 400, "Bad Request"},
		"another type":       {`"subject":"Onderwerp"`, `"subject":3`, 400, "Bad Request"},
		"unknown field":      {`"subject"`, `"onderwerp"`, 400, "onderwerp: Additional property"},
		"nobody":             {`[{"to":[{"email":"marijke@school.example"}]}]`, `[]`, 400, "personalizations: "},
		"no to":              {`"to"`, `"cc"`, 400, "personalizations.0.to: "},
		"no address":         {`marijke@school.example`, `marijke`, 400, "valid address"},
		"twice the same":     {`[{"email":"marijke@school.example"}]`, `[{"email":"a@b.example"},{"email":"A@b.example"}]`, 400, "unique"},
		"no sender":          {`"from":{"email":"no-reply@cool.example","name":"COOL Sync"},`, ``, 400, "from.email: "},
		"another's sender":   {`no-reply@cool.example`, `no-reply@other.example`, 403, "from: The from address does not match a verified Sender Identity."},
		"no subject":         {`"subject":"Onderwerp",`, ``, 400, "subject: "},
		"no content":         {plain + "," + html, ``, 400, "content: "},
		"empty content":      {`"value":"Hallo"`, `"value":""`, 400, "content.0.value: "},
		"content of no type": {`text/plain`, ``, 400, "content.0.type: "},
		"charset":            {`text/plain`, `text/plain; charset=utf-8`, 400, "content.0.type: "},
		"HTML first":         {plain + "," + html, html + "," + plain, 400, "content: "},
		"other before HTML":  {`text/plain`, `text/calendar`, 400, "content: "},
		"plain twice":        {html, plain, 400, "content: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sendgrid.Options{Sender: []string{"no-reply@cool.example"}})
			require.Contains(t, good, c.old)
			status, said := post(t, s, strings.Replace(good, c.old, c.new, 1))
			require.Equal(t, c.status, status)
			require.Contains(t, said, c.said)
			require.Empty(t, s.Mails())
			require.Equal(t, []int{c.status}, s.Statuses())
		})
	}
}

func TestRefusesWhoMayNotSend(t *testing.T) {
	t.Parallel()
	s := start(t, sendgrid.Options{Key: "SG.another"})
	status, said := post(t, s, good)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "The provided authorization grant is invalid, expired, or revoked", said)
	status, _ = post(t, s, good, "Authorization", "")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = post(t, s, good, "Authorization", "Bearer SG.another", "Content-Type", "text/plain")
	require.Equal(t, http.StatusUnsupportedMediaType, status)
	status, _ = post(t, s, good, "Authorization", "Bearer SG.another")
	require.Equal(t, http.StatusAccepted, status)
	require.Equal(t, []int{401, 401, 415, 202}, s.Statuses())
}

func TestRefusesWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	s := start(t, sendgrid.Options{Most: int64(len(good))})
	status, _ := post(t, s, good+" ")
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	status, _ = post(t, s, good)
	require.Equal(t, http.StatusAccepted, status)
}

func TestPlannedAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, sendgrid.Options{})
	s.Plan(sendgrid.Planned{Status: http.StatusTooManyRequests}, sendgrid.Planned{Status: http.StatusServiceUnavailable, After: true}, sendgrid.Planned{After: true})
	status, _ := post(t, s, good)
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Empty(t, s.Mails())
	status, _ = post(t, s, good)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Len(t, s.Mails(), 1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v3/mail/send", strings.NewReader(good))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+sendgrid.Key)
	r.Header.Set("Content-Type", "application/json")
	_, err = http.DefaultClient.Do(r) //nolint:bodyclose // there is no answer
	require.Error(t, err)
	require.Len(t, s.Mails(), 2)
	status, _ = post(t, s, good)
	require.Equal(t, http.StatusAccepted, status)
	require.Equal(t, []int{429, 503, 0, 202}, s.Statuses())
}

func TestOtherAddresses(t *testing.T) {
	t.Parallel()
	s := start(t, sendgrid.Options{})
	answer, err := http.Get(s.URL() + "/mails")
	require.NoError(t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.JSONEq(t, "[]", string(raw))
	for path, want := range map[string]int{"/v3/mail/send": http.StatusMethodNotAllowed, "/v3/mail": http.StatusNotFound, "/mails": http.StatusOK} {
		answer, err := http.Get(s.URL() + path)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, want, answer.StatusCode, path)
	}
}
