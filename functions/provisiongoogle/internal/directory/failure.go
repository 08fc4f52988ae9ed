package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"cool.example/sync/shared/fault"
)

// Class is what a failure means for what to do next.
type Class string

// The classes of failure, with the kind of fault that each is.
const (
	Throttled  Class = "throttled"   // too many calls; later it works (Busy)
	Transient  Class = "transient"   // the service stumbled; for a create, whether it took effect is unknown (Busy)
	NotVisible Class = "not_visible" // made, but it cannot be changed yet (Busy)
	NotFound   Class = "not_found"   // absent, or not visible yet for a while after its create (NotFound)
	Duplicate  Class = "duplicate"   // the address is taken (Conflict)
	Invalid    Class = "invalid"     // the request can never work (Invalid)
	Denied     Class = "denied"      // the delegation was withdrawn, or the domain is not the customer's (Forbidden)
)

func (c Class) kind() fault.Kind {
	switch c {
	case NotFound:
		return fault.NotFound
	case Duplicate:
		return fault.Conflict
	case Invalid:
		return fault.Invalid
	case Denied:
		return fault.Forbidden
	default:
		return fault.Busy
	}
}

// Error is a refused call. It holds no value of the request.
type Error struct {
	Class      Class
	Status     int           // 0 where there was no answer
	Reason     string        // Google's reason code: "duplicate"
	RetryAfter time.Duration // what the service asked for; 0 where it did not
	unsent     bool          // no connection was made, so nothing took effect
}

// Error returns the text for logs.
func (e *Error) Error() string {
	return fmt.Sprintf("directory: %s (%d %s)", e.Class, e.Status, e.Reason)
}

// Is reports whether err is a refused call of class c.
func Is(err error, c Class) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Class == c
}

// refusal reads an error answer.
func refusal(answer *http.Response, body []byte, unmet Class) *Error {
	var google struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	_ = json.Unmarshal(body, &google) // without a body of Google's, the status decides
	e := &Error{Status: answer.StatusCode, RetryAfter: wait(answer.Header, time.Now())}
	if len(google.Error.Errors) > 0 {
		e.Reason = google.Error.Errors[0].Reason
	}
	if e.Class = class(e.Status, e.Reason); e.Status == http.StatusPreconditionFailed {
		e.Class = unmet
	}
	return e
}

// wait reads Retry-After: seconds or a date (RFC 9110, section 10.2.3).
func wait(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(0, seconds), 86400)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// class classifies an answer. Google answers a quota with 403, as it does what
// is forbidden: only the reason tells them apart.
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
