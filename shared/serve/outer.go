package serve

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Outer wraps a function's routes in what every function has: /health, one
// log line per request without address or query, headers, and an answer to
// panics.
func Outer(function string, routes http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("/", routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		secure(w.Header())
		seen := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				slog.ErrorContext(r.Context(), "handler panicked", "function", function, "panic", cause(p), "stack", string(debug.Stack()))
				if seen.status == 0 {
					http.Error(seen, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				}
			}
			slog.InfoContext(r.Context(), "request", "function", function, "method", r.Method, "pattern", r.Pattern,
				"status", cmp.Or(seen.status, http.StatusOK), "ms", time.Since(begun).Milliseconds())
		}()
		mux.ServeHTTP(seen, r)
	})
}

// cause returns what a log may say of a panic: the runtime's own message, else
// the type alone, since a value may hold personal data.
func cause(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", p)
}

// secure sets the headers of every answer. Pages load nothing from elsewhere,
// run no inline code and are framed by nobody.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
		"connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
	}, "; "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Strict-Transport-Security", "max-age=63072000")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
