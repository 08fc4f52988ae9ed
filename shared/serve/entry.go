package serve

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"

	"cool.example/sync/shared/config"
)

// Entry returns the handler that the functions framework calls: it opens the
// function at the first request and keeps what open made. A failed start is
// answered 503 and not kept: the next request tries again.
func Entry(open func(context.Context, config.Lookup) (http.Handler, error)) http.HandlerFunc {
	var mu sync.Mutex
	var built http.Handler
	get := func() (http.Handler, error) {
		mu.Lock()
		defer mu.Unlock()
		if built != nil {
			return built, nil
		}
		h, err := open(context.Background(), os.LookupEnv) // outlives the first request
		if err == nil {
			built = h
		}
		return h, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		h, err := get()
		if err != nil {
			slog.ErrorContext(r.Context(), "function did not start", "err", err)
			http.Error(w, "Er ging iets mis. Probeer het later opnieuw.", http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	}
}
