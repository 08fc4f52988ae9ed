package serve_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/serve"
)

func panicking(value any) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(value) })
}

func TestPanicsAreAnsweredAndLoggedWithoutPersonalData(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"text":   "no account for sanne.zonneveld@leerling.example",
		"error":  fmt.Errorf("no account: %w", errors.New("sanne.zonneveld")),
		"struct": struct{ Name string }{"sanne.zonneveld"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			function := "panics-with-" + name
			w := ask(t, serve.Outer(function, panicking(value)), "")
			require.Equal(t, http.StatusInternalServerError, w.Code)
			require.NotContains(t, w.Body.String(), "sanne")
			require.NotContains(t, w.Body.String(), "goroutine")
			found := said(t, function)
			require.Len(t, found, 2, "one line for the panic and one for the request")
			require.Equal(t, "ERROR", found[0]["level"])
			require.Contains(t, found[0]["stack"], "outer_test.go", "the line does not say where")
			require.EqualValues(t, http.StatusInternalServerError, found[1]["status"])
			require.NotContains(t, fmt.Sprint(found), "sanne")
		})
	}
}

func TestPanicsOfTheRuntimeSayWhat(t *testing.T) {
	t.Parallel()
	var none map[string]int
	ask(t, serve.Outer("panics-of-runtime", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { none["a"] = 1 })), "")
	require.Contains(t, fmt.Sprint(said(t, "panics-of-runtime")), "nil map")
}

func TestNothingIsAddedToAnAnswerThatHasBegun(t *testing.T) {
	t.Parallel()
	w := ask(t, serve.Outer("panics-half-way", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("half-way")
	})), "")
	require.Equal(t, "half", w.Body.String())
	require.Len(t, said(t, "panics-half-way"), 2)
}

func TestWritersBeneathAreReached(t *testing.T) {
	t.Parallel()
	w := ask(t, serve.Outer("flushes", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		w.WriteHeader(http.StatusTeapot)
		_ = http.NewResponseController(w).Flush()
	})), "")
	require.True(t, w.Flushed)
	require.EqualValues(t, http.StatusAccepted, said(t, "flushes")[0]["status"])
}

func TestRequestsAreLoggedWithoutWhoAndWhat(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("POST /people/{id}", answering(http.StatusTeapot))
	mux.HandleFunc("POST /silent", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /plain", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("x")) })
	outer := serve.Outer("requests-logged", mux)
	for _, path := range []string{"/people/bram?token=geheim", "/silent", "/plain", "/nowhere-bram"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://sync.example"+path, strings.NewReader("password=geheim"))
		r.RemoteAddr, r.Header = "192.0.2.77:1234", http.Header{"Cookie": {"session=geheim"}, "User-Agent": {"bramzilla"}}
		outer.ServeHTTP(httptest.NewRecorder(), r)
	}
	found := said(t, "requests-logged")
	require.Len(t, found, 4)
	for i, status := range []int{http.StatusTeapot, http.StatusOK, http.StatusOK, http.StatusNotFound} {
		require.EqualValues(t, status, found[i]["status"], i)
	}
	require.Equal(t, "POST /people/{id}", found[0]["pattern"])
	for _, secret := range []string{"bram", "geheim", "192.0.2.77"} {
		require.NotContains(t, fmt.Sprint(found), secret)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/fine", answering(http.StatusOK))
	mux.Handle("/panic", panicking("headers"))
	outer := serve.Outer("headers", mux)
	for _, path := range []string{"/health", "/fine", "/panic", "/nowhere"} {
		w := httptest.NewRecorder()
		outer.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		h := w.Header()
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), path)
		require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), path)
		require.Contains(t, h.Get("Strict-Transport-Security"), "max-age=63072000", path)
		require.NotEmpty(t, h.Get("Permissions-Policy"), path)
		require.Empty(t, h.Get("Access-Control-Allow-Origin"), path)
		policy := map[string]string{}
		for _, part := range strings.Split(h.Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(part, " ")
			policy[name] = value
		}
		require.Equal(t, map[string]string{
			"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "font-src": "'self'",
			"connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'",
		}, policy, path)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	outer := serve.Outer("health", answering(http.StatusTeapot))
	for method, status := range map[string]int{http.MethodGet: http.StatusOK, http.MethodHead: http.StatusOK, http.MethodPost: http.StatusTeapot} {
		w := httptest.NewRecorder()
		outer.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/health", nil))
		require.Equal(t, status, w.Code, method)
	}
}
