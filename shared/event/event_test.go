package event_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/topic"
)

type received = event.Message[topic.Received]

// envelope wraps a body as a push delivery does.
func envelope(id, body string) string {
	return fmt.Sprintf(`{"message":{"data":%q,"messageId":%q,"message_id":%q,"publishTime":"2026-11-24T08:30:00Z","attributes":{"a":"b"}},
		"subscription":"projects/p/subscriptions/s","deliveryAttempt":2}`, base64.StdEncoding.EncodeToString([]byte(body)), id, id)
}

// deliver has h answer a push.
func deliver(t *testing.T, h http.Handler, push string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/roster-received", strings.NewReader(push)))
	return w
}

func TestAnswersToDeliveries(t *testing.T) {
	t.Parallel()
	const ack, again = http.StatusNoContent, http.StatusServiceUnavailable
	for name, c := range map[string]struct {
		err    error
		status int
		level  string
	}{
		"done":         {nil, ack, ""},
		"invalid":      {fault.New(fault.Invalid, ""), ack, "ERROR"},
		"too large":    {fault.New(fault.TooLarge, ""), ack, "ERROR"},
		"unsigned":     {fault.New(fault.Unsigned, ""), ack, "ERROR"},
		"forbidden":    {fault.New(fault.Forbidden, ""), ack, "ERROR"},
		"not found":    {fault.New(fault.NotFound, ""), ack, "ERROR"},
		"conflict":     {fault.New(fault.Conflict, ""), again, "WARN"},
		"limited":      {fault.New(fault.Limited, ""), again, "WARN"},
		"busy":         {fault.New(fault.Busy, ""), again, "WARN"},
		"internal":     {fault.New(fault.Internal, ""), again, "WARN"},
		"unclassified": {errors.New("something"), again, "WARN"},
		"cancelled":    {fmt.Errorf("read: %w", context.DeadlineExceeded), again, "WARN"},
		"outermost":    {fault.As(fault.Busy, fault.New(fault.NotFound, "")), again, "WARN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id := "answers-" + strings.ReplaceAll(name, " ", "-")
			w := deliver(t, event.Handler(topic.RosterReceived, func(_ context.Context, m received) error {
				require.Equal(t, received{ID: id, Body: topic.Received{Tenant: "bestuur", Import: "i1"}}, m)
				return c.err
			}), envelope(id, `{"tenant":"bestuur","import":"i1","added":"later"}`))
			require.Equal(t, c.status, w.Code)
			require.Empty(t, w.Body.String())
			found := lines.With(id)
			if c.level == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Contains(t, found[0], c.level)
			require.Contains(t, found[0], "roster-received")
		})
	}
}

func TestPoisonIsAcknowledgedUnread(t *testing.T) {
	t.Parallel()
	for name, push := range map[string]string{
		"empty":              "",
		"no JSON":            "tenant=bestuur",
		"cut short":          envelope("1", "{}")[:40],
		"no message":         "{}",
		"no data":            `{"message":{"messageId":"1"}}`,
		"no base64":          `{"message":{"data":"!!","messageId":"1"}}`,
		"body is no JSON":    envelope("1", "bestuur"),
		"body of other type": envelope("1", `["bestuur"]`),
		"field of other type": envelope("1",
			`{"tenant":{"naam":"sanne"}}`),
		"too large": `{"message":{"data":"` + strings.Repeat("A", 17<<20) + `"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := deliver(t, event.Handler(topic.RosterReceived, func(context.Context, received) error {
				t.Error("the message reached the function")
				return nil
			}), push)
			require.Equal(t, http.StatusNoContent, w.Code)
		})
	}
	require.Empty(t, lines.With("sanne"))
}

func FuzzHandler(f *testing.F) {
	f.Add(envelope("1", `{"tenant":"bestuur"}`))
	f.Add(envelope("1", "null"))
	f.Add("{}")
	f.Fuzz(func(t *testing.T, push string) {
		h := event.Handler(topic.RosterReceived, func(context.Context, received) error { return nil })
		require.Equal(t, http.StatusNoContent, deliver(t, h, push).Code)
	})
}

func TestMessagesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	project := emulators.PubSub(t)
	emulators.Topics(t, project, topic.RosterReceived.Name, topic.Minute.Name)
	publisher, err := event.Open(t.Context(), project)
	require.NoError(t, err)
	defer publisher.Close()
	var sent []outbox.Message
	for i := range 3 {
		sent = append(sent, outbox.To(topic.RosterReceived, topic.Received{Tenant: "bestuur", Import: roster.RunID(fmt.Sprint("i", i))}))
	}
	require.NoError(t, publisher.Publish(t.Context(), append(sent, outbox.To(topic.Minute, topic.Tick{}))))
	require.NoError(t, publisher.Publish(t.Context(), nil))

	got := map[string]bool{}
	h := event.Handler(topic.RosterReceived, func(_ context.Context, m received) error {
		require.NotEmpty(t, m.ID)
		got[string(m.Body.Tenant)+"/"+string(m.Body.Import)] = true
		return nil
	})
	for _, m := range emulators.Pull(t, project, topic.RosterReceived.Name, 3) {
		push, err := json.Marshal(map[string]any{"message": map[string]any{"data": m.GetData(), "messageId": m.GetMessageId()}})
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, deliver(t, h, string(push)).Code)
	}
	require.Equal(t, map[string]bool{"bestuur/i0": true, "bestuur/i1": true, "bestuur/i2": true}, got)
	require.JSONEq(t, "{}", string(emulators.Pull(t, project, topic.Minute.Name, 1)[0].GetData()))
}

func TestWhatCannotBeSentMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	publisher, err := event.Open(t.Context(), emulators.PubSub(t))
	require.NoError(t, err)
	defer publisher.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	err = publisher.Publish(ctx, []outbox.Message{outbox.To(topic.Day, topic.Tick{})})
	require.Equal(t, fault.Busy, fault.KindOf(err), "there is no such topic: %v", err)
	require.ErrorContains(t, err, topic.Day.Name)
}
