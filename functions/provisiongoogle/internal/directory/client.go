// Package directory is a thin client of the Google Admin SDK Directory API:
// the calls that provisioning needs, with classified errors and careful
// retries.
package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"cool.example/sync/shared/fault"
)

const (
	timeout    = 30 * time.Second
	answerMost = 4 << 20
	tries      = 5
)

// Scopes are what a service account needs domain-wide delegation for.
func Scopes() []string {
	return []string{
		"https://www.googleapis.com/auth/admin.directory.user",
		"https://www.googleapis.com/auth/admin.directory.group",
		"https://www.googleapis.com/auth/admin.directory.group.member",
		"https://www.googleapis.com/auth/admin.directory.orgunit",
	}
}

// Client calls the API as one administrator of one customer.
type Client struct {
	Base     string // https://admin.googleapis.com
	Customer string
	HTTP     *http.Client
	Pause    func(ctx context.Context, d time.Duration) error // sleeps; a test's may not
}

// New returns a client that acts as admin with the key file of a service
// account (RFC 7523). It answers Invalid for a file that is no key file.
func New(ctx context.Context, base, customer, admin string, keyFile []byte) (*Client, error) {
	config, err := google.JWTConfigFromJSON(keyFile, Scopes()...)
	if err != nil {
		return nil, fmt.Errorf("read service account: %w", fault.As(fault.Invalid, err))
	}
	config.Subject = admin
	client := oauth2.NewClient(ctx, config.TokenSource(ctx))
	client.Timeout = timeout
	return &Client{Base: base, Customer: customer, HTTP: client, Pause: sleep}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Class is what a failure means for what to do next.
type Class string

// The classes of failure.
const (
	Throttled Class = "throttled" // too many calls; later it works
	Transient Class = "transient" // the service stumbled; for a create, whether it took effect is unknown
	NotFound  Class = "not_found" // absent, or not visible yet after a create
	Duplicate Class = "duplicate" // the address is taken
	Invalid   Class = "invalid"   // the request can never work
	Denied    Class = "denied"    // the delegation was withdrawn or never given
)

// Error is a refused call. It holds no value of the request.
type Error struct {
	Class  Class
	Status int
	Reason string // Google's reason code: "duplicate"
	retry  time.Duration
}

// Error returns class, status and reason.
func (e *Error) Error() string {
	return fmt.Sprintf("directory: %s (%d %s)", e.Class, e.Status, e.Reason)
}

// Is reports whether err is a refused call of class c.
func Is(err error, c Class) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Class == c
}

// operation is one kind of call.
type operation struct {
	method string
	path   string // template, for logs: no id of a person in it
	repeat bool   // safe to send again after an unclear outcome
}

// call sends a request and decodes its answer into out, unless that is nil.
// It repeats calls that were turned away unseen, and, where that is safe,
// those whose outcome is unclear.
func (c *Client) call(ctx context.Context, op operation, values []any, body, out any) error {
	for try := 1; ; try++ {
		err := c.once(ctx, op, values, body, out)
		e, refused := errors.AsType[*Error](err)
		again := refused && (e.Class == Throttled || (e.Class == Transient && op.repeat))
		if !again || try == tries {
			return err
		}
		wait := max(e.retry, time.Second<<(try-1)) + rand.N(500*time.Millisecond)
		if err := c.Pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (c *Client) once(ctx context.Context, op operation, values []any, body, out any) error {
	escaped := make([]any, len(values))
	for i, v := range values {
		escaped[i] = url.PathEscape(fmt.Sprint(v))
	}
	return c.send(ctx, op, c.Base+fmt.Sprintf(op.path, escaped...), body, out)
}

func (c *Client) send(ctx context.Context, op operation, address string, body, out any) error {
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, op.method, address, payload)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return c.unreached(ctx, err)
	}
	defer answer.Body.Close()
	slog.DebugContext(ctx, "directory call", "method", op.method, "path", op.path, "status", answer.StatusCode)
	if answer.StatusCode >= http.StatusBadRequest {
		return classify(answer)
	}
	if out == nil || answer.StatusCode == http.StatusNoContent {
		return nil
	}
	return json.NewDecoder(io.LimitReader(answer.Body, answerMost)).Decode(out)
}

// unreached classifies a call that got no answer. A token that is refused
// means that the delegation is gone.
func (c *Client) unreached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response != nil && e.Response.StatusCode < http.StatusInternalServerError {
		return &Error{Class: Denied, Status: e.Response.StatusCode, Reason: e.ErrorCode}
	}
	return &Error{Class: Transient, Reason: "no_answer"}
}

// classify reads Google's error body.
func classify(answer *http.Response) error {
	var body struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	_ = json.NewDecoder(io.LimitReader(answer.Body, answerMost)).Decode(&body) // without a body, the status decides
	e := &Error{Status: answer.StatusCode}
	if len(body.Error.Errors) > 0 {
		e.Reason = body.Error.Errors[0].Reason
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		e.retry = time.Duration(seconds) * time.Second
	}
	e.Class = class(e.Status, e.Reason)
	return e
}

func class(status int, reason string) Class {
	switch {
	case status == http.StatusTooManyRequests, reason == "userRateLimitExceeded", reason == "quotaExceeded", reason == "rateLimitExceeded":
		return Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Denied
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusConflict:
		return Duplicate
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		return Transient
	default:
		return Invalid
	}
}
