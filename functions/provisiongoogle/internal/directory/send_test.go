package directory_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/google"
	"cool.example/sync/functions/provisiongoogle/internal/directory"
	"cool.example/sync/shared/fault"
)

func TestThrottledCallsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	for i := range 12 {
		r.made(t, fmt.Sprintf("p%d@%s", i, domain))
	}
	require.Len(t, r.waits, 1, "ten at once, then a wait fills the bucket")
	require.GreaterOrEqual(t, r.waits[0], time.Second)
	require.Len(t, r.fake.Users(), 12)
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	fault429 := google.Fault{Status: 429, Reason: "rateLimitExceeded", Times: 1, RetryAfter: 20 * time.Second}
	r.fake.Fail(fault429)
	r.made(t, "sanne@"+domain)
	require.Len(t, r.waits, 1)
	require.GreaterOrEqual(t, r.waits[0], 20*time.Second)
	fault429.RetryAfter = 300 * time.Second
	r.fake.Fail(fault429)
	_, err := r.CreateUser(t.Context(), person("b@"+domain))
	refused(t, err, directory.Throttled, fault.Busy)
	require.Len(t, r.waits, 1, "longer than a function lives is for the message to wait")
	fault429.RetryAfter = 20 * time.Second
	r.fake.Fail(fault429)
	brief, end := context.WithTimeout(t.Context(), 10*time.Second)
	defer end()
	_, err = r.CreateUser(brief, person("b@"+domain))
	refused(t, err, directory.Throttled, fault.Busy)
	require.Len(t, r.waits, 1, "nor is it waited beyond the deadline")
}

func TestBackoffGrowsAndEnds(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	r.fake.Fail(google.Fault{Status: 503, Reason: "backendError", Times: 100})
	_, err := r.User(t.Context(), "1")
	refused(t, err, directory.Transient, fault.Busy)
	require.Len(t, r.waits, 4)
	for i, w := range r.waits {
		require.GreaterOrEqual(t, w, time.Second<<i)
		require.Less(t, w, time.Second<<i+time.Second)
	}
}

// A lost answer leaves it open whether the call took effect.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			r := start(t, google.Options{})
			lose := func(method string) {
				r.fake.Fail(google.Fault{Method: method, Status: status, Reason: "backendError", Times: 1, After: true})
			}
			ctx := t.Context()
			lose("directory.users.insert")
			_, err := r.CreateUser(ctx, person("sanne@"+domain))
			refused(t, err, directory.Transient, fault.Busy)
			require.Equal(t, 1, r.sent("directory.users.insert"), "no create is sent twice blindly")
			u, err := r.FindUser(ctx, "p'1")
			require.NoError(t, err)
			require.NotNil(t, u)
			lose("directory.groups.insert")
			_, err = r.CreateGroup(ctx, directory.Group{Email: "groep8@" + domain})
			refused(t, err, directory.Transient, fault.Busy)
			require.Equal(t, 1, r.sent("directory.groups.insert"))
			g, err := r.FindGroup(ctx, "groep8@"+domain)
			require.NoError(t, err)
			lose("directory.members.insert")
			require.NoError(t, r.AddMember(ctx, g.ID, u.ID))
			lose("directory.members.delete")
			require.NoError(t, r.RemoveMember(ctx, g.ID, u.ID))
			lose("directory.users.delete")
			require.NoError(t, r.DeleteUser(ctx, u.ID))
			lose("directory.users.undelete")
			refused(t, r.UndeleteUser(ctx, u.ID, "/"), directory.Transient, fault.Busy)
			require.Equal(t, 1, r.sent("directory.users.undelete"))
		})
	}
}

// sent counts the calls of a method.
func (r *rig) sent(method string) int {
	n := 0
	for _, q := range r.fake.Requests() {
		if q.Method == method {
			n++
		}
	}
	return n
}

func TestNotVisibleYet(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Delay: time.Minute})
	id := r.made(t, "sanne@"+domain)
	_, err := r.User(t.Context(), id)
	refused(t, err, directory.NotFound, fault.NotFound)
	refused(t, r.PatchUser(t.Context(), id, person("sanne@"+domain)), directory.NotVisible, fault.Busy)
	refused(t, r.DeleteUser(t.Context(), id), directory.NotVisible, fault.Busy)
	require.NoError(t, r.pause(t.Context(), time.Minute))
	require.NoError(t, r.DeleteUser(t.Context(), id))
}

func TestPatchSendsOnlyWhatIsSet(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	id := r.made(t, "sanne@"+domain)
	no := false
	require.NoError(t, r.PatchUser(t.Context(), id, directory.User{Suspended: &no}))
	all := r.fake.Requests()
	require.JSONEq(t, `{"suspended":false}`, string(all[len(all)-1].Body))
}

func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		class  directory.Class
	}{
		"too large": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte(" "), 5<<20)) }, directory.Invalid},
		"no JSON":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, directory.Transient},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, directory.Invalid},
		"a proxy's 404": {http.NotFound, directory.NotFound},
		"a proxy's 403": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, directory.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.answer)
			t.Cleanup(server.Close)
			pause := func(context.Context, time.Duration) error { return nil }
			client := directory.Config{BaseURL: server.URL, HTTP: &http.Client{}, Pause: pause}.Client()
			_, err := client.User(t.Context(), "1")
			require.Truef(t, directory.Is(err, c.class), "%v", err)
		})
	}
}

// The log names path templates: no address and no id of a person. It may not
// run beside others, as it replaces the default logger.
func TestLogHoldsNobody(t *testing.T) { //nolint:paralleltest // replaces the default logger
	r := start(t, google.Options{})
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	id := r.made(t, "sanne@"+domain)
	_, err := r.FindUser(t.Context(), "p'1")
	require.NoError(t, err)
	require.NoError(t, r.DeleteUser(t.Context(), id))
	require.Equal(t, 3, strings.Count(log.String(), "directory call"))
	require.Contains(t, log.String(), "/admin/directory/v1/users/{}")
	for _, value := range []string{id, "sanne", "Berg", "p'1", "p%271", "correct horse"} {
		require.NotContains(t, log.String(), value)
	}
}
