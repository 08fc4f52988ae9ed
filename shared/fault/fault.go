// Package fault defines the one error type that crosses package borders:
// what kind of failure it is, and what a person may be told about it.
package fault

import (
	"errors"
	"fmt"
)

// Kind is the class of a failure. Handlers turn it into a status, event
// handlers into retry or drop. The zero Kind is Internal, so that a failure
// nobody classified shows nothing.
type Kind int

// The kinds of failure.
const (
	Internal  Kind = iota // a bug or an unclassified failure; details are never shown
	Invalid               // the input is wrong; the same input can never succeed
	TooLarge              // the input is larger than is accepted
	Unsigned              // nobody is signed in, or the credential does not hold
	Forbidden             // somebody is, and may not do this
	NotFound              // absent, or hidden from this caller
	Conflict              // changed or created by somebody else meanwhile
	Limited               // this caller tries too often; later it may succeed
	Busy                  // a dependency is slow, full or down; retrying may help
)

// String returns the name of k, for logs.
func (k Kind) String() string {
	names := [...]string{"internal", "invalid", "too large", "unsigned", "forbidden", "not found", "conflict", "limited", "busy"}
	if k < 0 || int(k) >= len(names) {
		return "internal"
	}
	return names[k]
}

// Error is a classified failure. Only Public and Fields may reach a person;
// both are message keys or sentences without personal data.
type Error struct {
	Kind   Kind
	Public string            // one sentence or message key for the person; "" means the Kind's usual text
	Fields map[string]string // form field → message, for Invalid
	Err    error             // cause, for logs only
}

// Error returns the text for logs.
func (e *Error) Error() string {
	switch {
	case e.Err == nil && e.Public == "":
		return e.Kind.String()
	case e.Err == nil:
		return e.Public
	case e.Public == "":
		return e.Err.Error()
	default:
		return e.Public + ": " + e.Err.Error()
	}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns a failure of kind k with a sentence for the person.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Public: fmt.Sprintf(format, args...)}
}

// As classifies err as k and keeps it as the cause. It returns nil for nil.
func As(k Kind, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, Err: err}
}

// KindOf returns the Kind of the outermost *Error in err's chain, Internal
// where there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Public returns what a person may be told about err: the outermost sentence
// in its chain, or "".
func Public(err error) string {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return ""
		}
		if e.Public != "" {
			return e.Public
		}
		err = e.Err
	}
	return ""
}

// Fields returns the messages per form field of err, false where it has none.
func Fields(err error) (map[string]string, bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || len(e.Fields) == 0 {
		return nil, false
	}
	return e.Fields, true
}
