// Package serve adapts handlers that return errors to net/http: it decides
// status, page or problem, headers and the log line in one place.
package serve

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
)

// Func is a handler that reports failure by returning it.
type Func func(w http.ResponseWriter, r *http.Request) error

// Status returns the HTTP status of a kind of failure.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsigned:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Busy:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// key returns the catalogue key of a kind's usual text.
func key(k fault.Kind) string {
	switch k {
	case fault.Invalid:
		return "error.invalid"
	case fault.TooLarge:
		return "error.too_large"
	case fault.Unsigned:
		return "error.unsigned"
	case fault.Forbidden:
		return "error.forbidden"
	case fault.NotFound:
		return "error.not_found"
	case fault.Conflict:
		return "error.conflict"
	case fault.Limited:
		return "error.limited"
	case fault.Busy:
		return "error.busy"
	default:
		return "error.internal"
	}
}

// text returns what a person reads of err in l: the message whose key or
// sentence the error carries, else the usual text of its kind.
func text(c i18n.Catalogue, l i18n.Lang, err error) string {
	if public := fault.Public(err); public != "" && fault.KindOf(err) != fault.Internal {
		return c.Text(l, public)
	}
	return c.Text(l, key(fault.KindOf(err)))
}

// report logs failures that somebody should look at; refusals are ordinary.
func report(r *http.Request, err error) {
	if k := fault.KindOf(err); k == fault.Internal || k == fault.Busy {
		slog.ErrorContext(r.Context(), "request failed", "pattern", r.Pattern, "kind", k.String(), "err", err)
	}
}

// JSON writes v under status.
func JSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client has gone; nothing is left to do
	return nil
}

// problem is an error answer of an API: RFC 9457 section 3.
type problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

// API turns f into a handler whose failures become problem answers in the
// language that the client asks for.
func API(c i18n.Catalogue, f Func) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := f(w, r); err != nil {
			report(r, err)
			Problem(w, r, c, err)
		}
	})
}

// Problem answers err as application/problem+json (RFC 9457).
func Problem(w http.ResponseWriter, r *http.Request, c i18n.Catalogue, err error) {
	k := fault.KindOf(err)
	p := problem{Type: "about:blank", Title: http.StatusText(Status(k)), Status: Status(k), Detail: text(c, i18n.Of(r), err)}
	if said, ok := fault.Fields(err); ok {
		p.Fields = map[string]string{}
		for field, message := range said {
			p.Fields[field] = c.Text(i18n.Of(r), message)
		}
	}
	body, failed := json.Marshal(p)
	if failed != nil {
		http.Error(w, http.StatusText(p.Status), p.Status)
		return
	}
	if k == fault.Unsigned {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}

// NoPage is the handler of addresses where nothing is.
func NoPage(http.ResponseWriter, *http.Request) error { return fault.New(fault.NotFound, "") }
