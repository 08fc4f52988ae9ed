package stack

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/iterator"

	"cool.example/sync/functions"
	"cool.example/sync/shared/config"
)

func routes(t *testing.T) []functions.Route {
	t.Helper()
	all, err := functions.Routes()
	require.NoError(t, err)
	return all
}

func TestOpensTheFunctionsOfTheRoutesAndNoOther(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, r := range routes(t) {
		named[r.Function] = true
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(named)), slices.Collect(maps.Keys(openers())))
}

func TestFunctionsSayWhatTheyLack(t *testing.T) {
	t.Parallel()
	nothing := config.Lookup(func(string) (string, bool) { return "", false })
	for name, open := range openers() {
		h, err := open(t.Context(), nothing)
		require.ErrorContains(t, err, "PROJECT is not set", name)
		require.Nil(t, h, name)
	}
}

func TestBalance(t *testing.T) {
	t.Parallel()
	handlers := map[string]http.Handler{}
	for name := range openers() {
		handlers[name] = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(name)) })
	}
	h := balance(routes(t), handlers)
	for path, want := range map[string]string{
		"/": "start", "/nowhere": "start", "/static/style.css": "start", "/login": "signin", "/login/x": "signin", "/loginx": "start",
		"/logout": "signin", "/password": "signin", "/.well-known/openid-configuration": "sso", "/.well-known/other": "start",
		"/oauth2/token": "sso", "/oauth2": "start", "/admin/": "admin", "/admin/groups/g1": "admin", "/admin": "start",
		"/api/import/runs": "admin", "/api/": "start", "/roster-received": "start", "/tick-minute": "start", "/health": "404 page not found",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, want, strings.TrimSpace(w.Body.String()), path)
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Options{Argon: 8})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Stop()) }()
	for path, status := range map[string]int{
		"/": http.StatusSeeOther, "/login": http.StatusOK, "/.well-known/openid-configuration": http.StatusOK, "/admin/": http.StatusSeeOther,
		"/roster-received": http.StatusNotFound, "/health": http.StatusNotFound,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		require.NoError(t, err)
		answer, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, status, answer.StatusCode, path)
	}
	var want []string
	for _, r := range routes(t) {
		if r.Kind != functions.HTTP {
			want = append(want, r.Function+" "+r.Topic)
		}
	}
	require.ElementsMatch(t, want, subscriptions(t, s))
	large(t, s)
}

// subscriptions lists what is pushed to whom: "sweep tick-day".
func subscriptions(t *testing.T, s *Stack) (found []string) {
	t.Helper()
	client, err := pubsub.NewClient(t.Context(), s.Space.Project)
	require.NoError(t, err)
	defer client.Close()
	all := client.SubscriptionAdminClient.ListSubscriptions(t.Context(), &pubsubpb.ListSubscriptionsRequest{Project: "projects/" + s.Space.Project})
	for {
		sub, err := all.Next()
		if err == iterator.Done {
			return found
		}
		require.NoError(t, err)
		_, path, ok := strings.Cut(sub.GetPushConfig().GetPushEndpoint(), "/push/")
		require.True(t, ok)
		function, topic, _ := strings.Cut(path, "/")
		require.True(t, strings.HasSuffix(sub.GetTopic(), "/"+topic))
		found = append(found, function+" "+topic)
	}
}
