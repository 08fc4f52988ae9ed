package directory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"cool.example/sync/shared/fault"
)

// operation is one kind of call.
type operation struct {
	verb   string
	path   string // template, for logs: no id of a person in it
	repeat bool   // safe to send again after an unclear outcome
	unmet  Class  // what 412 means; Invalid where empty
}

// request is one call.
type request struct {
	operation
	values []string // of the path's placeholders, in their order
	query  url.Values
	body   any // sent as JSON unless nil
	out    any // what the answer is decoded into unless nil
}

// do calls. It repeats what was turned away unseen, and, where that is safe,
// what had an unclear outcome: after it, what is absent counts as removed.
func (c *Client) do(ctx context.Context, r request) error {
	payload, err := r.payload()
	if err != nil {
		return err
	}
	unclear, renewed := false, false
	for try := 1; ; try++ {
		failed, err := c.once(ctx, r, payload)
		switch {
		case err != nil || failed == nil:
			return err
		case unclear && failed.Class == NotFound && r.verb == http.MethodDelete:
			return nil
		case failed.Status == http.StatusUnauthorized && !renewed:
			renewed = true // a token that ran out; the next is new
			continue
		}
		delay, again := r.delay(failed, try)
		if !again || short(ctx, delay) {
			return fault.As(failed.Class.kind(), failed)
		}
		unclear = unclear || failed.Class == Transient && !failed.unsent
		if err := c.pause(ctx, delay); err != nil {
			return err
		}
	}
}

// delay says whether to try again, and after how long: twice as long each
// time, with some chance in it, and never sooner than the service asks.
func (r request) delay(e *Error, try int) (time.Duration, bool) {
	safe := e.Class == Throttled || e.Class == Transient && (r.repeat || e.unsent)
	d := max(e.RetryAfter, time.Second<<(try-1)) + rand.N(time.Second)
	return d, safe && try < tries && e.RetryAfter <= waitMost
}

// short reports whether ctx ends before a delay does.
func short(ctx context.Context, delay time.Duration) bool {
	end, bounded := ctx.Deadline()
	return bounded && time.Until(end) < delay
}

func (r request) payload() ([]byte, error) {
	if r.body == nil {
		return nil, nil
	}
	return json.Marshal(r.body)
}

// target returns the address of a call.
func (c *Client) target(r request) string {
	var b strings.Builder
	rest := r.path
	for _, v := range r.values {
		before, after, _ := strings.Cut(rest, "{}")
		b.WriteString(before)
		b.WriteString(v)
		rest = after
	}
	b.WriteString(rest)
	if len(r.query) > 0 {
		b.WriteString("?" + r.query.Encode())
	}
	return c.base + b.String()
}

// once tries a call. The error is of what cannot be classified: the end of
// the context.
func (c *Client) once(ctx context.Context, r request, payload []byte) (*Error, error) {
	ask, err := http.NewRequestWithContext(ctx, r.verb, c.target(r), bytes.NewReader(payload))
	if err != nil { // its text holds the address
		return &Error{Class: Invalid, Reason: "address"}, nil
	}
	if payload != nil {
		ask.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(ask)
	if err != nil {
		return unreached(ctx, err)
	}
	defer answer.Body.Close()
	slog.DebugContext(ctx, "directory call", "method", r.verb, "path", r.path, "status", answer.StatusCode)
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerMost+1))
	switch {
	case answer.StatusCode >= http.StatusMultipleChoices:
		return refusal(answer, body, cmp.Or(r.unmet, Invalid)), nil
	case err != nil:
		return unreached(ctx, err)
	case len(body) > answerMost:
		return &Error{Class: Invalid, Status: answer.StatusCode, Reason: "answer_too_large"}, nil
	case r.out == nil || len(body) == 0:
		return nil, nil
	case json.Unmarshal(body, r.out) != nil:
		return &Error{Class: Transient, Status: answer.StatusCode, Reason: "answer_unreadable"}, nil
	}
	return nil, nil
}

// unreached classifies a call that got no whole answer. A token that is
// refused means that the delegation is gone.
func unreached(ctx context.Context, err error) (*Error, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		out := &Error{Class: Transient, Reason: e.ErrorCode, unsent: true}
		if e.Response != nil {
			out.Status = e.Response.StatusCode
		}
		switch {
		case out.Status == http.StatusTooManyRequests:
			out.Class = Throttled
		case out.Status >= http.StatusBadRequest && out.Status < http.StatusInternalServerError:
			out.Class = Denied
			out.Status = http.StatusForbidden // no token: another try would not get one either
		}
		return out, nil
	}
	dial, ok := errors.AsType[*net.OpError](err)
	return &Error{Class: Transient, Reason: "no_answer", unsent: ok && dial.Op == "dial"}, nil
}
