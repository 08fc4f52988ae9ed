package google

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// failure is an error answer in Google's form. Status 0 breaks the connection.
type failure struct {
	status  int
	reason  string
	message string
	retry   time.Duration
}

func (f *failure) Error() string { return f.reason + ": " + f.message }

func fail(status int, reason, message string) error {
	return &failure{status: status, reason: reason, message: message}
}

func invalid(message string) error { return fail(http.StatusBadRequest, "invalid", message) }

func notFound(what string) error {
	return fail(http.StatusNotFound, "notFound", "Resource Not Found: "+what)
}

func duplicate() error { return fail(http.StatusConflict, "duplicate", "Entity already exists.") }

func unmet(message string) error {
	return fail(http.StatusPreconditionFailed, "conditionNotMet", message)
}

// forbidden is how Google answers for what belongs to another customer or to
// nobody (seen in SCRT-HQ/PSGSuite#191 for a user in a stranger's domain).
func forbidden() error {
	return fail(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api")
}

func (f *failure) write(w http.ResponseWriter) {
	domain := "global"
	switch f.reason {
	case "userRateLimitExceeded", "quotaExceeded", "rateLimitExceeded":
		domain = "usageLimits"
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
	}
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.retry.Seconds())))
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{ // a caller that has gone needs no answer
		"code": f.status, "message": f.message,
		"errors": []any{map[string]string{"domain": domain, "reason": f.reason, "message": f.message}},
	}})
}

// Fault is a failure that is planned for calls of one method.
type Fault struct {
	Method     string        // "directory.users.insert"; every method where empty
	Status     int           // 0 breaks the connection in place of an answer
	Reason     string        // "backendError"
	Times      int           // how many calls it meets
	After      bool          // the call takes effect, only its answer is lost
	RetryAfter time.Duration // sent as Retry-After, in whole seconds, where not 0
}

func (f *Fault) failure() error {
	return &failure{status: f.Status, reason: f.Reason, message: "planned", retry: f.RetryAfter}
}

// Fail plans a failure. Faults for the same method follow one another.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

func (s *Server) planned(method string) *Fault {
	for _, f := range s.faults {
		if (f.Method == "" || f.Method == method) && f.Times > 0 {
			f.Times--
			return f
		}
	}
	return nil
}
